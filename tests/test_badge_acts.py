"""Enrolment on real records: one transaction, each refusal on record, and never a raw number in the trail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.badge_enrolment import normal_number
from gate.badge_refusals import LONGEST_WHY, BadgeRefusedError
from tests.badge_people import HOSTILE, NEW, ONE_OF_THEM, OTHER, POOL, enrol, entries, lend, people, refused, unknown
from tests.scenarios.plant import P1
from tests.store.asking import ask
from tests.store.open_records import Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    found = Records(tmp_path)
    found.load(people())
    yield found
    found.close()


# --- enrol ---------------------------------------------------------------------------------------------------


@pytest.mark.req("A1", "G4")
def test_an_enrolment_says_who_verified_whom_and_how(records: Records) -> None:
    """An inspector asks how the plant knows that a badge stands for this person."""
    done = enrol(records, reader="R1", mark=unknown(records, NEW, "unknown:1"), typed="")
    entry = entries(records)[-1]
    assert (entry["kind"], entry["seq"], entry["subject"]) == ("change", done.seq, f"badge:{done.id}")
    assert (entry["person"], entry["by"], entry["role"], entry["reader"]) == ("E4", "P-sup", "supervisor", "R1")
    assert entry["new"] == {"person": "E4", "state": "active", "identity": "photo_id", "read": "tapped"}
    assert entry["detail"]["accountability_told"] is True
    assert entry["detail"]["mark"] == "unknown:1", "the unknown reads before were of this badge"
    found = ask(records, NEW)
    assert (found.badge and found.badge.id, found.person and found.person.id) == (done.id, "E4")


@pytest.mark.req("A1")
def test_the_raw_number_stands_with_the_badge_alone(records: Records) -> None:
    """Neither the trail nor the table of unknown numbers may be a list to copy badges from."""
    done = enrol(records, mark=unknown(records, NEW, "unknown:1"), typed="")
    assert done.last4 == NEW[-4:]
    assert records.rows("SELECT number FROM badges WHERE id = ?", done.id) == [(NEW,)]
    assert records.rows("SELECT count(*) FROM unknown_badges") == [(0,)]
    assert NEW not in json.dumps(entries(records))


def test_a_number_that_was_typed_is_marked_as_typed(records: Records) -> None:
    """Nobody saw the badge: QA looks at these."""
    enrol(records, typed=f" {NEW.lower()} ")
    assert entries(records)[-1]["new"]["read"] == "typed"
    assert ask(records, NEW).badge is not None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("w26:2ec0c86", "w26:2EC0C86"),
        ("UID:04a1b2c3", "uid:04A1B2C3"),
        ("txt:Ab c", "txt:Ab c"),
        *(
            (wrong, "")
            for wrong in ("", "2EC0C86", "w26:", "w26:XYZ", "em:1", "txt:", "txt:a\u202eb", "uid:" + "A" * 99)
        ),
        *((wrong, "") for wrong in ("w26:2EC0C86 x", "txt:" + HOSTILE)),
    ],
)
def test_only_what_a_reader_could_deliver_is_a_number(typed: str, number: str) -> None:
    """A number with a slip in it would be a badge that never opens anything, or somebody else's."""
    assert normal_number(typed) == number


@pytest.mark.req("A1")
def test_a_badge_with_an_owner_is_refused_with_the_owners_name(records: Records) -> None:
    """Two people with one badge is two people with one signature."""
    assert refused(records, lambda: enrol(records, typed=P1)) == "has_owner"
    with pytest.raises(BadgeRefusedError, match=r"belongs to Ada One \(E1\)"):
        enrol(records, badge="B1", typed="")
    assert refused(records, lambda: enrol(records, person_id="E1", typed=P1)) == "already_theirs"


@pytest.mark.req("A1")
@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("no_person", {"person_id": "E404"}),
        ("no_person", {"person_id": HOSTILE}),
        ("person_left", {"person_id": "E9"}),
        ("identity", {"identity": ""}),
        ("identity", {"identity": "a friend said so"}),
        ("number", {"typed": "2EC0C86"}),
        ("number", {"typed": HOSTILE}),
        ("tap_again", {"typed": "", "mark": "unknown:404"}),
        ("tap_again", {"typed": "", "badge": "B404"}),
        ("tap_again", {"typed": ""}),
        ("of_the_pool", {"typed": POOL}),
        ("in_the_pool_already", {"typed": POOL, "person_id": ""}),
        ("why", {"why": " - "}),
        ("why", {"why": "w" * (LONGEST_WHY + 1)}),
        ("not_the_same", {"replaces": "B1"}),
        ("not_the_same", {"replaces": "B404"}),
        ("not_the_same", {"person_id": "", "replaces": "B1"}),
    ],
)
def test_what_stands_against_an_enrolment(records: Records, code: str, more: dict[str, Any]) -> None:
    """The form can say anything; only what is right counts."""
    assert refused(records, lambda: enrol(records, **more)) == code


def test_nobody_enrols_a_badge_for_oneself(records: Records) -> None:
    """Identity is verified by somebody else, or not at all."""
    assert refused(records, lambda: enrol(records, ONE_OF_THEM, person_id="E2")) == "self"


@pytest.mark.req("A1")
def test_a_person_may_have_several_badges(records: Records) -> None:
    """One on the coat and one in the clean room."""
    done = enrol(records, person_id="E1")
    for number, badge in ((P1, "B1"), (NEW, done.id)):
        facts = ask(records, number)
        assert (facts.badge and facts.badge.id, facts.person and facts.person.id) == (badge, "E1")


def test_a_badge_can_be_enrolled_for_the_pool(records: Records) -> None:
    """The drawer of the supervisor is filled by tapping, too."""
    done = enrol(records, person_id="", identity="")
    assert entries(records)[-1]["new"] == {"state": "active", "read": "typed", "pool": True}
    assert ask(records, NEW).person is None
    lend(records, badge_id=done.id)
    assert ask(records, NEW).person is not None


def test_a_second_clerk_with_the_same_badge_is_sent_back_to_the_reader(records: Records) -> None:
    """The mark of a badge that has just been enrolled says nothing any more."""
    mark = unknown(records, NEW, "unknown:1")
    enrol(records, mark=mark, typed="")
    assert refused(records, lambda: enrol(records, OTHER, person_id="E3", mark=mark, typed="")) == "tap_again"
    assert refused(records, lambda: enrol(records, OTHER, person_id="E3")) == "has_owner"
