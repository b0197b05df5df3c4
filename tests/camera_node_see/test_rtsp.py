"""The stand-in camera is a camera: RTSP that strangers' clients read, bytes unchanged."""

import socket
import threading
import time
from itertools import islice, pairwise

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_node.scenes import camera, coder, draw, packets
from camera_node.scenes.camera import CameraServer
from camera_node.scenes.day import Habits
from camera_node.scenes.packets import AccessUnit, Sender
from camera_node.scenes.sources import Live
from support import require

OPEN = {"rtsp_transport": "tcp", "analyzeduration": "500000"}


@pytest.fixture
def server():
    with CameraServer() as cameras:
        yield cameras


def demuxed(url, count):
    with av.open(url, options=OPEN, timeout=10) as stream:
        taken = []
        for packet in stream.demux(video=0):
            taken.append(packet)
            if len(taken) == count:
                break
        return taken


def slices(nals):
    return [nal for nal in nals if packets.kind(nal) in (packets.SLICE, packets.SLICE_IDR)]


def test_a_player_gets_a_key_picture_first_and_then_one_every_two_seconds(server):
    url = server.add("raw", Live(draw.scene("raw", 7)))
    taken = demuxed(url, 45)
    keys = [i for i, p in enumerate(taken) if p.is_keyframe]
    assert keys == [0, 20, 40]
    times = [p.pts for p in taken if p.pts is not None]
    assert [b - a for a, b in pairwise(times)] == [9_000] * (len(times) - 1)


def test_every_client_gets_the_coded_slices_that_were_made(server):
    made = []
    url = server.add("raw", Live(draw.scene("raw", 7), made.append))
    results = {}

    def watch(name):
        results[name] = demuxed(url, 25)

    clients = [threading.Thread(target=watch, args=(n,)) for n in range(3)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(30)
    sent = slices(made)
    for taken in results.values():
        got = slices([nal for p in taken for nal in packets.split(bytes(p))])
        start = sent.index(got[0])
        assert sent[start : start + len(got)] == got
    assert len(results) == 3


def test_a_file_is_served_in_its_own_bytes_and_ends(server):
    path = require.shared("video/one-by-one-person-detection.mp4")
    made = []
    taken = demuxed(server.serve_file(path, made.append, seconds=3), None)
    got = slices([nal for p in taken for nal in packets.split(bytes(p))])
    assert len(got) > 20
    assert got == slices(made)


def test_a_frozen_camera_sends_nothing_and_goes_on(server):
    live = Live(draw.scene("raw", 7))
    url = server.add("raw", live)
    with av.open(url, options=OPEN, timeout=10) as stream:
        packets_of = stream.demux(video=0)
        for _ in range(5):
            next(packets_of)
        camera.command(url, "freeze: 2")
        start, longest = time.monotonic(), 0.0
        while longest < 1.5 and time.monotonic() - start < 8:
            before = time.monotonic()
            next(packets_of)
            longest = max(longest, time.monotonic() - before)
    assert longest >= 1.5


def test_a_still_camera_sends_the_same_picture(server):
    live = Live(draw.scene("raw", 7))
    live.freeze(30, still=True)
    url = server.add("raw", live)
    with av.open(url, options=OPEN, timeout=10) as stream:
        pictures = islice(stream.decode(video=0), 24)
        frames = [f.to_ndarray(format="gray") for f in pictures]
    assert abs(frames[-1].astype(int) - frames[-4].astype(int)).max() < 16


@pytest.mark.parametrize(
    "text", ["explode: 3", "freeze: soon", "force: no-shoes 3", "freeze: 1 2 3", ": "]
)
def test_a_command_that_is_none_is_refused(server, text):
    url = server.add("raw", Live(draw.scene("raw", 7)))
    with pytest.raises(ValueError, match="refused"):
        camera.command(url, text)


def test_a_guest_without_a_hat_comes_when_called(server):
    live = Live(draw.scene("raw", 7, Habits(0, 0, 0, 0, 0)))
    url = server.add("raw", live)
    now_ms = time.time_ns() // 1_000_000
    moments = range(now_ms + 8_000, now_ms + 22_000, 500)  # another worker may pass before him
    assert not any("barehead" in {x.cls for x in live.scene().at(t)[1]} for t in moments)
    camera.command(url, "force: no-hat 30")
    assert any("barehead" in {x.cls for x in live.scene().at(t)[1]} for t in moments)


def answer(server, request):
    with socket.create_connection(("127.0.0.1", server.port), 5) as link:
        try:
            link.sendall(request)
            link.shutdown(socket.SHUT_WR)
            return link.makefile("rb").readline().decode()
        except TimeoutError:
            raise  # neither answered nor cut off
        except OSError:
            return ""  # cut off with bytes unread


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "200", id="options"),
        pytest.param("DESCRIBE /none RTSP/1.0\r\nCSeq: 1\r\n\r\n", "404", id="unknown camera"),
        pytest.param("PLAY /raw RTSP/1.0\r\nCSeq: 1\r\n\r\n", "455", id="play before setup"),
        pytest.param("RECORD /raw RTSP/1.0\r\nCSeq: 1\r\n\r\n", "501", id="unknown method"),
        pytest.param(
            "SETUP /raw RTSP/1.0\r\nTransport: RTP/AVP;unicast;client_port=1-2\r\n\r\n",
            "461",
            id="udp",
        ),
        pytest.param(
            "SETUP /raw RTSP/1.0\r\nTransport: RTP/AVP/TCP;interleaved=900\r\n\r\n",
            "400",
            id="channel out of range",
        ),
        pytest.param("GET / HTTP/1.1\r\n\r\n", None, id="http"),
        pytest.param("A" * 9_000, None, id="endless line"),
        pytest.param("PLAY / RTSP/1.0\r\n" + "a: b\r\n" * 99 + "\r\n", None, id="many headers"),
        pytest.param(
            "PLAY / RTSP/1.0\r\nContent-Length: 9999999\r\n\r\n", None, id="long body"
        ),
        pytest.param("PLAY / RTSP/1.0\r\nContent-Length: -1\r\n\r\n", None, id="no length"),
    ],
)
def test_a_request_gets_its_answer_and_rubbish_gets_none(server, request_, status):
    server.add("raw", Live(draw.scene("raw", 7)))
    line = answer(server, request_.encode())
    assert line.split()[1:2] == ([status] if status else [])


