"""The demo speaks on any terminal: QR codes where they can be printed, never a crash."""

import io
import re

import cv2
import numpy as np
import pytest

from webapp.demo import screen
from webapp.demo.screen import Screen

LINK = "HTTP://LOCALHOST:8080/01/09521000001015/21/00X1P1000A3TY24W7QXP"
UTF8 = {"LANG": "en_US.UTF-8", "TERM": "xterm"}
FOREGROUND = {"█": (True, True), "▀": (True, False), "▄": (False, True), " ": (False, False)}


class Terminal(io.TextIOWrapper):
    """A stream with an encoding of its own, which may say that it is a terminal."""

    def __init__(self, encoding, terminal):
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", newline="")
        self.terminal = terminal

    def isatty(self):
        return self.terminal

    def text(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


def drawn(encoding, environ, terminal):
    stream = Terminal(encoding, terminal)
    screen.look(stream, environ).draw(LINK)
    return stream.text()


def halves(text):
    """Read half blocks back to modules."""
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line)[4:] for line in text.splitlines()]
    rows = []
    for line in plain:
        pairs = [FOREGROUND[char] for char in line]
        rows += [[upper for upper, _ in pairs], [lower for _, lower in pairs]]
    return rows


@pytest.mark.parametrize("terminal", [True, False])
def test_half_blocks_show_exactly_the_code(terminal):
    wanted = screen.matrix(LINK)
    found = halves(drawn("utf-8", UTF8, terminal))
    assert found[: len(wanted)] == wanted
    assert not any(any(row) for row in found[len(wanted) :])


def test_a_link_in_upper_case_makes_a_smaller_code():
    assert len(screen.matrix(LINK)) < len(screen.matrix(LINK.lower()))


def test_a_terminal_without_utf8_gets_the_same_code_in_coloured_spaces():
    text = drawn("ascii", {"LANG": "C", "TERM": "xterm"}, terminal=True)
    assert text.isascii()
    rows = [
        [cell == screen.DARK for cell in re.findall(r"(\x1b\[\d+m)  ", line)]
        for line in text.splitlines()
    ]
    assert rows == screen.matrix(LINK)


@pytest.mark.parametrize(
    ("encoding", "environ"),
    [
        pytest.param("ascii", {"LANG": "C"}, id="ascii"),
        pytest.param("utf-8", {"LANG": "C"}, id="LANG=C, which Python writes UTF-8 under"),
        pytest.param("utf-8", {"LANG": "vi_VN.UTF-8", "LC_ALL": "POSIX"}, id="LC_ALL"),
        pytest.param("latin-1", {"LANG": "en_US"}, id="latin-1"),
    ],
)
def test_nothing_that_cannot_be_read_is_written_to_a_file(encoding, environ):
    assert drawn(encoding, environ, terminal=False) == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1258", "utf-8"])
def test_words_never_break_a_screen(encoding):
    stream = Terminal(encoding, terminal=False)
    screen.look(stream, {"LANG": "C"}).say("hàng thật \udcff 真")
    assert stream.text().startswith("h")
    assert stream.text().endswith("\n")


def test_a_line_is_there_at_once():
    stream = Terminal("utf-8", terminal=False)
    Screen(stream, colours=False, blocks=True).say("ready")
    assert stream.buffer.getvalue() == b"ready\n"


def test_a_camera_reads_the_link_off_the_screen():
    rows = halves(drawn("utf-8", UTF8, terminal=True))
    picture = np.where(np.array(rows), 0, 255).astype(np.uint8).repeat(8, 0).repeat(8, 1)
    read, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert read == LINK
