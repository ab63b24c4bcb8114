"""The first certified person of a class, from the evidence of vendor, FAT or SAT: once for each class, two signatures.

Without it a new machine could never start: nobody is certified who could sign that somebody else is (B14).
"""

from dataclasses import dataclass
from datetime import date, datetime

from gate.core.audit import Entry, Json, Kind
from gate.core.calendar import local_day
from gate.core.certification import effective_set
from gate.core.effect import Missing, Picture, certified, with_records
from gate.core.granting import Refusal
from gate.core.recording import Days, day_refusals
from gate.core.records import Moment, Requirement, TrainingRecord
from gate.core.roles import Role
from gate.core.terms import ItemKind, Operation, RecordState
from gate.core.training import assess, in_force
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.row_versions import was_ever_known
from gate.store.schema import people, training_records
from gate.training_acts import NewRecord, record_values
from gate.training_refusals import Asked, changed_meanwhile, on_record, refuse, unknown, without_why, wrong_words

FROM_EVIDENCE = frozenset({ItemKind.SOP, ItemKind.OJT, ItemKind.TRAINER, ItemKind.OTHER})
"""What vendor, FAT or SAT training can stand for; GMP and gowning are trained on this site, in records of their own."""

SECOND_ROLES = frozenset({Role.QA.value, Role.SUPERVISOR.value})


@dataclass(frozen=True, slots=True)
class FirstAsked:
    """What is asked for, as typed."""

    class_id: str
    person_id: str
    completed_on: date | None
    evidence: str
    why: str


@dataclass(frozen=True, slots=True)
class FirstPlan:
    """What it would come to, worked out from one picture of the class before anything is signed."""

    asked: FirstAsked
    facts_seq: int
    certified_already: tuple[str, ...]
    """People who are certified for an operation of the class now, area aside."""
    records: tuple[NewRecord, ...]
    """One for each group that the evidence can meet."""
    operations: tuple[Operation, ...]
    """What the person would be certified for, area aside."""
    missing: tuple[Missing, ...]
    """What would still be missing for the other operations."""


def plan_first(picture: Picture, facts_seq: int, asked: FirstAsked, at: datetime) -> FirstPlan:
    """Work out which records make the person certified; `picture` is of the class, for everybody."""
    already = tuple(person for person in sorted(picture.records) if _knows_the_class(picture, person, at))
    records = _records(picture, asked, at)
    then = with_records(picture, asked.person_id, tuple(map(_as_known, records)))
    standing = list(certified(then, asked.person_id, at, area_counts=False))
    return FirstPlan(
        asked=asked,
        facts_seq=facts_seq,
        certified_already=already,
        records=records,
        operations=tuple(dict.fromkeys(one.operation for one in standing if not one.missing)),
        missing=tuple(dict.fromkeys(missing for one in standing for missing in one.missing)),
    )


def nobody_is_certified(picture: Picture, at: datetime) -> bool:
    """Whether no active person is certified for any operation of the picture's classes, area aside."""
    return not any(_knows_the_class(picture, person, at) for person in picture.records)