def test_a_taken_port_is_an_error(server):
    with pytest.raises(OSError, match=r"[Aa]ddress"):
        CameraServer(server.port)


def test_a_closed_server_leaves_no_thread_behind():
    before = set(threading.enumerate())
    with CameraServer() as cameras:
        url = cameras.add("raw", Live(draw.scene("raw", 7)))
        streams = [av.open(url, options=OPEN, timeout=10) for _ in range(2)]
    assert set(threading.enumerate()) <= before
    for stream in streams:
        stream.close()


def test_who_comes_back_at_once_sees_each_picture_once(server):
    made = []
    live = Live(draw.scene("raw", 7), made.append)
    url = server.add("raw", live)
    for _ in range(3):
        demuxed(url, 1)
    start, count = time.monotonic(), len(slices(made))
    demuxed(url, 30)
    rate = (len(slices(made)) - count) / (time.monotonic() - start)
    assert rate < 1.5 * coder.RATE


def test_a_closed_server_cuts_its_clients_off():
    with CameraServer() as cameras:
        url = cameras.add("raw", Live(draw.scene("raw", 7)))
        stream = av.open(url, options=OPEN, timeout=10)
    with stream:
        assert sum(1 for p in stream.demux(video=0) if p.size) < 60


@given(st.lists(st.binary(min_size=2, max_size=5_000), min_size=1, max_size=5))
def test_nal_units_come_back_whole_from_their_packets(bodies):
    nals = tuple(bytes([0x65]) + b for b in bodies)
    sender = Sender(1)
    sent = list(sender.packets_of(AccessUnit(90, nals, 90)))
    assert all(len(p) <= packets.MOST_BYTES + 12 for p in sent)
    assert [p[1] >> 7 for p in sent] == [0] * (len(sent) - 1) + [1]
    assert joined([p[12:] for p in sent]) == list(nals)


def joined(payloads):
    nals = []
    for payload in payloads:
        if payload[0] & 0x1F != packets.FRAGMENT:
            nals.append(payload)
        elif payload[1] & 0x80:
            nals.append(bytes([payload[0] & 0xE0 | payload[1] & 0x1F]) + payload[2:])
        else:
            nals[-1] += payload[2:]
    return nals
