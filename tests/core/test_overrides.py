"""Overrides: bounded, signed, all or nothing, and never a way round a reason that nobody may lift."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gate.core.overrides import Phase, active, covering, covers, ended_at, lately_over, lifts, phase
from gate.core.reasons import REASONS, Lift
from gate.core.records import Override
from gate.core.terms import Operation, OverrideClass
from tests.core.facts_builder import A_SECOND, AN_HOUR, NOON, TICK, local, moment, override

USE = Operation.USE
EMERGENCY = OverrideClass.EMERGENCY
SHIFT = override("TRAINING_EXPIRED", start=local("2026-11-23 06:00"), end=local("2026-11-23 14:00"))


@pytest.mark.req("D3")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (local("2026-11-23 05:59:59"), Phase.AHEAD),
        (local("2026-11-23 06:00:00"), Phase.ACTIVE),
        (local("2026-11-23 13:59:59"), Phase.ACTIVE),
        (local("2026-11-23 14:00:00"), Phase.ENDED),
    ],
)
def test_an_override_counts_from_its_start_up_to_but_not_at_its_end(at: datetime, expected: Phase) -> None:
    """Half-open like everything else: at 14:00:00 it is over."""
    assert phase(SHIFT, moment(at)) is expected


@pytest.mark.req("D3")
def test_a_revoked_override_counts_at_no_time() -> None:
    """Revocation acts at the next read; it ended when revoked, or at its end if it was over by then."""
    revoked = replace(SHIFT, revoked_at=local("2026-11-23 10:00"))
    assert phase(revoked, moment(local("2026-11-23 10:00"))) is Phase.REVOKED
    assert ended_at(revoked, moment()) == local("2026-11-23 10:00")
    assert ended_at(replace(SHIFT, revoked_at=local("2026-11-23 15:00")), moment()) == SHIFT.ends_at


@pytest.mark.req("D3", "F4")
def test_an_override_ends_on_the_earlier_of_wall_clock_and_boot_clock() -> None:
    """Setting the wall clock back must not lengthen an override."""
    timed = replace(SHIFT, boot_id="boot-1", ends_boot_us=100_000_000)
    assert ended_at(timed, moment(NOON, boot_us=99_000_000)) == NOON + A_SECOND
    assert phase(timed, moment(NOON, boot_us=99_999_999)) is Phase.ACTIVE
    assert phase(timed, moment(NOON, boot_us=100_000_000)) is Phase.ENDED
    assert ended_at(timed, moment(NOON, boot_us=103_000_000)) == NOON - 3 * A_SECOND
    assert ended_at(timed, moment(SHIFT.ends_at - A_SECOND, boot_us=0)) == SHIFT.ends_at


@pytest.mark.req("D3")
def test_after_a_restart_only_the_wall_clock_tells_the_end() -> None:
    """The boot clock of another boot says nothing; nor is there an end on it for every override."""
    timed = replace(SHIFT, boot_id="boot-0", ends_boot_us=0)
    assert ended_at(timed, moment()) == ended_at(replace(SHIFT, boot_id="boot-1"), moment()) == SHIFT.ends_at


@pytest.mark.req("D5")
@pytest.mark.parametrize("code", sorted(REASONS))
@pytest.mark.parametrize("cosigned", [False, True])
@pytest.mark.parametrize("override_class", list(OverrideClass))
def test_a_reason_is_lifted_only_by_whom_its_letter_names(
    code: str, cosigned: bool, override_class: OverrideClass
) -> None:
    """S: any; Q: with QA's co-signature, or an emergency that QA signs afterwards; N and -: never."""
    letter = REASONS[code].overridable.value
    expected = letter == "S" or (letter == "Q" and (cosigned or override_class is EMERGENCY))
    assert lifts(override(code, cosigned=cosigned, override_class=override_class), code) is expected


@pytest.mark.req("D1")
def test_a_reason_that_is_not_named_is_not_lifted() -> None:
    """An override is for named reasons, not for the person."""
    assert not lifts(override("TRAINING_EXPIRED"), "SOP_REVISION")
    assert not lifts(override(), "TRAINING_EXPIRED")


@pytest.mark.req("D1")
def test_an_override_covers_all_failing_reasons_or_nothing() -> None:
    """Two halves of two overrides are no permission."""
    both = override("TRAINING_EXPIRED", "SOP_REVISION")
    assert covers(both, ("TRAINING_EXPIRED",))
    assert covers(both, ("TRAINING_EXPIRED", "SOP_REVISION"))
    assert not covers(both, ("TRAINING_EXPIRED", "GMP_REFRESHER"))


