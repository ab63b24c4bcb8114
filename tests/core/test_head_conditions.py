"""When signed heads call for somebody."""

from datetime import UTC, datetime, timedelta

import pytest

from gate.core.head_conditions import HEARD_WITHIN, SEALED_WITHIN, Silent, head_conditions

pytestmark = pytest.mark.req("E11")

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def rules(sealed_at: datetime | None, *silent: Silent) -> list[tuple[str, str]]:
    return [(one.rule, one.subject) for one in head_conditions(sealed_at, silent, NOW)]


def test_a_gate_that_signs_and_is_witnessed_calls_for_nobody() -> None:
    """Nor does one that was never set up for it."""
    assert rules(NOW - SEALED_WITHIN, Silent("w", NOW - HEARD_WITHIN)) == []
    assert rules(NOW) == []
    assert rules(None) == []


def test_signing_that_has_stopped_is_told() -> None:
    """From then on a cut tail would pass unseen."""
    assert rules(NOW - SEALED_WITHIN - SECOND) == [("HEAD_UNSIGNED", "head")]


def test_a_silent_witness_is_told_after_a_while_each_by_its_name() -> None:
    """Somebody pulled a plug, and nobody would notice before it is needed."""
    silent = [Silent(name, NOW - HEARD_WITHIN - SECOND) for name in ("w1", "w2")]
    assert rules(NOW, *silent) == [("WITNESS_SILENT", "w1"), ("WITNESS_SILENT", "w2")]
