"""The lock-out forecast: who loses what, when and why, and what is left of each machine's certified people."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gate.core.effect import Missing
from gate.core.forecast import HORIZONS, Left, forecast, losses, short_machines
from gate.core.matrix import Asked, Machine, Somebody, who_can_run
from gate.core.records import Hold, Revision
from gate.core.terms import HoldKind, Operation
from tests.core.facts_builder import EQUIPMENT, GMP, ITEMS, NOON, OJT, PERSON, RECORDS, SOP, local, override, record
from tests.core.test_matrix import A_DAY, ADA, LAPSED, MILL, TWIN, crowd

PRESSES = (Machine(EQUIPMENT), Machine(TWIN), Machine(MILL))
R7 = replace(SOP, revisions=(*SOP.revisions, Revision(32, "R7", NOON + 10 * A_DAY)))
SOON = Somebody(replace(PERSON, id="E2", name="Bo"), {**RECORDS, "GMP-1": (record(GMP, "2025-12-01"),)})


def asked(*people: Somebody, revised: bool = False) -> Asked:
    there = crowd(*people, machines=PRESSES)
    return Asked(there._replace(items={**ITEMS, SOP.id: R7}) if revised else there, NOON)


@pytest.mark.req("B13")
def test_who_loses_which_machines_when_and_why() -> None:
    """Like machines are told together; the mill asks for nothing that ends."""
    question = asked(ADA, SOON)
    found = forecast(question, list(who_can_run(question)))
    (loss,) = found.losses
    assert (loss.person_id, loss.name, loss.machines) == ("E2", "Bo", ("TP-01", "TP-02"))
    assert loss.ends_at == local("2026-12-02 00:00")
    assert loss.causes == (Missing("GMP-1", "GMP_REFRESHER"),)
    assert [(one.machine, one.counts) for one in found.left] == [
        ("TP-01", (2, 2, 1, 1, 1)),
        ("TP-02", (2, 2, 1, 1, 1)),
        ("ML-01", (2, 2, 2, 2, 2)),
    ]
    assert len(found.left[0].counts) == 1 + len(HORIZONS)


@pytest.mark.req("B13")
def test_a_revision_that_is_approved_and_not_effective_yet_is_in_it() -> None:
    """Training on the version in force says nothing of the one to come."""
    question = asked(ADA, SOON, revised=True)
    found = forecast(question, list(who_can_run(question)))
    assert [(one.person_id, one.ends_at) for one in found.losses] == [
        ("E2", local("2026-12-02 00:00")),
        ("E1", NOON + 10 * A_DAY),
    ]
    assert found.losses[1].causes == (Missing("SOP-114", "SOP_REVISION"),)
    ready = Somebody(PERSON, {**RECORDS, "SOP-114": (*RECORDS["SOP-114"], record(SOP, revision="R7", version=60))})
    prepared = asked(ready, revised=True)
    assert forecast(prepared, list(who_can_run(prepared))).losses == ()


def test_the_end_of_a_contract_is_no_training() -> None:
    """It is told without an item, and nobody is booked for a course because of it."""
    leaving = ADA._replace(person=replace(PERSON, contract_until_on=date(2026, 11, 30)))
    question = asked(leaving)
    (loss,) = forecast(question, list(who_can_run(question))).losses
    assert loss.causes == (Missing("", "CONTRACT_ENDED"),)
    assert loss.machines == ("TP-01", "TP-02", "ML-01")


def test_a_stopped_machine_is_no_loss_and_hides_none() -> None:
    """A hold is released some day; the certification that ended meanwhile is still gone."""
    stopped = Machine(EQUIPMENT, (Hold(61, HoldKind.QA, frozenset({Operation.USE})),))
    question = Asked(crowd(SOON, machines=(stopped,)), NOON)
    (loss,) = forecast(question, list(who_can_run(question))).losses
    assert loss.causes == (Missing("GMP-1", "GMP_REFRESHER"),)


def test_who_is_not_certified_loses_nothing_and_an_override_is_no_certification() -> None:
    """What ends by itself within hours is no matter of training plans."""
    lifted = Somebody(PERSON, LAPSED, (), {"TP-01": (override("GMP_REFRESHER"),)})
    question = asked(lifted, Somebody(PERSON, {}))
    assert losses(question, who_can_run(question), NOON + timedelta(days=900)) == []
    assert forecast(question, list(who_can_run(question))).left[0].counts == (0, 0, 0, 0, 0)


def test_an_override_that_would_stand_at_the_end_hides_no_cause() -> None:
    """The list says that the certification ends; that somebody lifted the lack in advance is no training."""
    ahead = override("GMP_REFRESHER", start=local("2026-12-01 12:00"), end=local("2026-12-02 12:00"))
    covered = SOON._replace(overrides={"TP-01": (ahead,)})
    question = asked(covered)
    (loss,) = forecast(question, list(who_can_run(question))).losses
    assert (loss.machines, loss.causes) == (("TP-01", "TP-02"), (Missing("GMP-1", "GMP_REFRESHER"),))


def test_the_limit_is_the_instant_itself() -> None:
    """Half-open as everywhere: what ends at the horizon is gone at the horizon."""
    question = asked(SOON, Somebody(PERSON, {**RECORDS, "OJT-TP": (record(OJT),)}))
    rows = list(who_can_run(question))
    end = local("2026-12-02 00:00")
    assert losses(question, rows, end - timedelta(seconds=1)) == []
    assert len(losses(question, rows, end)) == 1


@pytest.mark.req("B13")
def test_a_machine_is_short_by_the_lower_of_now_and_the_next_days() -> None:
    """At the minimum is not below it; what falls in a month is no alarm yet."""
    left = [
        Left("A", (2, 2, 0, 0, 0)),
        Left("B", (3, 1, 1, 1, 1)),
        Left("C", (0, 2, 2, 2, 2)),
        Left("D", (2, 2, 2, 2, 2)),
    ]
    assert short_machines(left, 2) == [("B", 1), ("C", 0)]
    assert short_machines(left, 0) == []