@pytest.mark.req("D1")
def test_an_override_is_for_its_operations_and_its_time() -> None:
    """Permission to use is no permission to set up."""
    setup = override("TRAINING_EXPIRED", operations=frozenset({Operation.SETUP}), version=72)
    over = replace(SHIFT, version=73, ends_at=NOON)
    assert active((setup, over, SHIFT), USE, moment()) == (SHIFT,)
    assert active((setup, over, SHIFT), Operation.SETUP, moment()) == (setup,)


@pytest.mark.req("D8")
def test_an_emergency_override_is_used_last_and_the_longest_first() -> None:
    """An emergency calls QA out of bed; it is spent only when nothing else covers."""
    emergency = override("SOP_REVISION", end=NOON + 2 * AN_HOUR, override_class=EMERGENCY, version=73)
    short = override("SOP_REVISION", version=74)
    long = override("SOP_REVISION", end=NOON + AN_HOUR + TICK, version=71)
    same = replace(short, version=75)
    failing = ("SOP_REVISION",)
    for candidates in ((emergency, short, long), (long, short, emergency)):
        assert covering(candidates, failing, moment()) == long
    assert covering((same, short), failing, moment()) == covering((short, same), failing, moment()) == same
    assert covering((emergency,), failing, moment()) == emergency
    assert covering((emergency, long), ("GMP_REFRESHER",), moment()) is None


def told(*overrides: Override, at: datetime, failing: tuple[str, ...] = ("TRAINING_EXPIRED",)) -> dict[str, int]:
    found = lately_over(overrides, USE, failing, moment(at))
    return {reason: over.version for reason, over in found.items()}


@pytest.mark.req("D3")
def test_an_end_is_told_for_twelve_hours() -> None:
    """Somebody who worked under it this morning must hear why not now; tomorrow it explains nothing."""
    end = SHIFT.ends_at
    assert told(SHIFT, at=end - TICK) == {}
    assert told(SHIFT, at=end) == {"OVERRIDE_EXPIRED": 71}
    assert told(SHIFT, at=end + 12 * AN_HOUR - TICK) == {"OVERRIDE_EXPIRED": 71}
    assert told(SHIFT, at=end + 12 * AN_HOUR) == {}


def test_a_revocation_is_told_beside_an_end_and_the_latest_of_each() -> None:
    """Each kind is told once, from the override that ended last."""
    end = SHIFT.ends_at
    earlier = replace(SHIFT, version=90, ends_at=end - AN_HOUR)
    revoked = replace(SHIFT, version=72, revoked_at=end - AN_HOUR)
    for overrides in ((SHIFT, earlier, revoked), (revoked, earlier, SHIFT)):
        assert told(*overrides, at=end) == {"OVERRIDE_EXPIRED": 71, "OVERRIDE_REVOKED": 72}


def test_an_end_is_told_only_to_whom_it_concerns() -> None:
    """Another operation, or a reason that does not fail now: its end is not why."""
    at = SHIFT.ends_at + timedelta(minutes=1)
    assert told(replace(SHIFT, operations=frozenset({Operation.CLEAN})), at=at) == {}
    assert told(SHIFT, at=at, failing=("SOP_REVISION",)) == {}
    assert told(SHIFT, at=at, failing=("SOP_REVISION", "TRAINING_EXPIRED")) == {"OVERRIDE_EXPIRED": 71}


def test_the_list_names_which_reasons_can_be_lifted_at_all() -> None:
    """The closed list of what a person may sign away; any addition is a decision of QA, made here too."""
    by_letter = {lift: {r.code for r in REASONS.values() if r.overridable is lift} for lift in Lift}
    assert by_letter[Lift.SUPERVISOR] == {
        "BADGE_ELSEWHERE",
        "EQ_PM_OVERDUE",
        "LOT_UNKNOWN",
        "TRAINING_EXPIRED",
        "SOP_REVISION",
        "GMP_REFRESHER",
        "NOT_YET_VALID",
        "INACTIVE_TOO_LONG",
        "TRAINER_LIMIT",
    }
    assert by_letter[Lift.COSIGNED] == {
        "SYS_DATA_STALE",
        "EQ_CAL_OVERDUE",
        "NOT_CERTIFIED",
        "OPERATION_NOT_CERTIFIED",
        "RECORD_UNVERIFIED",
    }
