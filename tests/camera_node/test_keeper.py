"""The server is away, refuses or lies: nothing is dropped or forgotten, and nobody hurries."""

import errno
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attest.client.server import Server
from attest.footage import manifest as manifests
from attest.keys import PrivateKey
from attest.log import note
from camera_node import status
from camera_node.capture.record import Piece, Recorder
from camera_node.keep import keeper as keeping
from camera_node.keep import sayings, upload
from camera_node.keep.journal import Journal
from camera_node.keep.keeper import Keeper, Said
from camera_node.keep.sayings import Place
from camera_node.keep.upload import Identity, Uploader
from support import honest
from support.boxes import INIT, gop
from support.footage import CAMERA, NODE, START_MS

ME = Identity(NODE, PrivateKey.from_seed(b"node"), honest.TRUST)
PLACE = Place(CAMERA, "https://trace.example/zone/z")
SAID = Said(NODE, CAMERA, (sha256(b"model").digest(),), lambda: {"fixes": 0})
DEAD = "http://127.0.0.1:9"
KEEP_MS = 24 * 3_600_000


class Hands:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.ms = START_MS

    def now_ms(self) -> int:
        return self.ms


class Box:
    """One camera's keeping, without a camera: segments of four seconds are brought to it."""

    def __init__(self, folder):
        self.data = folder
        self.clock = Hands()
        self.servers = []
        self.journal = Journal(folder / "camera-cam-1")
        self.journal.note("begun", str(START_MS))
        self.recorder = Recorder(self.journal, PLACE, ME, self.clock, lambda _: None)

    def film(self, count, boot="boot-1"):
        for _ in range(count):
            start_ms, self.clock.ms = self.clock.ms, self.clock.ms + 4000
            data = gop(start_ms.to_bytes(8)) + gop(b"more")
            self.recorder.seal(Piece(boot, INIT, data, start_ms, self.clock.ms))

    def keeper(self, url):
        self.servers.append(Server(url))
        uploader = Uploader(self.journal, PLACE, ME, self.servers[-1], self.clock)
        return Keeper(self.journal, uploader, SAID, self.clock, 60_000)

    def look(self):
        return status.look(self.data, "cam-1")


@pytest.fixture
def box(tmp_path):
    made = Box(tmp_path)
    yield made
    made.journal.close()
    for server in made.servers:
        server.close()


@pytest.fixture
def server():
    state = honest.Honest()
    with honest.serving(state) as url:
        yield state, url


def send_all(keeper, rounds=100):
    return [keeper.step(KEEP_MS) for _ in range(rounds)]


def test_a_backlog_goes_in_order_once_the_server_is_back(box, server):
    state, url = server
    box.film(36)
    away = box.keeper(DEAD)
    pauses = [away.step(KEEP_MS) for _ in range(8)]
    assert all(pause >= keeping.FIRST_AWAY_S / 2 for pause in pauses), "a busy loop"
    assert max(pauses) > 20, "it asks less and less often"
    assert max(pauses) <= keeping.LONGEST_AWAY_S
    assert box.look().manifests >= 2, "minutes are closed meanwhile"
    assert box.look().faults == (), "away is no fault"
    send_all(box.keeper(url), 12)
    assert box.look().unsent == 0
    cids = [kept.stored.cid for kept in reversed(box.journal.present())]
    assert state.live == cids, "oldest first, each once"
    assert [seq for seq, _ in state.footage()] == list(range(box.look().manifests))
    assert box.look().unproven == 0


def test_what_waits_is_not_held_in_memory(box):
    box.film(30)
    away = box.keeper(DEAD)
    away.step(KEEP_MS)
    assert len(box.journal.loose()) < 16, "a minute is bound to its manifest at once"
    assert len(box.journal.unsent(upload.SEGMENTS_A_STEP)) == upload.SEGMENTS_A_STEP


