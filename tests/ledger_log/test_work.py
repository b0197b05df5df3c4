"""`nguon init`, `work` and what stands beside them, each as a process of its own."""

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from attest import registry, roll, spell, stamp, statement, trust
from attest.key_record import Enrol
from attest.keys import PrivateKey
from attest.log import checkpoint, merkle, proof
from attest.statement import Statement
from ledger import printing
from ledger.audit.rules import dump
from ledger.ledger import Ledger, open_ledger
from ledger.log.door import BATCH
from ledger.settings import Settings
from ledger.store import db
from support import require
from support.nguon import Nguon

pytestmark = pytest.mark.integration
OFFICE = "https://localhost:8080/party/registrar"


@pytest.fixture
def nguon(tmp_path: Path) -> Nguon:
    return Nguon(tmp_path / "var")


def place(root: PrivateKey, name: str) -> Statement:
    sub = f"https://localhost:8080/place/{name}"
    record = {"type": "place", "id": sub, "name": name, "level": "country"}
    return statement.sign(
        root, kind="place", iss=OFFICE, sub=sub, iat=1_790_000_000, record=record
    )


def opened(nguon: Nguon) -> Ledger:
    return open_ledger(Settings(data=nguon.data))


def say(ledger: Ledger, *names: str) -> list[int]:
    said = [place(ledger.vault.root(), name) for name in names]
    job = ledger.wait(ledger.capture(b"".join(s.data for s in said), BATCH), 15)
    assert job.success, job.record()["errors"]
    return job.indexes


def test_init_makes_keys_that_nobody_else_can_read_and_is_not_said_twice(nguon):
    made = nguon.init()
    keys = sorted((nguon.data / "keys").iterdir())
    assert [key.name for key in keys] == ["anchor.key", "log.key", "root.pem", "stamp.secret"]
    assert {oct(key.stat().st_mode & 0o777) for key in keys} == {"0o600"}
    before = {key: key.read_bytes() for key in keys}
    again = nguon.run("init", "--name", "Other")
    assert again.returncode == 1
    assert "founded" in again.stderr
    assert {key: key.read_bytes() for key in keys} == before
    pins = trust.parse((nguon.data / "trust.json").read_bytes())
    assert made["fingerprint"] == pins.fingerprint
    assert opened(nguon).keys()[1].root == pins.root


def test_a_key_file_that_others_can_read_is_refused(nguon):
    nguon.init()
    (nguon.data / "keys/log.key").chmod(0o640)
    refused = nguon.run("work")
    assert refused.returncode == 1
    assert "key-file" in refused.stderr
    assert "chmod 600" in refused.stderr
    assert any(
        "chmod" in p
        for p in json.loads(nguon.run("config", "check", "--json").stdout)["problems"]
    )


def test_work_enters_what_is_captured_and_ends_when_asked(nguon):
    nguon.init()
    ledger = opened(nguon)
    with nguon.working() as worker:
        assert say(ledger, "a", "b") == [1, 2]
        job_id = ledger.capture(place(ledger.vault.root(), "a").data, BATCH)
        job = ledger.wait(job_id, 15)
        assert (job.indexes, job.answer_status) == ([1], 200)
        entry = job.record()["entries"][0]
        shown = proof.parse(entry["proof"])
        assert shown.check(ledger.log.entry(1), ledger.trust().vkey).size == 3
        assert worker.stop() == 0
    ledger.close()


def test_a_second_work_is_refused_with_a_clear_line(nguon):
    nguon.init()
    with nguon.working():
        for command in (("work",), ("rebuild",), ("anchor", "once")):
            refused = nguon.run(*command)
            assert refused.returncode == 1
    with nguon.working():
        refused = nguon.run("work")
        assert "second-writer" in refused.stderr
        assert "only one may" in refused.stderr


def test_work_killed_and_started_again_loses_nothing(nguon):
    nguon.init()
    ledger = opened(nguon)
    jobs = []
    for life in range(3):
        with nguon.working() as worker:
            for n in range(20):
                said = place(ledger.vault.root(), f"{life}-{n}")
                jobs.append((ledger.capture(said.data, BATCH), said))
            os.kill(worker.child.pid, signal.SIGKILL)
    with nguon.working():
        for job_id, said in jobs:
            job = ledger.wait(job_id, 15)
            assert ledger.log.entry(job.indexes[0]) == said.data
    assert nguon.run("fsck").returncode == 0
    ledger.close()


