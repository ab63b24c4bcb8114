"""Revoking: only what still stands, only with a reason, and only by a supervisor or QA."""

from datetime import datetime, timedelta

import pytest

from gate.core.records import Override
from gate.core.revoking import TABLE, revocation_refusals
from tests.core.facts_builder import NOON, moment, override

STANDS = override("GMP_REFRESHER")
WHY = "the refresher was held today"


@pytest.mark.req("D3")
@pytest.mark.parametrize(
    ("code", "found", "why", "role"),
    [
        ("unknown_override", None, WHY, "supervisor"),
        ("already_revoked", override("GMP_REFRESHER", revoked=NOON), WHY, "supervisor"),
        ("already_ended", override("GMP_REFRESHER", end=NOON), WHY, "supervisor"),
        ("not_allowed", STANDS, WHY, "sysadmin"),
        ("not_allowed", STANDS, WHY, "operator"),
        ("no_justification", STANDS, "  -- ", "supervisor"),
    ],
)
def test_it_is_refused_for_exactly_this(code: str, found: Override | None, why: str, role: str) -> None:
    """Each refusal says its own cause, so that nobody tries the same again."""
    refused = revocation_refusals(found, why, role, moment())
    assert [refusal.code for refusal in refused] == [code]
    assert refused[0].text_en != refused[0].text_fr
    assert code in {row.code for row in TABLE}


@pytest.mark.req("D3")
@pytest.mark.parametrize("start", [NOON - timedelta(hours=1), NOON + timedelta(minutes=5)])
def test_what_stands_or_is_still_ahead_can_be_revoked(start: datetime) -> None:
    """A grant for the next shift can be taken back before it counts."""
    ahead = override("GMP_REFRESHER", start=start)
    assert revocation_refusals(ahead, WHY, "supervisor", moment()) == ()
