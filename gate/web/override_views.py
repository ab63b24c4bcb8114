"""What the override pages say of an override: the card with its countdown, what is owed, how it ended, who signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort

from gate.core.disposing import disposition_due_at, reference_due_at
from gate.core.overrides import Phase, ended_at, phase
from gate.core.reasons import in_display_order
from gate.core.records import Moment
from gate.signatures import is_whole
from gate.store.granted import SignedEntry, Story, asking, signatures_of, story
from gate.web.formats import day_and_offset, utc_offset, visible
from gate.web.override_reading import names_of_all
from gate.web.pages import site, viewer
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer


@dataclass(frozen=True, slots=True)
class Stamp:
    """An instant for machines and for people: time of day, and day with offset."""

    iso: str
    time: str
    day: str


@dataclass(frozen=True, slots=True)
class Due:
    """What is owed, and whether its time is over."""

    at: Stamp
    overdue: bool


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature as it is shown (21 CFR 11.50); `whole` False: the content is not the one that was signed."""

    name: str
    account: str
    at: str
    meaning: str
    record: str
    whole: bool
    why: str


@dataclass(frozen=True, slots=True)
class OverrideView:
    """One override, ready for a template."""

    id: str
    seq: int
    person: str
    machine: str
    phase: str
    lifts: tuple[str, ...]
    kind: str
    reference: str
    justification: str
    second: str
    granted: Stamp
    until: Stamp
    left_s: int
    total_s: int
    approver: str
    cosigner: str
    ended: str
    lasted: str
    reference_due: Due | None
    disposition: str
    disposition_due: Due

    @property
    def left(self) -> str:
        """The time left as 00:59:58."""
        return f"{self.left_s // 3600:02d}:{self.left_s % 3600 // 60:02d}:{self.left_s % 60:02d}"


def stamp(at: datetime) -> Stamp:
    """Return an instant as the site reads it."""
    zone = site().settings.zone
    return Stamp(at.isoformat(), at.astimezone(zone).strftime("%H:%M:%S"), day_and_offset(at, zone))


def moment_now() -> Moment:
    """Return this instant as the pages know it; only acts judge the clock."""
    reading = site().clock.read()
    return Moment(reading.at, reading.boot_id, reading.boot_us, trusted=reading.synchronised, clock="")


def override_view(found: Story, names: Mapping[str, str], view: Viewer, moment: Moment) -> OverrideView:
    """Return what the pages say of an override at a moment."""
    granted, override = found.granted, found.override
    ends_at = min(filter(None, (ended_at(override, moment), found.removed_at)))
    now = Phase.ENDED if granted.removed else phase(override, moment)
    approver, cosigner = (name_of(person, names) for person in (granted.approver_id, granted.cosigner_id))
    owed_at = reference_due_at(granted)
    due_at = disposition_due_at(granted, site().settings.overrides.disposition_days)
    return OverrideView(
        id=override.id,
        seq=found.first_seq,
        person=name_of(granted.person_id, names),
        machine=visible(found.equipment_id),
        phase=now.value,
        lifts=tuple(reason_text(code, view.language) for code in in_display_order(override.reasons)),
        kind=view.texts[f"class_{override.override_class.value}"],
        reference=visible(granted.reference),
        justification=visible(found.justification),
        second=name_of(found.second_person_id, names),
        granted=stamp(granted.granted_at),
        until=stamp(ends_at),
        left_s=max(0, int((ends_at - moment.at) / timedelta(seconds=1))) if now is Phase.ACTIVE else 0,
        total_s=max(1, int((override.ends_at - override.starts_at) / timedelta(seconds=1))),
        approver=approver,
        cosigner=cosigner,
        ended=_how_it_ended(found, now, view),
        lasted=_lasted(ends_at - override.starts_at),
        reference_due=Due(stamp(owed_at), moment.at >= owed_at) if owed_at else None,
        disposition=view.texts[f"ov_disposition_{found.disposition}"] if found.disposition else "",
        disposition_due=Due(stamp(due_at), moment.at >= due_at and not granted.disposed),
    )


def look(override_id: str) -> tuple[Story, OverrideView]:
    """Return one override and what is said of it; there is no page for one that never was."""
    with site().records.engine().connect() as connection:
        found = story(asking(connection), override_id)
        if found is None:
            abort(404)
        return found, override_view(found, names_of_all(connection), viewer(), moment_now())


def name_of(person_id: str | None, names: Mapping[str, str]) -> str:
    """Return a person's name, made visible; empty for nobody."""
    return visible(names.get(person_id, person_id)) if person_id else ""


def _how_it_ended(found: Story, now: Phase, view: Viewer) -> str:
    if found.granted.removed:
        return view.texts["ov_ended_removed"]
    if now is Phase.REVOKED and found.revoking:
        by = signatures_of(found.revoking.said)[0]["name"]
        return view.texts["ov_ended_revoked"].format(name=visible(by), why=visible(found.revoking.said["why"]))
    return view.texts["ov_ended_itself"]


def _lasted(length: timedelta) -> str:
    minutes = max(0, int(length / timedelta(minutes=1)))
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


# --- signatures -------------------------------------------------------------------------------------------

MEANINGS = {
    "granted": "ov_meaning_granted",
    "co-signed": "ov_meaning_cosigned",
    "co-signed as QA delegate": "ov_meaning_cosigned_delegate",
    "revoked": "ov_meaning_revoked",
    "reference added": "ov_meaning_reference",
    "disposition: acceptable": "ov_meaning_acceptable",
    "disposition: acceptable_with_action": "ov_meaning_with_action",
    "disposition: not_acceptable": "ov_meaning_not_acceptable",
}
"""The meaning as signed -> the key of its words."""


def signature_views(found: Story, shown: OverrideView, view: Viewer) -> list[SignatureView]:
    """Return every signature about an override, oldest first."""
    return [
        _signature(entry, signature, shown, view) for entry in found.entries for signature in signatures_of(entry.said)
    ]


def _signature(entry: SignedEntry, signature: Mapping[str, Any], shown: OverrideView, view: Viewer) -> SignatureView:
    at, zone = datetime.fromisoformat(signature["at"]), str(signature["zone"])
    words = view.texts.get(MEANINGS.get(signature["meaning"], ""), visible(str(signature["meaning"])))
    reference = (entry.said.get("new") or {}).get("reference") or view.texts["ov_reference_later"]
    ends = (entry.said.get("new") or {}).get("ends_at")
    until = stamp(datetime.fromisoformat(ends)) if ends else shown.until
    filled = words.format(
        person=shown.person, machine=shown.machine, time=f"{until.time} {until.day}", reference=visible(reference)
    )
    return SignatureView(
        name=visible(signature["name"]),
        account=visible(signature["account"]),
        at=f"{at:%Y-%m-%d %H:%M:%S} {at.astimezone(ZoneInfo(zone)).tzname()} ({utc_offset(at)})",
        meaning=filled,
        record=f"#{entry.seq} · sha256 {entry.leaf[:4]} {entry.leaf[4:8]} … {entry.leaf[-4:]}",
        whole=entry.intact and is_whole(entry.said, signature),
        why=visible(str(entry.said.get("why", ""))),
    )
