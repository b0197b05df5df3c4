"""A small honest server in memory: blobs, a log with proofs, capture jobs. For cameras' tests.

`answers` may be told to misbehave: what it returns for a request is answered instead.
"""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from attest import cid, keys, statement
from attest.log import checkpoint, merkle, note, policy
from attest.log.checkpoint import Checkpoint
from attest.log.proof import TlogProof
from attest.trust import Trust

from .vector_keys import LOG

PROBLEMS = "https://w3id.org/nguon/v1/problems/"
ROOT = keys.PrivateKey.from_seed(b"root")
TRUST = Trust(
    LOG.name,
    LOG.verifier,
    ROOT.key.kid,
    policy.parse(f"log {LOG.verifier.text()}\nquorum none\n"),
    *(None,) * 4,
)
Answer = tuple[int, bytes]
Answers = Callable[[str, str], Answer | None]


def problem(status: int, code: str) -> Answer:
    """Return a refusal as RFC 9457 has it."""
    return status, json.dumps({"type": PROBLEMS + code, "detail": "told to"}).encode()


class Honest:
    """What the server keeps; `asked` lists what it was asked, in order."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}
        self.live: list[str] = []
        self.entries: list[bytes] = [ROOT.key.cose]  # an entry 0, so that there is a head
        self.asked: list[tuple[str, str]] = []
        self.answers: Answers = lambda _method, _path: None
        self.signer: note.NoteSigner = LOG
        self._jobs: list[dict] = []
        self._known: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, body: bytes, live: bool) -> Answer:
        """Return status and body, or the job's path with 202."""
        with self._lock:
            self.asked.append((method, path))
            told = self.answers(method, path)
            if told is not None:
                return told
            if method == "PUT":
                return self._put(path.rsplit("/", 1)[-1], body, live)
            if method == "POST":
                return self._capture(body)
            return self._get(path)

    def footage(self) -> list[tuple[int, str]]:
        """Return the number and manifest of each footage entry in the log's order."""
        events = [_event(statement.parse(one).record) for one in self.entries[1:]]
        reports = [event["sensorElementList"][0]["sensorReport"][0] for event in events]
        return [(e["nguon:seq"], r["rawData"]) for e, r in zip(events, reports, strict=True)]

    def _put(self, name: str, body: bytes, live: bool) -> Answer:
        if cid.of_bytes(body) != name:
            return problem(400, "other-bytes")
        new = name not in self.blobs
        self.blobs[name] = body
        if live:
            self.live.append(name)
        return (201 if new else 200), b""

    def _capture(self, body: bytes) -> Answer:
        said = statement.parse(body)
        index = self._known.get(said.identity)
        refusal = None
        if index is None and said.kind == "footage":
            wanted = len(self.entries) - 1
            if _event(said.record)["nguon:seq"] != wanted:
                refusal = {"item": 0, "status": 409, "type": PROBLEMS + "footage-seq"}
        if index is None and refusal is None:
            index = len(self.entries)
            self.entries.append(said.data)
            self._known[said.identity] = index
        entries = [None if index is None else {"index": index, "proof": self._proof(index)}]
        errors = [] if refusal is None else [refusal | {"detail": "not the next"}]
        done = {"running": False, "success": not errors, "errors": errors, "entries": entries}
        self._jobs.append(done)
        return 202, f"/capture/{len(self._jobs) - 1}".encode()

    def _get(self, path: str) -> Answer:
        if path == "/log/checkpoint":
            return 200, self._note().encode()
        if path == "/state":
            state = {"footage": self.footage(), "blobs": list(self.blobs), "live": self.live}
            return 200, json.dumps(state).encode()
        return 200, json.dumps(self._jobs[int(path.rsplit("/", 1)[-1])]).encode()

    def _note(self) -> str:
        size = len(self.entries)
        root = merkle.tree_root(size, self._nodes())
        return checkpoint.sign(Checkpoint(self.signer.name, size, root), self.signer)

    def _proof(self, index: int) -> str:
        path = merkle.inclusion_proof(index, len(self.entries), self._nodes())
        return TlogProof(index, tuple(path), self._note()).text()

    def _nodes(self) -> merkle.Nodes:
        return merkle.nodes_over([merkle.leaf_hash(one) for one in self.entries])


@contextmanager
def serving(state: Honest, port: int = 0) -> Iterator[str]:
    """Serve it from threads of this process; yields the address."""
    server = _http(state, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def forked() -> Iterator[str]:
    """Serve a new one from a process of its own, so that this one may fork; see `/state`."""
    server = _http(Honest(), 0)
    child = os.fork()
    if child == 0:
        try:
            server.serve_forever()
        finally:
            os._exit(1)
    server.server_close()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _http(state: Honest, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            live = "Nguon-Segment" in self.headers
            status, answer = state.answer(self.command, self.path, body, live)
            self.send_response(status)
            if status == 202:
                self.send_header("Location", answer.decode())
                answer = b""
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST = _do  # noqa: N815  (the library's names)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Say nothing of clients that were killed."""

    return Server(("127.0.0.1", port), Handler)


def _event(record: dict) -> dict:
    return record["epcisBody"]["eventList"][0]
