"""Scenario 29, as far as the record goes: an override for a record that lags, and the record that comes too late."""

from collections.abc import Callable
from datetime import date

import pytest

from gate.core.lateness import Lateness
from gate.core.terms import OverrideClass
from gate.evidence import EvidenceReader
from gate.store.database import open_database
from tests.scenarios.plant import P1, plant, record
from tests.scenarios.supervisors import grant
from tests.scenarios.world import TORONTO, World, local


@pytest.mark.scenario(29)
@pytest.mark.req("E7", "E8", "D6")
def test_a_record_imported_after_a_use_under_record_lag_is_late_and_justifies_it_as_known_now(
    make_world: Callable[..., World],
) -> None:
    """Used yesterday under the override; today a training of ten days ago comes in: true, and late."""
    expired = record("E1", expires_on=date(2026, 11, 1))
    world = make_world(local("2026-11-23T12:00"), {**plant(), "training_record": [expired]})
    world.badge("R1", P1)
    grant(world, override_class=OverrideClass.RECORD_LAG)
    world.badge("R1", P1)
    assert world.reasons() == ["ALLOW_OVERRIDE"]
    world.go_to(local("2026-11-24T12:00"))
    world.load({**plant(), "training_record": [expired, record("E1", completed_on=date(2026, 11, 14))]})
    with EvidenceReader(open_database(world.settings.database_path, read_only=True), TORONTO) as reader:
        told = reader.of(world.decisions()[-1]["seq"])
    assert told is not None
    (one,) = told.requirements
    assert (one.then.reason, one.late, told.late) == ("TRAINING_EXPIRED", Lateness.AFTER_USE, True)
    assert one.now is not None and one.now.reason is None, "as known now the person was certified all along"
    assert (told.outcome, told.outcome_now, told.reasons_now) == ("allow", "allow", ("ALLOW_CERTIFIED",))
