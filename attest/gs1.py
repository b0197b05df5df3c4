"""Products, lots and serial numbers as GS1 writes them into a web address.

A path `/01/<gtin14>[/10/<lot>][/21/<serial>]` follows the GS1 Digital Link URI syntax.
`text()` prints the one canonical spelling, `parse` also takes other ways to escape a character.
"""

import re
from dataclasses import dataclass

from .errors import MalformedError

BASE = "https://id.gs1.org"
GTIN_SIZE = 14
MAX_PATH = 200
LOT = "10"
SERIAL = "21"
# The 82 characters of application identifiers 10 and 21 (GS1 General Specifications, 7.11).
_AI82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}")
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_RESERVED = re.compile(r"[^A-Za-z0-9\-._~]")
_DIGITS = re.compile("[0-9]+")


class DigitalLinkError(MalformedError):
    """The path is not a GS1 Digital Link that we can read."""

    code = "bad-digital-link"


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A product, perhaps one lot of it, perhaps one serial number (a stamp's code)."""

    gtin: str
    lot: str | None = None
    serial: str | None = None

    def text(self) -> str:
        """Return the path; `https://id.gs1.org` in front of it makes the product's URI."""
        parts = ["", "01", self.gtin]
        for identifier, value in ((LOT, self.lot), (SERIAL, self.serial)):
            if value is not None:
                parts += [identifier, _RESERVED.sub(lambda m: f"%{ord(m[0]):02X}", value)]
        return "/".join(parts)

    def uri(self) -> str:
        """Return the address under GS1's own domain, which payloads use as an id."""
        return BASE + self.text()


def parse(path: str) -> DigitalLink:
    """Read a path, refusing what is not a product, lot or serial with `DigitalLinkError`."""
    parts = path.split("/")
    if len(path) > MAX_PATH or parts[:2] != ["", "01"] or len(parts) % 2 == 0:
        raise DigitalLinkError(f"path {path[:100]!r} does not begin with a product")
    identifiers = parts[3::2]
    if identifiers not in ([], [LOT], [SERIAL], [LOT, SERIAL]):
        raise DigitalLinkError(f"path {path!r} has identifiers other than 10 and 21")
    values = {i: _value(text) for i, text in zip(identifiers, parts[4::2], strict=True)}
    return DigitalLink(_gtin(parts[2]), values.get(LOT), values.get(SERIAL))


def parse_uri(uri: str) -> DigitalLink:
    """Read an id as payloads carry it: a path behind `https://id.gs1.org`."""
    if not uri.startswith(BASE + "/"):
        raise DigitalLinkError(f"{uri[:100]!r} is not under {BASE}")
    return parse(uri.removeprefix(BASE))


def check_digit(digits: str) -> str:
    """Return the last digit of a GTIN, SSCC or GLN whose other digits these are."""
    if not _DIGITS.fullmatch(digits):
        raise DigitalLinkError(f"{digits[:100]!r} is not digits")
    weighted = (int(d) * (1 if at % 2 else 3) for at, d in enumerate(reversed(digits)))
    return str(-sum(weighted) % 10)


def _gtin(text: str) -> str:
    if len(text) != GTIN_SIZE or not _DIGITS.fullmatch(text):
        raise DigitalLinkError(f"GTIN {text[:100]!r} is not {GTIN_SIZE} digits")
    if check_digit(text[:-1]) != text[-1]:
        raise DigitalLinkError(f"GTIN {text} should end in {check_digit(text[:-1])}")
    return text


def _value(text: str) -> str:
    if "%" in _ESCAPE.sub("", text):
        raise DigitalLinkError(f"value {text!r} has a broken escape")
    value = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text)
    if not _AI82.fullmatch(value):
        raise DigitalLinkError(f"value {text!r} is not one to twenty characters of GS1's set")
    return value