def certify_first(trail: Trail, plan: FirstPlan, signer: Signer, second: Signer, moment: Moment) -> int:
    """Record the person as the first certified of the class; signed twice. Returns the entry's number.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = plan.asked
    subject = f"equipment_class:{asked.class_id}"
    values: dict[str, Json] = {"evidence": asked.evidence, "why": asked.why, "second": second.account_id}
    with on_record(trail, Asked("first certification", signer, subject, values, asked.person_id), moment):
        days = day_refusals(RecordState.PASSED, Days(asked.completed_on), local_day(moment.at, trail.zone))
        refuse(
            *_persons(trail, asked, signer, second),
            wrong_words(asked.evidence, "evidence", "A reference to the evidence", "La référence de la preuve"),
            without_why(asked.why),
            *days,
            _used_before(trail, asked.class_id),
            _somebody_is(plan),
            None if days or plan.certified_already else _would_not_do(plan),
            changed_meanwhile() if trail.head.facts_seq != plan.facts_seq else None,
        )
        return _written(trail, plan, signer, second, moment)


# --- what it comes to -----------------------------------------------------------------------------------------


def _knows_the_class(picture: Picture, person_id: str, at: datetime) -> bool:
    return any(not one.missing for one in certified(picture, person_id, at, area_counts=False))


def _records(picture: Picture, asked: FirstAsked, at: datetime) -> tuple[NewRecord, ...]:
    """Return a passed record for each item that a group needs and that such evidence can stand for."""
    mine = picture.records.get(asked.person_id, {})
    found: dict[str, NewRecord] = {}
    for group in _groups(picture, at):
        known = [(member, picture.items[member.item_id]) for member in group if member.item_id in picture.items]
        met = [item for member, item in known if _met(picture, member, mine.get(item.id, ()), at)]
        fitting = [(member, item) for member, item in known if item.kind in FROM_EVIDENCE]
        if met or not fitting or any(item.id in found for _, item in fitting):
            continue
        member, item = fitting[0]
        revision = in_force(item, member, at)
        found[item.id] = NewRecord(
            person_id=asked.person_id,
            item_id=item.id,
            state=RecordState.PASSED,
            evidence=asked.evidence,
            revision=revision.revision if revision else None,
            completed_on=asked.completed_on,
        )
    return tuple(found.values())


def _groups(picture: Picture, at: datetime) -> list[tuple[Requirement, ...]]:
    sets = (effective_set(versions, at) for ground in picture.grounds for versions in ground.sets.values())
    return [group for version in sets if version for group in version.groups]


def _met(picture: Picture, member: Requirement, records: tuple[TrainingRecord, ...], at: datetime) -> bool:
    return assess(member, picture.items[member.item_id], records, at, picture.zone).reason is None


def _as_known(new: NewRecord) -> TrainingRecord:
    return TrainingRecord(0, "", new.item_id, new.state, new.revision, new.completed_on)


# --- what stands against it -----------------------------------------------------------------------------------


def _persons(trail: Trail, asked: FirstAsked, signer: Signer, second: Signer) -> list[Refusal | None]:
    involved = [signer.person_id, second.person_id, asked.person_id]
    found: list[Refusal | None] = []
    if registry.current(trail, people, asked.person_id) is None:
        found.append(unknown("person", "Person", "La personne", asked.person_id))
    if len(set(involved)) < len(involved):
        found.append(
            Refusal(
                "same_person",
                "Three people are needed: who is certified, who signs for QA, and who signs second.",
                "Il faut trois personnes : celle qui est certifiée, celle de l’AQ qui signe, et la seconde signature.",
                "second_user",
            )
        )
    if second.role not in SECOND_ROLES:
        found.append(
            Refusal(
                "second_role",
                "The second signature is of QA or of a supervisor.",
                "La seconde signature est de l’AQ ou de la supervision.",
                "second_user",
            )
        )
    return found


def _used_before(trail: Trail, class_id: str) -> Refusal | None:
    if not was_ever_known(trail, training_records, _prefix(class_id)):
        return None
    return Refusal(
        "used_before",
        "A first person was certified for this class before: this way is open once. Train the next one as usual.",
        "Une première personne a déjà été certifiée pour cette classe : cette voie ne sert qu’une fois. "
        "Formez la suivante comme d’habitude.",
        "",
    )


def _somebody_is(plan: FirstPlan) -> Refusal | None:
    if not plan.certified_already:
        return None
    return Refusal(
        "somebody_is_certified",
        "Somebody is certified for this class. Let that person train the next one.",
        "Quelqu’un est certifié pour cette classe. Que cette personne forme la suivante.",
        "",
    )


def _would_not_do(plan: FirstPlan) -> Refusal | None:
    if plan.operations and plan.records:
        return None
    left = ", ".join(f"{one.item_id or plan.asked.class_id} ({one.reason})" for one in plan.missing) or "-"
    return Refusal(
        "not_enough",
        f"The person would still not be certified. Missing: {left}. Record that first, or approve a requirement set.",
        f"La personne ne serait toujours pas certifiée. Il manque : {left}. Versez-le d’abord, ou approuvez un "
        "ensemble d’exigences.",
        "person",
    )


# --- what is written ------------------------------------------------------------------------------------------


def _prefix(class_id: str) -> str:
    """Return how the ids of these records begin; the bar is in no other id, so no class is mistaken for another."""
    return f"FIRST|{class_id}|"


def _written(trail: Trail, plan: FirstPlan, signer: Signer, second: Signer, moment: Moment) -> int:
    asked = plan.asked
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        person=asked.person_id,
        role=signer.role,
        subject=f"equipment_class:{asked.class_id}",
        new={
            "exception": "first certification",
            "evidence": asked.evidence,
            "completed_on": str(asked.completed_on),
            "operations": [operation.value for operation in plan.operations],
            "items": [[record.item_id, record.revision or ""] for record in plan.records],
        },
        by=signer.person_id,
        why=asked.why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "certified first"), (second, "agreed")))
    for record in plan.records:
        registry.put(trail, training_records, f"{_prefix(asked.class_id)}{record.item_id}", record_values(record), seq)
    return seq
