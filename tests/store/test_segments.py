"""After a signed segment the trail is sound again, says what does not hold, and finds whatever is changed later."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from gate import segment_acts
from gate.core.audit import Kind
from gate.core.frontier import extended
from gate.core.roles import Role
from gate.segment_acts import Kept, Signed, sign_segment
from gate.signatures import Signer, is_whole
from gate.store import registry
from gate.store.damage import Damage, survey
from gate.store.database import open_database
from gate.store.segments import segments, segments_of
from gate.store.verify import Proven, verify
from gate.supervision import RefusedError
from tests.store.open_records import Records, sql
from tests.store.test_verify import COUNT, TAMPERED, Act, written

__all__ = ["written"]

QA = Signer("E9", "q.a", "Quinn Auditor", Role.QA.value)
SECOND = Signer("E8", "s.v", "Sam Supervisor", Role.SUPERVISOR.value)
KEPT = Kept("gate-before-2.db", "ab" * 32)


def looked(records: Records) -> Damage:
    engine = open_database(records.path, read_only=True)
    try:
        return survey(engine)
    finally:
        engine.dispose()


def sign(records: Records, damage: Damage | None = None, *, claimed: int = 0, second: Signer = SECOND) -> Signed:
    trail, engine = records.another_trail(), open_database(records.path, read_only=True)
    try:
        found = damage or survey(engine)
        moment = records.moment()
        return sign_segment(
            trail, engine, found, KEPT, QA, second, why="bit rot, DEV-2026-0012", moment=moment, claimed=claimed
        )
    finally:
        engine.dispose()
        trail.close()


def append(records: Records) -> int:
    trail = records.another_trail()
    with trail.transaction():
        seq = trail.append(records.entry())
    trail.close()
    return seq


@pytest.mark.req("E4")
@pytest.mark.fault(7)
@pytest.mark.parametrize(("act", "bad"), [row[1:3] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_after_the_signature_the_trail_is_sound_and_goes_on(written: Records, act: Act, bad: int) -> None:
    """Whatever was done to the file: QA signs once, and from there on every row counts again."""
    act(written)
    last = max(COUNT, written.rows("SELECT coalesce(max(seq), 0) FROM audit_trail")[0][0])
    damage = looked(written)
    assert not damage.whole
    assert not written.verify().sound
    signed = sign(written)
    assert signed.seq > last
    assert append(written) == signed.seq + 1
    for full in (True, False):
        found = written.verify(full=full)
        assert found.sound, found.what
    assert looked(written).whole
    assert verify(open_database(written.path), full=True, hash_only=True).sound


@pytest.mark.req("E4")
@pytest.mark.fault(7)
def test_the_entry_says_what_does_not_hold_who_signed_and_which_file_is_kept(written: Records) -> None:
    """An inspector reads one entry and knows which records to ask about, and where the evidence lies."""
    written.tamper("UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 4", "DELETE FROM audit_trail WHERE seq = 7")
    signed = sign(written)
    said = json.loads(written.rows("SELECT data FROM audit_trail WHERE seq = ?", signed.seq)[0][0])
    assert (said["kind"], said["subject"], said["by"]) == (Kind.SEGMENT, "segment:2", "E9")
    assert [(one["first"], one["last"]) for one in said["new"]["breaks"]] == [(4, 4), (7, 7)]
    assert "column outcome" in said["new"]["breaks"][0]["what"]
    assert said["new"]["kept"] == {"name": KEPT.name, "sha256": KEPT.sha256}
    first, second = said["detail"]["signatures"]
    assert (first["account"], first["meaning"]) == ("q.a", "opened the segment")
    assert (second["account"], second["meaning"]) == ("s.v", "confirmed")
    assert is_whole(said, first)
    assert is_whole(said, second)


@pytest.mark.req("E4")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_trail SET outcome = 'allow' WHERE seq = 4",
        "UPDATE audit_trail SET data = data || ' ' WHERE seq = 4",
        "DELETE FROM audit_trail WHERE seq = 4",
        "UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 5",
        "UPDATE segments SET known_from = 5",
        "DELETE FROM segments",
        "UPDATE audit_trail SET data = replace(data, '\"what\":\"its', '\"what\":\"all') WHERE kind = 'segment'",
    ],
)
def test_mutants_of_the_damage_that_was_signed_for_are_found(written: Records, statement: str) -> None:
    """A signature for row 4 as it was found is no licence to change row 4, or another row, or the signature."""
    written.tamper("UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 4")
    sign(written)
    append(written)
    assert written.verify().sound
    written.tamper(statement)
    assert not written.verify().sound


@pytest.mark.req("E4")
def test_the_tree_goes_on_as_it_was_committed_to(written: Records) -> None:
    """A checkpoint that another box holds must still be the beginning of this log after bit rot in an old row."""
    before = written.rows("SELECT frontier FROM trail_head")[0][0]
    written.tamper("UPDATE audit_trail SET data = '{' WHERE seq = 4")
    damage = looked(written)
    assert b"".join(damage.frontier) == before
    signed = sign(written)
    after = written.rows("SELECT frontier, leaf FROM trail_head")[0]
    assert after == (b"".join(signed.frontier), signed.leaf)
    assert b"".join(extended(damage.frontier, COUNT, [signed.leaf])) == after[0]


@pytest.mark.req("E4")
@pytest.mark.fault(7)
def test_numbers_that_were_given_and_lost_are_never_given_again(written: Records) -> None:
    """After a restore entries 10 to 14 existed once: what comes now is 15 and on."""
    signed = sign(written, claimed=14)
    assert signed.seq == 15
    assert append(written) == 16
    found = written.verify()
    assert (found.sound, found.head_seq) == (True, 16)
    (segment,) = segments_of(open_database(written.path))
    assert [(gap.first, gap.last, gap.what) for gap in segment.breaks] == [(10, 14, "nothing is left of it")]
    columns = "kind, at, person_id, equipment_id, reader_id, badge_id, outcome, reason, ref_seq, data, leaf"
    written.tamper(sql("INSERT INTO audit_trail SELECT 12,", columns, "FROM audit_trail WHERE seq = 1"))
    assert written.verify().first_bad_seq == 10


@pytest.mark.req("E4")
def test_a_second_segment_stands_on_the_first(written: Records) -> None:
    """Disks that rot once rot again."""
    written.tamper("UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 4")
    first = sign(written)
    append(written)
    written.tamper(("UPDATE audit_trail SET kind = 'stop' WHERE seq = ?", (first.seq + 1,)))
    second = sign(written)
    assert (first.number, second.number) == (2, 3)
    append(written)
    assert written.verify().sound
    assert [segment.seq for segment in segments_of(open_database(written.path))] == [first.seq, second.seq]


@pytest.mark.req("E4")
def test_what_was_proven_before_the_segment_counts_no_more(written: Records) -> None:
    """The position kept before a restore names an entry that is gone, and QA has signed for that."""
    proven = Proven(14, bytes(32), (bytes(32),) * 3)
    engine = open_database(written.path, read_only=True)
    assert not verify(engine, full=False, since=proven).sound
    sign(written, claimed=14)
    assert verify(engine, full=False, since=proven).sound
    engine.dispose()


@pytest.mark.req("E4")
def test_a_signature_for_nothing_by_one_person_or_without_a_reason_is_refused(written: Records) -> None:
    """A segment is no way to make a break look regular."""
    with pytest.raises(RefusedError, match="nothing to sign for"):
        sign(written)
    written.tamper("UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 4")
    with pytest.raises(RefusedError, match="second person"):
        sign(written, second=replace(QA, account_id="q.b"))
    with pytest.raises(RefusedError, match="Check the number"):
        sign(written, claimed=10**12)
    trail, engine = written.another_trail(), open_database(written.path, read_only=True)
    with pytest.raises(RefusedError, match="what was found"):
        sign_segment(trail, engine, survey(engine), KEPT, QA, SECOND, why="  ", moment=written.moment())
    engine.dispose()
    assert written.rows("SELECT count(*) FROM audit_trail WHERE kind = 'segment'") == [(0,)]


@pytest.mark.req("E4")
def test_rows_written_since_the_survey_are_looked_at_and_new_damage_refuses(written: Records) -> None:
    """Badging goes on while QA reads the findings; but nobody signs for what nobody has seen."""
    written.tamper("UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 4")
    damage = looked(written)
    append(written)
    assert sign(written, damage).seq == COUNT + 2
    again = written.another_trail()
    with again.transaction():
        again.append(written.entry())
    again.close()
    written.tamper("UPDATE audit_trail SET kind = 'stop' WHERE seq = 5")
    later = looked(written)
    append(written)
    written.tamper(("UPDATE audit_trail SET kind = 'stop' WHERE seq = ?", (later.seq + 1,)))
    with pytest.raises(RefusedError, match="More damage"):
        sign(written, later)


@pytest.mark.req("E4")
def test_damage_in_very_many_places_is_one_break(written: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry of a megabyte helps nobody."""
    monkeypatch.setattr("gate.store.damage.MOST_BREAKS", 2)
    for seq in (2, 4, 6, 8):
        written.tamper(("UPDATE audit_trail SET outcome = 'maybe' WHERE seq = ?", (seq,)))
    (one,) = looked(written).breaks
    assert (one.first, one.last) == (2, 8)
    assert "4 places" in one.what
    sign(written)
    assert written.verify().sound