@pytest.mark.parametrize(
    ("code", "name"), [(413, "body-too-large"), (403, "quota"), (409, "conflict"), (500, "x")]
)
def test_a_refused_blob_is_said_held_and_sent_later(box, server, code, name):
    state, url = server
    box.film(4)
    bad = box.journal.unsent(9)[1].stored.cid
    state.answers = lambda _, path: honest.problem(code, name) if path.endswith(bad) else None
    keeper = box.keeper(url)
    send_all(keeper, 5)
    assert box.look().unsent == 1, "the others do not wait for it"
    assert any(bad in fault and name in fault for fault in box.look().faults)
    assert sum(path.endswith(bad) for _, path in state.asked) == 1, "it is not tried at once"
    assert upload.sweep(box.journal, box.clock.ms + 10**9) == 0
    state.answers = lambda *_: None
    box.clock.ms += upload.REFUSED_PAUSE_MS
    send_all(keeper, 2)
    assert box.look().unsent == 0
    assert box.look().faults == ()


def test_a_node_that_may_store_nothing_pauses_long_and_drops_nothing(box, server):
    state, url = server
    box.film(30)
    state.answers = lambda method, _: honest.problem(403, "quota") if method == "PUT" else None
    keeper = box.keeper(url)
    pauses = send_all(keeper, 3)
    assert pauses[0] == keeping.REFUSED_PAUSE_S
    assert sum(method == "PUT" for method, _ in state.asked) <= 3 * (upload.FEW + 1)
    assert box.look().unsent == 30
    state.answers = lambda *_: None
    box.clock.ms += upload.REFUSED_PAUSE_MS
    send_all(keeper, 12)
    assert (box.look().unsent, box.look().unproven, box.look().faults) == (0, 0, ())


@pytest.mark.parametrize("code", [403, 409, 413, 500])
def test_a_refused_minute_holds_the_later_ones_but_no_segment(box, server, code):
    state, url = server
    box.film(36)
    refuse = honest.problem(code, "told")
    state.answers = lambda _, path: refuse if path == "/capture" else None
    keeper = box.keeper(url)
    send_all(keeper, 12)
    found = box.look()
    assert found.unsent == 0
    assert found.unproven == found.manifests > 1
    assert found.faults
    assert sum(path == "/capture" for _, path in state.asked) == 1
    assert upload.sweep(box.journal, box.clock.ms + 10**9) == 0, "nothing without a proof"
    state.answers = lambda *_: None
    box.clock.ms += upload.REFUSED_PAUSE_MS
    send_all(keeper, 4)
    assert [seq for seq, _ in state.footage()] == list(range(box.look().manifests))
    assert box.look().faults == ()


def forger():
    return note.NoteSigner(honest.LOG.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))


def test_a_proof_of_another_log_is_an_alarm_and_everything_stays(box, server):
    state, url = server
    box.film(20)
    keeper = box.keeper(url)
    state.signer = forger()
    send_all(keeper, 6)
    assert box.look().unproven == box.look().manifests
    assert any("ForgedProofError" in fault for fault in box.look().faults)
    assert upload.sweep(box.journal, box.clock.ms + 10**9) == 0


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        pytest.param("/capture/0", (200, b""), id="empty job"),
        pytest.param("/capture/0", (200, b"<html>"), id="html job"),
        pytest.param("/capture/0", (200, b"[1]"), id="list for a job"),
        pytest.param("/capture/0", (200, b'{"errors":[1],"entries":[]}'), id="half a job"),
        pytest.param("/log/checkpoint", (200, b""), id="empty checkpoint"),
        pytest.param("/log/checkpoint", (200, b"\xff" * 99), id="checkpoint of no text"),
        pytest.param("/log/checkpoint", (200, bytes(65 << 20)), id="oversize checkpoint"),
        pytest.param("/log/checkpoint", (302, b""), id="redirect"),
        pytest.param("/capture", (202, b""), id="job without address"),
        pytest.param("/capture", (202, b"http://[half"), id="job at no address"),
        pytest.param("/capture", (202, b"http://other.example/1"), id="job elsewhere"),
        pytest.param("/capture", (202, b"//other.example/1"), id="job at another host"),
    ],
)
def test_no_answer_makes_it_stop_or_forget(box, server, asked, answer):
    state, url = server
    box.film(20)
    state.answers = lambda _, path: answer if path == asked else None
    keeper = box.keeper(url)
    pauses = send_all(keeper, 6)
    assert all(pause >= keeping.PAUSE_S for pause in pauses)
    assert box.look().unsent == 0
    assert box.look().unproven == box.look().manifests > 0
    assert upload.sweep(box.journal, box.clock.ms + 10**9) == 0
    state.answers = lambda *_: None
    box.clock.ms += upload.REFUSED_PAUSE_MS
    send_all(keeper, 4)
    assert (box.look().unproven, box.look().faults) == (0, ())


