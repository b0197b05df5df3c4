"""Clients of an installation that is killed again and again, who keep every answer they got."""

import random
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from attest import statement
from attest.keys import PrivateKey
from attest.statement import Statement
from support.process_world import ProcessWorld
from support.web_world import BASE, IAT, OFFICE, PLACE

MAKER = f"{BASE}/party/maker"
WAITS = "wait=5"
PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.2  # so that the checks at the end need not read tens of thousands
TRIES = 40
TIMEOUT_S = 10.0
OLDER = 200  # statements that may be said again
REFUSED = range(400, 500)


@dataclass(frozen=True, slots=True)
class Posted:
    """A request that was acknowledged: its job, what it brought, and how."""

    job: str
    said: tuple[Statement, ...]
    rollback: bool


class Client(threading.Thread, ABC):
    """Does something again and again until told to stop."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.ended = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            with httpx.Client(base_url=self.url, timeout=TIMEOUT_S) as http:
                while not self.ended.is_set():
                    self.act(http)
        except Exception as e:  # noqa: BLE001  raised by `end`, in the test's thread
            self.failure = e

    @abstractmethod
    def act(self, http: httpx.Client) -> None:
        """Do it once."""

    def end(self) -> None:
        """Let it finish what it does; raise what it found."""
        self.ended.set()
        self.join(TRIES * TIMEOUT_S)
        assert not self.is_alive()
        if self.failure:
            raise self.failure


class Poller(Client):
    """Keeps every checkpoint that was ever published to it."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.seen: set[str] = set()

    def act(self, http: httpx.Client) -> None:
        try:
            answer = http.get("/log/checkpoint")
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.is_success:
            self.seen.add(answer.text)
        time.sleep(PAUSE_S)


@dataclass
class Talk:
    """What is said: statements of several kinds, good, refused, and said before."""

    world: ProcessWorld
    maker: PrivateKey
    chance: random.Random
    older: list[Statement] = field(default_factory=list)

    def request(self) -> tuple[list[Statement], bool]:
        """Return the statements of one request, and whether they go in all or none."""
        forms: Sequence[Callable[[], list[Statement]]] = (
            lambda: [self.place()],
            lambda: [self.product()],
            lambda: [self.foreign()],
            self.newcomer,
            lambda: self.again(1),
            lambda: self.mixed(self.chance.randint(2, 30)),
            lambda: [*self.mixed(self.chance.randint(2, 20)), self.foreign(), self.place()],
            lambda: [*self.again(5), *self.mixed(5)],
        )
        said = self.chance.choice(forms)() or [self.place()]
        self.older = [*self.older, *said][-OLDER:]
        return said, self.chance.random() < 0.5

    def mixed(self, count: int) -> list[Statement]:
        kinds = (self.place, self.party, self.product)
        return [self.chance.choice(kinds)() for _ in range(count)]

    def again(self, count: int) -> list[Statement]:
        """Say what was said; an ES256 key signs the same anew, in other bytes."""
        chosen = self.chance.sample(self.older, min(count, len(self.older)))
        return [self.signed(s.record) if s.record.get("maker") == MAKER else s for s in chosen]

    def place(self) -> Statement:
        record = {"type": "place", "id": self.name("place"), "name": "p", "level": "commune"}
        return self.world.say(self.world.root, OFFICE, record | {"parent": PLACE})

    def party(self) -> Statement:
        record = {"type": "party", "id": self.name("party"), "name": "p", "kind": "supplier"}
        return self.world.say(self.world.root, OFFICE, record | {"place": PLACE})

    def product(self) -> Statement:
        record = {"type": "product", "id": self.name("product"), "name": "s", "maker": MAKER}
        return self.signed(record)

    def signed(self, record: dict[str, Any]) -> Statement:
        return statement.sign(
            self.maker, kind="product", iss=MAKER, sub=record["id"], iat=IAT, record=record
        )

    def foreign(self) -> Statement:
        """What a maker may not say."""
        record = {"type": "place", "id": self.name("place"), "name": "p", "level": "commune"}
        return self.world.say(self.maker, MAKER, record | {"parent": PLACE})

    def newcomer(self) -> list[Statement]:
        """A key, and what it says in the same breath."""
        key, holder = PrivateKey.generate(), self.name("party")
        record = {"type": "product", "id": self.name("product"), "name": "n", "maker": holder}
        return [self.world.enrol(key, holder, "producer"), self.world.say(key, holder, record)]

    def name(self, what: str) -> str:
        return f"{BASE}/{what}/{uuid.UUID(int=self.chance.getrandbits(128))}"


class Watcher(Client):
    """Keeps every value that a member of `GET /anchors` ever had."""

    def __init__(self, url: str, member: str) -> None:
        super().__init__(url)
        self.member = member
        self.seen: set[Any] = set()

    def act(self, http: httpx.Client) -> None:
        self.seen.add(http.get("/anchors").json()[self.member])
        time.sleep(PAUSE_S)


class Poster(Client):
    """Posts until told to stop; says the same again whenever no answer came."""

    def __init__(self, url: str, talk: Talk, waits: bool) -> None:
        super().__init__(url)
        self.talk = talk
        self.waits = waits
        self.accepted: list[Posted] = []
        self.served: dict[int, bytes] = {}  # by index, as it was served when it was new
        self.refused: set[str] = set()

    def act(self, http: httpx.Client) -> None:
        self.ended.wait(self.talk.chance.uniform(0, LONGEST_PAUSE_S))
        said, rollback = self.talk.request()
        answer = self._post(http, said, rollback)
        if answer is None:
            return
        assert answer.status_code in (200, 201, 202) or answer.status_code in REFUSED, answer
        self.accepted.append(Posted(answer.headers["Location"], tuple(said), rollback))
        if answer.status_code in REFUSED:
            self.refused.add(answer.json()["type"].rsplit("/", 1)[1])
        elif answer.status_code != 202:
            indexes = [entry["index"] for entry in answer.json()["entries"] if entry]
            self._keep(http, self.talk.chance.sample(indexes, min(2, len(indexes))))

    def _post(
        self, http: httpx.Client, said: list[Statement], rollback: bool
    ) -> httpx.Response | None:
        headers = {
            "Content-Type": "application/cose" if len(said) == 1 else "application/cbor-seq",
            "GS1-Capture-Error-Behaviour": "rollback" if rollback else "proceed",
        } | ({"Prefer": WAITS} if self.waits else {})
        body = b"".join(s.data for s in said)
        for _ in range(TRIES):
            try:
                answer = http.post("/capture", content=body, headers=headers)
            except httpx.TransportError:
                time.sleep(PAUSE_S)
                continue
            if answer.status_code < 500:
                return answer
            time.sleep(PAUSE_S)
        return None

    def _keep(self, http: httpx.Client, indexes: list[int]) -> None:
        for index in indexes:
            try:
                answer = http.get(f"/log/entry/{index}")
            except httpx.TransportError:
                continue
            if answer.status_code >= 500:
                continue
            assert answer.status_code == 200, (index, answer.status_code)
            assert self.served.setdefault(index, answer.content) == answer.content, index
