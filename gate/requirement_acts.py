"""Draft, take back and approve what people must hold: two people, one signature, and the effect in the signed entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gate.core.audit import Entry, Json, Kind, canonical, timestamp
from gate.core.effect import Scope
from gate.core.granting import Refusal
from gate.core.records import Moment, Requirement
from gate.core.terms import Operation
from gate.core.training import GRACE_LIMIT_DAYS
from gate.sights import Sight, not_as_seen, said
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.requirement_rows import HeldSet, set_of_version, stored_groups
from gate.store.schema import areas, equipment_classes, items, requirement_sets
from gate.training_refusals import (
    Asked,
    TrainingRefusedError,
    changed_meanwhile,
    on_record,
    refuse,
    unknown,
    without_why,
)

MOST_GROUPS = 12
MOST_MEMBERS = 6
LONGEST_INTERVAL_MONTHS = 240
LONGEST_WARNING_DAYS = 365

Groups = tuple[tuple[Requirement, ...], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole version as somebody proposes it; `replaces` is the version of the draft that it takes the place of."""

    scope: Scope
    effective_at: datetime
    groups: Groups
    why: str
    replaces: int | None = None

    @property
    def id(self) -> str:
        """The id of the set: one for each scope, operation and instant, as the plant file gives it."""
        parts = (self.scope.kind, self.scope.id, self.scope.operation, timestamp(self.effective_at))
        return ":".join(filter(None, parts))


def draft_set(trail: Trail, draft: Draft, author: Signer, moment: Moment) -> int:
    """Put a draft on record; it counts for nothing until it is approved. Returns its entry.

    Raises:
        TrainingRefusedError: something stands against it; nothing was changed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("requirement draft", author, f"requirement_set:{draft.id}", {"why": draft.why})
    with on_record(trail, asked, moment):
        replaced = set_of_version(trail, draft.replaces) if draft.replaces is not None else None
        refuse(
            without_why(draft.why),
            _too_early(draft.effective_at, moment),
            *_unknown_scope(trail, draft.scope),
            *_wrong_groups(trail, draft.groups),
            _not_a_draft(draft, replaced),
            _instant_taken(trail, draft, replaced),
        )
        return _drafted(trail, draft, replaced, author, moment)


def take_back_draft(trail: Trail, version: int, why: str, author: Signer, moment: Moment) -> int:
    """Let a draft end. Returns the entry's number.

    Raises:
        TrainingRefusedError: it is no draft any more, or no justification is given; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("taking back a requirement draft", author, f"requirement_set:version {version}", {"why": why})
    with on_record(trail, asked, moment):
        held = _standing_draft(trail, version)
        refuse(without_why(why))
        entry = Entry(
            kind=Kind.CHANGE,
            moment=moment,
            role=author.role,
            subject=f"requirement_set:{held.id}",
            old=_told(held.values, stored_groups(held.set.groups)),
            by=author.person_id,
            why=why,
        )
        seq = trail.append(entry)
        registry.close(trail, requirement_sets, held.id, seq)
        return seq


