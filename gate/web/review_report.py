"""A review as a report: every group of exceptions with its outcome, for the printed page and for every export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from gate.core.exception_groups import Group
from gate.core.report import Column, ColumnKind, Report, Row
from gate.core.review_rules import RULES_VERSION
from gate.core.roles import Act
from gate.review_acts import fingerprint
from gate.store.reviews import Disposed
from gate.web.formats import visible
from gate.web.report_makers import Asked, BadQuestionError, add_report
from gate.web.review_cases import Opened
from gate.web.review_later import again_line, changed_line
from gate.web.review_opening import find_review
from gate.web.review_sample import replay_counts
from gate.web.review_signed import signature_views
from gate.web.review_view import count_rows, outcome_counts, span_of
from gate.web.review_words import ReviewWords, moment_words
from gate.web.view import Viewer

NAME = "review"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One group of exceptions as the printed page shows it."""

    seqs: str
    at: str
    what: str
    shown: Markup
    outcome: str
    reference: str
    comment: str
    by: str


def report_rows(opened: Opened, words: ReviewWords) -> list[ReportRow]:
    """Return every group with its outcome, in the order of the rules."""
    return [_row(group, opened.decided.get(group.id), words) for group in opened.case.groups]


def _row(group: Group, decided: Disposed | None, words: ReviewWords) -> ReportRow:
    texts = words.viewer.texts
    more = max(group.first.times, len(group.marks)) - 1
    first = f"#{group.shown[0]}"
    return ReportRow(
        seqs=f"{first} {texts['rv_and_more'].format(n=more)}" if more else first,
        at=moment_words(group.first.since, words.viewer),
        what=headline_and_extent(group, words),
        shown=words.headline_markup(group) + (f", {extent}" if (extent := words.extent(group)) else ""),
        outcome=words.outcome(decided) if decided else texts["rv_open_outcome"],
        reference=visible(decided.reference) if decided else "",
        comment=visible(decided.comment) if decided else "",
        by=words.name(decided.by) if decided else "",
    )


def headline_and_extent(group: Group, words: ReviewWords) -> str:
    """Return what a group is about in one line."""
    extent = words.extent(group)
    return f"{words.headline(group)}, {extent}" if extent else words.headline(group)


def make_review_report(asked: Asked, view: Viewer) -> Report:
    """Return the report of the period that the address names.

    Raises:
        BadQuestionError: there is no such period, or it is not over.
    """
    found = find_review(asked.get("review", ""))
    if not isinstance(found, Opened):
        raise BadQuestionError(view.texts["rv_no_such_period"])
    return report_of(found, view)


def report_of(opened: Opened, view: Viewer) -> Report:
    """Return the report of a review."""
    words, texts, review = ReviewWords(view, opened.names), view.texts, opened.review
    title = texts["rv_report_title"].format(period=words.period(review))
    filters = (
        (texts["rv_period"], span_of(opened, view) or words.period(review)),
        (texts["rv_records"], texts["rv_seqs"].format(first=review.first_seq, last=review.last_seq)),
        (texts["rv_filter"], filter_words(opened, view)),
        (texts["rv_rules_version"], texts["rv_version_n"].format(n=RULES_VERSION)),
    )
    counts = tuple(_pair(label, number, view) for label, number in count_rows(opened, view))
    signed = signature_views([review.signed_seq] if review.signed_seq else [], words)
    state = [] if review.signed else [texts["rv_not_signed"]]
    state += [line for line in (again_line(opened, view), changed_line(opened, view)) if line]
    done = texts["rv_outcomes"].format(
        n=len(opened.decided), m=len(opened.case.groups), list=outcome_counts(opened, words) or "–"
    )
    sha = fingerprint(opened.case, opened.found.counts, opened.decided)
    replayed = replay_counts(opened.found, view)
    again = [_pair(f"{texts['rv_sample_title']}, {texts['rv_replay'].lower()}", replayed, view)] if replayed else []
    return Report(
        name=NAME,
        title=title,
        language=view.language,
        filters=filters,
        columns=_columns(view),
        rows=lambda: _cells(opened, words),
        total=len(opened.case.groups),
        head_seq=max(review.last_seq, review.signed_seq or 0),
        notes=(*state, done, *counts, *again, _pair(texts["rv_fingerprint"], sha, view), *_later(opened, words)),
        signatures=tuple(one.line for one in signed),
        entries=tuple(sorted({seq for group in opened.case.groups for seq in group.shown})),
    )


def _pair(label: str, value: str, view: Viewer) -> str:
    return view.texts["reason_of"].format(reason=label, items=value)


def filter_words(opened: Opened, view: Viewer) -> str:
    """Return in words which entries the review looked at."""
    review = opened.review
    return view.texts[f"rv_filter_{review.scope}"].format(of=visible(review.scope_id))


def _later(opened: Opened, words: ReviewWords) -> tuple[str, ...]:
    label = words.viewer.texts["rv_notes"]
    return tuple(
        _pair(
            label, f"{visible(note.note)} ({words.name(note.by)}, {moment_words(note.at, words.viewer)})", words.viewer
        )
        for note in opened.notes
    )


def _columns(view: Viewer) -> tuple[Column, ...]:
    texts = view.texts
    return (
        Column("seq", texts["rv_record"], ColumnKind.SEQ),
        Column("rule", texts["rv_rule"], ColumnKind.ID),
        Column("since", texts["rv_time"], ColumnKind.INSTANT),
        Column("until", texts["rv_until_title"], ColumnKind.INSTANT),
        Column("what", texts["rv_what"]),
        Column("times", texts["rv_how_often"], ColumnKind.NUMBER),
        Column("outcome", texts["rv_outcome"]),
        Column("reference", texts["rv_reference"], ColumnKind.ID),
        Column("comment", texts["rv_comment"]),
        Column("by", texts["rv_name"]),
        Column("decided_at", texts["rv_decided_at"], ColumnKind.INSTANT),
    )


def _cells(opened: Opened, words: ReviewWords) -> Iterator[Row]:
    for group in opened.case.groups:
        decided = opened.decided.get(group.id)
        row = _row(group, decided, words)
        at: datetime | None = decided.at if decided else None
        times = max(group.first.times, len(group.marks))
        told = (group.shown[0], group.rule, group.first.since, group.first.until, row.what, times)
        yield (*told, row.outcome, row.reference, row.comment, row.by, at)


add_report(NAME, make_review_report, Act.VIEW_REVIEWS)
