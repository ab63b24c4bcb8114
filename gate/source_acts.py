"""How old the training data may be: QA attests a source kept by hand, or says once that nothing has changed (I4)."""

from datetime import timedelta
from typing import Any

from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.schema import data_sources
from gate.training_refusals import Asked, on_record, refuse, unknown, without_why

BY_HAND = "hand"
"""The kind of a source whose records are typed in; also its id where there was no source before."""

LONGEST_ATTESTED_H = 72


def attest_by_hand(trail: Trail, source_id: str, why: str, signer: Signer, moment: Moment) -> int:
    """Sign that everything known up to now is on record; the source is kept by hand from here on. Returns the entry.

    The signature stands in the place of an import: the age of the data runs from it.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("attestation", signer, f"data_source:{source_id}", {"why": why})
    with on_record(trail, asked, moment):
        before = registry.current(trail, data_sources, source_id)
        new_here = before is None and source_id == BY_HAND and not registry.current_rows(trail, data_sources)
        refuse(
            None if before or new_here else unknown("source", "The source", "La source", source_id),
            without_why(why),
            _not_trusted(moment),
        )
        after: dict[str, str | int | None] = {
            "kind": BY_HAND,
            "last_good_at": timestamp(moment.at),
            "attested_until_at": None,
        }
        return _written(trail, source_id, before, after, "complete up to now", why, signer, moment)


def attest_no_changes(trail: Trail, source_id: str, hours: int, why: str, signer: Signer, moment: Moment) -> int:
    """Sign "no changes known" for some hours; once, until the source has been brought up to date. Returns the entry.

    Raises:
        TrainingRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    asked = Asked("attestation", signer, f"data_source:{source_id}", {"hours": hours, "why": why})
    with on_record(trail, asked, moment):
        before = registry.current(trail, data_sources, source_id)
        refuse(
            _not_for_once(before) if before else unknown("source", "The source", "La source", source_id),
            None if 1 <= hours <= LONGEST_ATTESTED_H else _too_long(hours),
            without_why(why),
            _not_trusted(moment),
        )
        after = {**(before or {}), "attested_until_at": timestamp(moment.at + timedelta(hours=hours))}
        return _written(trail, source_id, before, after, "no changes known", why, signer, moment)


# --- what stands against it -----------------------------------------------------------------------------------


def _not_for_once(before: dict[str, Any]) -> Refusal | None:
    if before["kind"] == BY_HAND:
        return Refusal(
            "by_hand",
            "This source is kept by hand. Attest that it is complete instead.",
            "Cette source est tenue à la main. Attestez plutôt qu’elle est complète.",
            "",
        )
    if before["attested_until_at"] is not None:
        return Refusal(
            "attested_already",
            "This was signed once since the last import, and once is all. Mend the import, or keep the source by hand.",
            "C’est déjà signé depuis le dernier import, et une seule fois est permise. Réparez l’import, ou tenez la "
            "source à la main.",
            "",
        )
    return None


def _too_long(hours: int) -> Refusal:
    return Refusal(
        "too_long",
        f"{hours} h is not between 1 and {LONGEST_ATTESTED_H} h.",
        f"{hours} h n’est pas entre 1 et {LONGEST_ATTESTED_H} h.",
        "hours",
    )


def _not_trusted(moment: Moment) -> Refusal | None:
    """A clock that nobody vouches for would make old data young."""
    if moment.trusted:
        return None
    return Refusal(
        "clock",
        "The clock cannot be trusted now, so nothing can be said of the age of the data. See to the clock first.",
        "L’heure n’est pas fiable en ce moment : rien ne peut être dit de l’âge des données. Voyez d’abord l’horloge.",
        "",
    )


# --- what is written ------------------------------------------------------------------------------------------


def _written(
    trail: Trail,
    source_id: str,
    before: dict[str, Any] | None,
    after: dict[str, str | int | None],
    meaning: str,
    why: str,
    signer: Signer,
    moment: Moment,
) -> int:
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=signer.role,
        subject=f"data_source:{source_id}",
        old=_said(before) if before else None,
        new=_said(after),
        by=signer.person_id,
        why=why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, meaning)))
    registry.put(trail, data_sources, source_id, after, seq)
    return seq


def _said(values: dict[str, Any]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not None}
