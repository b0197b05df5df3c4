"""Somebody who trusts only his pins finds whatever is wrong with a log."""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from eth_utils import keccak

from attest import cose, statement
from attest.keys import PrivateKey
from attest.log import checkpoint, policy, tile
from attest.statement import Seen
from attest.trust import Trust
from ledger.audit import anchors, walk
from ledger.audit.report import Report
from ledger.audit.source import FolderSource, HttpSource
from ledger.audit.whole import audit
from ledger.errors import UnableError
from ledger.log import raw
from support.log_world import OFFICE, World, enrol, opened, party, revoke

OTHER = "https://trace.example/party/2"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    with opened(tmp_path_factory.mktemp("log") / "var") as made:
        writer = made.found()
        made.post(*[party(made.root, n) for n in range(1, 700)])
        writer.step()
        yield made


def pins(world: World) -> Trust:
    vkey = world.signer.verifier
    rule = policy.parse(f"log {vkey.text()}\nquorum none\n")
    return Trust(vkey.name, vkey, world.root.key.kid, rule, None, None, None, None)


def checks(report: Report) -> set[tuple[str, str]]:
    return {(finding.check, finding.code) for finding in report.findings}


def test_a_whole_log_holds(world):
    report = audit(FolderSource(world.settings.log), pins(world))
    assert report.holds
    assert report.checked["entries"] == report.checked["signatures"] == 700


def test_without_pins_a_log_is_at_most_consistent_in_itself(world):
    report = audit(FolderSource(world.settings.log), None)
    assert report.holds
    assert any("at most consistent in itself" in note for note in report.notes)


def test_another_root_key_is_another_log(world):
    report = audit(FolderSource(world.settings.log), replace(pins(world), root=bytes(32)))
    assert checks(report) == {("key", "other-trust")}


def test_another_log_key_is_another_log(world, tmp_path):
    with opened(tmp_path / "other") as other:
        signer = replace(other.signer, name="trace.example/other")
        wrong = replace(pins(world), vkey=signer.verifier)
    report = audit(FolderSource(world.settings.log), wrong)
    assert checks(report) == {("checkpoint", "bad-signature")}


@pytest.mark.integration
def test_any_flipped_byte_is_found(world):
    chance = random.Random("flips")  # noqa: S311
    folder = world.settings.log
    wanted = ["checkpoint", *(t.path() for t in tile.tiles_between(0, 700))]
    for flip in range(60):
        path = folder / wanted[flip % len(wanted)]
        good = path.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(bad))
        try:
            assert not audit(FolderSource(folder), pins(world)).holds, (path, flip)
        finally:
            path.write_bytes(good)
    assert audit(FolderSource(folder), pins(world)).holds


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/002.p/188", "tile/1/000.p/2"])
def test_a_missing_file_is_found(world, path):
    file = world.settings.log / path
    aside = file.with_name("aside")
    file.rename(aside)
    try:
        assert ("tree", "not-found") in checks(
            audit(FolderSource(world.settings.log), pins(world))
        )
    finally:
        aside.rename(file)


def bent(said: statement.Statement) -> bytes:
    parts = cose.parse(said.data)
    return cose.Sign1(parts.protected, parts.payload, bytes(64)).to_bytes()


def test_what_a_dishonest_log_enters_is_found_entry_by_entry(tmp_path):
    """A log whose operator signs a good tree over entries that no door would let in."""
    with opened(tmp_path / "var") as world:
        other = PrivateKey.from_seed(b"other")
        good = party(world.root, 1)
        entries = [
            world.first.data,
            good.data,
            bent(party(world.root, 2)),  # 2: nobody signed it
            good.data,  # 3: twice
            b"not a statement",  # 4
            party(other, 3, by=OTHER).data,  # 5: a key that nobody enrolled
            enrol(world.root, other, OTHER, ["camera"]).data,
            party(other, 4, by=OTHER).data,  # 7: a camera may not say this
            revoke(world.root, other.key.kid).data,
            party(other, 5, by=OTHER).data,  # 9: after its end
            party(world.root, 6, by=OTHER).data,  # 10: in another's name
            party(world.root, 7, seen=Seen(world.signer.name, 3, bytes(32))).data,  # 11
        ]
        raw.fill(world.settings.log, world.signer, entries)
        report = audit(FolderSource(world.settings.log), pins(world))
        found = {f.index: (f.check, f.code) for f in report.findings}
        assert found == {
            2: ("signature", "bad-signature"),
            3: ("statement", "malformed"),
            4: ("statement", found[4][1]),
            5: ("signature", "unknown-key"),
            7: ("key", "role"),
            9: ("key", "key-ended"),
            10: ("key", "issuer"),
            11: ("seen", "seen"),
        }


def test_the_fold_is_total_and_says_the_same_of_a_dishonest_log(tmp_path):
    """A writer that finds such a log folds it, and gives those entries no effect."""
    with opened(tmp_path / "var") as world:
        writer = world.found()
        good = party(world.root, 1)
        world.post(good)
        writer.step()
        bad = [bent(party(world.root, 2)), good.data, b"not a statement", b""]
        edge = writer._keep(bad)  # as another engine might have written and signed
        writer.lock.close()
        again = world.writer()
        assert again.edge == edge
        job = world.post(party(world.root, 2))
        again.step()
        assert world.codes(job) == [6]
        with world.engine.connect() as tx:
            effects = list(tx.exec_driver_sql('select effect from entry order by "index"'))
        assert [e[0] for e in effects[:4]] == [None, None, "bad-signature", "duplicate"]
        assert None not in [e[0] for e in effects[4:6]]