TAKEN_BACK = (
    "DELETE FROM segments",
    "UPDATE segments SET id = '9'",
    "UPDATE segments SET kept = 'another.db'",
    "UPDATE segments SET kept_sha256 = ''",
    "UPDATE segments SET known_from = known_from + 1",
    "UPDATE segments SET version = version + 1",
    "INSERT OR REPLACE INTO segments SELECT * FROM segments",
)
"""Every way to change or remove the pointer, without taking the refusals of the database away first."""


@pytest.mark.req("E3")
def test_a_segment_cannot_be_taken_back(written: Records) -> None:
    """The pointer and its entry are records like any other: the database itself refuses each way to change them."""
    signed = sign(written, claimed=14)
    before = (written.rows("SELECT * FROM segments"), written.rows("SELECT * FROM audit_trail ORDER BY seq"))
    engine = open_database(written.path)
    begins = ("UPDATE audit_trail SET data = '{}'", "DELETE FROM audit_trail")
    of_entry = [sql(begin, "WHERE seq =", str(signed.seq)) for begin in begins]
    for statement in (*TAKEN_BACK, *of_entry):
        with (
            pytest.raises(sa.exc.DBAPIError, match=r"history only grows|can only be closed"),
            engine.begin() as writing,
        ):
            writing.execute(sa.text(statement))
    engine.dispose()
    after = (written.rows("SELECT * FROM segments"), written.rows("SELECT * FROM audit_trail ORDER BY seq"))
    assert after == before
    assert written.verify().sound


