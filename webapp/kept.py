"""Rendered texts, kept as long as the dossier that they were made from.

Stamps of one lot differ on the page only in their code, so a page that was rendered for one is
the next one's after its code is put in. A text is used again only while the ledger hands out
the very same entries: it makes them anew every few seconds, and with them the page.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from attest.stamp import Code

MOST = 512


@dataclass(frozen=True, slots=True)
class Text:
    """A rendered text, what it was made from, and the code that stands in it."""

    source: object
    code: Code
    text: str


class Kept:
    """The newest texts of one process."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._texts: OrderedDict[Hashable, Text] = OrderedDict()
        self._lock = threading.Lock()

    def text(self, source: object, key: Hashable, code: Code, make: Callable[[], str]) -> str:
        """Return the text of `key` made from just this `source`, with this code in it."""
        with self._lock:
            found = self._texts.get(key)
        if found is None or found.source is not source:
            found = Text(source, code, make())
            with self._lock:
                self._texts[key] = found
                self._texts.move_to_end(key)
                if len(self._texts) > self._most:
                    self._texts.popitem(last=False)
        if found.code == code:
            return found.text
        text = found.text.replace(found.code.text, code.text)
        return text.replace(found.code.grouped, code.grouped)