def approve_set(trail: Trail, version: int, sight: Sight, signer: Signer, moment: Moment) -> int:
    """Approve the draft of this version, signed over what it says and whom it touches. Returns the entry's number.

    Raises:
        TrainingRefusedError: something stands against it; nothing was changed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("requirement approval", signer, f"requirement_set:version {version}", {"version": version})
    with on_record(trail, asked, moment):
        held = _standing_draft(trail, version)
        refuse(
            _own(held, signer),
            _too_early(held.set.effective_at, moment),
            *_wrong_groups(trail, held.set.groups),
            not_as_seen(trail, sight),
        )
        return _approved(trail, held, sight, signer, moment)


def _standing_draft(trail: Trail, version: int) -> HeldSet:
    held = set_of_version(trail, version)
    if held is None or held.set.approved:
        raise TrainingRefusedError([changed_meanwhile()])
    return held


# --- what stands against it -----------------------------------------------------------------------------------


def _too_early(effective_at: datetime, moment: Moment) -> Refusal | None:
    if effective_at >= moment.at:
        return None
    return Refusal(
        "in_the_past",
        "It would take effect in the past: what was decided then cannot change. Choose a later time.",
        "L’entrée en vigueur serait passée : ce qui est décidé ne change plus. Choisissez un moment à venir.",
        "effective_on",
    )


def _unknown_scope(trail: Trail, scope: Scope) -> list[Refusal | None]:
    tables: dict[str, tuple[sa.Table, str, str]] = {
        "class": (equipment_classes, "The class", "La classe"),
        "area": (areas, "The area", "La zone"),
    }
    table, en, fr = tables[scope.kind]
    known = registry.current(trail, table, scope.id) is not None
    return [None if known else unknown("scope", en, fr, scope.id)]


def _wrong_groups(trail: Trail, groups: Groups) -> list[Refusal | None]:
    found: list[Refusal | None] = []
    if not groups or not all(groups) or len(groups) > MOST_GROUPS or max(map(len, groups)) > MOST_MEMBERS:
        found.append(
            Refusal(
                "bad_groups",
                f"A set has 1 to {MOST_GROUPS} groups, each of 1 to {MOST_MEMBERS} items.",
                f"Un ensemble a de 1 à {MOST_GROUPS} groupes, chacun de 1 à {MOST_MEMBERS} éléments.",
                "",
            )
        )
    for number, group in enumerate(groups, start=1):
        found += [_wrong_member(trail, number, place, member) for place, member in enumerate(group, start=1)]
        named = [member.item_id for member in group]
        found += [_twice(number, item) for item in sorted(set(named)) if named.count(item) > 1]
    return found


def _wrong_member(trail: Trail, number: int, place: int, member: Requirement) -> Refusal | None:
    field = f"g{number}m{place}_item"
    if registry.current(trail, items, member.item_id) is None:
        return unknown(field, "The item", "L’élément", member.item_id)
    months, grace, warning = member.interval_months, member.grace_days, member.warning_days
    within = (
        (months is None or 1 <= months <= LONGEST_INTERVAL_MONTHS)
        and 0 <= grace <= GRACE_LIMIT_DAYS
        and 0 <= warning <= LONGEST_WARNING_DAYS
    )
    if within:
        return None
    return Refusal(
        "bad_member",
        f"{member.item_id}: 1 to {LONGEST_INTERVAL_MONTHS} months or none, a grace of 0 to {GRACE_LIMIT_DAYS} days, "
        f"a warning of 0 to {LONGEST_WARNING_DAYS} days.",
        f"{member.item_id} : de 1 à {LONGEST_INTERVAL_MONTHS} mois ou aucun, un sursis de 0 à {GRACE_LIMIT_DAYS} "
        f"jours, un avis de 0 à {LONGEST_WARNING_DAYS} jours.",
        field,
    )


def _twice(number: int, item: str) -> Refusal:
    return Refusal(
        "item_twice",
        f"Group {number} names {item} twice. Keep one of them.",
        f"Le groupe {number} nomme {item} deux fois. Gardez-en une.",
        f"g{number}m1_item",
    )


def _not_a_draft(draft: Draft, replaced: HeldSet | None) -> Refusal | None:
    """Only a draft of the same class and operation, or area, can be replaced."""
    if draft.replaces is None:
        return None
    if replaced is None or replaced.set.approved or _scope_of(replaced) != draft.scope:
        return changed_meanwhile()
    return None


def _instant_taken(trail: Trail, draft: Draft, replaced: HeldSet | None) -> Refusal | None:
    standing = registry.current(trail, requirement_sets, draft.id)
    if standing is None or (replaced is not None and replaced.id == draft.id):
        return None
    return Refusal(
        "instant_taken",
        "There is a version for this very instant already. Change that draft, or choose another time.",
        "Il y a déjà une version pour ce moment précis. Modifiez ce projet, ou choisissez un autre moment.",
        "effective_on",
    )


def _own(held: HeldSet, signer: Signer) -> Refusal | None:
    if not held.drafters & {signer.person_id, signer.account_id}:
        return None
    return Refusal(
        "own_change",
        "You had a hand in this draft, and nobody approves a change of their own. Ask another person from QA.",
        "Vous avez participé à ce projet, et personne n’approuve son propre changement. "
        "Demandez à une autre personne de l’AQ.",
        "",
    )


def _scope_of(held: HeldSet) -> Scope:
    operation = held.values["operation"]
    return Scope(held.values["scope"], held.values["scope_id"], Operation(operation) if operation else None)


# --- what is written ------------------------------------------------------------------------------------------


def _drafted(trail: Trail, draft: Draft, replaced: HeldSet | None, author: Signer, moment: Moment) -> int:
    groups = stored_groups(draft.groups)
    values: dict[str, str | int | None] = {
        "scope": draft.scope.kind,
        "scope_id": draft.scope.id,
        "operation": draft.scope.operation.value if draft.scope.operation else None,
        "effective_at": timestamp(draft.effective_at),
        "approved": 0,
        "groups": canonical(groups).decode(),
    }
    drafted_by = sorted({author.person_id, *(replaced.drafters if replaced else ())})
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=author.role,
        subject=f"requirement_set:{draft.id}",
        old=_told(replaced.values, stored_groups(replaced.set.groups)) if replaced else None,
        new={**_told(values, groups), "drafted_by": drafted_by},
        by=author.person_id,
        why=draft.why,
    )
    seq = trail.append(entry)
    if replaced is not None:
        registry.close(trail, requirement_sets, replaced.id, seq)
    registry.put(trail, requirement_sets, draft.id, values, seq)
    return seq


def _approved(trail: Trail, held: HeldSet, sight: Sight, signer: Signer, moment: Moment) -> int:
    values = {**held.values, "approved": 1}
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=signer.role,
        subject=f"requirement_set:{held.id}",
        old={"approved": 0},
        new={
            **_told(values, stored_groups(held.set.groups)),
            **said(sight.effect),
            "drafted_by": sorted(held.drafters),
        },
        by=signer.person_id,
        why=held.entry.get("why"),
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "approved")))
    registry.put(trail, requirement_sets, held.id, values, seq)
    return seq


def _told(values: Mapping[str, str | int | None], groups: list[list[dict[str, str | int]]]) -> dict[str, Json]:
    """Return what a row says, absent values left out, its groups as they are and not as text."""
    told: dict[str, Json] = {name: value for name, value in values.items() if value is not None}
    return {**told, "groups": groups}
