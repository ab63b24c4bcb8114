"""Verification goes on from where it stopped, sees what is lost behind that, and can look at the hashes alone."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.audit import Entry, Kind, entry_bytes
from gate.store.trail_bytes import COLUMNS, plain_form, said_of
from gate.store.verify import Proven, Verification, verify
from gate.verified import Running, last_proven, proven_path, running, running_path, tell_proven, tell_running
from gate.verifying import verify_in_full, verify_since_proven
from tests.store.open_records import TORONTO, Records, sql

COUNT = 12


@pytest.fixture
def written(records: Records) -> Records:
    for number in range(COUNT):
        records.append(Kind.DECISION, person=f"E{number}", outcome="allow", reasons=("ALLOW_CERTIFIED",))
    return records


def proven_of(found: Verification) -> Proven:
    assert found.proven is not None
    return found.proven


def since(records: Records, proven: Proven, most: int | None = None) -> Verification:
    return verify(records.trail._engine, full=False, since=proven, most=most)


@pytest.mark.req("E4")
def test_what_was_proven_is_not_read_again_and_the_tree_goes_on(
    written: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The start of a gate of ten years costs what was written since yesterday, tree and head included."""
    monkeypatch.setattr("gate.store.verify.LATEST", 2)
    proven = proven_of(written.verify())
    for _ in range(5):
        written.append()
    found = since(written, proven)
    assert (found.sound, found.checked, found.head_seq) == (True, 5, COUNT + 5)
    assert proven_of(found) == proven_of(written.verify())
    written.tamper("UPDATE trail_head SET frontier = zeroblob(length(frontier))")
    assert "frontier" in since(written, proven).what


@pytest.mark.req("E4")
@pytest.mark.scenario(23)
def test_rows_that_were_proven_and_are_gone_are_missed(written: Records) -> None:
    """A head set back with its rows cut is consistent in itself; only who remembers it further knows better."""
    early = proven_of(written.verify())
    for _ in range(3):
        written.append()
    late = proven_of(written.verify())
    head = written.rows("SELECT data FROM audit_trail WHERE seq = ?", COUNT)
    assert head
    frontier, leaf = b"".join(early.frontier), early.leaf
    written.tamper(
        ("DELETE FROM audit_trail WHERE seq > ?", (COUNT,)),
        ("UPDATE trail_head SET seq = ?, leaf = ?, frontier = ?", (COUNT, leaf, frontier)),
    )
    assert written.verify().sound
    found = since(written, late)
    assert (found.first_bad_seq, found.head_sound) == (COUNT + 1, False)
    assert f"everything up to {COUNT + 3}, found sound before, is missing" in found.what


@pytest.mark.req("E4")
def test_the_last_thousand_rows_are_looked_at_again_each_time(written: Records) -> None:
    """Somebody who asks just after the change wants to hear of it, wherever the last verification stopped."""
    proven = proven_of(written.verify())
    written.append()
    found = since(written, proven)
    assert (found.sound, found.checked) == (True, COUNT + 1)
    assert proven_of(found) == proven_of(written.verify())
    written.tamper("UPDATE audit_trail SET outcome = 'deny' WHERE seq = 9")
    assert since(written, proven).first_bad_seq == 9


@pytest.mark.req("E4")
def test_a_history_rewritten_behind_the_proven_entry_is_another_history(written: Records) -> None:
    """The leaf of the proven entry stands for everything before it."""
    proven = proven_of(written.verify())
    other = proven._replace(leaf=bytes(32))
    assert since(written, proven).sound
    assert since(written, other).first_bad_seq == COUNT


