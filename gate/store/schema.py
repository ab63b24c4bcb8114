"""The tables: the audit trail, what is known of the plant with since when, and what is under way.

Known tables are bitemporal: a row is one version, known from entry `known_from` until entry `known_to` (NULL: still).
Nothing is overwritten or deleted; the database refuses it (`triggers.py`).
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"},
)

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional)


def _number(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, Number, nullable=optional)


def _table(name: str, *columns: sa.Column[str] | sa.Column[int] | sa.Column[bytes] | sa.Index) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_strict=True)


def _only(rows: str) -> dict[str, sa.TextClause]:
    """An index over some rows, said in the words of each database that has them."""
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def known_table(name: str, *columns: sa.Column[str] | sa.Column[int]) -> sa.Table:
    """One row a version; `id` is what people call the thing."""
    return _table(
        name,
        sa.Column("version", Number, primary_key=True, autoincrement=True),
        _text("id"),
        _number("known_from"),
        _number("known_to", optional=True),
        *columns,
        sa.Index(f"ix_{name}_id", "id", "known_from"),
    )


audit_trail = _table(
    "audit_trail",
    sa.Column("seq", Number, primary_key=True, autoincrement=False),
    _text("kind"),
    _text("at"),
    _text("person_id", optional=True),
    _text("equipment_id", optional=True),
    _text("reader_id", optional=True),
    _text("badge_id", optional=True),
    _text("outcome", optional=True),
    _text("reason", optional=True),
    _number("ref_seq", optional=True),
    _text("data"),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Index("ix_audit_trail_equipment_id", "equipment_id", "seq"),
    sa.Index("ix_audit_trail_person_id", "person_id", "seq"),
)

trail_head = _table(
    "trail_head",
    sa.Column("id", Number, primary_key=True, autoincrement=False),
    _number("seq"),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
    _number("facts_seq"),
)

gate_identity = _table("gate_identity", sa.Column("gate_id", sa.Text, primary_key=True))

people = known_table(
    "people",
    _text("name"),
    _text("kind"),
    _text("state"),
    _text("language"),
    _text("contract_from_on", optional=True),
    _text("contract_until_on", optional=True),
    _text("supervisor_id", optional=True),
)
"""`supervisor_id` is the person whose report this one is, for sites that ask (requirement D2)."""

badges = known_table(
    "badges",
    _text("number"),
    _text("state"),
    _text("assurance"),
    _text("expires_on", optional=True),
    _number("pool", optional=True),
)
"""`pool` 1: lent for hours at a time, otherwise nobody's."""
sa.Index("ix_badges_number", badges.c.number)

badge_assignments = known_table("badge_assignments", _text("person_id"), _text("until_at", optional=True))
"""`id` is the badge's; `until_at` is when a pool badge is nobody's again by itself."""

areas = known_table("areas", _text("name"), _number("sterile", optional=True))
equipment_classes = known_table("equipment_classes", _text("name"))

equipment = known_table(
    "equipment",
    _text("name"),
    _text("class_id"),
    _text("area_id"),
    _text("mode"),
    _text("permissive"),
    _number("window_s"),
    _number("exclusive"),
    _number("excluding"),
    _number("longest_use_s"),
    _text("default_operation"),
    _text("calibration_due_on", optional=True),
    _text("maintenance_due_on", optional=True),
    _text("qualified_until_on", optional=True),
    _number("critical", optional=True),
)
"""`critical` 1: an override needs QA's co-signature before it counts (requirement D4); so do sterile areas."""

items = known_table("items", _text("kind"), _text("title"))

item_revisions = known_table(
    "item_revisions", _text("item_id"), _text("revision"), _text("effective_at"), _number("retraining")
)

requirement_sets = known_table(
    "requirement_sets",
    _text("scope"),
    _text("scope_id"),
    _text("operation", optional=True),
    _text("effective_at"),
    _number("approved"),
    _text("groups"),
)
"""`scope` is `class` (with an operation) or `area`; `groups` is the set as JSON: all-of lists of any-of members."""

