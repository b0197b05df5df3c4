"""What a start costs, and what a server that was killed leaves."""

import subprocess
import sys

import httpx
import pytest

from support import lives
from support.process_world import wait_for

HEAVY = {"web3", "eth_account", "numpy", "cv2"}
SAYS_WHAT_IT_LOADED = "import sys; print(*sorted(sys.modules.keys() & set(sys.argv[1:])))"


@pytest.mark.parametrize(
    "module",
    [
        "webapp.create_app",
        "webapp.cli",
        "webapp.demo.cli",
        "ledger.ledger",
        "ledger.work.runner",
        "ledger.audit.fsck",
        "ledger.audit.cli",
    ],
)
def test_what_asks_no_chain_loads_no_library_for_it(module):
    program = f"import {module}; {SAYS_WHAT_IT_LOADED}"
    done = subprocess.run(
        [sys.executable, "-c", program, *HEAVY], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.integration
def test_a_killed_server_leaves_no_worker_on_its_port(tmp_path):
    made = lives.installation(tmp_path, ())
    with lives.living(made):
        workers = made.pids("worker")
        assert len(workers) == 2
        assert made.kill("serve")
        wait_for(lambda: not is_answered(made.url), 20)
        made.until_well()
        assert not set(workers) & set(made.pids("worker"))


@pytest.mark.integration
def test_a_killed_worker_is_replaced(tmp_path):
    made = lives.installation(tmp_path, ())
    with lives.living(made):
        workers = made.pids("worker")
        assert made.kill("worker")
        wait_for(lambda: len(set(made.pids("worker")) - set(workers)) == 1, 20)
        made.until_well()


def is_answered(url: str) -> bool:
    try:
        httpx.get(f"{url}/robots.txt", timeout=5)
    except httpx.TransportError:
        return False
    return True
