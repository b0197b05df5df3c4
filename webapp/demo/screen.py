"""What a terminal can show: lines of text, and QR codes where it can print them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TextIO

import qrcode
from qrcode.constants import ERROR_CORRECT_L

MARGIN = 2  # modules; terminals leave more around them
INK_ON_PAPER = "\x1b[38;5;16;48;5;231m"  # black on white, whatever the terminal's colours
DARK, LIGHT, PLAIN = "\x1b[40m", "\x1b[107m", "\x1b[0m"
HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
ASCII_LOCALES = {"C", "POSIX"}


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the demo speaks; `blocks`: it prints half blocks, `colours`: it is a terminal."""

    stream: TextIO
    colours: bool
    blocks: bool

    def say(self, text: str = "") -> None:
        """Write a line at once; what the screen cannot spell becomes a question mark."""
        encoding = (self.stream.encoding or "ascii") if self.blocks else "ascii"
        self.stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self.stream.flush()

    def draw(self, text: str) -> None:
        """Write a QR code of the text; nothing where neither blocks nor colours can be had."""
        for line in lines(matrix(text), self.colours, self.blocks):
            self.say(f"    {line}")


def look(stream: TextIO, environ: Mapping[str, str] | None = None) -> Screen:
    """Find out what the stream can show, from its encoding, its locale and what it is."""
    environ = os.environ if environ is None else environ
    terminal = stream.isatty() and environ.get("TERM", "dumb") != "dumb"
    return Screen(stream, terminal, _spells(stream, environ))


def matrix(text: str) -> list[list[bool]]:
    """Return the modules of a QR code, True for dark, with a margin around it."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, border=MARGIN)
    code.add_data(text)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def lines(modules: Sequence[Sequence[bool]], colours: bool, blocks: bool) -> Iterator[str]:
    """Yield a QR code as lines: two rows in one by half blocks, else by coloured spaces."""
    if blocks:
        empty = [False] * len(modules[0])
        for upper, lower in zip_longest(modules[::2], modules[1::2], fillvalue=empty):
            line = "".join(HALVES[pair] for pair in zip(upper, lower, strict=True))
            yield f"{INK_ON_PAPER}{line}{PLAIN}" if colours else line
    elif colours:
        for row in modules:
            yield "".join(f"{DARK if dark else LIGHT}  " for dark in row) + PLAIN


def _spells(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether half blocks arrive: Python writes UTF-8 under LANG=C too, unasked."""
    said = environ.get("LC_ALL") or environ.get("LANG", "")
    if said in ASCII_LOCALES:
        return False
    try:
        "█▀▄".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
