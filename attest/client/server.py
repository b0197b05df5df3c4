"""One Nguon server, spoken to over HTTP: hand in, wait, fetch, put blobs.

`ServerError` is "no" with its reason, never to be tried again as it is; `AwayError` is "not
now": the server could not be reached or is busy, and the same call may be repeated safely,
since the same statement always gets the same index and the same blob the same CID.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import httpx

from attest import cid, keys, payload, spell, statement

STATEMENT = "application/cose"
BATCH = "application/cbor-seq"
BATCH_LIMIT = 1000  # statements, formats §6
TIMEOUT_S = 30.0
PERMIT_LIFE = timedelta(minutes=30)
MAX_ANSWER = 64 * 1024 * 1024  # bytes, unpacked
CODED = ("content-encoding", "content-length", "transfer-encoding")  # undone by then
AWAY = {429, 502, 503, 504}  # come again later


class ServerError(Exception):
    """The server refused; `code` is the last part of the problem's type."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code} ({status}): {detail}")
        self.status = status
        self.code = code


class AwayError(Exception):
    """The server could not be reached, or asked to come again later."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the item at a position of a batch was not logged."""

    item: int
    status: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a capture job: an index with its proof for each item, or refusals."""

    running: bool
    success: bool
    refusals: tuple[Refusal, ...]
    indexes: tuple[int | None, ...]
    proofs: tuple[str | None, ...]


class Server:
    """A server at `url`; keeps one connection pool, to be closed."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        self.url = url.rstrip("/")
        self._client = client or httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)
        self.date: str | None = None  # of the newest answer, by the server's clock

    def __enter__(self) -> Self:
        """Open the server as a context."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def submit(self, statements: Sequence[bytes], *, rollback: bool = True) -> str:
        """Hand in statements as one job; return the job's path once they are durable."""
        if not 0 < len(statements) <= BATCH_LIMIT:
            raise ValueError(
                f"a batch has 1 to {BATCH_LIMIT} statements, not {len(statements)}"
            )
        media = STATEMENT if len(statements) == 1 else BATCH
        headers = {
            "Content-Type": media,
            "GS1-Capture-Error-Behaviour": "rollback" if rollback else "proceed",
        }
        answer = self._send("POST", "/capture", headers=headers, content=b"".join(statements))
        job: str = answer.headers.get("Location", "").removeprefix(self.url)
        if not job.startswith("/") or job.startswith("//"):
            said = f"{job[:100]!r} is no capture job of this server"
            raise ServerError(answer.status_code, "no-job", said)
        return job

    def outcome(self, job: str) -> Outcome:
        """Ask what became of a job."""
        answer = self._send("GET", job)
        try:
            return _outcome(answer.json())
        except (ValueError, LookupError, TypeError, AttributeError) as e:
            said = f"the answer is not a capture job: {type(e).__name__}: {e}"
            raise ServerError(answer.status_code, "no-job", said) from e

    def wait(self, job: str, seconds: float) -> Outcome:
        """Ask again until the job has ended; raise `AwayError` when time is over."""
        deadline = time.monotonic() + seconds
        pause = 0.05
        while True:
            outcome = self.outcome(job)
            if not outcome.running:
                return outcome
            if time.monotonic() + pause > deadline:
                raise AwayError(f"job {job} is still running after {seconds:g} s")
            time.sleep(pause)
            pause = min(pause * 1.5, 1.0)

    def log(self, statements: Sequence[bytes], seconds: float = 60) -> list[int]:
        """Hand in statements, all or none, and return their indexes once published."""
        outcome = self.wait(self.submit(statements), seconds)
        if outcome.refusals:
            first = outcome.refusals[0]
            raise ServerError(first.status, first.code, f"item {first.item}: {first.detail}")
        return [index for index in outcome.indexes if index is not None]

    def put_blob(
        self,
        data: bytes,
        signer: keys.Signer,
        holder: str,
        *,
        public: bool,
        headers: dict[str, str] | None = None,
    ) -> str:
        """Store a blob under a permit signed for just these bytes; return its CID."""
        name = cid.of_bytes(data)
        allowed = {"Authorization": f"Nguon {permit(name, len(data), signer, holder, public)}"}
        self._send("PUT", f"/blobs/{name}", headers=allowed | (headers or {}), content=data)
        return name

    def fetch(self, path: str, accept: str = "*/*") -> bytes:
        """Return the body at a path."""
        return self._send("GET", path, headers={"Accept": accept}).content

    def _send(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        url = path if path.startswith(("http://", "https://")) else self.url + path
        try:
            with self._client.stream(method, url, headers=headers, content=content) as came:
                answer = _whole(came)
        except (httpx.RequestError, httpx.InvalidURL) as e:
            raise AwayError(f"{method} {url}: {type(e).__name__}: {e}") from e
        self.date = answer.headers.get("Date", self.date)
        if answer.status_code in AWAY:
            raise AwayError(f"{method} {url} answered {answer.status_code}")
        if not answer.is_success:
            raise _refusal(answer)
        return answer


def _whole(came: httpx.Response) -> httpx.Response:
    """Return an answer with its body, as long as that is no longer than anybody needs."""
    parts, size = [], 0
    for part in came.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            said = f"the answer has more than {MAX_ANSWER} bytes"
            raise ServerError(came.status_code, "answer-too-long", said)
    plain = [(k, v) for k, v in came.headers.multi_items() if k.lower() not in CODED]
    return httpx.Response(came.status_code, headers=plain, content=b"".join(parts))


def permit(name: str, size: int, signer: keys.Signer, holder: str, public: bool) -> str:
    """Return a signed permit to store one blob, as the Authorization header carries it."""
    now = datetime.now(UTC)
    until = spell.time_text(int((now + PERMIT_LIFE).timestamp()) * 1000)
    record: dict[str, payload.Json] = {
        "type": "permit",
        "id": f"urn:uuid:{uuid.uuid4()}",
        "cid": name,
        "bytes": size,
        "until": until,
        "public": public,
    }
    signed = statement.sign(
        signer,
        kind="permit",
        iss=holder,
        sub=str(record["id"]),
        iat=int(now.timestamp()),
        record=record,
    )
    return spell.base64url(signed.data)


def _refusal(answer: httpx.Response) -> ServerError:
    try:
        body = answer.json()
        code = str(body["type"]).rsplit("/", 1)[-1]
        detail = str(body.get("detail", body.get("title", "")))
    except (ValueError, KeyError, TypeError):
        code, detail = "no-problem-document", answer.text[:200]
    return ServerError(answer.status_code, code, detail)


def _outcome(body: dict[str, object]) -> Outcome:
    errors, entries = body["errors"], body["entries"]
    if not isinstance(errors, list) or not isinstance(entries, list):
        raise TypeError("errors or entries is no list")
    return Outcome(
        running=bool(body["running"]),
        success=bool(body["success"]),
        refusals=tuple(
            Refusal(e["item"], e["status"], e["type"].rsplit("/", 1)[-1], e["detail"])
            for e in errors
        ),
        indexes=tuple(e["index"] if e else None for e in entries),
        proofs=tuple(e["proof"] if e else None for e in entries),
    )
