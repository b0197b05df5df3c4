"""The embedded chain outlives its process, and a lost one is seen as lost."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.anchor import devchain, history, sender, wallet
from ledger.anchor.devchain import DevChain
from ledger.anchor.errors import ChainUnreachableError, NoAnvilError
from support import require
from support.small_log import ORIGIN, Tree

pytestmark = pytest.mark.integration


class Box:
    """A chain and a sender that live and die together, as they do in `nguon work`."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self.engine = engine
        self.key = wallet.generate()
        self.tree = Tree()
        self.now_ms = 1_800_000_000_000
        self.start()

    def start(self) -> None:
        self.chain = DevChain(self.folder, require.anvil(), self.key.address)
        self.chain.start()
        self.sender = sender.AnchorSender(
            self.engine, self.chain.chain, ORIGIN, self.key, sender.embedded()
        )

    def steps(self, count: int, size: int) -> None:
        for _ in range(count):
            self.chain.tend()
            self.sender.step(self.now_ms, self.tree.checkpoint(size), self.tree.consistency)
            self.now_ms += 2_000

    def kill(self) -> None:
        os.kill(self.chain.pid, signal.SIGKILL)
        time.sleep(0.2)


@pytest.fixture
def box(tmp_path: Path, engine: Engine) -> Iterator[Box]:
    box = Box(tmp_path / "a chain", engine)
    yield box
    box.chain.stop()


def kinds(engine: Engine) -> list[str]:
    return [incident.kind for incident in history.incidents(engine)]


def test_an_anchor_becomes_final_without_further_traffic(box: Box) -> None:
    box.steps(8, 5)
    final = history.newest_final(box.engine, 5)
    assert final is not None
    assert final.size == 5
    assert history.identity(box.engine).independent is False


def test_a_quiet_chain_makes_no_blocks(box: Box) -> None:
    box.steps(8, 5)
    head = box.chain.chain.head().number
    box.steps(20, 5)
    assert box.chain.chain.head().number == head


def test_a_second_start_is_the_same_chain_with_the_same_anchors(box: Box) -> None:
    box.steps(8, 5)
    before = history.page(box.engine)
    box.chain.stop()
    box.start()
    box.steps(4, 5)
    assert history.page(box.engine) == before
    box.steps(12, 9)
    assert [row.size for row in history.anchors(box.engine)] == [9, 5]
    assert kinds(box.engine) == []


def test_many_starts_later_it_is_still_the_same_chain(box: Box) -> None:
    """anvil makes a block 0 at each start, a second apart another one, and saves it, too."""
    box.steps(8, 5)
    before = history.identity(box.engine)
    for life in range(6):
        time.sleep(1.1)
        box.kill()
        box.steps(8, 6 + life)
        assert history.identity(box.engine) == before, life
    assert kinds(box.engine) == []


def test_anvil_killed_is_restarted_and_nothing_final_is_lost(box: Box) -> None:
    box.steps(8, 5)
    before = history.page(box.engine)
    box.kill()
    box.steps(3, 5)
    assert history.page(box.engine) == before
    assert kinds(box.engine) == []


def test_anvil_that_hangs_is_restarted(box: Box) -> None:
    box.steps(8, 5)
    pid = box.chain.pid
    before = history.page(box.engine)
    box.chain.chain.timeout_s = 0.3
    os.kill(pid, signal.SIGSTOP)
    for _ in range(3):
        with pytest.raises(ChainUnreachableError):
            box.chain.tend()
    box.chain.chain.timeout_s = 5
    box.steps(2, 5)
    assert box.chain.pid != pid
    assert history.page(box.engine) == before


def test_anvil_killed_between_sending_and_saving_anchors_again(box: Box) -> None:
    box.steps(8, 5)
    box.now_ms += 20_000
    box.sender.step(box.now_ms, box.tree.checkpoint(9), box.tree.consistency)
    box.kill()  # the block with 9 was never saved
    box.now_ms += 2_000
    box.chain.tend()
    box.steps(25, 9)
    assert [row.size for row in history.anchors(box.engine)] == [9, 5]
    assert history.newest_final(box.engine, 9).size == 9


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda folder: (folder / "state.json").unlink(), id="state deleted"),
        pytest.param(lambda folder: (folder / "state.json").write_bytes(b""), id="state empty"),
        pytest.param(
            lambda folder: os.truncate(folder / "state.json", 1000), id="state cut short"
        ),
        pytest.param(lambda folder: (folder / "birth.json").unlink(), id="birth deleted"),
    ],
)
def test_a_lost_chain_is_an_incident_and_the_log_is_anchored_on_the_next_one(
    box: Box, harm: object
) -> None:
    box.steps(8, 5)
    before = history.identity(box.engine)
    box.kill()
    harm(box.folder)
    box.steps(12, 7)
    after = history.identity(box.engine)
    assert (after.chain_id, after.genesis) != (before.chain_id, before.genesis)
    assert [row.size for row in history.anchors(box.engine)] == [7]
    assert kinds(box.engine) == ["chain-lost"]
    assert after.independent is False


def test_a_port_that_another_program_took_costs_no_chain(box: Box) -> None:
    box.steps(8, 5)
    before = history.identity(box.engine)
    port = int(box.chain.url.rsplit(":", 1)[1])
    box.kill()
    with socket.create_server(("127.0.0.1", port)):
        box.steps(3, 5)
        assert box.chain.url != f"http://127.0.0.1:{port}"
        assert devchain.endpoint(box.folder) == box.chain.url
    assert history.identity(box.engine) == before
    assert kinds(box.engine) == []


def test_no_anvil_is_a_refusal_that_says_what_to_do(tmp_path: Path) -> None:
    chain = DevChain(tmp_path / "chain", tmp_path / "no-anvil", "0x" + "11" * 20)
    with pytest.raises(NoAnvilError, match="npm ci"):
        chain.start()


def test_stopping_twice_is_once_and_leaves_no_process(box: Box) -> None:
    pid = box.chain.pid
    box.chain.stop()
    box.chain.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_state_file_is_for_its_owner_alone(box: Box) -> None:
    assert (box.folder / "state.json").stat().st_mode & 0o077 == 0


def test_a_web_page_of_another_origin_cannot_reach_the_chain(box: Box) -> None:
    """A browser may send this without asking first; anvil must not obey it."""
    import httpx  # noqa: PLC0415

    head = box.chain.chain.head()
    call = '{"jsonrpc":"2.0","id":1,"method":"anvil_mine","params":["0x5"]}'
    headers = {"Content-Type": "text/plain", "Origin": "http://evil.example"}
    httpx.post(box.chain.url, content=call, headers=headers)
    assert box.chain.chain.head() == head
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(box.chain.url, headers=asked)
    assert "access-control-allow-origin" not in answer.headers


def test_anvil_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from ledger.anchor.devchain import DevChain\n"
        "chain = DevChain(Path(sys.argv[1]), Path(sys.argv[2]), '0x' + '11' * 20)\n"
        "chain.start(); print(chain.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "chain"), str(require.anvil())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=require.ROOT) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 5
        while _is_alive(pid):
            assert time.monotonic() < deadline, "anvil outlives its parent"
            time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
