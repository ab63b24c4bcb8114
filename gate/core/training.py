"""Whether one item's training records meet one requirement at an instant, from when and until when (B3-B6, B11).

A pass becomes a span of time in which it serves; everything else only explains why no span serves now.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gate.core.calendar import EARLIEST, LATEST, add_days, add_months, end_of_day, local_day, start_of_day
from gate.core.records import Item, Requirement, Revision, TrainingRecord
from gate.core.terms import ItemKind, RecordState, RevisionPolicy

GRACE_LIMIT_DAYS = 30
"""No grace is longer than this, whatever a requirement says (B6)."""

LAPSED = {ItemKind.GMP: "GMP_REFRESHER", ItemKind.GOWNING: "GOWN_EXPIRED"}
ATTEMPTS = {
    RecordState.FAILED: "ASSESSMENT_FAILED",
    RecordState.UNSIGNED: "ASSESSMENT_FAILED",
    RecordState.UNVERIFIED: "RECORD_UNVERIFIED",
    RecordState.PASSED: "RECORD_UNVERIFIED",
}
"""What an attempt that serves nothing says of itself; a pass among them lacks its day or a known revision."""

FAILURES = (RecordState.FAILED, RecordState.UNSIGNED)

NO_PARAMS: Mapping[str, str] = {}


class Finding(NamedTuple):
    """How a requirement stands at an instant; `reason` is None when it is met."""

    reason: str | None
    requirement: Requirement
    item: Item | None
    record: TrainingRecord | None = None
    revision: Revision | None = None
    """The revision in force, when the requirement asks for it: a waived one is the waiver."""
    expires_at: datetime = LATEST
    """When the training ends."""
    until_at: datetime = LATEST
    """When it stops serving: the end of the training or of its grace."""
    in_grace: bool = False
    params: Mapping[str, str] = NO_PARAMS


class Span(NamedTuple):
    """The time in which one pass serves: from, to its expiry, and to the end of its grace."""

    record: TrainingRecord
    completed_on: date
    from_at: datetime
    expires_at: datetime
    until_at: datetime
    superseded_at: datetime
    last_on: date


def assess(
    requirement: Requirement, item: Item, records: tuple[TrainingRecord, ...], at: datetime, zone: ZoneInfo
) -> Finding:
    """Judge the records of one item; their order does not matter."""
    spans = _spans(requirement, item, records, zone)
    best: Span | None = None
    for span in spans:
        if span.from_at <= at < span.until_at and (best is None or _merit(span, at) > _merit(best, at)):
            best = span
    revision = in_force(item, requirement, at)
    if best is None:
        reason, record, params = _why_unmet(requirement, item, records, spans, at, zone)
        return Finding(reason, requirement, item, record, revision, params=params)
    expires_at, until_at = best.expires_at, best.until_at
    if len(spans) > 1:
        expires_at = _reach(expires_at, [(span.from_at, span.expires_at) for span in spans])
        until_at = _reach(until_at, [(span.from_at, span.until_at) for span in spans])
    if expires_at > at:
        return Finding(None, requirement, item, best.record, revision, expires_at, until_at)
    params = {"date": local_day(until_at - datetime.resolution, zone).isoformat()}
    return Finding(None, requirement, item, best.record, revision, expires_at, until_at, True, params)


def in_force(item: Item, requirement: Requirement, at: datetime) -> Revision | None:
    """Return the item's effective revision if the requirement asks for it."""
    if requirement.revision_policy is not RevisionPolicy.CURRENT:
        return None
    current = None
    for revision in item.revisions:
        if revision.effective_at <= at:
            current = revision
    return current


def _spans(requirement: Requirement, item: Item, records: tuple[TrainingRecord, ...], zone: ZoneInfo) -> list[Span]:
    """Return a span for every verified pass that no withdrawal has taken away."""
    if len(records) == 1 and records[0].state is RecordState.PASSED:
        only = records[0]
        span = _span(requirement, item, only, only.completed_on, (), zone) if only.completed_on else None
        return [span] if span else []
    withdrawn_on = date.min
    dues: list[date] = []
    passes: list[TrainingRecord] = []
    for record in records:
        if record.state is RecordState.PASSED:
            passes.append(record)
        elif record.state is RecordState.WITHDRAWN:
            withdrawn_on = max(withdrawn_on, record.completed_on or date.max)
        elif record.state is RecordState.ASSIGNED and record.due_on:
            dues.append(record.due_on)
    spans = []
    for record in passes:
        if record.completed_on is not None and record.completed_on > withdrawn_on:
            span = _span(requirement, item, record, record.completed_on, dues, zone)
            if span is not None:
                spans.append(span)
    return spans


