"""A box films four rooms for a while: what a stranger then finds at a real server holds."""

import json
import re
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from attest import cid, payload, spell, statement
from attest.client import files
from attest.footage import boxes, segment
from attest.footage import manifest as manifests
from attest.keys import PrivateKey
from attest.log import merkle, proof
from attest.trust import parse as parse_trust
from camera_node.keep.journal import Journal
from camera_node.scenes import draw
from camera_node.scenes.camera import CameraServer
from camera_node.scenes.sources import Live
from camera_node.settings import MODEL
from support import camera_world, footage, noise, process_world, slices
from support.nguon import PROGRAM
from support.process_world import ProcessWorld, wait_for
from support.web_world import BASE

pytestmark = pytest.mark.integration

MINUTE_S = 10
FROZEN_S = 20
NAMES = ("cam-1", "cam-2", "cam-3", "cam-4")  # well; silent; still; looked at by noise
WATCHED = ("cam-1", "cam-4")
REGULATOR = f"{BASE}/party/regulator"
SOON_S = 60
STOP_S = 15


@dataclass
class Filmed:
    """What was there to be seen, and where a stranger looks."""

    world: ProcessWorld
    data: Path
    began: datetime
    sent: list[bytes] = field(default_factory=list)
    live: dict[str, tuple[dict, str]] = field(default_factory=dict)
    status: list[dict] = field(default_factory=list)  # the box's own word while it ran
    _read: dict[int, statement.Statement] = field(default_factory=dict)

    def path(self, name: str, ending: str) -> str:
        times = (f"{t:%Y%m%dT%H%M%SZ}" for t in (self.began, datetime.now(UTC)))
        return f"/hls/{name}/{'/'.join(times)}.{ending}"

    def record(self, name: str) -> dict:
        return self.world.get(self.path(name, "json")).raise_for_status().json()

    def blob(self, name: str) -> bytes:
        return self.world.get(f"/ipfs/{name}").raise_for_status().content

    def entry(self, index: int) -> statement.Statement:
        if index not in self._read:  # an entry never changes
            answer = self.world.get(f"/log/entry/{index}").raise_for_status()
            self._read[index] = statement.parse(answer.content)
        return self._read[index]

    def entries(self, kind: str) -> dict[int, statement.Statement]:
        """All entries of a kind, by index."""
        size = int(self.world.get("/log/checkpoint").text.split("\n")[1])
        found = {index: self.entry(index) for index in range(size)}
        return {index: said for index, said in found.items() if said.kind == kind}

    def manifests(self, name: str) -> dict[int, manifests.Manifest]:
        """The logged minutes of a camera, each checked against its entry, by entry."""
        found = {}
        for index, said in self.entries("footage").items():
            if said.header.sub == uri(name):
                statement.check_signature(said, footage.KEY.key)
                [event] = said.record["epcisBody"]["eventList"]
                report = event["sensorElementList"][0]["sensorReport"][0]
                data = self.blob(report["rawData"].removeprefix("ipfs://"))
                assert report["uriValue"] == spell.ni(sha256(data).digest())
                found[index] = manifests.parse(data)
        return found


def uri(name: str) -> str:
    return f"{BASE}/camera/{name}"


def write_box(folder: Path, server: str, urls: dict[str, str], model: Path = MODEL) -> Path:
    """Write a box's settings, its key and its trust."""
    files.make_folder(folder)
    files.write_secret(folder / "node.pem", footage.KEY.to_pem())
    said = {
        "server": server,
        "node": footage.NODE,
        "host": BASE,
        "key": "node.pem",
        "trust": str(folder.parent / "var/trust.json"),
        "data": ".",
        "model": str(model),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in said.items()]
    lines.append(f"minute_s = {MINUTE_S}")
    for name, url in urls.items():
        rules = ["no-hat", "no-mask"] if name in WATCHED else []
        lines += ["[[camera]]", f"id = {json.dumps(uri(name))}", f"url = {json.dumps(url)}"]
        lines += [f"zone = {json.dumps(camera_world.ZONE)}", f"rules = {json.dumps(rules)}"]
    path = folder / "camera.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@contextmanager
def box(config: Path):
    """Have `nguon camera run` run beside the block; it must end in order."""
    with (config.parent / "said.txt").open("w") as said:
        child = subprocess.Popen(
            [PROGRAM, "camera", "run", "--config", config], stdout=said, stderr=said
        )
        try:
            yield
        finally:
            child.terminate()
            assert child.wait(STOP_S) == 0, (config.parent / "said.txt").read_text()


