"""The whole invented province, told over HTTP to an installation in processes of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from attest import statement
from attest.statement import Statement
from ledger import settings
from support import lives
from support.lives import Lives
from webapp.demo import events, names, story
from webapp.demo.events import Amount
from webapp.demo.story import Story

ORIGIN = ("--origin", names.ORIGIN, "--holder", story.REGISTRAR, "--place", names.PROVINCE)
HTML = {"Accept": "text/html", "Accept-Language": "en"}
JSON = {"Accept": "application/json"}
Range = tuple[int, int]


@dataclass
class Told:
    """An installation that holds the story; whatever is said more goes over HTTP, too."""

    lives: Lives
    story: Story

    def codes(self, roll: str) -> tuple[str, ...]:
        return self.story.cast.rolls[roll].codes

    def activation(self, roll: str, lot: str, stamps_: Range) -> Statement:
        """Have a roll's maker sign that stamps, first to last, are bound to a lot."""
        cast, at = self.story.cast, story.now()
        bound, voice = cast.rolls[roll], cast.voices[cast.rolls[roll].maker]
        event = events.event(
            "ObjectEvent",
            at,
            "commissioning",
            names.PRINTER,
            action="ADD",
            disposition="active",
            quantityList=[Amount(lot, stamps_[1] - stamps_[0] + 1).record()],
            nguon__roll=bound.number,
            nguon__first=stamps_[0],
            nguon__last=stamps_[1],
        )
        document = events.document(event)
        written = int(at.timestamp())
        return statement.parse(voice.says("activation", bound.uri, document, written))

    def dossier(self, code: str) -> dict[str, Any]:
        answer = httpx.get(f"{self.lives.url}/s/{code}", headers=JSON, timeout=30)
        assert answer.status_code == 200, answer.text
        record: dict[str, Any] = answer.json()
        return record

    def page(self, code: str) -> str:
        answer = httpx.get(f"{self.lives.url}/s/{code}", headers=HTML, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.text

    def get(self, path: str) -> Any:
        return httpx.get(self.lives.url + path, timeout=30).json()


@contextmanager
def told(folder: Path, **more: str) -> Iterator[Told]:
    """Have a new installation run beside the block, and the story told to it."""
    made = lives.installation(folder, ORIGIN, **more)
    with lives.living(made):
        here = settings.load(made.nguon.environment)
        tale = Story.of(folder / "demo", here, made.url, lambda: None)
        tale.tell(lambda _: None)
        yield Told(made, tale)
