"""One writer makes the log longer: what it promises, story by story."""

from pathlib import Path

import pytest

from attest import cose, keys, statement
from attest.errors import HighSError, MalformedError, TooLargeError
from attest.keys import ES256, PrivateKey
from attest.log import tile
from attest.statement import Seen
from ledger.errors import BodyTooLargeError, MediaTypeError, NotFoundError
from ledger.log import door, tiles
from support.log_world import OFFICE, KeyRules, check_log, enrol, opened, party, revoke


@pytest.fixture
def world(tmp_path: Path):
    with opened(tmp_path / "var") as made:
        yield made


def test_a_statement_that_was_handed_in_gets_an_index_and_a_proof(world):
    writer = world.found()
    job = world.post(party(world.root, 1))
    assert world.job(job).running
    assert writer.step() == 1
    assert world.codes(job) == [1]
    assert check_log(world) == 2


def test_a_statement_again_has_its_first_index_also_after_its_key_was_revoked(world):
    writer = world.found()
    other = PrivateKey.from_seed(b"other")
    said = party(other, "x", by="https://trace.example/p/2")
    world.post(enrol(world.root, other, "https://trace.example/p/2", ["registrar"]))
    first = world.post(said)
    writer.step()
    world.post(revoke(world.root, other.key.kid))
    writer.step()
    again = world.post(said)
    late = world.post(party(other, "y", by="https://trace.example/p/2"))
    writer.step()
    assert world.codes(first) == world.codes(again) == [2]
    assert world.job(again).answer_status == 200
    assert world.codes(late) == ["key-ended"]
    assert world.job(late).answer_status == 403


def test_an_ecdsa_statement_signed_again_has_the_index_of_the_first(world):
    writer = world.found()
    other = PrivateKey.from_seed(b"p256", ES256)
    world.post(enrol(world.root, other, "https://trace.example/p/2", ["registrar"]))
    said = [party(other, "x", by="https://trace.example/p/2") for _ in range(2)]
    assert said[0].data != said[1].data
    jobs = [world.post(s) for s in said]
    writer.step()
    assert world.codes(jobs[0]) == world.codes(jobs[1]) == [2]
    assert world.reader.entry(2) == said[0].data


def forged(said: statement.Statement) -> bytes:
    parts = cose.parse(said.data)
    signature = bytes([parts.signature[0] ^ 1]) + parts.signature[1:]
    return cose.Sign1(parts.protected, parts.payload, signature).to_bytes()


def test_a_forged_twin_of_a_known_statement_is_refused(world):
    writer = world.found()
    said = party(world.root, 1)
    world.post(said)
    writer.step()
    job = world.post_bytes(forged(said))
    assert world.codes(job) == ["bad-signature"]
    assert world.job(job).record()["errors"][0]["status"] == 403


def test_the_upper_twin_of_an_ecdsa_signature_is_refused_by_its_own_code(world):
    world.found()
    other = PrivateKey.from_seed(b"p256", ES256)
    world.post(enrol(world.root, other, "https://trace.example/p/2", ["registrar"]))
    parts = cose.parse(party(other, "x", by="https://trace.example/p/2").data)
    s = keys._N - int.from_bytes(parts.signature[32:], "big")
    twin = cose.Sign1(
        parts.protected, parts.payload, parts.signature[:32] + s.to_bytes(32, "big")
    )
    assert world.codes(world.post_bytes(twin.to_bytes())) == [HighSError.code]


def test_concurrent_duplicates_give_one_leaf(world):
    writer = world.found()
    jobs = [world.post(party(world.root, 1), party(world.root, 2)) for _ in range(3)]
    assert writer.step() == 2
    assert [world.codes(job) for job in jobs] == [[1, 2]] * 3
    assert [world.job(job).answer_status for job in jobs] == [201, 200, 200]


def test_under_rollback_a_batch_is_all_or_nothing(world):
    writer = world.found()
    stranger = PrivateKey.from_seed(b"stranger")
    job = world.post(
        enrol(world.root, stranger, "https://trace.example/p/2", ["camera"]),
        party(world.root, 1),
        party(stranger, 2, by="https://trace.example/p/2"),
    )
    assert writer.step() == 0
    assert world.codes(job) == [None, None, "role"]
    assert world.job(job).record()["entries"] == [None] * 3
    assert writer.fold.registry.get(stranger.key.kid) is None
    after = world.post(party(world.root, 1))
    writer.step()
    assert world.codes(after) == [1]


