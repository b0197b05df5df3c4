"""Dossiers of a real log: the whole story of the demo, told to a writer in this process."""

import json
import os
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select

from attest import dossier, stamp, statement, verify
from ledger import printing
from ledger.errors import CorruptError, NotFoundError, UnableError
from ledger.people import scans
from ledger.read import trace
from ledger.read.stamp import KEPT_S, Stamps
from ledger.store import db
from ledger.store.anchor_rows import Anchor, ChainIdentity
from ledger.store.derived_rows import table
from ledger.store.lot_rows import EventRow
from ledger.store.private_rows import CheckRow
from support import story
from support.shown import first_of, now_ms
from webapp.demo import fish_sauce, province

OFTEN = "checked unusually often"  # which people's page views make so
NEVER = "never issued"


@pytest.fixture
def stamps(ledger):
    return Stamps(ledger)


@pytest.fixture(scope="module")
def shown(world):
    return {one.what: one for one in province.shown(world.cast.rolls)}


def test_every_stamp_of_the_story_holds_for_a_stranger_in_its_state(stamps, ledger, shown):
    for one in shown.values():
        if one.what in (OFTEN, NEVER):
            continue
        data = json.dumps(stamps.dossier(one.code, now_ms())).encode()
        read = dossier.parse(data)
        verdict = verify.verify(read, ledger.trust(), now_ms(), asked=stamp.parse(one.code))
        assert (verdict.result, verdict.alarm) == ("held", None), one.what
        assert verdict.state == one.state, one.what
        assert verdict.levels[:2] == ("signed", "logged")


def test_a_dossier_has_at_most_forty_entries_besides_keys_and_goes_down_to_entry_0(
    stamps, shown
):
    for one in shown.values():
        if one.what == NEVER:
            continue
        read = stamps.read(one.code, now_ms())
        kinds = [json_kind(entry.statement) for entry in read.entries.values()]
        assert sum(kind != "key" for kind in kinds) <= 40
        assert 0 in read.entries
        assert all(entry.proof.endswith(read.checkpoint) for entry in read.entries.values())


def json_kind(data: bytes) -> str:
    return statement.parse(data).kind


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("0" * 4_096, id="4 kB"),
        pytest.param("0000-0700-R9RC-KCTF-9M7U", id="a letter of no code"),
        pytest.param("\uff10000000700R9RCKCTF9M7", id="full-width digit"),
        pytest.param("0\u200d0000700R9RCKCTF9M7F", id="zero-width joiner"),
        pytest.param("00000\x0000R9RCKCTF9M7F", id="NUL"),
        pytest.param("../../../../etc/passwd", id="a path"),
        pytest.param("0000000000000000000\r\n", id="header injection"),
        pytest.param("00000000000000000000", id="a wrong MAC"),
    ],
)
def test_a_code_that_nobody_issued_is_not_found(stamps, text):
    with pytest.raises(NotFoundError):
        stamps.read(text, now_ms())


def test_a_code_of_no_roll_or_beyond_its_roll_is_not_found(stamps, ledger, world):
    roll = stamp.parse(first_of(world, "anchovy")).roll
    for number, index in ((roll + 1_000, 0), (roll, 1_000_000)):
        code = stamp.code(stamp.roll_key(ledger.stamp_secret, number), number, index)
        with pytest.raises(NotFoundError, match="no such stamp was issued"):
            stamps.read(code.text, now_ms())


def test_look_alikes_and_spaces_lead_to_the_same_stamp(stamps, world):
    code = first_of(world, "sauce", 3)
    typed = stamp.parse(code).grouped.lower().replace("0", "o").replace("1", "l")
    assert stamps.read(typed, now_ms()).stamp.code.text == code


def test_two_stamps_of_one_lot_differ_in_the_stamp_alone(stamps, world):
    at = now_ms()
    one, two = (stamps.read(first_of(world, "sauce", i), at) for i in (3, 4))
    assert one.stamp != two.stamp
    assert replace(one, stamp=two.stamp) == two