@pytest.mark.req("E3")
def test_no_act_takes_a_segment_back(written: Records) -> None:
    """What an act could do to any record, close it or sign anew, leaves the signature and what it says where it was."""
    signed = sign(written, claimed=14)
    with pytest.raises(RefusedError, match="nothing to sign for"):
        sign(written)
    trail = written.another_trail()
    with trail.transaction():
        registry.close(trail, segments, "2", trail.append(written.entry()))
    trail.close()
    (found,) = segments_of(open_database(written.path, read_only=True))
    assert (found.number, found.seq) == (2, signed.seq)
    assert [(one.first, one.last) for one in found.breaks] == [(10, 14)]
    assert written.verify().sound


@pytest.mark.req("E3")
def test_one_act_alone_writes_segments() -> None:
    """An act that does not know the table cannot change a row of it; `env.py` is what migrates the schema."""
    folder = Path(segment_acts.__file__).parent
    knowing = {path.name for path in folder.rglob("*.py") if "segments" in _names_of_store(path)}
    assert knowing == {"segment_acts.py", "env.py"}


def _names_of_store(path: Path) -> set[str]:
    """Return what a module takes from the module of the table, and the module itself where it takes that."""
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    of_store = [one for one in found if isinstance(one, ast.ImportFrom)]
    return {
        alias.name for one in of_store if one.module in {"gate.store", "gate.store.segments"} for alias in one.names
    }
