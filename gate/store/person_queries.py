"""The prepared questions about a badge and its holder: one statement each, compiled once."""

from functools import lru_cache

import sqlalchemy as sa

from gate.store.schema import (
    badge_assignments,
    badges,
    batches,
    equipment_uses,
    overrides,
    people,
    suspensions,
    training_records,
    use_members,
)
from gate.store.statements import known_at

_KNOWN = sa.bindparam("known", type_=sa.Integer)

PERSON_COLUMNS = (
    people.c.version,
    people.c.id,
    people.c.name,
    people.c.kind,
    people.c.state,
    people.c.language,
    people.c.contract_from_on,
    people.c.contract_until_on,
)

_BADGE = (
    sa.select(
        badges.c.version,
        badges.c.id,
        badges.c.state,
        badges.c.expires_on,
        badge_assignments.c.person_id,
        badge_assignments.c.version,
        badge_assignments.c.until_at,
        *PERSON_COLUMNS,
    )
    .select_from(
        badges.outerjoin(
            badge_assignments,
            sa.and_(badge_assignments.c.id == badges.c.id, known_at(badge_assignments, _KNOWN)),
        ).outerjoin(people, sa.and_(people.c.id == badge_assignments.c.person_id, known_at(people, _KNOWN)))
    )
    .where(known_at(badges, _KNOWN))
    .order_by(badges.c.version.desc())
    .limit(sa.literal_column("1"))
)
BADGE_BY_NUMBER = _BADGE.where(badges.c.number == sa.bindparam("number"))
BADGE_BY_ID = _BADGE.where(badges.c.id == sa.bindparam("badge"))

PERSON = (
    sa.select(*PERSON_COLUMNS)
    .where(people.c.id == sa.bindparam("person"), known_at(people, _KNOWN))
    .order_by(people.c.version.desc())
    .limit(sa.literal_column("1"))
)

SUSPENSIONS = (
    sa.select(suspensions.c.version)
    .where(
        suspensions.c.person_id == sa.bindparam("person"),
        known_at(suspensions, _KNOWN),
        sa.or_(
            suspensions.c.scope == sa.literal_column("'everywhere'"),
            sa.and_(
                suspensions.c.scope == sa.literal_column("'class'"), suspensions.c.scope_id == sa.bindparam("class")
            ),
            sa.and_(
                suspensions.c.scope == sa.literal_column("'equipment'"),
                suspensions.c.scope_id == sa.bindparam("equipment"),
            ),
        ),
    )
    .order_by(suspensions.c.version)
)

OVERRIDE_COLUMNS = (
    overrides.c.version,
    overrides.c.id,
    overrides.c["class"],
    overrides.c.operations,
    overrides.c.reasons,
    overrides.c.starts_at,
    overrides.c.ends_at,
    overrides.c.revoked_at,
    overrides.c.cosigned,
    overrides.c.boot_id,
    overrides.c.ends_boot_us,
)
OVERRIDES = (
    sa.select(*OVERRIDE_COLUMNS)
    .where(
        overrides.c.person_id == sa.bindparam("person"),
        overrides.c.equipment_id == sa.bindparam("equipment"),
        known_at(overrides, _KNOWN),
    )
    .order_by(overrides.c.version)
)

ELSEWHERE = (
    sa.select(equipment_uses.c.equipment_id)
    .select_from(use_members.join(equipment_uses, equipment_uses.c.id == use_members.c.use_id))
    .where(
        use_members.c.person_id == sa.bindparam("person"),
        use_members.c.left_seq.is_(None),
        equipment_uses.c.equipment_id != sa.bindparam("equipment"),
    )
    .distinct()
    .order_by(equipment_uses.c.equipment_id)
)


RECORD_COLUMNS = (
    training_records.c.version,
    training_records.c.id,
    training_records.c.item_id,
    training_records.c.state,
    training_records.c.revision,
    training_records.c.completed_on,
    training_records.c.valid_from_on,
    training_records.c.expires_on,
    training_records.c.due_on,
)


@lru_cache(maxsize=512)
def item_names(items: int) -> tuple[str, ...]:
    """Return the names of the parameters that so many items take."""
    return tuple(f"item_{number}" for number in range(items))


@lru_cache(maxsize=512)
def training_records_of(items: int) -> sa.Select[tuple[int, str]]:
    """Return the question for one person's records of so many items; an unpublished batch is not seen."""
    published = sa.exists(
        sa.select(batches.c.id).where(batches.c.id == training_records.c.batch_id, batches.c.published_seq <= _KNOWN)
    )
    return (
        sa.select(*RECORD_COLUMNS)
        .where(
            training_records.c.person_id == sa.bindparam("person"),
            training_records.c.item_id.in_([sa.bindparam(name) for name in item_names(items)]),
            known_at(training_records, _KNOWN),
            sa.or_(training_records.c.batch_id.is_(None), published),
        )
        .order_by(training_records.c.version)
    )