def test_what_has_no_log_and_what_is_set_wrongly_is_named(nguon):
    for command in ("work", "fsck", "rebuild"):
        refused = nguon.run(command)
        assert refused.returncode == 1
        assert "nguon init" in refused.stderr
    nguon.environment["NGUON_POLL_MSS"] = "5"
    nguon.init()
    checked = nguon.run("config", "check")
    assert checked.returncode == 1
    assert "NGUON_POLL_MSS is no setting" in checked.stderr
    nguon.environment["NGUON_POLL_MS"] = "soon"
    assert "settings" in nguon.run("work").stderr


def rows(nguon: Nguon) -> dict:
    ledger = opened(nguon)
    with db.read(ledger.engine) as tx:
        found = dump(tx)
    ledger.close()
    return found


def test_derived_rows_dropped_and_made_again_are_the_same(nguon):
    nguon.init()
    ledger = opened(nguon)
    with nguon.working():
        say(ledger, *[f"p{n}" for n in range(50)])
    before = rows(nguon)
    with sqlite3.connect(nguon.data / "nguon.db") as database:
        database.execute("delete from record")
        database.execute("update place set name = 'somebody else'")
    assert rows(nguon) != before
    report = json.loads(nguon.run("fsck", "--json").stdout)
    assert {finding["check"] for finding in report["findings"]} == {"invariant 8"}
    assert nguon.ok("rebuild") == {"entries": 51, "without effect": 0}
    assert rows(nguon) == before
    assert nguon.run("fsck").returncode == 0
    ledger.close()


@pytest.fixture
def anchored(tmp_path: Path) -> Nguon:
    require.anvil()
    nguon = Nguon(tmp_path / "var", chain="embedded", anchor_every_s="1")
    nguon.init()
    return nguon


