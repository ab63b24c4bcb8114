"""Say that an alert was handled, and write a note for the next shift: authorised, recorded, not signed."""

from gate.core.alert_rules import RULES
from gate.core.audit import Entry, Kind, timestamp
from gate.core.records import Moment
from gate.store import alerts as stored
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.floor_schema import shift_notes
from gate.supervision import RefusedError

LONGEST_NOTE = 1000


def handle_alert(trail: Trail, alert_id: int, *, by: str, why: str, moment: Moment) -> int:
    """Record in the open transaction that somebody has dealt with an alert; return the entry's number.

    An alert of something that happened is over with that. One of something that still lasts stays in the records as
    not ended, so that it is not raised a second time while it lasts.

    Raises:
        RefusedError: there is no such alert, somebody has handled it already, or nothing is said of what was done.
    """
    found = stored.alert_of(trail, alert_id)
    if found is None:
        raise RefusedError("There is no such alert.", "Cette alerte n’existe pas.")
    if not found.open:
        raise RefusedError(
            "Somebody has handled this alert already, or it is over. Nothing was changed.",
            "Cette alerte est déjà traitée, ou elle est terminée. Rien n’a été changé.",
        )
    said = _note(why, "why")
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        equipment=found.equipment_id,
        subject=f"alert:{alert_id}",
        new={"rule": found.rule, "subject": found.subject, "handled": True},
        by=by,
        why=said,
    )
    seq = trail.append(entry)
    stored.mark_handled(trail, alert_id, seq)
    if found.ended_at is None and RULES[found.rule].quiet_s is not None:
        stored.end_alert(trail, alert_id, moment.at)
    return seq


def write_note(trail: Trail, area: str, text: str, *, by: str, moment: Moment) -> int:
    """Put a note for the next shift on record in the open transaction; return the entry's number.

    Raises:
        RefusedError: there is nothing in it, or more than anybody reads at a change of shift.
    """
    said = _note(text, "note")
    values = {"area_id": area, "written_by": by, "written_at": timestamp(moment.at), "note": said}
    entry = Entry(kind=Kind.CHANGE, moment=moment, subject="shift_note", new=values, by=by, why="note for the shift")
    seq = trail.append(entry)
    registry.put(trail, shift_notes, f"N-{seq}", values, seq)
    return seq


def _note(text: str, field: str) -> str:
    said = text.strip()
    if not said:
        raise RefusedError(
            "Nothing is written. Say it in a few words.", "Rien n’est écrit. Dites-le en quelques mots.", field
        )
    if len(said) > LONGEST_NOTE:
        raise RefusedError(
            f"That is {len(said)} characters; {LONGEST_NOTE} at most. Say it shorter.",
            f"Cela fait {len(said)} caractères; {LONGEST_NOTE} au plus. Dites-le plus court.",
            field,
        )
    return said
