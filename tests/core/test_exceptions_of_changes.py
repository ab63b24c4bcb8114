"""Review by exception: what the rules find in changes of what is on record (requirement H4)."""

from typing import Any

import pytest

from tests.core.review_entries import Log

CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("equipment:TP-01", {"equipment": "TP-01", "old": {"mode": "shadow"}, "new": {"mode": "enforce"}}, "MODE_CHANGED"),
    ("equipment:TP-01", {"old": {"class_id": "A"}, "new": {"class_id": "B"}}, "CONFIGURATION"),
    ("equipment:TP-01", {"new": {"mode": "shadow"}}, "CONFIGURATION"),
    ("area:COMP", {}, "CONFIGURATION"),
    ("data_source:LMS", {}, "CONFIGURATION"),
    ("account:qa", {"old": {"roles": "qa"}, "new": {"roles": "qa trainer"}}, "ROLES_CHANGED"),
    ("account:qa", {"detail": {"what": "password_reset", "must_change": True}}, "ROLES_CHANGED"),
    ("account:qa", {"detail": {"what": "password_set", "must_change": True}}, "ROLES_CHANGED"),
    ("account:qa", {"detail": {"what": "password_set", "must_change": False}}, ""),
    ("delegate:D-1", {"person": "P-sup"}, "ROLES_CHANGED"),
    ("requirement_set:S-1", {}, "REQUIREMENTS_CHANGED"),
    ("item:SOP-1", {}, "REQUIREMENTS_CHANGED"),
    ("item_revision:SOP-1@R7", {}, "REQUIREMENTS_CHANGED"),
    ("badge:B-1", {"person": "E1", "new": {"read": "typed"}}, "TYPED_BADGE"),
    ("badge:B-1", {"person": "E1", "new": {"read": "tapped"}}, ""),
    ("badge:B-1", {"person": "E1", "new": {"person": "E1", "until_at": "2026-11-16T20:00:00.000Z"}}, "POOL_BADGE"),
    ("badge:B-1", {"new": "lost"}, ""),
    ("training_record:T-1", {"new": {"completed_on": "2026-11-12"}}, "LATE_RECORD"),
    ("training_record:T-1", {"new": {"completed_on": "2026-11-13"}}, ""),
    ("training_record:T-1", {"new": {"completed_on": "2026-11-01"}, "old": {"state": "passed"}}, ""),
    ("training_record:T-1", {"new": {"completed_on": "soon"}}, ""),
    ("training_record:T-1", {"new": {"taken_back": True}}, ""),
    ("person:E1", {}, ""),
    ("", {}, ""),
]


@pytest.mark.req("H4")
@pytest.mark.parametrize(("subject", "more", "rule"), CHANGES)
def test_changes_of_rules_roles_and_configuration_are_found_and_others_counted(
    subject: str, more: dict[str, Any], rule: str
) -> None:
    """What changes who may start what is looked at; a telephone number is not."""
    log = Log()
    log.changed(subject, **more)
    assert log.rules() == ([rule] if rule else [])
    assert log.counts() == ({} if rule else {"other_changes": 1})


@pytest.mark.req("H5")
def test_whose_account_it_is_has_a_part_in_its_change() -> None:
    """Nobody reviews how the own role came about."""
    log = Log()
    log.changed("account:qa", person="P-qa", new={"roles": "qa"})
    assert log.found()[0].parts == {"qa", "P-qa", "P-adm"}


@pytest.mark.req("H4")
@pytest.mark.parametrize(
    ("kind", "rule"), [("config", "CONFIGURATION"), ("load", "CONFIGURATION"), ("key", "CONFIGURATION")]
)
def test_what_changes_the_gate_itself_is_found(kind: str, rule: str) -> None:
    """A plant file, a key, a configuration."""
    log = Log()
    log.tell(kind, by="it")
    log.tell(kind, by="it", subject="tls")
    assert log.rules() == ["CONFIGURATION", "CONFIGURATION"]


@pytest.mark.req("H4")
def test_signatures_holds_and_imports_are_counted() -> None:
    """They are signed each by themselves."""
    log = Log()
    for kind in ("sign", "hold_set", "hold_released", "import_published"):
        log.tell(kind)
    assert log.found() == []
    assert log.counts() == {"signed": 1, "other_changes": 3}