def anchored_at(nguon: Nguon, size: int, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while True:
        status = nguon.ok("anchor", "status")
        if status["newest"] and status["newest"]["size"] >= size:
            return
        assert time.monotonic() < deadline, status
        time.sleep(0.5)


def test_a_copy_older_than_the_last_anchor_is_refused_naming_both_sizes(anchored, tmp_path):
    ledger = opened(anchored)
    with anchored.working() as worker:
        say(ledger, "a")
        anchored_at(anchored, 2)
        assert worker.stop() == 0
    ledger.close()
    shutil.copytree(anchored.data, tmp_path / "backup")
    ledger = opened(anchored)
    with anchored.working() as worker:
        say(ledger, "b", "c")
        anchored_at(anchored, 4)
        assert worker.stop() == 0
    ledger.close()
    pins = (anchored.data / "trust.json").read_bytes()
    assert trust.parse(pins).contract
    shutil.copytree(anchored.data / "chain", tmp_path / "chain")
    shutil.rmtree(anchored.data)
    shutil.copytree(tmp_path / "backup", anchored.data)
    shutil.rmtree(anchored.data / "chain")
    shutil.copytree(tmp_path / "chain", anchored.data / "chain")
    refused = anchored.run("work")
    assert refused.returncode == 1
    assert "older-than-signed" in refused.stderr
    assert "has 2 entries" in refused.stderr
    assert "head of 4" in refused.stderr
    assert "mirror" in refused.stderr


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    pgrep = shutil.which("pgrep")
    assert pgrep
    found = subprocess.run([pgrep, "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in found.stdout.split()]


def test_a_chain_that_is_lost_stops_nothing_and_is_anchored_on_anew(anchored):
    ledger = opened(anchored)
    with anchored.working() as worker:
        say(ledger, "a")
        anchored_at(anchored, 2)
        before = anchored.ok("anchor", "status")["chain"]
        shutil.rmtree(anchored.data / "chain")
        for child in children(worker.child.pid):
            os.kill(child, signal.SIGKILL)
        assert say(ledger, "b", "c") == [2, 3]
        anchored_at(anchored, 4, 60)
        status = anchored.ok("anchor", "status")
        assert status["chain"]["chainId"] != before["chainId"]
        assert status["chain"]["independent"] is False
        assert "chain-lost" in {incident["kind"] for incident in status["incidents"]}
        assert worker.stop() == 0
        assert children(worker.child.pid) == []
    pins = trust.parse((anchored.data / "trust.json").read_bytes())
    assert pins.chain_id == status["chain"]["chainId"]
    ledger.close()


def test_an_anchor_by_hand_waits_for_its_block(anchored):
    done = anchored.run("anchor", "once", "--seconds", "60")
    assert done.returncode == 0, done.stderr
    assert "anchored 1 in block" in done.stdout
    assert anchored.ok("anchor", "status")["newest"]["size"] == 1


def test_an_audit_with_a_node_of_ones_own_checks_every_anchor(anchored, tmp_path):
    ledger = opened(anchored)
    pins = tmp_path / "pins.json"
    with anchored.working():
        say(ledger, "a", "b")
        anchored_at(anchored, 3)
        shutil.copy(anchored.data / "trust.json", pins)
        url = (anchored.data / "chain/url").read_text()
        arguments = ("audit", "--log", anchored.data / "log", "--trust", pins, "--rpc", url)
        report = anchored.ok(*arguments)
        assert report["holds"]
        assert report["checked"]["anchors"] >= 1
        older = tmp_path / "older"
        shutil.copytree(anchored.data / "log", older)
        signer, head = (
            ledger.vault.log_signer(),
            checkpoint.Checkpoint(ledger.origin, 1, ledger.log.root(1)),
        )
        (older / "checkpoint").write_text(checkpoint.sign(head, signer))
        shutil.copy(older / "tile/0/000.p/1", older / "tile/0/keep")
        report = anchored.run("audit", "--log", older, "--trust", pins, "--rpc", url, "--json")
        assert report.returncode == 1
        assert "older-than-signed" in report.stdout
    ledger.close()


PRINTER = "https://localhost:8080/party/printer"
MAKER = "https://localhost:8080/party/maker"
PRODUCT = "https://id.gs1.org/01/09521000001015"


def enrol(ledger: Ledger, key: PrivateKey, holder: str, role: str) -> Statement:
    root = ledger.vault.root()
    message = registry.key_proof_message(ledger.origin, holder, key.key.kid, root.key.kid)
    record = Enrol(
        id=f"{holder}/key",
        key=key.key,
        holder=holder,
        name="Printer",
        roles=(role,),
        place="https://localhost:8080/place/root",
        proof=key.sign(message),
    )
    return statement.sign(
        root, kind="key", iss=OFFICE, sub=record.id, iat=1_790_000_000, record=record.record()
    )


def test_a_roll_is_issued_with_codes_that_its_root_in_the_log_proves(nguon, tmp_path):
    nguon.init()
    ledger = opened(nguon)
    printer, maker = PrivateKey.generate(), PrivateKey.generate()
    pem, codes = tmp_path / "printer.pem", tmp_path / "codes.csv"
    pem.write_bytes(printer.to_pem())
    pem.chmod(0o600)
    with nguon.working():
        say(ledger, "root")
        body = enrol(ledger, printer, PRINTER, "printer").data
        body += enrol(ledger, maker, MAKER, "producer").data
        assert ledger.wait(ledger.capture(body, BATCH), 15).success
        arguments = ["stamps", "issue", "--count", "300", "--producer", MAKER, "--key", pem]
        told = nguon.ok(*arguments, "--codes", codes)
        said = statement.parse(ledger.log.entry(told["entry"]))
        event = said.record["epcisBody"]["eventList"][0]
        assert event["nguon:rollRoot"] == spell.ni(bytes.fromhex(told["root"]))
        pem.chmod(0o644)
        assert "key-file" in nguon.run(*arguments).stderr
    rows = list(csv.reader(codes.open(encoding="utf-8")))
    assert rows[0] == ["index", "code", "printed", "address"]
    assert len(rows) == 301
    code, key = stamp.parse(rows[8][1]), stamp.roll_key(ledger.stamp_secret, told["roll"])
    assert rows[8][3] == f"http://localhost:8080/S/{code.text}"
    kept = printing.kept(ledger.settings.rolls, told["roll"]).read_bytes()
    tree = roll.RollTree(told["roll"], 300, kept)
    leaf = stamp.leaf(code, stamp.blind(key, 7))
    found = merkle.root_from_inclusion(leaf, 7, 300, tree.proof(key, 7))
    assert found.hex() == told["root"]
    ledger.close()


@pytest.mark.parametrize(
    ("product", "link"),
    [
        (None, "/S/"),
        (PRODUCT, "/01/09521000001015/21/"),
        ("https://localhost:8080/product/1", "/S/"),
        ("https://id.gs1.org/01/09521000001016", "/S/"),
    ],
)
def test_a_stamp_s_address_is_a_digital_link_where_there_is_a_gtin(product, link):
    assert printing.link(product) == link


def test_a_roll_made_by_many_processes_is_the_roll_made_by_one():
    wish = printing.Wish(5, printing.PARALLEL_FROM + 7, MAKER)
    assert printing.make(b"s" * 32, wish, 2) == printing.make(b"s" * 32, wish, 1)
