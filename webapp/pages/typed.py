"""What is wrong with a code as somebody typed it, group by group, as far as typing can tell.

There is no check digit in a group: a well-formed code of which one group is another's cannot
be told apart from one that we never issued, and the page says so.
"""

import re
from collections.abc import Iterator

from markupsafe import Markup

from attest import stamp
from webapp.language import Words

GROUPS = stamp.SIZE // stamp.GROUP
ALIKE = {"O": "0", "I": "1", "L": "1"}
SEPARATORS = re.compile(r"[\s\-–—_.·]+")


def tidy(text: str) -> str:
    """Return the code as its address has it: upper case, look-alikes read as digits."""
    letters = SEPARATORS.sub("", text).upper()
    return "".join(ALIKE.get(c, c) for c in letters)


def groups(text: str) -> list[str]:
    """Return the groups as typed, or fours where nothing separates them."""
    typed = [part for part in SEPARATORS.split(text.strip().upper()) if part]
    if len(typed) > 1:
        return typed
    whole = typed[0] if typed else ""
    return [whole[at : at + stamp.GROUP] for at in range(0, len(whole), stamp.GROUP)]


def faults(words: Words, text: str) -> Iterator[Markup]:
    """Yield what is wrong, each with the number of its group; nothing for a possible code."""
    parts = groups(text)
    whole = tidy(text)
    for n, part in enumerate(parts, 1):
        wrong = next((c for c in part if ALIKE.get(c, c) not in stamp.ALPHABET), None)
        if wrong is not None:
            yield words("err.code", n=n) + ". " + words("type.sign", n=n, sign=wrong)
        elif len(part) != stamp.GROUP and len(whole) != stamp.SIZE:
            yield words("err.code", n=n) + ". " + words("type.length", n=n, have=len(part))
    if len(parts) != GROUPS and len(whole) != stamp.SIZE:
        yield words("type.groups", have=len(parts))
