"""One person's training as words: what the person may do now, what each item is worth now, and every record of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from gate.core.calendar import LATEST, local_day
from gate.core.certification import effective_set
from gate.core.effect import Ground, certified
from gate.core.records import Item, TrainingRecord
from gate.core.terms import ItemKind, RecordState
from gate.core.training import Finding
from gate.store.picture import Known
from gate.store.schema import people, training_records
from gate.web.effect_view import missing_words
from gate.web.formats import visible
from gate.web.item_view import demands, worst
from gate.web.reason_texts import reason_text
from gate.web.training_area import named, operation_word
from gate.web.view import Viewer

ORIGINS = (("HAND-", "tr_by_hand"), ("FIRST|", "tr_first_record"))
"""How the ids of records begin -> how they came."""

OF_A_CLASS = frozenset({ItemKind.SOP, ItemKind.OJT, ItemKind.TRAINER})
"""Items that say that somebody has a part in a class; GMP and gowning everybody has."""

ORDER = ("deny", "due", "allow", "off")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people; `open` counts what the person has a part in and is not certified for."""

    id: str
    name: str
    certified: tuple[str, ...]
    open: int
    records: int


@dataclass(frozen=True, slots=True)
class MayDo:
    """How a person stands for some operations on the machines of one class and area."""

    word: str
    machines: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record; `origin` says how it came, `counts` whether it is what decides now."""

    version: int
    state: str
    revision: str
    days: tuple[str, ...]
    evidence: str
    origin: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Worth:
    """What one item is worth now; `look` names style and drawing."""

    id: str
    title: str
    look: str
    word: str
    note: str
    records: tuple[RecordView, ...]


def read_person(engine: sa.Engine, person_id: str) -> tuple[str, str] | None:
    """Return name and state of a person, also of one who is not active."""
    wanted = sa.select(people.c.name, people.c.state).where(people.c.id == person_id, people.c.known_to.is_(None))
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    return (row[0], row[1]) if row else None


def read_evidence(engine: sa.Engine, person_id: str) -> Mapping[int, str]:
    """Return the reference to the evidence by the version of the record."""
    wanted = sa.select(training_records.c.version, training_records.c.evidence).where(
        training_records.c.person_id == person_id, training_records.c.known_to.is_(None)
    )
    with engine.connect() as connection:
        return {row[0]: row[1] or "" for row in connection.execute(wanted)}


def person_rows(known: Known, at: datetime, view: Viewer, wanted: str) -> list[PersonRow]:
    """Return the active people whose name or id holds what is looked for."""
    found = wanted.casefold()
    return [
        _person_row(person, known, at, view)
        for person, name in known.people.items()
        if found in name.casefold() or found in person.casefold()
    ]


def may_do(person: str, known: Known, at: datetime, view: Viewer) -> list[MayDo]:
    """Return how a person stands where the person has a part, operations that stand alike together; unmet first."""
    mine = known.picture.records.get(person, {}).keys()
    alike: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for one in certified(known.picture, person, at):
        if not one.missing or mine & _of_the_class(one.ground, known, at):
            machines = ", ".join(map(visible, one.ground.machines)) or view.texts["tr_no_machine"]
            missing = missing_words(one.missing, known, view)
            alike[named(known.classes, one.ground.class_id), machines, missing].append(
                operation_word(one.operation.value, view)
            )
    rows = [
        MayDo(f"{name}: {', '.join(words)}", machines, missing) for (name, machines, missing), words in alike.items()
    ]
    return sorted(rows, key=lambda row: (not row.missing, row.word, row.machines))


def worths(person: str, known: Known, evidence: Mapping[int, str], at: datetime, view: Viewer) -> list[Worth]:
    """Return every item that a person has records of; what needs attention first."""
    items = known.picture.items
    every = [
        _worth(items[item], person, records, known, evidence, at, view)
        for item, records in known.picture.records.get(person, {}).items()
        if item in items and records
    ]
    return sorted(every, key=lambda one: (ORDER.index(one.look), one.id))


def _person_row(person: str, known: Known, at: datetime, view: Viewer) -> PersonRow:
    rows = may_do(person, known, at, view)
    records = known.picture.records.get(person, {}).values()
    return PersonRow(
        id=person,
        name=visible(known.people[person]),
        certified=tuple(dict.fromkeys(row.word for row in rows if not row.missing)),
        open=len({row.word for row in rows if row.missing}),
        records=sum(map(len, records)),
    )


def _of_the_class(ground: Ground, known: Known, at: datetime) -> set[str]:
    sets = (effective_set(versions, at) for versions in ground.sets.values())
    members = {member.item_id for version in sets if version for group in version.groups for member in group}
    items = known.picture.items
    return {item for item in members if item in items and items[item].kind in OF_A_CLASS}


def _worth(
    item: Item,
    person: str,
    records: tuple[TrainingRecord, ...],
    known: Known,
    evidence: Mapping[int, str],
    at: datetime,
    view: Viewer,
) -> Worth:
    requirements = demands(item.id, known, at)
    found = worst(item, requirements, person, known, at)
    look, word = _standing(found, at, view)
    required = any(item.id in _asked(ground, at) for ground in known.picture.grounds)
    newest = sorted(records, key=lambda record: (record.completed_on or date.min, record.version), reverse=True)
    return Worth(
        id=item.id,
        title=visible(item.title),
        look=look,
        word=word,
        note="" if required else view.texts["tr_not_asked"],
        records=tuple(_record(record, found, evidence, view) for record in newest),
    )


def _asked(ground: Ground, at: datetime) -> set[str]:
    sets = [effective_set(versions, at) for versions in (*ground.sets.values(), ground.area_sets)]
    return {member.item_id for version in sets if version for group in version.groups for member in group}


def _standing(found: Finding, at: datetime, view: Viewer) -> tuple[str, str]:
    if found.reason is not None:
        return "deny", reason_text(found.reason, view.language)
    if found.expires_at == LATEST:
        return "allow", view.texts["tr_counts"]
    days = (local_day(found.expires_at - datetime.resolution, view.zone) - local_day(at, view.zone)).days
    if found.in_grace:
        return "due", view.texts["grace"]
    soon = days <= found.requirement.warning_days
    return ("due" if soon else "allow"), view.texts["tr_days_left"].format(n=days)


def _record(record: TrainingRecord, found: Finding, evidence: Mapping[int, str], view: Viewer) -> RecordView:
    texts = view.texts
    days = (
        ("tr_completed", record.completed_on),
        ("tr_valid_from", record.valid_from_on),
        ("tr_expires", record.expires_on),
        ("tr_due", record.due_on),
    )
    origin = next((word for begins, word in ORIGINS if record.id.startswith(begins)), "tr_loaded")
    return RecordView(
        version=record.version,
        state=texts[f"tr_state_{record.state.value}"],
        revision=visible(record.revision or ""),
        days=tuple(f"{texts[key]} {on.isoformat()}" for key, on in days if on),
        evidence=visible(evidence.get(record.version, "")),
        origin=texts[origin],
        counts=found.reason is None
        and found.record is not None
        and found.record.version == record.version
        and record.state is RecordState.PASSED,
    )
