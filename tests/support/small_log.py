"""A small log, for tests of what stands on one: a tree, its proofs, a note of its shape."""

import base64
from functools import cache
from hashlib import sha256

ORIGIN = "log.example/test"


class Tree:
    """A small RFC 6962 tree that can be told to forget and rewrite its past."""

    def __init__(self, salt: str = "") -> None:
        self.salt = salt

    def root(self, size: int) -> bytes:
        return self._root(0, size)

    def _root(self, start: int, end: int) -> bytes:
        return _root(self.salt, start, end)

    def consistency(self, m: int, n: int) -> list[bytes]:
        """RFC 9162, 2.1.4.1, word for word."""
        return self._subproof(m, 0, n, True)

    def _subproof(self, m: int, start: int, end: int, whole: bool) -> list[bytes]:
        size = end - start
        if m == size:
            return [] if whole else [self._root(start, end)]
        k = _split(size)
        if m <= k:
            return [
                *self._subproof(m, start, start + k, whole),
                self._root(start + k, end),
            ]
        return [*self._subproof(m - k, start + k, end, False), self._root(start, start + k)]

    def checkpoint(self, size: int) -> tuple[int, bytes, str]:
        root = self.root(size)
        text = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
        line = base64.b64encode(b"\0\0\0\1" + bytes(64)).decode()
        return size, root, f"{text}\n— {ORIGIN} {line}\n"


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


@cache
def _root(salt: str, start: int, end: int) -> bytes:
    if end - start == 1:
        return sha256(b"\0" + f"{salt}{start}".encode()).digest()
    split = start + _split(end - start)
    return sha256(b"\1" + _root(salt, start, split) + _root(salt, split, end)).digest()
