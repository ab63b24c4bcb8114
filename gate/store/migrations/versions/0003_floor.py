"""The shift: duty, QA delegates, dispositions, notes, alerts, PINs, and what pages add to what is known."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gate.store.triggers import trigger_statements

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEYS = ("version", "id", "known_from", "known_to")

ADDED = {
    "people": ("supervisor_id",),
    "badges": ("pool:int",),
    "badge_assignments": ("until_at",),
    "areas": ("sterile:int",),
    "equipment": ("critical:int",),
    "training_records": ("evidence",),
    "overrides": ("granted_by", "second_person_id"),
    "accounts": ("expires_at",),
}
"""Table -> columns that may be NULL, as they are in every row written before."""

BEFORE = {
    "people": "name kind state language contract_from_on contract_until_on",
    "badges": "number state assurance expires_on",
    "badge_assignments": "person_id",
    "areas": "name",
    "equipment": (
        "name class_id area_id mode permissive window_s exclusive excluding longest_use_s default_operation "
        "calibration_due_on maintenance_due_on qualified_until_on"
    ),
    "training_records": "person_id item_id state revision completed_on valid_from_on expires_on due_on batch_id",
    "overrides": (
        "person_id equipment_id class operations reasons starts_at ends_at revoked_at cosigned boot_id ends_boot_us "
        "reference justification"
    ),
    "accounts": "person_id name roles state",
}

KNOWN = {
    "duties": "person_id area_id starts_at ends_at origin",
    "qa_delegates": "person_id starts_at ends_at",
    "override_dispositions": "disposition statement",
    "shift_notes": "area_id written_by written_at note",
}

PRESENT = {
    "account_pins": "account_id:key encoded set_seq:int",
    "alerts": (
        "id:auto rule subject severity area_id? equipment_id? raised_at last_at times:int first_seq:int? "
        "last_seq:int? detail ended_at? handled_seq:int?"
    ),
    "alert_deliveries": "id:auto alert_id:int? channel target subject body tries:int next_at? sent_at? failure?",
}


def _column(text: str, *, optional: bool = False) -> sa.Column[Any]:
    name, _, kind = text.rstrip("?").partition(":")
    if kind == "auto":
        return sa.Column(name, _NUMBER, primary_key=True, autoincrement=True)
    type_ = _NUMBER if kind == "int" else sa.Text()
    return sa.Column(name, type_, nullable=optional or text.endswith("?"), primary_key=kind == "key")


def upgrade() -> None:
    """Add columns and tables; the refusals of the tables that grew are made anew with every column."""
    for table, columns in ADDED.items():
        for text in columns:
            op.add_column(table, _column(text, optional=True))
    for table, names in KNOWN.items():
        version = sa.Column("version", _NUMBER, primary_key=True, autoincrement=True)
        known = [_column("id"), _column("known_from:int"), _column("known_to:int?")]
        op.create_table(table, version, *known, *[_column(name) for name in names.split()], sqlite_strict=True)
        op.create_index(f"ix_{table}_id", table, ["id", "known_from"])
    for table, names in PRESENT.items():
        op.create_table(table, *[_column(name) for name in names.split()], sqlite_strict=True)
    op.create_index("ix_alerts_rule", "alerts", ["rule", "subject"])
    if op.get_bind().dialect.name == "sqlite":
        _refusals()


def _refusals() -> None:
    grown = {
        table: (*_KEYS, *names.split(), *[text.partition(":")[0] for text in ADDED[table]])
        for table, names in BEFORE.items()
    }
    for table in grown:
        op.execute(sa.text(f"DROP TRIGGER {table}_only_closing"))
    fresh = {table: (*_KEYS, *names.split()) for table, names in KNOWN.items()}
    for statement in trigger_statements(frozen={}, known=fresh, once={}):
        op.execute(sa.text(statement.replace(":", r"\:")))
    for statement in trigger_statements(frozen={}, known=grown, once={}):
        if "_only_closing" in statement:
            op.execute(sa.text(statement.replace(":", r"\:")))