training_records = known_table(
    "training_records",
    _text("person_id"),
    _text("item_id"),
    _text("state"),
    _text("revision", optional=True),
    _text("completed_on", optional=True),
    _text("valid_from_on", optional=True),
    _text("expires_on", optional=True),
    _text("due_on", optional=True),
    _number("batch_id", optional=True),
    _text("evidence", optional=True),
)
"""`evidence` says where the signed paper or the file is, for a record typed in by hand."""
sa.Index("ix_training_records_person_id", training_records.c.person_id, training_records.c.item_id)

batches = _table(
    "batches",
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    _number("published_seq", optional=True),
)
"""Rows of a batch are invisible until `published_seq` is set, so an import never holds the write lock for long."""

suspensions = known_table("suspensions", _text("person_id"), _text("scope"), _text("scope_id", optional=True))
sa.Index("ix_suspensions_person_id", suspensions.c.person_id)

holds = known_table("holds", _text("equipment_id"), _text("kind"), _text("operations"))

overrides = known_table(
    "overrides",
    _text("person_id"),
    _text("equipment_id"),
    _text("class"),
    _text("operations"),
    _text("reasons"),
    _text("starts_at"),
    _text("ends_at"),
    _text("revoked_at", optional=True),
    _number("cosigned"),
    _text("boot_id"),
    _number("ends_boot_us", optional=True),
    _text("reference"),
    _text("justification"),
    _text("granted_by", optional=True),
    _text("second_person_id", optional=True),
)
sa.Index("ix_overrides_person_id", overrides.c.person_id, overrides.c.equipment_id)

data_sources = known_table(
    "data_sources", _text("kind"), _text("last_good_at"), _text("attested_until_at", optional=True)
)

accounts = known_table(
    "accounts",
    _text("person_id"),
    _text("name"),
    _text("roles"),
    _text("state"),
    _text("expires_at", optional=True),
)
"""`id` is the login name, `name` the printed name of signatures, `roles` the words of core/roles.py with blanks;
an auditor's account has an end."""

KNOWN_TABLES = (
    people,
    badges,
    badge_assignments,
    areas,
    equipment_classes,
    equipment,
    items,
    item_revisions,
    requirement_sets,
    training_records,
    suspensions,
    holds,
    overrides,
    accounts,
    data_sources,
)

equipment_uses = _table(
    "equipment_uses",
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    _text("equipment_id"),
    _number("opened_seq"),
    _number("ended_seq", optional=True),
    sa.Index(
        "ix_equipment_uses_open",
        "equipment_id",
        sqlite_where=sa.text("ended_seq IS NULL"),
        postgresql_where=sa.text("ended_seq IS NULL"),
    ),
)

use_members = _table(
    "use_members",
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    _number("use_id"),
    _text("person_id"),
    _text("badge_id"),
    _text("operation"),
    _number("decision_seq"),
    _text("joined_at"),
    _text("valid_until_at", optional=True),
    _text("permissive_until_at", optional=True),
    _number("dropped_seq", optional=True),
    _text("dropped_cause", optional=True),
    _number("left_seq", optional=True),
    _text("answered", optional=True),
    sa.Index(
        "ix_use_members_present",
        "use_id",
        sqlite_where=sa.text("left_seq IS NULL"),
        postgresql_where=sa.text("left_seq IS NULL"),
    ),
    sa.Index(
        "ix_use_members_person",
        "person_id",
        sqlite_where=sa.text("left_seq IS NULL"),
        postgresql_where=sa.text("left_seq IS NULL"),
    ),
    sa.Index(
        "ix_use_members_unanswered",
        "decision_seq",
        sqlite_where=sa.text("answered IS NULL"),
        postgresql_where=sa.text("answered IS NULL"),
    ),
)

reader_status = _table(
    "reader_status",
    sa.Column("reader_id", sa.Text, primary_key=True),
    _text("state"),
    _text("cause"),
    _text("since_at"),
)

reader_requests = _table(
    "reader_requests",
    sa.Column("id", Number, primary_key=True, autoincrement=True),
    _text("reader_id"),
    _text("kind"),
    _text("asked_by"),
    _text("expires_at"),
    _text("result", optional=True),
)

unknown_badges = _table(
    "unknown_badges",
    sa.Column("badge_hmac", sa.Text, primary_key=True),
    _text("number"),
    _number("first_seq"),
)
"""The raw numbers behind the HMACs in the trail: the one table that may be purged."""
