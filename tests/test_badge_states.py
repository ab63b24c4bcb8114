"""Replaced, returned, lost, found, lent: whose a badge is from which entry on, and what stands against it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gate.badge_acts import block_badge, find_badge, return_badge
from gate.badge_enrolment import Identity, ask_for_badge
from gate.badge_lending import lend_badge
from gate.badge_refusals import BadgeRefusedError
from gate.core.terms import BadgeState
from gate.store.badge_rows import badge_of_id, badge_of_number, number_of_mark
from tests.badge_people import (
    AN_HOUR,
    HOSTILE,
    NEW,
    ONE_OF_THEM,
    OTHER,
    POOL,
    SUPERVISOR,
    WHY,
    enrol,
    entries,
    lend,
    people,
    refused,
)
from tests.scenarios.plant import P1, P2, changed
from tests.store.asking import ask
from tests.store.open_records import NOON, Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    found = Records(tmp_path)
    found.load(people())
    yield found
    found.close()


# --- replace, return, lost, found ---------------------------------------------------------------------------


@pytest.mark.req("A2")
@pytest.mark.scenario(26)
def test_a_replacement_ends_the_old_badge_and_keeps_the_person(records: Records) -> None:
    """The old one in the drawer must not open the machine, and the person's history goes on."""
    done = enrol(records, person_id="E1", replaces="B1", why="worn out")
    old, new = ask(records, P1), ask(records, NEW)
    assert (old.badge and old.badge.state, new.person and new.person.id) == (BadgeState.REPLACED, "E1")
    first, second = entries(records)[-2:]
    assert (first["badge"], first["new"]) == ("B1", {"state": "replaced", "replaced_by": done.id})
    assert second["new"]["replaces"] == "B1"
    assert refused(records, lambda: enrol(records, person_id="E3", typed=P1)) == "was_replaced"


@pytest.mark.req("A2")
def test_a_lost_badge_that_is_replaced_stays_lost(records: Records) -> None:
    """Whoever tries it alerts; "use the new one" would be the wrong answer to a thief."""
    block_badge(records.trail, "B1", WHY, SUPERVISOR, records.moment())
    enrol(records, person_id="E1", replaces="B1")
    found = ask(records, P1).badge
    assert found is not None
    assert found.state is BadgeState.LOST


@pytest.mark.req("A1")
def test_a_returned_badge_can_be_given_out_again_and_history_stays(records: Records) -> None:
    """Test of A1: old rows still show the old person."""
    then = records.append()
    return_badge(records.trail, "B1", WHY, OTHER, records.moment())
    entry = entries(records)[-1]
    assert (entry["person"], entry["old"], entry["new"]) == ("E1", {"state": "active"}, {"state": "returned"})
    assert ask(records, P1).person is None
    enrol(records, typed=P1)
    now, before = ask(records, P1), ask(records, P1, known=then)
    assert (now.person and now.person.id, before.person and before.person.id) == ("E4", "E1")
    assert (now.badge and now.badge.id, before.badge and before.badge.id) == ("B1", "B1"), "one number, one badge id"


def test_a_badge_taken_off_the_records_comes_back_with_its_id(records: Records) -> None:
    """A file without it closed the badge; the number must not become a second badge."""
    records.load({**people(), "badge": [row for row in people()["badge"] if row["id"] != "B1"]})
    assert ask(records, P1).badge is None
    assert enrol(records, typed=P1).id == "B1"


@pytest.mark.req("A2")
def test_a_lost_badge_is_found_again_with_a_signature(records: Records) -> None:
    """What gives rights back is signed."""
    block_badge(records.trail, "B1", WHY, SUPERVISOR, records.moment())
    assert refused(records, lambda: enrol(records, typed=P1)) == "is_lost"
    find_badge(records.trail, "B1", "was in the other coat", OTHER, records.moment())
    entry = entries(records)[-1]
    assert (entry["old"], entry["new"]) == ({"state": "lost"}, {"state": "active"})
    assert entry["detail"]["signatures"][0]["meaning"] == "badge found, serves again"
    found = ask(records, P1)
    assert (found.badge and found.badge.state, found.person and found.person.id) == (BadgeState.ACTIVE, "E1")


