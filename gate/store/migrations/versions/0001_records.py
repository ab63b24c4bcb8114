"""The first schema: the trail, what is known of the plant, and what is under way; frozen as it was released."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from gate.store.triggers import trigger_statements

revision = "0001"
down_revision = None

TABLES = {
    "audit_trail": (
        "seq:int+pk kind:text at:text person_id:text? equipment_id:text? reader_id:text? badge_id:text? "
        "outcome:text? reason:text? ref_seq:int? data:text leaf:blob"
    ),
    "trail_head": "id:int+pk seq:int leaf:blob frontier:blob facts_seq:int",
    "gate_identity": "gate_id:text+pk",
    "people": (
        "version:int+pk+auto id:text known_from:int known_to:int? name:text kind:text state:text "
        "language:text contract_from_on:text? contract_until_on:text?"
    ),
    "badges": (
        "version:int+pk+auto id:text known_from:int known_to:int? number:text state:text assurance:text "
        "expires_on:text?"
    ),
    "badge_assignments": "version:int+pk+auto id:text known_from:int known_to:int? person_id:text",
    "areas": "version:int+pk+auto id:text known_from:int known_to:int? name:text",
    "equipment_classes": "version:int+pk+auto id:text known_from:int known_to:int? name:text",
    "equipment": (
        "version:int+pk+auto id:text known_from:int known_to:int? name:text class_id:text area_id:text "
        "mode:text permissive:text window_s:int exclusive:int excluding:int longest_use_s:int "
        "default_operation:text calibration_due_on:text? maintenance_due_on:text? qualified_until_on:text?"
    ),
    "items": "version:int+pk+auto id:text known_from:int known_to:int? kind:text title:text",
    "item_revisions": (
        "version:int+pk+auto id:text known_from:int known_to:int? item_id:text revision:text "
        "effective_at:text retraining:int"
    ),
    "requirement_sets": (
        "version:int+pk+auto id:text known_from:int known_to:int? scope:text scope_id:text operation:text? "
        "effective_at:text approved:int groups:text"
    ),
    "training_records": (
        "version:int+pk+auto id:text known_from:int known_to:int? person_id:text item_id:text state:text "
        "revision:text? completed_on:text? valid_from_on:text? expires_on:text? due_on:text? batch_id:int?"
    ),
    "batches": "id:int+pk+auto published_seq:int?",
    "suspensions": (
        "version:int+pk+auto id:text known_from:int known_to:int? person_id:text scope:text scope_id:text?"
    ),
    "holds": "version:int+pk+auto id:text known_from:int known_to:int? equipment_id:text kind:text operations:text",
    "overrides": (
        "version:int+pk+auto id:text known_from:int known_to:int? person_id:text equipment_id:text class:text "
        "operations:text reasons:text starts_at:text ends_at:text revoked_at:text? cosigned:int boot_id:text "
        "ends_boot_us:int? reference:text justification:text"
    ),
    "data_sources": (
        "version:int+pk+auto id:text known_from:int known_to:int? kind:text last_good_at:text attested_until_at:text?"
    ),
    "equipment_uses": "id:int+pk+auto equipment_id:text opened_seq:int ended_seq:int?",
    "use_members": (
        "id:int+pk+auto use_id:int person_id:text badge_id:text operation:text decision_seq:int "
        "joined_at:text valid_until_at:text? permissive_until_at:text? dropped_seq:int? dropped_cause:text? "
        "left_seq:int? answered:text?"
    ),
    "reader_status": "reader_id:text+pk state:text cause:text since_at:text",
    "reader_requests": "id:int+pk+auto reader_id:text kind:text asked_by:text expires_at:text result:text?",
    "unknown_badges": "badge_hmac:text+pk number:text first_seq:int",
}

INDEXES = (
    ("ix_audit_trail_equipment_id", "audit_trail", ["equipment_id", "seq"], None),
    ("ix_audit_trail_person_id", "audit_trail", ["person_id", "seq"], None),
    ("ix_people_id", "people", ["id", "known_from"], None),
    ("ix_badges_id", "badges", ["id", "known_from"], None),
    ("ix_badges_number", "badges", ["number"], None),
    ("ix_badge_assignments_id", "badge_assignments", ["id", "known_from"], None),
    ("ix_areas_id", "areas", ["id", "known_from"], None),
    ("ix_equipment_classes_id", "equipment_classes", ["id", "known_from"], None),
    ("ix_equipment_id", "equipment", ["id", "known_from"], None),
    ("ix_items_id", "items", ["id", "known_from"], None),
    ("ix_item_revisions_id", "item_revisions", ["id", "known_from"], None),
    ("ix_requirement_sets_id", "requirement_sets", ["id", "known_from"], None),
    ("ix_training_records_id", "training_records", ["id", "known_from"], None),
    ("ix_training_records_person_id", "training_records", ["person_id", "item_id"], None),
    ("ix_suspensions_id", "suspensions", ["id", "known_from"], None),
    ("ix_suspensions_person_id", "suspensions", ["person_id"], None),
    ("ix_holds_id", "holds", ["id", "known_from"], None),
    ("ix_overrides_id", "overrides", ["id", "known_from"], None),
    ("ix_overrides_person_id", "overrides", ["person_id", "equipment_id"], None),
    ("ix_data_sources_id", "data_sources", ["id", "known_from"], None),
    ("ix_equipment_uses_open", "equipment_uses", ["equipment_id"], "ended_seq IS NULL"),
    ("ix_use_members_person", "use_members", ["person_id"], "left_seq IS NULL"),
    ("ix_use_members_present", "use_members", ["use_id"], "left_seq IS NULL"),
    ("ix_use_members_unanswered", "use_members", ["decision_seq"], "answered IS NULL"),
)
"""Name, table, columns, and the rows it covers (None: all)."""

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {"text": sa.Text(), "int": _NUMBER, "blob": sa.LargeBinary()}


def _column(text: str) -> sa.Column[Any]:
    name, _, kind = text.partition(":")
    base, *more = kind.rstrip("?").split("+")
    key = "pk" in more
    return sa.Column(
        name, _TYPES[base], nullable=kind.endswith("?"), primary_key=key, autoincrement="auto" in more if key else False
    )


_KNOWN = [name for name, columns in TABLES.items() if columns.startswith("version:")]


def _names(*tables: str) -> dict[str, list[str]]:
    return {table: [text.partition(":")[0] for text in TABLES[table].split()] for table in tables}


def upgrade() -> None:
    """Create every table with the database's own refusals, and the head of an empty trail."""
    for name, columns in TABLES.items():
        op.create_table(name, *[_column(text) for text in columns.split()], sqlite_strict=True)
    for name, table, names, rows in INDEXES:
        where = sa.text(rows) if rows else None
        op.create_index(name, table, names, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "sqlite":
        for statement in trigger_statements(
            frozen=_names("audit_trail"), known=_names(*_KNOWN), once=_names("equipment_uses", "use_members", "batches")
        ):
            op.execute(sa.text(statement.replace(":", r"\:")))
    head = sa.table("trail_head", *[_column(text) for text in TABLES["trail_head"].split()])
    op.bulk_insert(head, [{"id": 1, "seq": 0, "leaf": bytes(32), "frontier": b"", "facts_seq": 0}])