def test_what_is_kept_is_looked_at_again_after_seconds(stamps, world, ledger):
    at, code = now_ms(), first_of(world, "sauce", 5)
    before = stamps.read(code, at)
    shrimp_size = ledger.log.size()
    world.cast.send()
    fish_sauce.ship(world.cast, story.NOW)
    world.cast.send()
    assert ledger.log.size() > shrimp_size
    assert stamps.read(code, at + 1000 * KEPT_S - 1).checkpoint == before.checkpoint
    assert stamps.read(code, at + 1000 * KEPT_S).checkpoint != before.checkpoint


def test_a_stamp_that_many_looked_at_is_suspicious(stamps, ledger, world):
    code, at = first_of(world, "wine", 8), now_ms()
    parsed = stamp.parse(code)
    checks = [
        {
            "roll": parsed.roll,
            "position": parsed.index,
            "device": bytes([n]),
            "at_ms": at - n,
            "province": "Tỉnh Mẫu",
        }
        for n in range(scans.UNUSUAL_COUNT + 1)
    ]
    with db.write(ledger.engine) as tx:
        tx.execute(insert(table(CheckRow)), checks)
    read = stamps.read(code, at)
    assert read.stamp.state == "suspicious"
    assert read.check_count == scans.UNUSUAL_COUNT + 1
    assert read.first_check["province"] == "Tỉnh Mẫu"
    assert stamps.read(first_of(world, "wine", 9), at).stamp.state == "active"


def test_an_expired_lot_is_worse_than_suspicion_and_time_alone_makes_it_so(stamps, world):
    code, far = first_of(world, "sauce", 6), now_ms() + 10 * 365 * 86_400_000
    folder = stamps._ledger.log.folder
    note = folder / "checkpoint"
    os.utime(note, (far / 1000, far / 1000))
    try:
        assert stamps.read(code, far).stamp.state == "expired"
    finally:
        os.utime(note)


def test_a_log_whose_writer_is_away_gives_no_dossier(stamps, world):
    with pytest.raises(UnableError, match="writer is away"):
        stamps.read(first_of(world, "sauce"), now_ms() + 11 * 60_000)


def test_a_log_without_a_checkpoint_gives_no_dossier(stamps, world, tmp_path):
    folder = stamps._ledger.log.folder
    note = (folder / "checkpoint").rename(tmp_path / "checkpoint")
    try:
        with pytest.raises(UnableError, match="not published a checkpoint"):
            stamps.read(first_of(world, "sauce"), now_ms())
    finally:
        note.rename(folder / "checkpoint")


def test_a_lost_tree_of_a_roll_is_made_again(ledger, world):
    code = first_of(world, "anchovy")
    kept = printing.kept(ledger.settings.rolls, stamp.parse(code).roll)
    before = Stamps(ledger).read(code, now_ms()).stamp
    kept.unlink(missing_ok=True)
    assert Stamps(ledger).read(code, now_ms()).stamp == before
    assert kept.exists()


def test_a_tree_of_another_secret_is_noticed(ledger, world):
    code = first_of(world, "anchovy")
    kept = printing.kept(ledger.settings.rolls, stamp.parse(code).roll)
    Stamps(ledger).read(code, now_ms())
    whole = kept.read_bytes()
    kept.write_bytes(bytes(len(whole)))
    try:
        with pytest.raises(CorruptError, match="not made with this stamp secret"):
            Stamps(ledger).read(code, now_ms())
        with pytest.raises(UnableError, match="do not agree"):  # what pages get
            Stamps(ledger).dossier(code, now_ms())
    finally:
        kept.write_bytes(whole)


def test_facts_are_of_the_stamps_own_lot(stamps, world):
    read = stamps.read(first_of(world, "sauce", 3), now_ms())
    assert read.lot["id"].value == fish_sauce.SAUCE_LOT
    assert read.product["maker"].pointer == "/name"
    assert all(moment.index in read.entries for moment in read.timeline)


def test_a_stamp_that_was_never_activated_has_no_lot(stamps, shown):
    read = stamps.read(shown["not activated"].code, now_ms())
    assert read.lot is None
    assert read.stamp.activation_entry is None
    assert read.record()["lot"] is None