@pytest.mark.req("A2")
def test_a_lost_badge_taken_off_the_records_stays_lost(records: Records) -> None:
    """Removing a row must not launder a stolen badge."""
    block_badge(records.trail, "B1", WHY, SUPERVISOR, records.moment())
    records.load({**people(), "badge": [row for row in people()["badge"] if row["id"] != "B1"]})
    assert refused(records, lambda: enrol(records, typed=P1)) == "is_lost"
    find_badge(records.trail, "B1", WHY, OTHER, records.moment())
    assert enrol(records, typed=P1).id == "B1"


def _state(records: Records, state: str) -> None:
    records.load(changed(people(), "badge", "B1", state=state))


Act = Callable[[Records, str, str], object]
BLOCK: Act = lambda records, badge, why: block_badge(records.trail, badge, why, SUPERVISOR, records.moment())  # noqa: E731
BACK: Act = lambda records, badge, why: return_badge(records.trail, badge, why, SUPERVISOR, records.moment())  # noqa: E731
FIND: Act = lambda records, badge, why: find_badge(records.trail, badge, why, OTHER, records.moment())  # noqa: E731


@pytest.mark.req("A2")
@pytest.mark.parametrize(
    ("code", "act", "badge", "state"),
    [
        ("no_badge", BLOCK, "B404", "active"),
        ("no_badge", BLOCK, HOSTILE, "active"),
        ("lost_already", BLOCK, "B1", "lost"),
        ("no_badge", BACK, "B404", "active"),
        ("is_lost", BACK, "B1", "lost"),
        ("returned_already", BACK, "B1", "returned"),
        ("returned_already", BACK, "POOL-1", "active"),
        ("no_badge", FIND, "B404", "active"),
        ("not_lost", FIND, "B1", "active"),
        ("not_lost", FIND, "B1", "returned"),
    ],
)
def test_what_stands_against_a_change_of_state(records: Records, code: str, act: Act, badge: str, state: str) -> None:
    """Sent twice, sent late, or made up: nothing is changed, and it is on record."""
    _state(records, state)
    assert refused(records, lambda: act(records, badge, WHY)) == code


@pytest.mark.parametrize(("act", "state"), [(BLOCK, "active"), (BACK, "active"), (FIND, "lost")])
@pytest.mark.parametrize("why", ["", "  ..  ", HOSTILE])
def test_every_change_needs_words(records: Records, act: Act, state: str, why: str) -> None:
    """Who reads it in three years knows nothing but these words."""
    _state(records, state)
    assert refused(records, lambda: act(records, "B1", why)) == "why"


def test_nobody_lets_the_own_lost_badge_serve_again(records: Records) -> None:
    """It needs a second pair of eyes."""
    block_badge(records.trail, "B2", WHY, SUPERVISOR, records.moment())
    act = lambda: find_badge(records.trail, "B2", WHY, ONE_OF_THEM, records.moment())  # noqa: E731
    assert refused(records, act) == "self"


def test_a_replaced_badge_that_turns_up_can_be_returned(records: Records) -> None:
    """It lies in a pocket, is handed in, and serves somebody else."""
    _state(records, "replaced")
    BACK(records, "B1", WHY)
    assert enrol(records, typed=P1).id == "B1"


# --- lend ------------------------------------------------------------------------------------------------------


@pytest.mark.req("A1", "G1")
def test_a_lending_is_signed_and_says_until_when(records: Records) -> None:
    """QA reads it the next morning: who, to whom, until when, how they knew."""
    lend(records)
    entry = entries(records)[-1]
    assert (entry["kind"], entry["person"], entry["by"]) == ("change", "E1", "P-sup")
    assert entry["new"]["identity"] == "known_personally"
    assert entry["until"] == entry["new"]["until_at"]
    assert entry["detail"]["signatures"][0]["meaning"] == "pool badge lent"
    facts = ask(records, POOL)
    assert facts.badge is not None
    assert facts.badge.until_at == datetime.fromisoformat(entry["until"])


