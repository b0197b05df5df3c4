"""Does what the README says at a terminal, as somebody who just cloned this; tells what held.

    python3 newcomer.py online | offline FOLDER

`newcomer.sh` runs it inside a bare Debian as the first process of a name space of its own, so
that every other process there is the demo's. Exit status 1 when a claim did not hold; seconds
are told, and judged only where the machine had nothing else to do.
"""

import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

FIRST_S = 1200  # downloads, the story, a busy machine
SECOND_S = 120
AGAIN_S = 10.0  # what is promised of a second start on a calm machine
END_S = 10.0  # what is promised of Ctrl-C
LINK = re.compile(r"^ {4}(http://\S+/s/\S+)$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
BLOCKS = set("█▀▄ ")
NEVER = "never issued"  # what is said of the one stamp that is nobody's
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Claims:
    """What was promised, and whether it held."""

    def __init__(self) -> None:
        self.broken = 0

    def check(self, held: bool, text: str) -> None:
        """Write down whether a claim held."""
        self.broken += not held
        say(f"{'held  ' if held else 'BROKEN'}  {text}")


class Command:
    """A line typed in a folder: at a terminal, or with its output in a pipe."""

    def __init__(self, line: str, folder: Path, *, terminal: bool = True) -> None:
        say(f"$ {line}")
        self.text, self.longest_s, self.silent = "", 0.0, ""
        self._begun = self._last = time.monotonic()
        self._terminal, self._partial = terminal, b""
        self.status: int | None = None
        if terminal:
            self._pid, self._fd = pty.fork()
            if self._pid == 0:
                os.chdir(folder)
                os.execvp("sh", ["sh", "-c", line])  # noqa: S606, S607
        else:
            self._fd, theirs = os.pipe()
            run = subprocess.Popen(  # noqa: S602  a line of the README
                line, shell=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=theirs,
                stderr=theirs, start_new_session=True,
            )  # fmt: skip
            self._pid = run.pid
            os.close(theirs)

    def until(self, words: str | None, seconds: float) -> float:
        """Listen until these words, or its end; return the seconds since it was typed."""
        deadline = time.monotonic() + seconds
        while (words is None or words not in self.text) and time.monotonic() < deadline:
            if not self._listen():
                self._ended()
                break
        return time.monotonic() - self._begun

    def calm(self, seconds: float) -> None:
        """Listen for some more seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._listen():
            pass

    def interrupt(self) -> float:
        """Press Ctrl-C; return the seconds until it ended."""
        pressed = time.monotonic()
        if self._terminal:
            os.write(self._fd, b"\x03")
        else:
            os.killpg(self._pid, signal.SIGINT)
        self.until(None, END_S * 3)
        return time.monotonic() - pressed

    def links(self) -> list[str]:
        """Return the links that it printed."""
        return LINK.findall(self.text)

    def _listen(self) -> bool:
        if not select.select([self._fd], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._fd, 65_536)
        except OSError:  # a terminal whose program ended
            data = b""
        *whole, self._partial = (self._partial + data).split(b"\n")
        for line in whole:
            self._hear(COLOUR.sub("", line.decode("utf-8", "replace")).rstrip("\r"))
        return bool(data)

    def _hear(self, line: str) -> None:
        now = time.monotonic()
        if now - self._last > self.longest_s:
            self.longest_s, self.silent = now - self._last, line
        self._last = now
        self.text += line + "\n"
        if line.strip() and not set(line) <= BLOCKS:
            say(f"{now - self._begun:7.1f}  | {line}")

    def _ended(self) -> None:
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            os.close(self._fd)


def main(word: str, folder: Path) -> int:
    """Do one part; the exit status is 1 when a claim did not hold."""
    claims = Claims()
    {"online": online, "offline": offline}[word](claims, folder)
    say(f"{word}: {claims.broken} claims did not hold")
    return 1 if claims.broken else 0


def online(claims: Claims, folder: Path) -> None:
    """Start it for the first time, follow its links, stop it; then for the whole network."""
    first = Command(readme(folder), folder)
    took_s = first.until("ready: ", FIRST_S)
    claims.check("ready: " in first.text, f"ready after {took_s:.1f} s, everything included")
    say(f"        longest without a word: {first.longest_s:.1f} s, before {first.silent!r}")
    follow(claims, first)
    remember(folder, first)
    stop(claims, first)
    with taken(int(os.environ.get("PORT", "8080"))):
        refused = Command("make demo", folder)
        refused.until(None, SECOND_S)
    claims.check(
        refused.status not in (0, None) and "PORT=" in refused.text,
        "a taken port is refused with a way out",
    )
    wide = Command("make demo HOST=0.0.0.0", folder)
    wide.until("ready: ", SECOND_S)
    follow(claims, wide)
    claims.check("on this network: " in wide.text, "HOST=0.0.0.0 says who can come")
    claims.check("secure context" in wide.text, "and what a phone cannot check over http")
    claims.check(codes(wide) == remembered(folder), "the stamps are the same")
    stop(claims, wide)


def offline(claims: Claims, folder: Path) -> None:
    """Start it again without any network, no terminal and LANG=C; then forget it all."""
    calm = os.getloadavg()[0] < (os.cpu_count() or 1)
    again = Command("LANG=C make demo", folder, terminal=False)
    took_s = again.until("ready: ", SECOND_S)
    claims.check("ready: " in again.text, f"ready again after {took_s:.1f} s without network")
    claims.check(took_s < AGAIN_S or not calm, f"within {AGAIN_S:.0f} s, or a busy machine")
    follow(claims, again)
    claims.check(codes(again) == remembered(folder), "the stamps are the same")
    claims.check(again.text.isascii(), "LANG=C gets ASCII")
    stop(claims, again)
    reset = Command("make demo-reset", folder)
    reset.until(None, SECOND_S)
    claims.check(reset.status == 0 and not (folder / "var").exists(), "demo-reset forgets it")
    bare = folder.with_name("without network")
    shutil.copytree(folder, bare, ignore=shutil.ignore_patterns(".venv", "node_modules"))
    fresh = Command("make demo", bare)
    took_s = fresh.until(None, FIRST_S)
    claims.check(
        fresh.status not in (0, None) and "registry" in fresh.text,
        f"a first start without network says what is wrong, after {took_s:.1f} s",
    )


def follow(claims: Claims, command: Command) -> None:
    """Fetch each printed link as JSON and as a page."""
    command.until(NEVER, SECOND_S)
    command.calm(2)  # its link is the last one
    links = command.links()
    claims.check(len(links) > 6, f"{len(links)} links are printed")  # noqa: PLR2004
    said = command.text.splitlines()
    for link in links:
        what = said[said.index(f"    {link}") - 1]
        wanted = 404 if NEVER in what else 200
        status, body = fetch(link, "application/json")
        page, _ = fetch(link, "text/html")
        state = json.loads(body).get("stamp", {}).get("state", "-") if body else "-"
        claims.check(status == page == wanted, f"{status} {page} {state:10} {what}")


def fetch(url: str, form: str) -> tuple[int, bytes]:
    """Return status and body of an address; status 0 when nobody answers."""
    request = urllib.request.Request(url, headers={"Accept": form})  # noqa: S310
    try:
        with DIRECT.open(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()
    except OSError as away:
        say(f"        {url}: {away}")
        return 0, b""


def stop(claims: Claims, command: Command) -> None:
    """Press Ctrl-C, and look for what is left."""
    took_s = command.interrupt()
    claims.check(took_s < END_S, f"Ctrl-C ends it, after {took_s:.1f} s")
    left = others()
    claims.check(not left, f"nothing of it is left {left or ''}")


def others() -> list[str]:
    """Return the command lines of all processes here but this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):  # it ended meanwhile
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found += [] if state == "Z" else [line[:80]]
    return found


@contextlib.contextmanager
def taken(port: int):
    """Be somebody else who listens on a port."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield


def readme(folder: Path) -> str:
    """Return the first command that the README shows."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    return text.partition("```sh\n")[2].partition("\n")[0]


def codes(command: Command) -> list[str]:
    """Return the codes of the printed links."""
    return [link.rpartition("/")[2] for link in command.links()]


def remember(folder: Path, command: Command) -> None:
    """Keep the codes for the other parts."""
    folder.with_name("codes").write_text(" ".join(codes(command)))


def remembered(folder: Path) -> list[str]:
    """Return the codes that the first start printed."""
    return folder.with_name("codes").read_text().split()


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
