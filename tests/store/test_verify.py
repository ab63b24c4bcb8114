"""Verification names the first bad number for every way of changing the file behind the program's back."""

import json
from collections.abc import Callable

import pytest

from gate.core.audit import Kind, leaf_hash
from gate.store import verify as verifying
from gate.store import verify_rows
from gate.store.verify import Verification
from tests.scenarios.plant import plant
from tests.store.open_records import Records, sql

Act = Callable[[Records], None]
COUNT = 9


@pytest.fixture
def written(records: Records) -> Records:
    """Nine entries: a load, then what a day brings."""
    records.load(plant())
    for number in range(2, COUNT + 1):
        records.append(
            Kind.DECISION,
            person="E1",
            badge="B1",
            reader="R1",
            equipment="TP-01",
            outcome="deny" if number % 2 else "allow",
            reasons=("SOP_REVISION", "NOT_CERTIFIED") if number % 2 else (),
            ref=number - 1,
        )
    records.trail.close()
    return records


def edit_entry(records: Records, seq: int, change: Callable[[dict[str, object]], object], *, rehash: bool) -> None:
    """Rewrite one entry's bytes, with its own hash made to fit or not."""
    said = json.loads(records.rows("SELECT data FROM audit_trail WHERE seq = ?", seq)[0][0])
    change(said)
    data = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    records.tamper(("UPDATE audit_trail SET data = ? WHERE seq = ?", (data, seq)))
    if rehash:
        records.tamper(("UPDATE audit_trail SET leaf = ? WHERE seq = ?", (leaf_hash(data.encode()), seq)))


@pytest.mark.req("E4")
@pytest.mark.parametrize("full", [True, False])
def test_untouched_records_are_sound(written: Records, full: bool) -> None:
    """A check that cries over good records would be ignored when it matters."""
    found = written.verify(full=full)
    assert (found.sound, found.checked, found.head_seq) == (True, COUNT, COUNT)
    assert found.in_words().startswith(f"sound: {COUNT} entries checked")
    assert (found.root is None) is not full


@pytest.mark.req("E4")
def test_empty_records_are_sound(records: Records) -> None:
    """The first verification runs before the first entry."""
    found = records.verify()
    assert (found.sound, found.checked) == (True, 0)


def _edited(records: Records) -> None:
    edit_entry(records, 4, lambda said: said.update(outcome="deny"), rehash=False)


def _edited_and_rehashed(records: Records) -> None:
    edit_entry(records, 4, lambda said: said.update(operation="CLEAN"), rehash=True)


def _swapped(records: Records) -> None:
    records.tamper(
        "UPDATE audit_trail SET seq = -4 WHERE seq = 4",
        "UPDATE audit_trail SET seq = 4 WHERE seq = 6",
        "UPDATE audit_trail SET seq = 6 WHERE seq = -4",
    )


def _inserted(records: Records) -> None:
    shift = [("UPDATE audit_trail SET seq = ? WHERE seq = ?", (seq + 1, seq)) for seq in range(COUNT, 3, -1)]
    copy = "INSERT INTO audit_trail SELECT 4, kind, at, person_id, equipment_id, reader_id, badge_id, outcome, reason,"
    records.tamper(*shift, f"{copy} ref_seq, data, leaf FROM audit_trail WHERE seq = 3")


def _before_the_first(records: Records) -> None:
    copy = "INSERT INTO audit_trail SELECT 0, kind, at, person_id, equipment_id, reader_id, badge_id, outcome, reason,"
    records.tamper(f"{copy} ref_seq, data, leaf FROM audit_trail WHERE seq = 3")


def _behind_the_head(records: Records) -> None:
    copy = "INSERT INTO audit_trail SELECT 10, kind, at, person_id, equipment_id, reader_id, badge_id, outcome, reason,"
    records.tamper(f"{copy} ref_seq, data, leaf FROM audit_trail WHERE seq = 9")


def _sql(statement: str) -> Act:
    return lambda records: records.tamper(statement)