@pytest.mark.req("A1")
def test_a_pool_badge_is_lent_to_one_person_at_a_time(records: Records) -> None:
    """Given back, or its time over, it may go out again; history stays."""
    lend(records)
    assert refused(records, lambda: lend(records, person_id="E3")) == "lent_already"
    return_badge(records.trail, "POOL-1", "handed in", SUPERVISOR, records.moment())
    assert ask(records, POOL).person is None
    assert refused(records, lambda: BACK(records, "POOL-1", WHY)) == "returned_already"
    lend(records, person_id="E3")
    records.clock.advance(8 * 3600)
    lend(records, person_id="E4")
    facts = ask(records, POOL)
    assert facts.person is not None
    assert facts.person.id == "E4"
    given = records.rows("SELECT person_id FROM badge_assignments WHERE id = 'POOL-1' ORDER BY version")
    assert given == [("E1",), ("E3",), ("E4",)]


@pytest.mark.req("A1")
@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("no_badge", {"badge_id": "B404"}),
        ("not_of_the_pool", {"badge_id": "B1"}),
        ("no_person", {"person_id": "E404"}),
        ("no_person", {"person_id": ""}),
        ("person_left", {"person_id": "E9"}),
        ("until", {"until_at": None}),
        ("until", {"until_at": NOON}),
        ("until", {"until_at": NOON + 13 * AN_HOUR}),
        ("identity", {"identity": ""}),
        ("identity", {"identity": HOSTILE}),
        ("why", {"why": ""}),
        ("why", {"why": HOSTILE}),
    ],
)
def test_what_stands_against_a_lending(records: Records, code: str, more: dict[str, Any]) -> None:
    """At three in the morning the form is filled in by somebody in a hurry."""
    assert refused(records, lambda: lend(records, **more)) == code


def test_nobody_lends_a_badge_to_oneself_and_no_lost_one(records: Records) -> None:
    """A supervisor who forgot the badge asks another one."""
    assert refused(records, lambda: lend(records, ONE_OF_THEM, person_id="E2")) == "self"
    block_badge(records.trail, "POOL-1", WHY, SUPERVISOR, records.moment())
    assert refused(records, lambda: lend(records)) == "is_lost"
    find_badge(records.trail, "POOL-1", WHY, OTHER, records.moment())
    records.load(changed(people(), "badge", "POOL-1", state="replaced"))
    assert refused(records, lambda: lend(records)) == "not_usable"


def test_twelve_hours_are_the_longest(records: Records) -> None:
    """To the second: half-open, as every interval."""
    moment = records.moment()
    terms = ("POOL-1", "E1", moment.at + 12 * AN_HOUR, Identity.PHOTO_ID, WHY, SUPERVISOR, moment)
    assert lend_badge(records.trail, *terms) > 0


# --- ask a reader ------------------------------------------------------------------------------------------------


def test_a_reader_waits_for_one_page_at_a_time(records: Records) -> None:
    """Else the badge of one person would be held out to the clerk of another."""
    first = ask_for_badge(records.trail, "R1", "wish", SUPERVISOR, records.moment())
    with pytest.raises(BadgeRefusedError) as found:
        ask_for_badge(records.trail, "R1", "wish", OTHER, records.moment())
    assert found.value.code == "reader_busy"
    assert ask_for_badge(records.trail, "R2", "wish", OTHER, records.moment()) > first
    assert ask_for_badge(records.trail, "R1", "wish", SUPERVISOR, records.moment()) > first, "one's own is asked anew"
    records.clock.advance(31)
    assert ask_for_badge(records.trail, "R1", "wish", OTHER, records.moment()) > first


def test_the_rows_tell_what_is_known(records: Records) -> None:
    """Everything else is built on these three answers."""
    records.trail.begin()
    held = badge_of_number(records.trail, P2)
    assert held is not None
    assert held == badge_of_id(records.trail, "B2")
    assert (held.number, held.owner(NOON), held.pool, held.known) == (P2, "E2", False, True)
    assert badge_of_number(records.trail, NEW) is None
    assert number_of_mark(records.trail, "unknown:404") is None
    records.trail.rollback()
