"""Any records, sets, holds and overrides: the overview never promises what the reader refuses, nor the forecast."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.matrix import (
    COUNTED,
    Asked,
    Barring,
    Machine,
    Somebody,
    Stand,
    answer,
    head_counts,
    who_can_run,
)
from gate.core.records import (
    Override,
    RequirementSet,
    Revision,
    Suspension,
    TrainingRecord,
)
from gate.core.terms import Operation, Outcome, RecordState
from tests.core.facts_builder import (
    EQUIPMENT,
    GMP,
    ITEMS,
    NOON,
    OJT,
    PERSON,
    RECORDS,
    SOP,
    USE_SET,
    override,
    record,
    requirement,
    set_of,
)
from tests.core.test_matrix import A_DAY, LAPSED, STOPPED, crowd

EASIER = set_of((requirement(GMP, months=12),), at=NOON + 5 * A_DAY, version=43)
AHEAD = replace(SOP, revisions=(*SOP.revisions, Revision(32, "R7", NOON + 7 * A_DAY)))


@pytest.mark.req("B13")
@given(
    st.lists(
        st.sampled_from(
            [
                RECORDS,
                LAPSED,
                {},
                {"GMP-1": RECORDS["GMP-1"]},
                {**RECORDS, "SOP-114": (record(SOP, revision="R7"),)},
                {**RECORDS, "OJT-TP": (record(OJT, "2026-11-25"), record(OJT, "2026-11-20", RecordState.FAILED))},
            ]
        ),
        max_size=4,
    ),
    st.sampled_from([(USE_SET,), (USE_SET, EASIER), (USE_SET, replace(EASIER, approved=False)), ()]),
    st.integers(min_value=0, max_value=400),
)
def test_the_head_count_ahead_is_what_asking_about_that_day_gives(
    all_records: list[Mapping[str, tuple[TrainingRecord, ...]]], sets: tuple[RequirementSet, ...], days: int
) -> None:
    """The short cuts of the forecast may not change its answer."""
    people = [Somebody(replace(PERSON, id=f"E{n}"), records) for n, records in enumerate(all_records)]
    asked = Asked(
        crowd(*people)._replace(class_sets={"PRESS": {Operation.USE: sets}}, items={**ITEMS, "SOP-114": AHEAD}), NOON
    )
    at = NOON + days * A_DAY
    then = [cells[0].stand in COUNTED for _, cells in who_can_run(asked._replace(at=at))]
    assert head_counts(asked, who_can_run(asked), at) == (sum(then),)


# --- the same rule as the reader's -------------------------------------------------------------------------------

_RECORDS: st.SearchStrategy[Mapping[str, tuple[TrainingRecord, ...]]] = st.sampled_from(
    [RECORDS, LAPSED, {}, {**RECORDS, "OJT-TP": (record(OJT, "2026-12-01"),)}]
)
_OVERRIDES = st.sampled_from(
    [(), (override("GMP_REFRESHER"),), (override("GMP_REFRESHER", "EQ_CAL_OVERDUE", cosigned=True),)]
)
_BARRINGS = st.sampled_from([(), (Barring(Suspension(81), "class", "PRESS"),)])
_MACHINES = st.sampled_from(
    [
        Machine(EQUIPMENT),
        Machine(EQUIPMENT, (STOPPED,)),
        Machine(replace(EQUIPMENT, calibration_due_on=date(2026, 11, 22))),
        Machine(replace(EQUIPMENT, exclusive=True, excluding=True)),
    ]
)


@given(_RECORDS, _OVERRIDES, _BARRINGS, _MACHINES, st.integers(min_value=-400, max_value=800))
def test_a_cell_allows_exactly_when_the_reader_would(
    records: Mapping[str, tuple[TrainingRecord, ...]],
    overrides: tuple[Override, ...],
    barrings: tuple[Barring, ...],
    machine: Machine,
    days: int,
) -> None:
    """An overview with rules of its own would sooner or later promise what the reader refuses."""
    somebody = Somebody(PERSON, records, barrings, {"TP-01": overrides} if overrides else {})
    asked = Asked(crowd(somebody, machines=(machine,)), NOON + days * A_DAY)
    ((_, (found,)),) = who_can_run(asked)
    said = answer(asked, somebody, machine)
    runs = found.stand in {Stand.CERTIFIED, Stand.GRACE, Stand.OVERRIDE}
    assert runs is (said.outcome is Outcome.ALLOW)
    if found.until_at is not None and found.stand is Stand.OVERRIDE:
        assert found.until_at == said.valid_until_at
