"""An evidence file, checked offline: what it says, and with which exit status."""

import json
import random
import subprocess
import sys

import pytest
from click.testing import CliRunner

from attest import dossier
from ledger.audit import anchors, evidence
from ledger.audit.cli import audit
from ledger.errors import UnableError
from support import coop, coop_troubles
from support.coop import NOW_MS, TRUST


@pytest.fixture(scope="module")
def shown():
    return coop_troubles.told(coop.coop())


def judged(data: bytes, pins: object = TRUST, **more: object) -> evidence.Judged:
    return evidence.judge(data, pins, more.pop("now_ms", NOW_MS), **more)


def test_genuine_evidence_holds(shown):
    found = judged(shown.to_bytes())
    assert found.status == 0
    assert found.text().startswith("genuine stamp, active (signed, logged, witnessed, fresh)")
    assert found.record()["levels"] == ["signed", "logged", "witnessed", "fresh"]


def test_without_pins_it_never_says_genuine(shown):
    for data in (shown.to_bytes(), coop_troubles.bases()["forged"].to_bytes()):
        found = judged(data, None)
        assert found.status == 3
        assert "genuine" not in found.text()
        assert found.text().startswith("consistent in itself")


def test_a_forgers_evidence_fails_against_the_real_pins():
    found = judged(coop_troubles.bases()["forged"].to_bytes())
    assert found.status == 1
    assert found.record()["result"] == "failed"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "malformed", id="empty"),
        pytest.param(b"\x00" * 100, "malformed", id="zeros"),
        pytest.param(b"[" * 10_000 + b"]" * 10_000, "malformed", id="10,000 levels"),
        pytest.param(b'{"version":2}', "unknown-version", id="a newer version"),
        pytest.param(b" " * (dossier.MAX_SIZE + 1), "too-large", id="too large"),
        pytest.param(b'{"version":1}', "malformed", id="nothing in it"),
    ],
)
def test_a_file_that_is_no_evidence_is_refused_by_name(data, code):
    found = judged(data)
    assert (found.status, found.record()["refused"]) == (1, code)
    assert found.text().startswith("NOT EVIDENCE")


def test_no_more_of_a_file_is_read_than_evidence_may_have(tmp_path):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(2**30)  # a file of one gigabyte, which the disk does not hold
    assert len(evidence.read(path)) == dossier.MAX_SIZE + 1


def test_200_random_flipped_bytes_are_never_taken_for_more(shown):
    chance = random.Random(5)  # noqa: S311  the same bytes each time
    data, good = shown.to_bytes(), judged(shown.to_bytes()).record()
    for _ in range(200):
        at = chance.randrange(len(data))
        flipped = data[:at] + bytes([data[at] ^ chance.randrange(1, 256)]) + data[at + 1 :]
        found = judged(flipped)
        if found.status == 0:
            record = found.record()
            assert record["steps"].keys() == good["steps"].keys()
            assert set(record["levels"]) <= set(good["levels"])


def test_the_file_of_another_stamp_shows_that_stamp():
    other = coop_troubles.told(coop.coop(), 33, "inactive", activated=False)
    assert judged(other.to_bytes()).record()["state"] == "inactive"


class Answers:
    """A node that answers from a table, or not at all."""

    def __init__(self, answers: dict[str, object]):
        self.answers = answers

    def post(self, _url: str, json: dict) -> "Answers":
        self.method = json["method"]
        if (
            json["method"] == "eth_getLogs"
            and json["params"][0]["topics"][0] == anchors.REGISTERED
        ):
            self.method = "registered"
        return self

    def json(self) -> dict:
        if self.method not in self.answers:
            return {"error": "no"}
        return {"result": self.answers[self.method]}


def chain_with(root: bytes, size: int = 12, **more: object) -> Answers:
    word = f"{size:064x}"
    event = {
        "topics": [anchors.ANCHORED, "0x" + TRUST.origin_id.hex(), "0x" + word],
        "data": "0x" + root.hex() + "00" * 32,
        "blockNumber": "0x1",
    }
    return Answers(
        {
            "eth_chainId": hex(TRUST.chain_id),
            "eth_getBlockByNumber": {"hash": "0x" + TRUST.genesis.hex()},
            "eth_blockNumber": "0x1",
            "eth_getLogs": [event],
            "registered": [],
        }
        | more
    )


@pytest.mark.parametrize(
    ("answers", "result", "status"),
    [
        pytest.param(chain_with, "held", 0, id="the same root"),
        pytest.param(lambda _: chain_with(bytes(32)), "failed", 1, id="another root"),
        pytest.param(lambda root: chain_with(root, 11), "failed", 1, id="never anchored"),
        pytest.param(lambda _: Answers({}), "told", 1, id="no answer"),
        pytest.param(
            lambda root: chain_with(root, eth_chainId="0x1"), "told", 1, id="another chain"
        ),
    ],
)
def test_an_rpc_of_the_auditors_choice_lifts_the_anchor(
    shown, monkeypatch, answers, result, status
):
    node = anchors.Node("http://127.0.0.1:1", answers(shown.anchor.root))
    monkeypatch.setattr(anchors, "Node", lambda _: node)  # the outside: an HTTP client
    found = judged(shown.to_bytes(), rpc="http://127.0.0.1:1")
    assert found.record()["steps"]["anchor"]["result"] == result
    assert found.status == status
    assert (result != "told") or found.chain.notes or found.chain.findings
    assert found.text()


def test_no_chain_is_asked_without_pins_or_without_an_anchor(shown):
    for data, pins in (
        (shown.to_bytes(), None),
        (coop_troubles.told(coop.coop(), anchor=None, consistency=()).to_bytes(), TRUST),
    ):
        found = judged(data, pins, rpc="http://127.0.0.1:1")
        assert "no chain was asked" in found.text()


def test_a_node_that_was_named_and_is_not_there_fails_the_check(shown):
    found = judged(shown.to_bytes(), rpc="http://127.0.0.1:1")
    assert found.status == 1
    assert [f["code"] for f in found.record()["findings"]] == ["unable"]


def test_the_command_prints_text_or_json_and_exits_so(shown, tmp_path):
    file, pins = tmp_path / "evidence.json", tmp_path / "trust.json"
    file.write_bytes(shown.to_bytes())
    pins.write_bytes(TRUST.to_bytes())
    run = CliRunner().invoke
    plain = run(audit, ["--evidence", str(file), "--trust", str(pins)])
    assert (plain.exit_code, plain.output.splitlines()[0][:20]) == (0, "genuine stamp, activ")
    bare = run(audit, ["--evidence", str(file), "--json"])
    assert bare.exit_code == 3
    assert json.loads(bare.output)["pinned"] is False
    file.write_bytes(b"{}")
    assert run(audit, ["--evidence", str(file), "--trust", str(pins)]).exit_code == 1


def test_a_base_install_is_enough():
    """No database, web framework or chain library is loaded to check evidence."""
    asked = "import sys, ledger.audit.evidence; print(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in out.stdout.split()}
    assert not loaded & {"sqlmodel", "sqlalchemy", "flask", "web3", "httpx"}
    assert UnableError.code == "unable"