def test_under_proceed_each_statement_stands_by_itself(world):
    writer = world.found()
    stranger = PrivateKey.from_seed(b"stranger")
    job = world.post(
        party(world.root, 1), party(stranger, 2), party(world.root, 3), rollback=False
    )
    writer.step()
    assert world.codes(job) == [1, "unknown-key", 2]
    answer = world.job(job)
    assert (answer.answer_status, answer.success) == (200, False)
    assert [e["item"] for e in answer.record()["errors"]] == [1]


def test_a_batch_may_bring_a_key_and_use_it(world):
    writer = world.found()
    new = PrivateKey.from_seed(b"new")
    job = world.post(
        enrol(world.root, new, "https://trace.example/p/2", ["registrar"]),
        party(new, 1, by="https://trace.example/p/2"),
    )
    writer.step()
    assert world.codes(job) == [1, 2]


def test_what_the_door_refuses_is_answered_without_the_writer(world):
    world.found()
    stranger = PrivateKey.from_seed(b"stranger")
    job = world.job(world.post(party(stranger, 1)))
    assert not job.running
    assert job.answer_status == 403
    assert job.problem()["type"].endswith("/problems/unknown-key")


@pytest.mark.parametrize(
    ("body", "media", "refusal"),
    [
        pytest.param(b"", door.BATCH, MalformedError, id="empty batch"),
        pytest.param(b"", door.ONE, MalformedError, id="no statement"),
        pytest.param(b"\xd2", door.ONE, MalformedError, id="cut"),
        pytest.param(b"{}", "application/json", MediaTypeError, id="json"),
        pytest.param(b"\x80" * 2**23, door.BATCH, MalformedError, id="8 million items"),
        pytest.param(
            b"\x9a\x00\x7f\xff\xf0" + b"\x80" * 8_388_592, door.BATCH, MalformedError, id="long"
        ),
        pytest.param(b"\xd2\x84\x5b" + b"\xff" * 99, door.BATCH, MalformedError, id="endless"),
        pytest.param(
            b"\x80" * 2**23 + b"\x80", door.BATCH, BodyTooLargeError, id="above 8 MiB"
        ),
        pytest.param(b"\x80" * 65_536, door.ONE, TooLargeError, id="statement of 65,536 bytes"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(world, body, media, refusal):
    with pytest.raises(refusal):
        world.post_bytes(body, media=media)


def test_a_batch_has_at_most_a_thousand_statements(world):
    writer = world.found()
    said = [party(world.root, n).data for n in range(1001)]
    with pytest.raises(BodyTooLargeError):
        world.post_bytes(b"".join(said))
    job = world.post_bytes(b"".join(said[:1000]))
    assert writer.step() == 1000
    assert world.codes(job) == list(range(1, 1001))


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        pytest.param(lambda data: data + b"\0", "trailing-bytes", id="trailing byte"),
        pytest.param(lambda data: spelled(data, b"{ "), "payload-spelling", id="spelled"),
        pytest.param(lambda data: headed(data, b"\xbf"), "cbor-not-deterministic", id="header"),
    ],
)
def test_what_is_spelled_otherwise_is_refused_by_its_own_code(world, bent, code):
    world.found()
    with pytest.raises(MalformedError) as caught:
        world.post_bytes(bent(party(world.root, 1).data), media=door.ONE)
    assert caught.value.code == code


def spelled(data: bytes, start: bytes) -> bytes:
    """The same record with a space in it, signed or not."""
    parts = cose.parse(data)
    return cose.Sign1(parts.protected, start + parts.payload[1:], parts.signature).to_bytes()


def headed(data: bytes, start: bytes) -> bytes:
    """The same header as a map of indefinite length."""
    parts = cose.parse(data)
    protected = start + parts.protected[1:] + b"\xff"
    return cose.Sign1(protected, parts.payload, parts.signature).to_bytes()


def test_one_bad_statement_refuses_the_whole_body(world):
    world.found()
    with pytest.raises(MalformedError):
        world.post_bytes(party(world.root, 1).data + party(world.root, 2).data[:-1])


def test_permits_and_segments_are_not_for_the_log(world):
    world.found()
    sub = "https://trace.example/permit/1"
    for kind in ("permit", "segment"):
        said = statement.sign(
            world.root, kind=kind, iss=OFFICE, sub=sub, iat=1, record={"type": kind, "id": sub}
        )
        assert world.codes(world.post(said)) == ["not-logged"]


def test_seen_must_be_a_head_of_this_log(world):
    writer = world.found()
    ours = writer.edge.root()
    good = world.post(party(world.root, 1, seen=Seen("trace.example/log", 1, ours)))
    bad = {
        "of-another-log": Seen("other.example/log", 1, ours),
        "another-root": Seen("trace.example/log", 1, bytes(32)),
        "not-signed-yet": Seen("trace.example/log", 2, ours),
        "far-ahead": Seen("trace.example/log", 2**50, ours),
    }
    jobs = [world.post(party(world.root, name, seen=seen)) for name, seen in bad.items()]
    writer.step()
    assert world.codes(good) == [1]
    assert [world.codes(job) for job in jobs] == [["seen"]] * len(bad)


def test_the_log_keeps_partial_tiles_until_the_full_one_is_there(world):
    writer = world.found()
    for upto in (100, 255):
        world.post(*[party(world.root, n) for n in range(writer.edge.size, upto)])
        writer.step()
    folder = world.settings.log
    for level in ("entries", 0):
        found = (folder / f"tile/{level}/000.p").iterdir()
        assert sorted(int(p.name) for p in found) == [1, 100, 255]
    world.post(*[party(world.root, n) for n in range(255, 300)])
    writer.step()
    assert not (folder / "tile/0/000.p").exists()
    assert world.reader.file("tile/0/000") is not None
    assert check_log(world) == 300


@pytest.mark.parametrize(
    "path",
    ["tile/0/000.p/3", "tile/0/001", "tile/0/000", "tile/1/000.p/1", "tile/entries/000.p/3",
     "tile/0/-01", "tile/64/000", "../keys/log.key", "tile/0/000.p/0", "checkpoint"],
)  # fmt: skip
def test_no_file_beyond_the_published_checkpoint_is_served(world, path):
    writer = world.found()
    world.post(party(world.root, 1))
    writer.step()
    assert world.reader.file("tile/0/000.p/2") is not None
    whole = world.settings.log / "tile/0"
    (whole / "000.p/3").write_bytes(bytes(96))
    (whole / "001").write_bytes(bytes(8192))
    assert world.reader.file(path) is None


def test_what_is_not_published_is_not_found(world):
    world.found()
    for index in (1, -1, 2**60):
        with pytest.raises(NotFoundError):
            world.reader.entry(index)
        with pytest.raises(NotFoundError):
            world.reader.proof(index)
    for m, n in ((0, 1), (2, 2), (1, 2), (-1, 1)):
        with pytest.raises(NotFoundError):
            world.reader.consistency(m, n)


def read_from(files: dict[str, bytes]):
    return lambda wanted: files[wanted.path()]


@pytest.mark.parametrize(
    "steps", [(1, 255, 1, 1), (257,), (1000, 24, 3000), (65_535, 1, 1, 255)]
)
def test_growing_in_any_steps_gives_the_files_that_the_spec_asks_for(steps):
    edge, files = tiles.Edge(), {}
    size = 0
    for step in steps:
        edge, new = tiles.grow(edge, [n.to_bytes(4, "big") for n in range(size, size + step)])
        assert set(new) == {t.path() for t in tile.tiles_between(size, size + step)}
        files |= new
        size += step
        assert tiles.load(size, read_from(files)) == edge
    whole, _ = tiles.grow(tiles.Edge(), [n.to_bytes(4, "big") for n in range(size)])
    assert whole.root() == edge.root()


class Poisoned(KeyRules):
    """Rules with a fault of their own."""

    def fold_one(self, tx, registry, index, said):
        if said.header.sub.endswith("/poison"):
            raise KeyError("bug")
        super().fold_one(tx, registry, index, said)


def test_a_fold_that_breaks_refuses_that_request_alone(tmp_path):
    with opened(tmp_path / "var", Poisoned()) as world:
        writer = world.found()
        bad = world.post(party(world.root, "poison"))
        good = world.post(party(world.root, 1))
        with pytest.raises(KeyError):
            writer.step()
        assert not writer.unsure
        writer.give_up()
        assert writer.step() == 1
        assert world.codes(bad) == ["not-folded"]
        assert world.codes(good) == [1]