def serving(folder: Path):
    def answer(request: httpx.Request) -> httpx.Response:
        path = folder / request.url.path.removeprefix("/log/")
        if not path.is_file():
            return httpx.Response(404)
        return httpx.Response(200, content=path.read_bytes())

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_a_log_is_audited_over_http_as_from_a_folder(world):
    source = HttpSource("https://trace.example/log", serving(world.settings.log))
    report = audit(source, pins(world))
    assert report.holds
    assert report.checked["entries"] == 700


@pytest.mark.parametrize("status", [301, 403, 500, 503])
def test_a_server_that_does_not_answer_gives_no_verdict(world, status):
    transport = httpx.MockTransport(lambda _: httpx.Response(status))
    source = HttpSource("https://trace.example/log", httpx.Client(transport=transport))
    with pytest.raises(UnableError):
        audit(source, pins(world))


def test_a_server_that_never_ends_its_answer_is_left(world):
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=(bytes(2**20) for _ in range(100)))

    client = httpx.Client(transport=httpx.MockTransport(answer))
    with pytest.raises(UnableError, match="more than"):
        audit(HttpSource("https://trace.example/log", client), pins(world))


def test_the_names_on_the_chain_are_those_of_the_contract():
    anchored = keccak(text="Anchored(bytes32,uint64,bytes32,bytes32)")
    assert f"0x{anchored.hex()}" == anchors.ANCHORED
    assert f"0x{keccak(text='Registered(bytes32,address,string)').hex()}" == anchors.REGISTERED


class FakeNode(anchors.Node):
    """A chain in memory with one contract's events."""

    def __init__(self, trust: Trust, heads: dict[int, bytes], names: dict[bytes, str]) -> None:
        self.url = "http://node.example"
        self.trust, self.heads, self.names = trust, heads, names

    def ask(self, method: str, *params: object) -> object:
        match method, params:
            case "eth_chainId", ():
                return hex(self.trust.chain_id or 0)
            case "eth_blockNumber", ():
                return "0x9"
            case "eth_getBlockByNumber", ("0x0", False):
                return {"hash": f"0x{(self.trust.genesis or b'').hex()}"}
            case "eth_getLogs", ({"topics": [anchors.REGISTERED]},):
                return [self._registered(*item) for item in self.names.items()]
            case "eth_getLogs", ({"topics": [anchors.ANCHORED, _]},):
                return [self._anchored(*item) for item in self.heads.items()]
        raise AssertionError((method, params))

    def _registered(self, log_id: bytes, name: str) -> dict[str, object]:
        data = (32).to_bytes(32, "big") + len(name).to_bytes(32, "big") + name.encode()
        return {"topics": ["0x", f"0x{log_id.hex()}"], "data": f"0x{data.hex()}"}

    def _anchored(self, size: int, root: bytes) -> dict[str, object]:
        topics = ["0x", "0x", hex(size)]
        return {"topics": topics, "data": f"0x{root.hex()}{'00' * 32}", "blockNumber": "0x5"}


@pytest.fixture
def chained(world) -> Trust:
    return replace(
        pins(world), chain_id=7, genesis=b"g" * 32, contract=b"c" * 20, origin_id=b"i" * 32
    )


def test_anchors_that_agree_hold(world, chained):
    heads = {size: world.reader.root(size) for size in (1, 256, 300, 700)}
    node = FakeNode(chained, heads, {b"i" * 32: chained.origin, b"x" * 32: "other/log"})
    report = audit(FolderSource(world.settings.log), chained, node)
    assert report.holds
    assert report.checked["anchors"] == 4


@pytest.mark.parametrize(
    ("heads", "names", "code"),
    [
        pytest.param({300: bytes(32)}, {}, "fork", id="another root"),
        pytest.param({701: bytes(32)}, {}, "older-than-signed", id="beyond this log"),
        pytest.param({}, {b"x" * 32: "trace.example/log"}, "second-name", id="claimed twice"),
    ],
)
def test_anchors_that_contradict_are_found(world, chained, heads, names, code):
    report = audit(FolderSource(world.settings.log), chained, FakeNode(chained, heads, names))
    assert checks(report) == {("anchor", code)}


def test_a_node_of_another_chain_is_found(world, chained):
    node = FakeNode(replace(chained, genesis=b"h" * 32), {}, {})
    report = audit(FolderSource(world.settings.log), chained, node)
    assert checks(report) == {("anchor", "wrong-chain")}


def test_an_audit_needs_no_database_of_ours():
    program = (
        "import sys, ledger.audit.cli, ledger.audit.whole, ledger.audit.anchors;"
        "print({'sqlalchemy', 'sqlmodel', 'web3', 'flask'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"


def test_a_head_that_its_tree_does_not_have_is_found(world, tmp_path):
    head = checkpoint.Checkpoint(world.signer.name, 700, bytes(32))
    (tmp_path / "checkpoint").write_text(checkpoint.sign(head, world.signer))
    (tmp_path / "tile").symlink_to(world.settings.log / "tile")
    report = audit(FolderSource(tmp_path), pins(world))
    assert ("tree", "bad-proof") in checks(report)
    assert walk.read_head(FolderSource(tmp_path), None) == head
    assert OFFICE in statement.parse(world.reader.entry(0)).header.iss
