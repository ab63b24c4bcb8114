"""What somebody saw of an effect before signing: bound into the entry, and refused if it is no longer so."""

import hashlib
from typing import NamedTuple

from gate.core.audit import Json, canonical
from gate.core.effect import Affected, Effect
from gate.core.granting import Refusal
from gate.store.audit_trail import Trail
from gate.training_refusals import changed_meanwhile

LISTED = 200
"""People named by id in an entry; the number is always the whole one."""


class Sight(NamedTuple):
    """The effect as worked out now, from which facts, and the fingerprint of the one that the page showed."""

    effect: Effect
    facts_seq: int
    seen: str


def people_of(affected: tuple[Affected, ...]) -> list[str]:
    """Return whom it concerns, each once, in order."""
    return list(dict.fromkeys(one.person_id for one in affected))


def fingerprint(effect: Effect) -> str:
    """Return what differs as soon as anybody, an operation or a machine is added or gone."""
    return hashlib.sha256(canonical([_rows(effect.losing), _rows(effect.gaining)])).hexdigest()


def said(effect: Effect) -> dict[str, Json]:
    """Return what the signed entry says of it: numbers of people, and their ids."""
    losing, gaining = people_of(effect.losing), people_of(effect.gaining)
    return {
        "losing": len(losing),
        "gaining": len(gaining),
        "losing_people": losing[:LISTED],
        "gaining_people": gaining[:LISTED],
    }


def not_as_seen(trail: Trail, sight: Sight) -> Refusal | None:
    """Refuse a signature on an effect that has changed since it was shown, or since it was worked out.

    It is worked out before the transaction, because a badge read must not wait for it; inside, the numbers of the last
    entry that changed facts must be the same.
    """
    if trail.head.facts_seq != sight.facts_seq:
        return changed_meanwhile()
    if fingerprint(sight.effect) != sight.seen:
        return Refusal(
            "effect_changed",
            "Who is affected has changed since the page was opened. Look at the list again, then sign.",
            "Les personnes touchées ont changé depuis l’ouverture de la page. Revoyez la liste, puis signez.",
            "",
        )
    return None


def _rows(affected: tuple[Affected, ...]) -> list[Json]:
    return [[one.person_id, one.operation.value, one.class_id, list(one.machines)] for one in affected]