TAMPERED: list[tuple[str, Act, int, str]] = [
    ("edited", _edited, 4, "bytes do not match its hash"),
    ("edited and rehashed", _edited_and_rehashed, 5, "does not continue the chain"),
    ("removed", _sql("DELETE FROM audit_trail WHERE seq = 4"), 4, "missing"),
    ("first removed", _sql("DELETE FROM audit_trail WHERE seq = 1"), 1, "missing"),
    ("swapped", _swapped, 4, "its bytes are those of entry 6"),
    ("inserted", _inserted, 4, "its bytes are those of entry 3"),
    ("before the first", _before_the_first, 0, "before the first"),
    ("behind the head", _behind_the_head, 10, "behind the head"),
    ("tail cut", _sql("DELETE FROM audit_trail WHERE seq > 6"), 7, "everything up to 9 is missing"),
    ("everything cut", _sql("DELETE FROM audit_trail"), 1, "everything up to 9 is missing"),
    ("head leaf", _sql("UPDATE trail_head SET leaf = zeroblob(32)"), 9, "head of the trail is not this entry's hash"),
    ("head too low", _sql("UPDATE trail_head SET seq = 6"), 6, "head of the trail is not this entry's hash"),
    ("head too high", _sql("UPDATE trail_head SET seq = 12"), 10, "everything up to 12 is missing"),
    ("head at nothing", _sql("UPDATE trail_head SET seq = 0, frontier = x''"), 1, "behind the head"),
    ("head gone", _sql("DELETE FROM trail_head"), 1, "head of the trail is missing"),
    ("frontier", _sql("UPDATE trail_head SET frontier = zeroblob(64)"), 9, "Merkle frontier"),
    ("no JSON", _sql("UPDATE audit_trail SET data = '{' WHERE seq = 4"), 4, "bytes are not an entry"),
    ("a list", _sql("UPDATE audit_trail SET data = '[]' WHERE seq = 4"), 4, "bytes are not an entry"),
    (
        "endless brackets",
        _sql("UPDATE audit_trail SET data = replace(hex(zeroblob(100000)), '0', '[') WHERE seq = 4"),
        4,
        "bytes are not an entry",
    ),
    (
        "no UTF-8",
        _sql("UPDATE audit_trail SET data = CAST(x'FFFE' AS TEXT) WHERE seq = 4"),
        4,
        "stored text cannot be read",
    ),
    (
        "no UTF-8 in a column",
        _sql("UPDATE audit_trail SET person_id = CAST(x'FF' AS TEXT) WHERE seq = 9"),
        9,
        "stored text cannot be read",
    ),
]


