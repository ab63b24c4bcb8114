"""The tables of the shift: who is on duty, who may sign for QA, what QA said of overrides, notes, and alerts.

Known tables are bitemporal like those of `schema.py`; alerts and their deliveries hold the present only: what caused
them is in the trail.
"""

import sqlalchemy as sa

from gate.store.schema import KNOWN_TABLES, Number, known_table, metadata


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional)


def _number(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, Number, nullable=optional)


duties = known_table(
    "duties", _text("person_id"), _text("area_id"), _text("starts_at"), _text("ends_at"), _text("origin")
)
"""`origin` is `calendar` (planned by somebody) or `switch` (badge or button, now)."""

qa_delegates = known_table("qa_delegates", _text("person_id"), _text("starts_at"), _text("ends_at"))
"""Who may co-sign for QA between two instants (settled: a QA delegate on call can be appointed for dates)."""

override_dispositions = known_table("override_dispositions", _text("disposition"), _text("statement"))
"""`id` is the override's; what QA decided of it afterwards (requirement D9)."""

shift_notes = known_table("shift_notes", _text("area_id"), _text("written_by"), _text("written_at"), _text("note"))

FLOOR_TABLES = (duties, qa_delegates, override_dispositions, shift_notes)
EVERY_KNOWN_TABLE = (*FLOOR_TABLES, *KNOWN_TABLES)

account_pins = sa.Table(
    "account_pins",
    metadata,
    sa.Column("account_id", sa.Text, primary_key=True),
    _text("encoded"),
    _number("set_seq"),
    sqlite_strict=True,
)
"""The PIN that makes a badge a signature at a kiosk; hashed like a password."""

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    _text("rule"),
    _text("subject"),
    _text("severity"),
    _text("area_id", optional=True),
    _text("equipment_id", optional=True),
    _text("raised_at"),
    _text("last_at"),
    _number("times"),
    _number("first_seq", optional=True),
    _number("last_seq", optional=True),
    _text("detail"),
    _text("ended_at", optional=True),
    _number("handled_seq", optional=True),
    sa.Index("ix_alerts_rule", "rule", "subject"),
    sqlite_strict=True,
)
"""One row an occurrence: the same rule and subject again, before it has ended, only counts `times`."""

alert_deliveries = sa.Table(
    "alert_deliveries",
    metadata,
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    _number("alert_id", optional=True),
    _text("channel"),
    _text("target"),
    _text("subject"),
    _text("body"),
    _number("tries"),
    _text("next_at", optional=True),
    _text("sent_at", optional=True),
    _text("failure", optional=True),
    sqlite_strict=True,
)
"""What is to be sent, and what became of it; `next_at` NULL: no further try."""