@pytest.mark.req("E4")
def test_more_rows_than_the_start_may_take_are_left_to_the_hourly_check(
    written: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate that was verified last a year ago answers badges within seconds all the same."""
    monkeypatch.setattr("gate.store.verify.LATEST", 2)
    proven = proven_of(written.verify())
    for _ in range(4):
        written.append()
    found = since(written, proven, most=3)
    assert (found.sound, found.checked, found.proven) == (True, 2, None)
    assert proven_of(since(written, proven, most=4)).seq == COUNT + 4


@pytest.mark.req("E4")
@pytest.mark.parametrize(
    ("statement", "sound"),
    [
        ("UPDATE audit_trail SET data = data || ' ' WHERE seq = 5", False),
        ("DELETE FROM audit_trail WHERE seq = 5", False),
        ("UPDATE audit_trail SET leaf = zeroblob(32) WHERE seq = 5", False),
        ("UPDATE trail_head SET leaf = zeroblob(32)", False),
        ("UPDATE audit_trail SET person_id = 'E9' WHERE seq = 5", True),
    ],
)
def test_hashes_alone_see_everything_but_a_changed_column(written: Records, statement: str, sound: bool) -> None:
    """Five times as fast, for whoever checks an archive of a hundred million rows; it says what it did not do."""
    written.tamper(statement)
    found = verify(written.trail._engine, full=True, hash_only=True)
    assert found.sound is sound
    assert "hashes only" in found.in_words()
    assert found.proven is None
    assert not written.verify().sound


@pytest.mark.req("E4")
def test_damage_in_old_rows_leaves_the_head_sound(written: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether badging goes on hangs on this."""
    monkeypatch.setattr("gate.store.verify.LATEST", 4)
    written.tamper("UPDATE audit_trail SET outcome = 'deny' WHERE seq = 5")
    found = written.verify()
    assert (found.first_bad_seq, found.head_sound) == (5, True)
    assert "The end of the trail is sound" in found.in_words()
    written.tamper("UPDATE trail_head SET leaf = zeroblob(32)")
    found = written.verify()
    assert (found.first_bad_seq, found.head_sound) == (5, False)


@pytest.mark.req("E4")
def test_a_site_goes_on_from_its_last_verification_and_forgets_nothing_on_damage(
    written: Records, tmp_path: Path
) -> None:
    """The kept position only moves over rows that were found sound."""
    engine = written.trail._engine
    assert verify_in_full(engine, tmp_path, written.clock, by="night").sound
    written.append()
    assert verify_since_proven(engine, tmp_path).checked == COUNT + 1
    assert last_proven(proven_path(tmp_path)) == tuple(proven_of(written.verify()))
    written.append()
    written.tamper(sql("UPDATE audit_trail SET kind = 'stop' WHERE seq =", str(COUNT + 2)))
    assert verify_since_proven(engine, tmp_path).first_bad_seq == COUNT + 2
    kept = last_proven(proven_path(tmp_path))
    assert kept is not None
    assert kept[0] == COUNT + 1
    assert running(running_path(tmp_path)) is None


@pytest.mark.parametrize("left", ["", "{}", "[]", '{"seq": 3, "leaf": "00", "frontier": []}', '{"pid": 99999999999}'])
def test_a_position_that_is_not_usable_is_none(tmp_path: Path, left: str) -> None:
    """The file may be half of what somebody copied; then more rows are read, nothing else."""
    for path in (proven_path(tmp_path), running_path(tmp_path)):
        path.parent.mkdir(exist_ok=True)
        path.write_text(left, encoding="utf-8")
    assert last_proven(proven_path(tmp_path)) is None
    assert running(running_path(tmp_path)) is None


def test_a_verification_whose_process_has_died_is_not_under_way(records: Records, tmp_path: Path) -> None:
    """A page that waits for a killed process would wait for ever."""
    path, now = running_path(tmp_path), Running(records.clock.at, "q.a", 5, 10)
    tell_running(path, now)
    assert running(path) == now
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**told, "pid": 2**22 + 1}), encoding="utf-8")
    assert running(path) is None
    tell_proven(proven_path(tmp_path), 3, b"\x01" * 32, (b"\x02" * 32, b"\x03" * 32))
    assert last_proven(proven_path(tmp_path)) == (3, b"\x01" * 32, (b"\x02" * 32, b"\x03" * 32))


TEXTS = st.none() | st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.none() | st.booleans() | st.integers(-(2**52), 2**52) | st.text(max_size=4)
OBJECTS = st.none() | st.dictionaries(st.sampled_from("abc{}"), VALUES | st.lists(VALUES, max_size=3), max_size=3)


@given(
    person=TEXTS,
    equipment=TEXTS,
    badge=TEXTS,
    by=TEXTS,
    why=TEXTS,
    reasons=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    ref=st.none() | st.integers(0, 2**52),
    evidence=OBJECTS,
    detail=OBJECTS,
    new=VALUES,
)
def test_a_glance_at_the_bytes_says_what_reading_them_says(
    records_moment: object, person: str | None, evidence: object, **more: object
) -> None:
    """What the fast way takes for right must be what the slow way reads: the columns are compared with it."""
    entry = Entry(kind=Kind.CHANGE, moment=records_moment, person=person, evidence=evidence, **more)  # type: ignore[arg-type]
    data = entry_bytes(entry, seq=7, gate="g", zone=TORONTO, previous=bytes(32)).decode()
    said, found = said_of(data), plain_form(data)
    assert said is not None
    if found is None:
        return
    names = ("at", "badge", "equipment", "kind", "outcome", "person", "prev", "reader")
    assert found.groups()[:8] == tuple(said.get(name) for name in names)
    reasons = said.get("reasons")
    assert found.group(9) == (reasons[0] if reasons else None)
    assert found.group(10) == (str(said["ref"]) if "ref" in said else None)
    assert found.group(11) == "7"
    assert set(COLUMNS.values()) <= {*names, "ref"}


@pytest.fixture(scope="module")
def records_moment(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Return an instant."""
    records = Records(tmp_path_factory.mktemp("moment"))
    moment = records.moment()
    records.close()
    return moment


@pytest.mark.parametrize("text", ['{"' * 50_000, '{"at":"' + "x" * 100_000, '{"at":"' + '","badge":"' * 20_000])
def test_hostile_bytes_are_no_work(text: str) -> None:
    """A pattern that goes back and forth over damaged bytes would hang the nightly check."""
    assert plain_form(text) is None


def test_an_ordinary_decision_takes_the_fast_way(written: Records) -> None:
    """If the form of entries changed, everything would still be right, and eight times as slow."""
    (data,) = written.rows("SELECT data FROM audit_trail WHERE seq = 3")[0]
    assert plain_form(data) is not None
