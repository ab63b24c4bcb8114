"""What a change of requirements, revisions or records would do: who would lose a certification, and who would gain one.

The present and the hypothetical picture are judged by the same rules as a badge read, so a preview cannot differ from
what the reader will say. Only certification is compared: suspensions, holds and dates of machines stay as they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gate.core.certification import Standing, area_standing, operation_standing
from gate.core.records import DataAge, Facts, Item, RequirementSet, Revision, TrainingRecord
from gate.core.terms import Operation

RecordsOfPerson = Mapping[str, tuple[TrainingRecord, ...]]
"""Item id -> the person's records of it."""


class Ground(NamedTuple):
    """The machines of one class in one area, with what that class and that area demand."""

    class_id: str
    area_id: str
    machines: tuple[str, ...]
    sets: Mapping[Operation, tuple[RequirementSet, ...]]
    area_sets: tuple[RequirementSet, ...]


class Picture(NamedTuple):
    """What certification is worked out from, for many people at once."""

    grounds: tuple[Ground, ...]
    items: Mapping[str, Item]
    records: Mapping[str, RecordsOfPerson]
    """Person id -> that person's records."""
    zone: ZoneInfo


class Scope(NamedTuple):
    """What a requirement set is for: one operation on a class, or an area (`operation` None)."""

    kind: str
    """`class` or `area`."""
    id: str
    operation: Operation | None


class Missing(NamedTuple):
    """One group that is not met: its nearest item (empty: no set is in force), and why."""

    item_id: str
    reason: str


class Affected(NamedTuple):
    """One person's certification that the change takes away or gives; `missing` is what stands against it without."""

    person_id: str
    operation: Operation
    class_id: str
    machines: tuple[str, ...]
    missing: tuple[Missing, ...]


class Effect(NamedTuple):
    """What the change would do at one instant, in order of person."""

    losing: tuple[Affected, ...]
    gaining: tuple[Affected, ...]


class Certified(NamedTuple):
    """How one person stands for one operation on the machines of one ground; nothing missing: certified."""

    ground: Ground
    operation: Operation
    missing: tuple[Missing, ...]


def effect(before: Picture, after: Picture, at: datetime) -> Effect:
    """Compare two pictures of the same grounds at an instant."""
    losing: list[Affected] = []
    gaining: list[Affected] = []
    for person_id in sorted(before.records.keys() | after.records.keys()):
        was = {_key(one): one.missing for one in certified(before, person_id, at)}
        for will in certified(after, person_id, at):
            had = was.get(_key(will), _NO_SET)
            if bool(had) is not bool(will.missing):
                ground = will.ground
                shown = will.missing or had
                affected = Affected(person_id, will.operation, ground.class_id, ground.machines, shown)
                (losing if will.missing else gaining).append(affected)
    return Effect(tuple(losing), tuple(gaining))


def certified(picture: Picture, person_id: str, at: datetime, *, area_counts: bool = True) -> Iterator[Certified]:
    """Yield how a person stands for every operation that has a set, area first (B8).

    `area_counts` False leaves gowning and entry out: whether anybody knows the class at all (B14).
    """
    records = picture.records.get(person_id, {})
    for ground in picture.grounds:
        facts = _facts(picture, ground, records)
        area = _missing(area_standing(facts, at)) if area_counts else ()
        for operation in Operation:
            if operation in ground.sets:
                yield Certified(ground, operation, area + _missing(operation_standing(facts, operation, at)))


_NO_SET = (Missing("", "SYS_CONFIG"),)


def _key(one: Certified) -> tuple[str, str, Operation]:
    return one.ground.class_id, one.ground.area_id, one.operation


def _missing(found: Standing) -> tuple[Missing, ...]:
    if not found.configured:
        return _NO_SET
    return tuple(Missing(f.requirement.item_id, f.reason) for f in found.findings if f.reason is not None)


def _facts(picture: Picture, ground: Ground, records: RecordsOfPerson) -> Facts:
    """Return facts that say nothing of badge, person and machine: certification looks at none of them."""
    return Facts(
        zone=picture.zone,
        operation=None,
        badge=None,
        person=None,
        equipment=None,
        holds=(),
        sets=ground.sets,
        area_sets=ground.area_sets,
        items=picture.items,
        records=records,
        suspensions=(),
        overrides=(),
        use=None,
        elsewhere=(),
        elsewhere_excluding=(),
        data=DataAge(None),
    )


# --- what if ------------------------------------------------------------------------------------------------


def with_set(picture: Picture, scope: Scope, proposed: RequirementSet) -> Picture:
    """Return the picture as if this version were approved."""
    return picture._replace(grounds=tuple(_with_set(ground, scope, proposed) for ground in picture.grounds))


def _with_set(ground: Ground, scope: Scope, proposed: RequirementSet) -> Ground:
    approved = replace(proposed, approved=True)
    if scope.operation is None:
        return ground._replace(area_sets=(*ground.area_sets, approved)) if ground.area_id == scope.id else ground
    if ground.class_id != scope.id:
        return ground
    versions = (*ground.sets.get(scope.operation, ()), approved)
    return ground._replace(sets={**ground.sets, scope.operation: versions})


def with_revision(picture: Picture, item_id: str, revision: Revision) -> Picture:
    """Return the picture as if the item had this revision, in place of one of the same name."""
    item = picture.items[item_id]
    others = [known for known in item.revisions if known.revision != revision.revision]
    ordered = sorted([*others, revision], key=lambda known: known.effective_at)
    return picture._replace(items={**picture.items, item_id: replace(item, revisions=tuple(ordered))})


def with_records(picture: Picture, person_id: str, records: tuple[TrainingRecord, ...]) -> Picture:
    """Return the picture as if the person had these records too, each in place of one of the same id."""
    kept = without_records(picture, person_id, frozenset(record.id for record in records))
    found = dict(kept.records[person_id])
    for record in records:
        found[record.item_id] = (*found.get(record.item_id, ()), record)
    return kept._replace(records={**kept.records, person_id: found})


def without_records(picture: Picture, person_id: str, ids: frozenset[str]) -> Picture:
    """Return the picture as if the person did not have the records of these ids."""
    mine = picture.records.get(person_id, {})
    left = {item: tuple(record for record in records if record.id not in ids) for item, records in mine.items()}
    return picture._replace(records={**picture.records, person_id: left})