@pytest.fixture(scope="module")
def filmed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filmed")
    with ExitStack() as stack:
        world = stack.enter_context(process_world.running(folder))
        camera_world.register(world)
        for number, name in enumerate(NAMES[1:], 15):
            camera_world.hang(world, uri(name), number)
        cameras = stack.enter_context(CameraServer())
        story = Filmed(world, folder / "box", datetime.now(UTC))
        lenses = {
            name: Live(draw.scene("process", seed), story.sent.append if seed == 11 else None)
            for seed, name in enumerate(NAMES, 11)
        }
        urls = {name: cameras.add(name, lens) for name, lens in lenses.items()}
        noisy = noise.write(folder / "noise.onnx")
        well = {name: urls[name] for name in NAMES[:3]}
        mine = write_box(story.data, world.server.url, well)
        other = write_box(folder / "other", world.server.url, {"cam-4": urls["cam-4"]}, noisy)
        with box(mine), box(other):
            see_live(story)
            lenses["cam-2"].freeze(FROZEN_S)
            lenses["cam-3"].freeze(FROZEN_S, still=True)
            for name in WATCHED:
                lenses[name].force("no-hat", FROZEN_S)
            time.sleep(FROZEN_S)
            see_logged(story)
            story.status = own_word(mine)
        yield story


def see_live(story: Filmed) -> None:
    """Wait until each camera shows, and keep what its live list said."""
    for name in NAMES:
        wait_for(
            lambda n=name: story.world.get(f"/hls/{n}/live.json").json()["segments"], SOON_S
        )
        record = story.world.get(f"/hls/{name}/live.json").json()
        story.live[name] = record, story.world.get(f"/hls/{name}/live.m3u8").text


def see_logged(story: Filmed) -> None:
    """Wait until the minutes of all that happened are in the log."""
    until = datetime.now(UTC).isoformat()
    for name in NAMES:
        wait_for(lambda n=name: logged_until(story, n) > until, 2 * SOON_S)


def logged_until(story: Filmed, name: str) -> str:
    rows = [row for row in story.record(name)["segments"] if row["manifest"]]
    return rows[-1]["end"] if rows else ""


def gone_s(gaps: list[dict], reason: str) -> float:
    """The longest time without pictures for a reason, across the ends of minutes."""
    longest, start_ms, end_ms = 0, 0, 0
    for gap in gaps:
        if gap["reason"] == reason:
            from_ms, to_ms = spell.time_ms(gap["from"]), spell.time_ms(gap["to"])
            start_ms = start_ms if from_ms <= end_ms else from_ms
            end_ms = to_ms
            longest = max(longest, end_ms - start_ms)
    return longest / 1000


def own_word(config: Path) -> list[dict]:
    """Ask a box how it is."""
    asked = [PROGRAM, "camera", "status", "--json", "--config", config]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def suspicions(story: Filmed, name: str) -> list[statement.Statement]:
    return [v for v in story.entries("violation").values() if v.header.sub == uri(name)]


def test_segments_show_before_their_minute_ends(filmed):
    for name in NAMES:
        record, playlist = filmed.live[name]
        assert record["camera"] == uri(name)
        assert {row["manifest"] and "logged" for row in record["segments"]} == {None}
        for row in record["segments"]:
            signed, said = segment.parse(spell.parse_base64url(row["statement"]))
            statement.check_signature(signed, footage.KEY.key)
            segment.check_bytes(said, filmed.blob(row["cid"]))
        assert re.search(r"^/ipfs/baf", playlist, re.M)
        assert "#EXT-X-ENDLIST" not in playlist


def test_a_downloaded_playlist_is_what_the_log_says(filmed):
    playlist = filmed.world.get(filmed.path("cam-1", "m3u8")).text
    assert playlist.rstrip().endswith("#EXT-X-ENDLIST")
    inits = re.findall(r'#EXT-X-MAP:URI="/ipfs/(\w+)"', playlist)
    names = re.findall(r"^/ipfs/(\w+)$", playlist, re.M)
    minutes = filmed.manifests("cam-1")
    rows = {s.cid: s for m in minutes.values() for s in m.segments}
    named = {row["cid"]: row["manifest"] for row in filmed.record("cam-1")["segments"]}
    assert {named[name]["index"] for name in rows} == {
        i for i, m in minutes.items() if m.segments
    }
    logged = [name for name in names if name in rows]
    assert len(logged) >= FROZEN_S / 6
    assert logged == [s.cid for m in minutes.values() for s in m.segments]
    for name in logged:
        data = filmed.blob(name)
        assert sha256(data).digest() == rows[name].digest
        assert cid.of_bytes(data) == name
    told = {digest for m in minutes.values() for digest in m.init}
    assert {sha256(filmed.blob(name)).digest() for name in inits} == told


