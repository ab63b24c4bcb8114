"""Whatever fails together, and whatever override stands: nothing that fails is ever lost, hidden or lifted unsigned."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.decision import decide
from gate.core.reasons import REASONS, SHOWN_FIRST, in_display_order
from gate.core.records import (
    DataAge,
    Decision,
    Equipment,
    Facts,
    Hold,
    Item,
    Override,
    Person,
    Requirement,
    Revision,
    Suspension,
)
from gate.core.terms import BadgeState, HoldKind, ItemKind, Operation, Outcome, OverrideClass, PersonKind, PersonState
from gate.core.terms import RecordState as State
from tests.core.facts_builder import (
    AN_HOUR,
    AREA,
    AREA_SET,
    BADGE,
    CERTIFIED,
    EQUIPMENT,
    GMP,
    GOWN,
    NOON,
    OJT,
    OTHER,
    PERSON,
    SOP,
    USE_SET,
    day,
    moment,
    override,
    record,
    requirement,
    used_by,
    with_item,
    with_use_set,
)

NEVER = Item(91, "X-1", ItemKind.OTHER, "never trained")
AHEAD = Item(92, "X-2", ItemKind.OTHER, "begins tomorrow")
WITHDRAWN = Item(93, "X-3", ItemKind.OTHER, "withdrawn")
FAILED = Item(94, "X-4", ItemKind.OTHER, "failed")
DOUBTFUL = Item(95, "X-5", ItemKind.OTHER, "unverified")
R7 = replace(SOP, revisions=(*SOP.revisions, Revision(32, "R7", NOON)))
NO_SUCH_ITEM = replace(AREA_SET, groups=(*AREA_SET.groups, (Requirement("NONE"),)))


def certified_in_all() -> Facts:
    items = (NEVER, AHEAD, WITHDRAWN, FAILED, DOUBTFUL)
    facts = with_use_set(CERTIFIED, replace(USE_SET, groups=USE_SET.groups + tuple((requirement(i),) for i in items)))
    for item in items:
        facts = with_item(facts, item, record(item))
    return facts


BASE = certified_in_all()
Change = Callable[[Facts], Facts]


def of_person(change: Callable[[Person], Person]) -> Change:
    return lambda facts: replace(facts, person=change(facts.person or PERSON))


def of_equipment(change: Callable[[Equipment], Equipment]) -> Change:
    return lambda facts: replace(facts, equipment=change(facts.equipment or EQUIPMENT))


def held(kind: HoldKind, version: int) -> Change:
    hold = Hold(version, kind, frozenset({Operation.USE}))
    return lambda facts: replace(facts, holds=(*facts.holds, hold))


def lapsed(item: Item) -> Change:
    return lambda facts: with_item(facts, item, record(item, expires="2026-11-22"))


def in_state(item: Item, state: State) -> Change:
    return lambda facts: with_item(facts, item, record(item, "2026-11-20", state))


def busy(facts: Facts) -> Facts:
    return replace(of_equipment(lambda e: replace(e, exclusive=True))(facts), use=used_by("E9"))


def elsewhere(facts: Facts) -> Facts:
    excluding = of_equipment(lambda e: replace(e, excluding=True))(facts)
    return replace(excluding, elsewhere=("TP-02",), elsewhere_excluding=("TP-02",))


SYSTEM: dict[str, Change] = {
    "SYS_DATA_STALE": lambda facts: replace(facts, data=DataAge(NOON - timedelta(days=7))),
    "SYS_TIME_BAD": lambda facts: facts,
    "SYS_INTEGRITY": lambda facts: replace(facts, trail_sound=False),
}
"""The clock is no fact: `read` hands over a moment that is not trusted."""

REST: dict[str, Change] = {
    "SYS_CONFIG": lambda facts: replace(facts, area_sets=(NO_SUCH_ITEM,)),
    "BADGE_ELSEWHERE": elsewhere,
    "PERSON_RESTRICTED": of_person(lambda p: replace(p, state=PersonState.RESTRICTED)),
    "PERSON_SUSPENDED": lambda facts: replace(facts, suspensions=(Suspension(61),)),
    "CONTRACT_ENDED": of_person(lambda p: replace(p, contract_until_on=day("2026-11-22"))),
    "VISITOR": of_person(lambda p: replace(p, kind=PersonKind.VISITOR)),
    "AREA_DENIED": lapsed(AREA),
    "GOWN_EXPIRED": lapsed(GOWN),
    "EQ_QUARANTINE": held(HoldKind.QA, 81),
    "EQ_OUT_OF_SERVICE": held(HoldKind.OUT_OF_SERVICE, 82),
    "EQ_MAINTENANCE": held(HoldKind.MAINTENANCE, 83),
    "EQ_CAL_OVERDUE": of_equipment(lambda e: replace(e, calibration_due_on=day("2026-11-22"))),
    "EQ_PM_OVERDUE": of_equipment(lambda e: replace(e, maintenance_due_on=day("2026-11-22"))),
    "EQ_QUAL_LAPSED": of_equipment(lambda e: replace(e, qualified_until_on=day("2026-11-22"))),
    "EQ_BUSY": busy,
    "NOT_CERTIFIED": lambda facts: with_item(facts, NEVER),
    "NOT_YET_VALID": lambda facts: with_item(facts, AHEAD, record(AHEAD, "2026-11-24")),
    "CERTIFICATION_WITHDRAWN": in_state(WITHDRAWN, State.WITHDRAWN),
    "ASSESSMENT_FAILED": in_state(FAILED, State.FAILED),
    "RECORD_UNVERIFIED": in_state(DOUBTFUL, State.UNVERIFIED),
    "TRAINING_EXPIRED": lapsed(OTHER),
    "GMP_REFRESHER": lapsed(GMP),
    "OJT_OPEN": in_state(OJT, State.READ),
    "SOP_REVISION": lambda facts: with_item(facts, R7, record(SOP, revision="R6")),
}
IDENTITY: dict[str, Change] = {
    "BADGE_LOST": lambda facts: replace(facts, badge=replace(facts.badge or BADGE, state=BadgeState.LOST)),
    "BADGE_EXPIRED": lambda facts: replace(facts, badge=replace(facts.badge or BADGE, expires_on=day("2026-11-22"))),
    "PERSON_UNKNOWN": lambda facts: replace(facts, person=None),
    "EQ_UNKNOWN": lambda facts: replace(facts, equipment=None),
}
"""Applied last: nothing can be said of a person who is not known."""

FAULTS = {**SYSTEM, **REST, **IDENTITY}
CHECKED = sorted({**SYSTEM, **REST})
SIGNABLE = sorted(code for code in CHECKED if REASONS[code].overridable.value in {"S", "Q"})


def read(faults: Iterable[str], *standing: Override) -> Decision:
    """Decide with these facts failing."""
    failing = set(faults)
    facts = replace(BASE, overrides=standing)
    for code, change in FAULTS.items():
        facts = change(facts) if code in failing else facts
    return decide(facts, moment(trusted="SYS_TIME_BAD" not in failing))


def some(codes: list[str], least: int = 0) -> st.SearchStrategy[set[str]]:
    return st.sets(st.sampled_from(codes), min_size=least, max_size=6)


@st.composite
def overrides_at_noon(draw: st.DrawFn) -> tuple[Override, ...]:
    """Draw overrides that name likely and unlikely reasons, before, during and after their time."""
    return tuple(
        override(
            *draw(st.one_of(some(SIGNABLE), some(sorted(FAULTS)), st.just(set(FAULTS)))),
            start=NOON + draw(st.integers(-3, 1)) * AN_HOUR,
            end=NOON + draw(st.integers(-2, 3)) * AN_HOUR,
            override_class=draw(st.sampled_from(OverrideClass)),
            operations=draw(st.sampled_from([frozenset({Operation.USE}), frozenset({Operation.CLEAN})])),
            revoked=draw(st.sampled_from([None, None, NOON - AN_HOUR])),
            cosigned=draw(st.booleans()),
            version=version,
        )
        for version in range(71, 71 + draw(st.integers(0, 3)))
    )


def lifted(o: Override, code: str) -> bool:
    """Say by the letter of the agreed list whether this override may lift the reason."""
    letter = REASONS[code].overridable.value
    signed = letter == "S" or (letter == "Q" and (o.cosigned or o.override_class is OverrideClass.EMERGENCY))
    return signed and code in o.reasons


def stands(o: Override) -> bool:
    return Operation.USE in o.operations and o.revoked_at is None and o.starts_at <= NOON < o.ends_at


def told(faults: set[str]) -> set[str]:
    """Return what of these faults is looked at: who is not identified is not checked any further."""
    return faults & (SYSTEM.keys() | IDENTITY.keys()) if faults & IDENTITY.keys() else faults


@pytest.mark.req("B11", "J6", "L3")
@pytest.mark.parametrize("code", sorted(FAULTS))
def test_each_failing_fact_alone_denies_with_its_reason(code: str) -> None:
    """The ground the combinations below stand on."""
    assert (read([code]).outcome, read([code]).reasons) == (Outcome.DENY, (code,))
    assert read([]).outcome is Outcome.ALLOW


@pytest.mark.req("B11", "L3")
@given(some(sorted(FAULTS), 1))
def test_whatever_fails_together_is_denied_with_all_reasons_in_order(faults: set[str]) -> None:
    """No failing fact hides another or lets anybody through: the reasons are those of each fault alone."""
    found = read(faults)
    assert found.outcome is Outcome.DENY
    assert found.reasons == in_display_order(code for fault in told(faults) for code in read([fault]).reasons)
    ranks = [REASONS[code].precedence for code in found.reasons]
    assert ranks == sorted(ranks)
    assert found.valid_until_at is None


@pytest.mark.req("D1", "D5")
@given(st.one_of(some(CHECKED, 1), some(SIGNABLE, 1)), overrides_at_noon())
def test_something_failing_is_allowed_exactly_when_one_override_lifts_all_of_it(
    faults: set[str], standing: tuple[Override, ...]
) -> None:
    """All or nothing, in its time, for its operation, signed by whom the letter names; and it is said."""
    covered = any(stands(o) and all(lifted(o, code) for code in faults) for o in standing)
    found = read(faults, *standing)
    assert (found.outcome is Outcome.ALLOW) is covered
    assert (not {"ALLOW_OVERRIDE", "ALLOW_EMERGENCY"}.isdisjoint(found.reasons)) is covered
    assert "ALLOW_CERTIFIED" not in found.reasons


@pytest.mark.req("D5")
@given(some(CHECKED), st.sampled_from([code for code in CHECKED if code not in SIGNABLE]), overrides_at_noon())
def test_no_override_lifts_a_reason_that_nobody_may_lift(
    faults: set[str], never: str, standing: tuple[Override, ...]
) -> None:
    """Whatever else fails, and though the override names everything and QA signed it."""
    everything = override(*FAULTS, cosigned=True, override_class=OverrideClass.EMERGENCY, version=79)
    found = read(faults | {never}, everything, *standing)
    assert found.outcome is Outcome.DENY
    assert never in found.reasons


@pytest.mark.req("B11")
@given(some(sorted(FAULTS)), st.sampled_from(sorted(FAULTS)), overrides_at_noon())
def test_one_more_failing_fact_never_turns_a_deny_into_an_allow(
    faults: set[str], more: str, standing: tuple[Override, ...]
) -> None:
    """Bad news can never help, overrides or not."""
    if read(faults, *standing).outcome is Outcome.DENY:
        assert read(faults | {more}, *standing).outcome is Outcome.DENY


@pytest.mark.req("D1", "D3", "L3")
@given(some(CHECKED, 1), overrides_at_noon())
def test_a_denial_tells_all_that_fails_and_besides_only_what_became_of_overrides(
    faults: set[str], standing: tuple[Override, ...]
) -> None:
    """An override that does not help hides nothing; an ended one is shown first, after no system fault."""
    found = read(faults, *standing)
    if found.outcome is Outcome.DENY:
        besides = set(found.reasons) - faults
        assert set(found.reasons) >= faults
        assert besides <= {"OVERRIDE_SCOPE", *SHOWN_FIRST}
        hopeless = any(REASONS[code].overridable.value == "N" for code in faults)
        assert ("OVERRIDE_SCOPE" in besides) is (any(map(stands, standing)) and not hopeless)
        first = [code for code in SHOWN_FIRST if code in besides]
        assert list(found.reasons[: len(first)]) == first
        assert not (first and any(code.startswith("SYS_") for code in faults))


@given(overrides_at_noon())
def test_who_meets_everything_is_certified_whatever_override_stands(standing: tuple[Override, ...]) -> None:
    """No override is spent, named or shown where none is needed."""
    assert read([], *standing) == read([])
