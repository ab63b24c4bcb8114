"""One record as the page shows it: requirements then and now, what became of it, its evidence and its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from gate.core.calendar import local_day
from gate.evidence import DecisionEvidence, Judged, RequirementHeld
from gate.replay import Verdict
from gate.signatures import is_whole
from gate.store.entry_reading import EntryNames, EntryRow, Followed
from gate.store.record_versions import RecordVersion
from gate.web.entry_evidence import moment_words, stored
from gate.web.entry_words import sentence
from gate.web.formats import utc_offset, visible
from gate.web.numbering import account_of, signer_of
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer, When


@dataclass(frozen=True, slots=True)
class Standing:
    """How a requirement stood in one view of it: word, reason, record."""

    met: bool
    word: str
    why: str
    record: str
    record_id: str
    """What is asked about when one asks what relied on it; empty where there is no record."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequirementView:
    """One requirement: then, and now where it is not the same; `now` None with `same` False: it cannot be told."""

    title: str
    item_id: str
    revision: str
    then: Standing
    now: Standing | None
    same: bool
    late: str


@dataclass(frozen=True, slots=True)
class ReplayView:
    """What deciding again came to: `look` names style and drawing."""

    look: str
    title: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the surroundings."""

    seq: int
    when: When
    here: bool
    text: Markup


@dataclass(frozen=True, slots=True)
class Signed:
    """One electronic signature (21 CFR 11.50); `whole` False: it does not belong to this content."""

    name: str
    account: str
    role: str
    at: str
    meaning: str
    whole: bool


def requirement_views(found: DecisionEvidence, limit_days: int, view: Viewer) -> list[RequirementView]:
    """Show every requirement, the unmet ones first."""
    shown = [_requirement(one, limit_days, view) for one in found.requirements]
    return sorted(shown, key=lambda one: one.then.met)


def _requirement(one: RequirementHeld, limit_days: int, view: Viewer) -> RequirementView:
    unknown = one.now is None
    same = one.now is not None and (one.now.reason, one.now.record) == (one.then.reason, one.then.record)
    return RequirementView(
        title=visible(one.title or one.item_id),
        item_id=visible(one.item_id),
        revision=view.texts["rec_revision"].format(revision=visible(one.then.revision)) if one.then.revision else "",
        then=_standing(one.then, view),
        now=None if unknown or one.now is None else _standing(one.now, view),
        same=same,
        late=_late(one, limit_days, view),
    )


def _standing(judged: Judged, view: Viewer) -> Standing:
    texts, record = view.texts, judged.record
    notes = _record_notes(record, view) if record else []
    if judged.reason is None and judged.valid_until_at is not None:
        notes.append(texts["rec_served_until"].format(when=moment_words(judged.valid_until_at, view)))
    return Standing(
        met=judged.reason is None,
        word=texts["rec_met" if judged.reason is None else "rec_not_met"],
        why=reason_text(judged.reason, view.language) if judged.reason else "",
        record=visible(record.id) if record else texts["rec_no_record"],
        record_id=record.id if record else "",
        notes=tuple(notes),
    )


def _record_notes(record: RecordVersion, view: Viewer) -> list[str]:
    texts = view.texts
    notes = [texts["rec_revision"].format(revision=visible(record.revision))] if record.revision else []
    for key, on in (
        ("rec_completed", record.completed_on),
        ("rec_expires", record.expires_on),
        ("rec_due", record.due_on),
    ):
        if on is not None:
            notes.append(texts[key].format(day=on.isoformat()))
    notes.append(texts["rec_first_here"].format(when=moment_words(record.first_at, view), seq=record.first_seq))
    if record.source:
        notes.append(texts["rec_kept_at"].format(source=visible(record.source)))
    if not record.standing:
        notes.append(texts["rec_superseded"])
    return notes


def _late(one: RequirementHeld, limit_days: int, view: Viewer) -> str:
    if one.late is None:
        return ""
    judged = one.now if one.now is not None and one.now.reason is None else one.then
    days = 0
    if judged.record is not None and judged.record.completed_on is not None:
        days = (local_day(judged.record.first_at, view.zone) - judged.record.completed_on).days
    return view.texts[f"rec_late_{one.late.value}"].format(days=days, limit=limit_days)


def replay_view(found: DecisionEvidence, view: Viewer) -> ReplayView:
    """Show what deciding again came to."""
    texts, time = view.texts, view.when(found.at).time
    match found.replayed.verdict:
        case Verdict.SAME:
            return ReplayView("ok", texts["rec_replay_same"].format(time=time), (texts["rec_replay_same_how"],))
        case Verdict.DIFFERENT:
            notes = [
                texts["rec_replay_field"].format(field=name, old=_value(old, texts), new=_value(new, texts))
                for name, old, new in found.replayed.differences
            ]
            title = texts["rec_replay_different"].format(time=time)
            return ReplayView("deny", title, (*notes, texts["rec_replay_different_how"]))
        case verdict:
            return ReplayView("off", texts[f"rec_replay_{verdict.value}"], ())


def other_reasons(found: DecisionEvidence, view: Viewer) -> list[str]:
    """Return the reasons that no requirement explains, in words."""
    explained = {one.then.reason for one in found.requirements}
    return [reason_text(code, view.language) for code in found.reasons if code not in explained]


def steps(entries: Iterable[EntryRow], here: int, names: EntryNames, view: Viewer) -> list[Step]:
    """Show entries as a line of time."""
    return [Step(one.seq, view.when(one.at), one.seq == here, sentence(one, names, view)) for one in entries]


def became(found: Followed, said: Mapping[str, Any], names: EntryNames, view: Viewer) -> tuple[list[Step], list[str]]:
    """Show what followed from a decision, and say what is missing."""
    followed = [one for one in (found.answer, found.drop, found.leave, found.override) if one is not None]
    missing = []
    if said.get("outcome") == "allow":
        if found.answer is None and said.get("mode") == "enforce":
            missing.append(view.texts["rec_answer_none"])
        if found.leave is None:
            missing.append(view.texts["rec_use_open"])
    elif found.override is None and isinstance(said.get("person"), str):
        missing.append(view.texts["rec_override_none"])
    return steps(sorted(followed, key=lambda one: one.seq), 0, names, view), missing


def signed_views(entry: EntryRow, *, intact: bool) -> list[Signed]:
    """Show the signatures of an entry; each is checked against the content as it stands."""
    return [_signed(entry.said, one, intact) for one in entry.signatures]


def _signed(said: Mapping[str, Any], one: Mapping[str, Any], intact: bool) -> Signed:
    return Signed(
        name=visible(signer_of(one)),
        account=visible(account_of(one)),
        role=visible(str(one.get("role", ""))),
        at=_signed_at(one),
        meaning=visible(str(one.get("meaning", ""))),
        whole=intact and is_whole(said, one),
    )


def _signed_at(one: Mapping[str, Any]) -> str:
    try:
        at = datetime.fromisoformat(str(one.get("at")))
    except ValueError:
        return visible(str(one.get("at")))
    return f"{at:%Y-%m-%d %H:%M:%S} {utc_offset(at)} {visible(str(one.get('zone', '')))}"


def _value(value: object, texts: Mapping[str, str]) -> str:
    return stored(value) or texts["rec_nothing"]