def test_the_root_recomputes_from_the_boxes_of_the_downloaded_bytes(filmed):
    for minute in filmed.manifests("cam-1").values():
        gops = [g for s in minute.segments for g in boxes.gops(filmed.blob(s.cid))]
        leaves = [merkle.leaf_hash(sha256(gop).digest()) for gop in gops]
        assert merkle.tree_root(len(leaves), merkle.nodes_over(leaves)) == minute.root


def test_the_coded_slices_are_those_that_the_camera_sent(filmed):
    rows = [s for m in filmed.manifests("cam-1").values() for s in m.segments]
    kept = slices.of_segments(filmed.blob(row.cid) for row in rows)
    assert len(kept) > FROZEN_S * 5
    assert slices.is_run_of(kept, slices.of_nals(filmed.sent))


def test_minutes_chain_and_each_is_proven_and_its_proof_kept(filmed):
    pins = parse_trust((filmed.data.parent / "var/trust.json").read_bytes())
    journal = Journal(filmed.data / "camera-cam-1")
    before = None
    *minutes, _ = filmed.manifests("cam-1").values()  # it was told to end in the last one
    assert minutes
    for minute in minutes:
        assert minute.seq == 0 if before is None else minute.prev == before
        before = sha256(minute.to_bytes()).digest()
        text = journal.proof(minute.seq)
        assert text, "the node keeps the proof"
        kept = proof.parse(text)
        said = filmed.entry(kept.index)
        kept.check(said.data, pins.vkey)
        assert said.header.seen.size <= kept.index
    journal.close()


@pytest.mark.parametrize(("name", "reason"), [("cam-2", "offline"), ("cam-3", "frozen")])
def test_a_camera_frozen_for_twenty_seconds_is_a_signed_gap(filmed, name, reason):
    signed = [gap.record() for m in filmed.manifests(name).values() for gap in m.gaps]
    shown = filmed.record(name)["gaps"]  # also of minutes without any segment
    assert FROZEN_S - 5 <= gone_s(shown, reason) <= FROZEN_S + 10
    mine = [gap for gap in signed if gap["reason"] == reason]
    assert mine
    assert [gap for gap in shown if gap in mine] == mine
    beside = gone_s(filmed.record("cam-1")["gaps"], reason)
    assert beside < FROZEN_S / 2, "the camera beside it was well, if the machine was not busy"


def test_a_suspicion_is_in_the_log_and_sealed_until_it_is_confirmed(filmed):
    found = suspicions(filmed, "cam-1")
    assert found, "a bare head for twenty seconds"
    [sealed] = found[0].record["nguon:sealed"]
    name = sealed["uri"].removeprefix("ipfs://")
    assert filmed.world.get(f"/ipfs/{name}").status_code in (403, 404)
    decision = {
        "type": "decision",
        "id": f"{BASE}/decision/1",
        "on": found[0].record["id"],
        "at": spell.time_text(time.time_ns() // 1_000_000),
        "ruling": "confirmed",
        "reason": "seen on the recording",
    }
    world, regulator = filmed.world, PrivateKey.from_seed(b"regulator")
    world.log(world.enrol(regulator, REGULATOR, "regulator"))
    world.log(world.say(regulator, REGULATOR, decision))
    blob = filmed.blob(name)
    assert sealed["digest"] == spell.ni(sha256(blob).digest())
    [event] = payload.parse(blob[32:])["epcisBody"]["eventList"]
    assert event["nguon:rule"] == "no-hat"
    models = {m for minute in filmed.manifests("cam-1").values() for m in minute.models}
    assert models == {spell.parse_ni(event["nguon:model"])}


def test_noise_for_weights_accuses_nobody_and_is_named_in_the_minutes(filmed):
    assert not suspicions(filmed, "cam-4")
    noisy = {m for minute in filmed.manifests("cam-4").values() for m in minute.models}
    shipped = {m for minute in filmed.manifests("cam-1").values() for m in minute.models}
    assert noisy == {sha256((filmed.data.parent / "noise.onnx").read_bytes()).digest()}
    assert noisy != shipped == {sha256(MODEL.read_bytes()).digest()}
    looked = [minute.stats["framesSeen"] for minute in filmed.manifests("cam-4").values()]
    assert looked[-1] > 5 * FROZEN_S / 2, "it did look"


def test_the_boxes_own_word_is_that_all_is_well(filmed):
    said = {one["camera"]: one for one in filmed.status}
    assert set(said) == set(NAMES[:3])
    assert all(not one["faults"] and one["segments"] > 2 for one in said.values())
    assert own_word(filmed.data / "camera.toml"), "after its end, too"
