"""How complete the log is: numbers without gaps, starts, blind times, readers, clock, verification (H9, E4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from pyroaring import BitMap

from gate.core.audit import Kind
from gate.core.log_terms import Field
from gate.core.report import Cell, ColumnKind, Report, Row
from gate.core.spans import Span
from gate.store.schema import audit_trail
from gate.verified import last_verified, verified_path
from gate.web.asking import (
    OF_SPAN,
    Shown,
    Told,
    after,
    columns_of,
    filters_of,
    query_of,
    seqs_of,
    span_asked,
    terms,
    told,
)
from gate.web.entry_rows import COLUMNS as ENTRY_COLUMNS
from gate.web.entry_rows import entry_rows
from gate.web.pages import site
from gate.web.questions import SPAN, Question, add_question
from gate.web.report_makers import Asked
from gate.web.view import Viewer

NAME, EVENTS = "log_complete", "interruptions"
INTERRUPTING = (
    Kind.START,
    Kind.STOP,
    Kind.READER_ONLINE,
    Kind.READER_OFFLINE,
    Kind.READER_UNKNOWN,
    Kind.PORT_LOST,
    Kind.CLOCK_STEP,
    Kind.CLOCK_UNTRUSTED,
    Kind.CLOCK_TRUSTED,
    Kind.OUTCOME_UNKNOWN,
    Kind.ANSWERED_LATE,
    Kind.VERIFY,
    Kind.SEGMENT,
)
COLUMNS = (
    ("check", "in_c_check", ColumnKind.TEXT),
    ("result", "in_c_result", ColumnKind.TEXT),
    ("count", "in_c_count", ColumnKind.NUMBER),
    ("detail", "in_c_detail", ColumnKind.TEXT),
    ("first_seq", "in_c_first", ColumnKind.SEQ),
    ("last_seq", "in_c_last", ColumnKind.SEQ),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was counted; `good`: nothing that asks for a look."""

    name: str
    good: bool
    count: int
    detail: str = ""
    first: int | None = None
    last: int | None = None


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return what was counted over the time asked about, or over the whole trail.

    Raises:
        BadQuestionError: the times make no sense.
    """
    span = span_asked(asked, view)
    found = [*_whole(view), *_counted(span), *_spans(span, view)]
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(view, asked, *OF_SPAN),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: (_row(one, view) for one in found),
        total=len(found),
        head_seq=site().records.head_seq(),
        notes=(view.texts["in_complete_note"],),
    )


def _whole(view: Viewer) -> list[Check]:
    """What is true of the whole trail, whatever time was asked about."""
    columns = (sa.func.count(), sa.func.min(audit_trail.c.seq), sa.func.max(audit_trail.c.seq))
    with site().records.engine().connect() as connection:
        count, first, last = connection.execute(sa.select(*columns)).one()
        head = connection.execute(sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == (last or 0))).scalar()
    missing = (last or 0) - count
    verified = last_verified(verified_path(site().settings.gate.state_dir))
    when = view.texts["not_verified_yet"]
    if verified is not None:
        when = verified.at.astimezone(view.zone).isoformat(timespec="seconds")
    return [
        Check("numbers", missing == 0 and first in (1, None), count, "", first, last),
        Check(
            "verified", verified is not None and verified.sound, 0, when, None, verified.head_seq if verified else None
        ),
        Check("head", good=True, count=0, detail=head.hex() if head else "", last=last),
    ]


COUNTED = (
    ("starts", (Kind.START,), True),
    ("stops", (Kind.STOP,), True),
    ("unknown", (Kind.OUTCOME_UNKNOWN,), False),
    ("late", (Kind.ANSWERED_LATE,), False),
    ("steps", (Kind.CLOCK_STEP,), False),
    ("late_entries", (Kind.LATE_ENTRY,), True),
    ("segments", (Kind.SEGMENT,), False),
)
"""Name, kinds, and whether any number of them is good."""


def _counted(span: Span | None) -> list[Check]:
    checks = []
    for name, kinds, any_number in COUNTED:
        found = seqs_of(query_of(terms(Field.KIND, kinds), span=span))
        checks.append(Check(name, any_number or not found, len(found), "", *_ends(found)))
    return checks


def _ends(found: BitMap) -> tuple[int | None, int | None]:
    return (found[0], found[-1]) if found else (None, None)


def _spans(span: Span | None, view: Viewer) -> list[Check]:
    """How long the gate was blind, its readers away and its clock not trusted."""
    starts = list(told(seqs_of(query_of(terms(Field.KIND, [Kind.START]), span=span))))
    blind = [one for one in starts if _blind_ms(one) > 0]
    readers = _away(span, (Kind.READER_OFFLINE,), (Kind.READER_ONLINE,))
    clock = _away(span, (Kind.CLOCK_UNTRUSTED,), (Kind.CLOCK_TRUSTED,))
    checks = seqs_of(query_of(terms(Field.KIND, [Kind.VERIFY]), span=span))
    unsound = [one for one in told(checks) if (one.said.get("detail") or {}).get("sound") is False]
    longest = timedelta(milliseconds=sum(_blind_ms(one) for one in blind))
    return [
        Check("blind", not blind, len(blind), _took(longest, view), *_first_last(blind)),
        Check("readers_away", not readers[0], readers[0], _took(readers[1], view), *readers[2]),
        Check("clock_untrusted", not clock[0], clock[0], _took(clock[1], view), *clock[2]),
        Check("verifications", not unsound, len(checks), "", *_ends(checks)),
    ]


def _blind_ms(one: Told) -> int:
    found = (one.said.get("detail") or {}).get("blind_ms", 0)
    return found if isinstance(found, int) else 0


Away = tuple[int, timedelta, tuple[int | None, int | None]]


def _away(span: Span | None, going: Sequence[Kind], coming: Sequence[Kind]) -> Away:
    """Return how often and how long something was away; what has not come back is away until now."""
    found = told(seqs_of(query_of(terms(Field.KIND, (*going, *coming)), span=span)))
    since: dict[str, Told] = {}
    total, times, gone = timedelta(), 0, []
    for one in found:
        what = str(one.said.get("reader", ""))
        if one.kind in going:
            since.setdefault(what, one)
            gone.append(one)
        elif what in since:
            total += max(timedelta(), one.at - since.pop(what).at)
            times += 1
    now = site().clock.read().at
    end = min(span.until_at, now) if span and span.until_at else now
    total += sum((max(timedelta(), end - one.at) for one in since.values()), timedelta())
    return times + len(since), total, _first_last(gone)


def _first_last(found: Sequence[Told]) -> tuple[int | None, int | None]:
    return (found[0].seq, found[-1].seq) if found else (None, None)


def _took(span: timedelta, view: Viewer) -> str:
    if not span:
        return ""
    hours, rest = divmod(int(span.total_seconds()), 3600)
    return view.texts["in_in_all"].format(h=hours, m=rest // 60, s=rest % 60)


def _row(one: Check, view: Viewer) -> Row:
    good: Cell = Shown(view.texts["in_good"], "allow") if one.good else Shown(view.texts["in_look"], "due")
    return (view.texts[f"in_check_{one.name}"], good, one.count, one.detail, one.first, one.last)


def make_events(asked: Asked, view: Viewer) -> Report:
    """Return every entry that tells of an interruption, in the order of the trail.

    Raises:
        BadQuestionError: the times make no sense.
    """
    found = seqs_of(query_of(terms(Field.KIND, INTERRUPTING), span=span_asked(asked, view)))
    rest = after(found, asked)

    def rows() -> Iterator[Row]:
        return entry_rows(rest, view)

    return Report(
        name=EVENTS,
        title=view.texts[f"in_q_{EVENTS}"],
        language=view.language,
        filters=filters_of(view, asked, *OF_SPAN),
        columns=columns_of(view, *ENTRY_COLUMNS),
        rows=rows,
        total=len(found),
        head_seq=site().records.head_seq(),
    )


add_question(Question(NAME, SPAN, make_report))
add_question(Question(EVENTS, SPAN, make_events, paged_by="seq"))
