"""Which later entries count as a change of an earlier one: every row of the table, and what is beside it."""

from typing import Any

import pytest

from gate.core.changed_since import What, change_by_reference, change_of_version


@pytest.mark.req("H7")
@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"kind": "answered_late"}, What.ANSWERED_LATE),
        ({"kind": "use_closed", "new": {"claimed_left_at": "2026-11-23T17:00:00.000Z"}}, What.USE_CLOSED),
        ({"kind": "sign", "subject": "override:O-1", "new": {"reference": "DEV-1"}}, What.REFERENCE_ADDED),
        ({"kind": "sign", "subject": "override:O-1", "new": {"disposition": "accepted"}}, None),
        ({"kind": "sign", "subject": "review:2026-W47"}, None),
        ({"kind": "sign", "subject": "override:O-1", "new": "reference"}, None),
        ({"kind": "review_signed", "new": {"reference": "x"}}, None),
        ({"kind": "actuated"}, None),
        ({"kind": "outcome_unknown"}, None),
        ({"kind": "use_left"}, None),
        ({"kind": "use_expired"}, None),
        ({}, None),
    ],
)
def test_what_refers_to_an_entry_changes_it_only_where_the_table_says_so(said: dict[str, Any], what: str) -> None:
    """A review or an ordinary end is no change of the original; a mark on everything would say nothing."""
    assert change_by_reference(said) == what


LOT = {"lot": "24K1187", "equipment_id": "TP-01"}


@pytest.mark.req("H7")
@pytest.mark.parametrize(
    ("table", "said", "what"),
    [
        ("lot_windows", {"kind": "change", "old": LOT, "new": LOT}, What.CORRECTED),
        ("lot_windows", {"kind": "change", "old": LOT}, What.WITHDRAWN),
        ("training_records", {"kind": "change", "new": {"taken_back": True}}, What.TAKEN_BACK),
        ("training_records", {"kind": "change", "new": {"state": "withdrawn"}}, What.WITHDRAWN),
        ("training_records", {"kind": "change", "new": {"state": "passed"}}, What.CORRECTED),
        ("training_records", {"kind": "load"}, What.LOADED),
        ("training_records", {"kind": "import_published"}, What.LOADED),
        ("overrides", {"kind": "override_revoked", "new": {"revoked_at": "x"}}, What.REVOKED),
        ("overrides", {"kind": "change", "new": {"x": 1}}, None),
        ("late_entries", {"kind": "late_entry", "new": {"state": "rejected"}}, What.REJECTED),
        ("late_entries", {"kind": "late_entry", "new": {"state": "verified"}}, None),
        ("people", {"kind": "change", "new": {"name": "x"}}, What.CHANGED),
        ("equipment", {"kind": "change", "new": {"mode": "enforce"}}, What.CHANGED),
        ("badges", {"kind": "change"}, What.ENDED),
        ("requirement_sets", {"kind": "change", "old": {"approved": 0}, "new": {"approved": 1}}, None),
        ("requirement_sets", {"kind": "change", "old": {"approved": 1}, "new": {"approved": 0}}, What.CHANGED),
        ("holds", {"kind": "hold_released"}, None),
        ("holds", {"kind": "change"}, None),
        ("suspensions", {"kind": "change"}, None),
        ("lot_windows", {}, None),
    ],
)
def test_a_replaced_version_is_a_change_as_far_as_the_table_goes(table: str, said: dict[str, Any], what: str) -> None:
    """An approval, a verification, a hold released in its time: the original said the truth and still does."""
    assert change_of_version(said, table) == what
