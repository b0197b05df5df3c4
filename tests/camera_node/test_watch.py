"""A rule broken before the lens is a signed violation on the very GOPs that are kept."""

import threading
import time
from pathlib import Path

import pytest

from attest import kinds, payload, spell, statement
from attest.keys import PrivateKey
from camera_node.capture import source
from camera_node.capture.clock import SystemClock
from camera_node.capture.record import Recorder
from camera_node.keep.upload import Identity
from camera_node.node import Outside
from camera_node.scenes import draw
from camera_node.scenes.camera import CameraServer
from camera_node.scenes.sources import Live
from camera_node.settings import MODEL, Camera, Settings
from camera_node.watch import watcher
from support.footage import CAMERA, NODE

pytestmark = pytest.mark.integration
KEY = PrivateKey.from_seed(b"node")


def outside(folder: Path, url: str, model: Path = MODEL) -> Outside:
    camera = Camera(CAMERA, "https://trace.example/zone/z", url, ("no-hat", "no-mask"))
    settings = Settings(
        server="http://127.0.0.1:9",
        node=NODE,
        host="https://trace.example",
        key=folder / "node.pem",
        trust=folder / "trust.json",
        data=folder,
        cameras=(camera,),
        model=model,
    )
    return Outside(settings, camera, Identity(NODE, KEY, None), SystemClock(), lambda: None)


def watch(folder, seconds, model=MODEL):
    """Record and look for some seconds while a guest with a bare head walks in."""
    with CameraServer() as cameras:
        live = Live(draw.scene("process", 11))
        out = outside(folder, cameras.add("process", live), model)
        journal = out.journal()
        eyes = watcher(out)
        stop = threading.Event()
        looking = threading.Thread(target=eyes.run, args=(stop,))
        looking.start()
        camera = source.open_source(out.camera.url)
        live.force("no-hat", seconds)
        end = time.monotonic() + seconds
        recorder = Recorder(journal, out.place, out.me, out.clock, eyes.show)
        recorder.session(camera, lambda: time.monotonic() < end)
        camera.close()
        time.sleep(3)
        stop.set()
        looking.join()
    return journal, eyes


def test_a_bare_head_is_a_violation_on_the_kept_gops(tmp_path):
    journal, eyes = watch(tmp_path, 24)
    assert eyes.frames >= 80
    found = journal.unsent_violations()
    assert found, "nobody was suspected"
    _, blob, _, signed = found[0]
    said = statement.parse(signed)
    statement.check_signature(said, KEY.key)
    kinds.KINDS["violation"].parse(said.record)
    [sealed] = said.record["nguon:sealed"]
    event = payload.parse(blob[32:])["epcisBody"]["eventList"][0]
    assert event["nguon:model"] == spell.ni(eyes.model)
    assert event["nguon:rule"] in ("no-hat", "no-mask")
    assert sealed["salted"] is True
    kept = {spell.ni(gop.digest) for k in journal.present() for gop in k.stored.gops}
    shown = {item["digest"] for item in event["nguon:evidence"]}
    assert shown
    assert shown & kept, "evidence is among the recorded GOPs"
    assert {name for name, _ in journal.unsent_evidence()} >= {
        item["uri"].removeprefix("ipfs://") for item in event["nguon:evidence"]
    }