@pytest.mark.req("E4")
@pytest.mark.parametrize(("act", "bad", "what"), [row[1:] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_the_first_bad_number_is_named(written: Records, act: Act, bad: int, what: str) -> None:
    """An inspector asks which record cannot be trusted, not whether something somewhere is wrong."""
    act(written)
    found = written.verify()
    assert (found.sound, found.first_bad_seq, found.root) == (False, bad, None)
    assert what in found.what
    assert found.in_words().startswith(f"UNSOUND: first bad entry {bad}: {found.what}")


COLUMNS = {
    "kind": "'change'",
    "at": "'2026-01-01T00:00:00.000Z'",
    "person_id": "'E2'",
    "equipment_id": "'TP-02'",
    "reader_id": "NULL",
    "badge_id": "'B2'",
    "outcome": "'allow'",
    "reason": "NULL",
    "ref_seq": "1",
}


@pytest.mark.req("E4")
@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_named_with_its_row(written: Records, column: str) -> None:
    """Reports search the columns: one that lies hides a row from the person who looks for it."""
    written.tamper(sql("UPDATE audit_trail SET", column, "=", COLUMNS[column], "WHERE seq = 5"))
    found = written.verify()
    assert (found.first_bad_seq, found.what) == (5, f"its column {column} does not say what its bytes say")


@pytest.mark.req("E4")
def test_every_searchable_column_is_compared(written: Records) -> None:
    """A column added later and forgotten here could be changed unseen."""
    names = {name for (name,) in written.rows("SELECT name FROM pragma_table_info('audit_trail')")}
    assert names == {*COLUMNS, "seq", "data", "leaf"}


@pytest.mark.req("E4")
def test_an_unreadable_row_does_not_hide_a_bad_one_before_it(written: Records) -> None:
    """The first bad number is the answer, whichever way the rows are read."""
    written.tamper(
        "UPDATE audit_trail SET data = CAST(x'FF' AS TEXT) WHERE seq = 7",
        "UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 5",
    )
    assert written.verify().first_bad_seq == 5


@pytest.mark.req("E4")
def test_a_gap_before_an_unreadable_row_is_the_first_fault(written: Records) -> None:
    """Rows that are gone come before rows that cannot be read."""
    written.tamper(
        "UPDATE audit_trail SET data = CAST(x'FF' AS TEXT) WHERE seq = 7", "DELETE FROM audit_trail WHERE seq = 6"
    )
    found = written.verify()
    assert (found.first_bad_seq, found.what) == (6, "it is missing")


@pytest.mark.req("E4")
@pytest.mark.parametrize("reasons", [5, {"a": 1}, "text"])
def test_a_last_entry_rewritten_with_its_head_is_still_compared(written: Records, reasons: object) -> None:
    """Even whoever recomputes hash and head must not be able to make the verification stumble."""
    edit_entry(written, COUNT, lambda said: said.update(reasons=reasons), rehash=True)
    written.tamper("UPDATE trail_head SET leaf = (SELECT leaf FROM audit_trail WHERE seq = 9)")
    assert written.verify(full=False).first_bad_seq == COUNT


@pytest.mark.req("E4")
@pytest.mark.parametrize("statement", ["UPDATE audit_trail SET data = data || ' ' WHERE seq = 9", TAMPERED[10][1]])
def test_the_check_at_the_start_sees_a_damaged_end(written: Records, statement: str | Act) -> None:
    """The rows a power cut or a hasty hand can reach are the last ones."""
    if isinstance(statement, str):
        written.tamper(statement)
    else:
        statement(written)
    assert written.verify(full=False).first_bad_seq == COUNT


@pytest.mark.req("E4")
def test_the_check_at_the_start_looks_at_the_latest_rows_only(
    written: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate of ten years must start in seconds; old rows are the nightly check's."""
    monkeypatch.setattr(verifying, "LATEST", 3)
    written.tamper("UPDATE audit_trail SET outcome = 'maybe' WHERE seq = 3")
    found = written.verify(full=False)
    assert (found.sound, found.checked) == (True, 3)
    assert written.verify(full=True).first_bad_seq == 3


@pytest.mark.req("E4")
def test_pages_do_not_change_the_result(written: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million rows are read in pages, and a fault may stand at the edge of one."""
    sound = written.verify()
    monkeypatch.setattr(verify_rows, "PAGE", 2)
    assert written.verify() == sound
    written.tamper("UPDATE audit_trail SET data = CAST(x'FF' AS TEXT) WHERE seq = 5")
    assert written.verify().first_bad_seq == 5


@pytest.mark.req("E4")
def test_progress_is_told_up_to_the_head(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody waits in front of it."""
    for _ in range(5):
        records.append()
    monkeypatch.setattr(verify_rows, "PAGE", 2)
    told: list[tuple[int, int]] = []
    engine = records.trail._engine
    assert verifying.verify(engine, full=True, progress=lambda done, of: told.append((done, of))).sound
    assert told == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.req("E4")
def test_rows_added_while_it_runs_are_no_damage(written: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verification runs beside the gate, which does not wait for it."""
    other = written.another_trail()

    def append_one(done: int, of: int) -> None:
        other.begin()
        other.append(written.entry())
        other.commit()

    found = verifying.verify(other._engine, full=True, progress=append_one)
    assert (found.sound, found.checked) == (True, COUNT)
    assert written.verify().checked == COUNT + 1


def test_the_result_as_plain_values_says_it_all() -> None:
    """`gate verify --json` is read by programs."""
    found = Verification(True, 3, 5, "ab", None, 4, "it is missing", head_sound=False)
    assert found.as_json() == {
        "sound": False,
        "full": True,
        "hash_only": False,
        "checked": 3,
        "head_seq": 5,
        "head_leaf": "ab",
        "head_sound": False,
        "root": None,
        "first_bad_seq": 4,
        "what": "it is missing",
    }