def suspect(box):
    offence = sayings.Offence(
        "no-hat", box.clock.ms, 2, 0.9, "nguon:bareHead", 11, 15, {}, sha256(b"m").digest(), ()
    )
    said = sayings.violation(PLACE, "https://trace.example", offence)
    data = b"a statement; the server told to refuse never reads it"
    box.journal.add_violation(said, data, {})


@pytest.mark.parametrize(("code", "left"), [(422, 0), (409, 0), (403, 1), (500, 1), (413, 1)])
def test_only_what_the_log_rules_out_for_ever_is_not_said_again(box, server, code, left):
    state, url = server
    suspect(box)
    refuse = honest.problem(code, "told")
    state.answers = lambda _, path: refuse if path == "/capture" else None
    send_all(box.keeper(url), 2)
    assert len(box.journal.unsent_violations()) == left


def test_a_lost_file_is_said_and_holds_nothing_up(box, server):
    state, url = server
    box.film(3)
    box.journal.segment_path(1).unlink()
    send_all(box.keeper(url), 3)
    assert box.look().unsent == 1
    assert any("its file is gone" in fault for fault in box.look().faults)
    assert len(state.live) == 2


def test_a_changed_file_is_never_taken_for_the_segment(box, server):
    _, url = server
    box.film(3)
    box.journal.segment_path(1).write_bytes(b"other bytes")
    send_all(box.keeper(url), 3)
    assert any("segment 1 changed on disk" in fault for fault in box.look().faults)


def test_a_full_disk_is_an_error_of_its_own_and_ends(box):
    box.film(2)
    part = box.journal.segment_path(2).with_suffix(".m4s.part")
    part.symlink_to("/dev/full")
    with pytest.raises(OSError) as caught:  # noqa: PT011  (its number is asked for)
        box.film(1)
    assert caught.value.errno == errno.ENOSPC
    assert keeping.is_full(caught.value)
    part.unlink()
    box.journal.silence_begins(START_MS + 8000, "disk")
    box.clock.ms += 4000
    box.journal.silence_ends(box.clock.ms, "disk")
    box.film(20)
    send_all(box.keeper(DEAD), 1)
    [first, *_] = [manifests.parse(one.data) for one in box.journal.closed(9)]
    assert [s.seq for s in first.segments][:4] == [0, 1, 2, 3], "no number is skipped"
    assert {gap.reason for gap in first.gaps} == {"disk"}


def test_a_disk_error_that_may_not_pass_is_not_taken_for_a_full_one():
    assert not keeping.is_full(OSError(errno.EIO, "broken"))
    assert not keeping.is_full(ValueError("other"))


def test_two_processes_cannot_record_one_camera(box):
    box.journal.hold()
    other = Journal(box.journal.folder)
    with pytest.raises(OSError, match="another process records"):
        other.hold()
    other.close()


def test_a_manifest_that_says_another_time_is_refused_by_readers(box):
    box.film(20)
    send_all(box.keeper(DEAD), 1)
    [first, *_] = box.journal.closed(9)
    found = manifests.parse(first.data)
    moved = replace(found.segments[1], start_ms=found.segments[0].start_ms)
    with pytest.raises(manifests.ProofError):
        manifests.parse(replace(found, segments=(found.segments[0], moved)).to_bytes())