def test_a_binding_that_was_taken_back_stays_visible(stamps, shown):
    read = stamps.read(shown["active after a corrected activation"].code, now_ms())
    kinds = {moment.kind for moment in read.timeline}
    assert {"activation", "correction"} <= kinds


@pytest.fixture
def shorter(ledger):
    """Put the log back to what it had published at a smaller size, for a moment."""
    note = ledger.log.folder / "checkpoint"
    newest = note.read_bytes()
    sizes = [head.size for head in ledger.signed.heads()]

    def publish(at_most: int) -> int:
        size = max(size for size in sizes if size <= at_most)
        note.write_text(ledger.signed.note(size))
        return size

    yield publish
    note.write_bytes(newest)


def test_a_roll_or_binding_that_is_not_published_yet_is_not_shown(ledger, world, shorter):
    code = stamp.parse(first_of(world, "anchovy"))
    with db.read(ledger.engine) as tx:
        about = trace.stamp(tx, code.roll, code.index)
    assert shorter(about.binding.entry) > about.roll.entry
    early = Stamps(ledger).read(code.text, now_ms())
    assert (early.lot, early.stamp.activation_entry) == (None, None)
    assert verify.verify(early, ledger.trust(), now_ms()).state == "inactive"
    shorter(about.roll.entry)
    with pytest.raises(UnableError, match="not published yet"):
        Stamps(ledger).read(code.text, now_ms())


@pytest.fixture
def anchored(ledger):
    """The rows that a chain would leave: one final anchor, one that is not final yet."""
    size = ledger.log.size()
    chain = {
        "chain_id": 31337,
        "genesis": bytes(32),
        "contract": "0x" + "ab" * 20,
        "origin": ledger.origin,
        "origin_id": bytes(32),
        "first_block": 0,
        "independent": False,
        "since_ms": 0,
    }
    with db.write(ledger.engine) as tx:
        tx.execute(insert(table(ChainIdentity)), chain)
        for at, final in ((50, True), (size, False)):
            row = {
                "size": at,
                "root": ledger.log.root(at),
                "note_hash": bytes(32),
                "block": at,
                "block_hash": bytes(32),
                "tx": bytes(32),
                "time_ms": now_ms(),
                "final": final,
            }
            tx.execute(insert(table(Anchor)), row)
    yield
    with db.write(ledger.engine) as tx:
        tx.execute(delete(table(ChainIdentity)))
        tx.execute(delete(table(Anchor)))


@pytest.mark.usefixtures("anchored")
def test_the_newest_final_anchor_is_shown_with_the_way_from_it(ledger, world):
    read = Stamps(ledger).read(first_of(world, "sauce"), now_ms())
    assert (read.anchor.size, read.anchor.final) == (50, True)
    assert read.record()["chain"]["contract"] == "0x" + "ab" * 20
    verdict = verify.verify(read, ledger.trust(), now_ms(), rooted=read.anchor.root)
    assert verdict.steps["anchor"].result == "held"


def test_only_so_many_lots_are_kept(ledger, world):
    stamps, at = Stamps(ledger, kept_lots=1), now_ms()
    for name in ("sauce", "wine", "sauce"):
        assert stamps.read(first_of(world, name), at).lot
    assert len(stamps._kept) == 1


def test_the_newest_rating_of_the_premises_is_told(ledger, world):
    code = stamp.parse(first_of(world, "sauce"))
    with db.read(ledger.engine) as tx:
        lot = trace.lot(tx, trace.stamp(tx, code.roll, code.index).binding.lot)
        events = table(EventRow)
        place = tx.execute(
            select(events.c.facility).where(events.c.entry == lot.packed)
        ).scalar_one()
    for number, points in enumerate((71, 86)):
        world.cast.plain(
            "office",
            "rating",
            f"https://mau.example/rating/{number}",
            facility=place,
            formula="example-1",
            inputs=[1],
            points=points,
        )
    world.cast.send()
    assert world.server.refused == []
    read = Stamps(ledger).read(code.text, now_ms())
    assert read.lot_told["rating"].value == 86
    assert verify.verify(read, ledger.trust(), now_ms()).result == "held"