def _span(
    requirement: Requirement,
    item: Item,
    record: TrainingRecord,
    completed_on: date,
    dues: Sequence[date],
    zone: ZoneInfo,
) -> Span | None:
    """Return when the pass serves, or None if the revision it was for cannot be told."""
    from_at, superseded_at = EARLIEST, LATEST
    if requirement.revision_policy is RevisionPolicy.CURRENT and (item.revisions or item.kind is ItemKind.SOP):
        served = _service(item.revisions, record.revision)
        if served is None:
            return None
        from_at, superseded_at = served
    last_on = record.expires_on or date.max
    if requirement.interval_months is not None:
        last_on = min(last_on, add_months(completed_on, requirement.interval_months))
    for due_on in dues:
        if completed_on <= due_on < last_on:
            last_on = due_on
    first_on = record.valid_from_on
    if first_on is None or first_on < completed_on:
        first_on = completed_on
    starts_at = start_of_day(first_on, zone)
    expires_at = until_at = end_of_day(last_on, zone)
    if requirement.grace_days > 0:
        until_at = end_of_day(add_days(last_on, min(requirement.grace_days, GRACE_LIMIT_DAYS)), zone)
    return Span(
        record,
        completed_on,
        starts_at if starts_at > from_at else from_at,
        expires_at if expires_at < superseded_at else superseded_at,
        until_at if until_at < superseded_at else superseded_at,
        superseded_at,
        last_on,
    )


def _service(revisions: tuple[Revision, ...], name: str | None) -> tuple[datetime, datetime] | None:
    """Return from when until when training on a revision serves: to the first later one that asks for retraining."""
    from_at: datetime | None = None
    for revision in revisions:
        if from_at is None:
            if revision.revision == name:
                from_at = revision.effective_at
        elif revision.retraining:
            return from_at, revision.effective_at
    return None if from_at is None else (from_at, LATEST)


def _merit(span: Span, at: datetime) -> tuple[bool, datetime, int]:
    return at < span.expires_at, span.until_at, span.record.version


def _reach(end: datetime, spans: list[tuple[datetime, datetime]]) -> datetime:
    """Return when the training ends if each pass is carried on by one that has begun before it ends."""
    for from_at, until_at in sorted(spans):
        if from_at <= end < until_at:
            end = until_at
    return end


def _why_unmet(
    requirement: Requirement,
    item: Item,
    records: tuple[TrainingRecord, ...],
    spans: list[Span],
    at: datetime,
    zone: ZoneInfo,
) -> tuple[str, TrainingRecord | None, Mapping[str, str]]:
    """Return the reason, the record behind it and what its text shows; what nobody may lift is looked for first."""
    today = local_day(at, zone)
    passed_on = max((span.completed_on for span in spans if span.completed_on <= today), default=date.min)
    withdrawal = _latest([record for record in records if record.state is RecordState.WITHDRAWN])
    if withdrawal and passed_on == date.min:
        return "CERTIFICATION_WITHDRAWN", withdrawal, NO_PARAMS
    verified = [span.record for span in spans]
    attempts = [record for record in records if record.state in ATTEMPTS and record not in verified]
    attempt = _latest([record for record in attempts if (record.completed_on or date.max) > passed_on])
    if attempt:
        return ATTEMPTS[attempt.state], attempt, NO_PARAMS
    ahead = [span for span in spans if at < span.from_at < span.until_at]
    if ahead:
        first = min(ahead, key=lambda span: (span.from_at, span.record.version))
        return "NOT_YET_VALID", first.record, {"date": local_day(first.from_at, zone).isoformat()}
    if spans:
        return _lapsed(requirement, item, max(spans, key=lambda span: _merit(span, at)), at)
    return ("OJT_OPEN" if item.kind is ItemKind.OJT else "NOT_CERTIFIED"), _latest(records), NO_PARAMS


def _lapsed(
    requirement: Requirement, item: Item, span: Span, at: datetime
) -> tuple[str, TrainingRecord, Mapping[str, str]]:
    revision = in_force(item, requirement, at)
    if revision is not None and span.superseded_at <= at:
        return "SOP_REVISION", span.record, {"sop": item.id, "rev": revision.revision}
    return LAPSED.get(item.kind, "TRAINING_EXPIRED"), span.record, {"date": span.last_on.isoformat()}


def _latest(records: Sequence[TrainingRecord]) -> TrainingRecord | None:
    """Return the latest record; one without its day counts as the latest, and of one day a failure before a doubt."""
    return max(records, key=lambda r: (r.completed_on or date.max, r.state in FAILURES, r.version), default=None)
