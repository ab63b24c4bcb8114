"""The report `impact`: what relied on a record, a trainer, a revision, a badge or a clock period (requirement E11)."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from gate.core.report import Column, ColumnKind, Report, Row
from gate.core.roles import Act
from gate.impact import Relied, Tally, Without, impact
from gate.impact_subjects import (
    ClockPeriod,
    Subject,
    UnknownSubjectError,
    badge_used,
    clock_period,
    item_revision,
    trainer,
    training_record,
)
from gate.store.schema import people
from gate.web.formats import visible
from gate.web.log_times import typed_time
from gate.web.pages import site
from gate.web.report_makers import Asked, BadQuestionError, add_report
from gate.web.view import Viewer

NAME = "impact"
KEPT = 200
"""Rows that a page shows."""

LONGEST = 200
"""Characters of an id that is asked for."""

TEN_YEARS_S = 10 * 366 * 24 * 3600

COLUMNS = (
    ("seq", ColumnKind.SEQ),
    ("at", ColumnKind.INSTANT),
    ("person", ColumnKind.ID),
    ("name", ColumnKind.TEXT),
    ("equipment", ColumnKind.ID),
    ("operation", ColumnKind.TEXT),
    ("outcome", ColumnKind.TEXT),
    ("reasons", ColumnKind.TEXT),
    ("mode", ColumnKind.TEXT),
    ("named", ColumnKind.TEXT),
    ("without", ColumnKind.TEXT),
    ("reasons_without", ColumnKind.TEXT),
    ("left_at", ColumnKind.INSTANT),
    ("lots", ColumnKind.TEXT),
)

ABOUT = ("record", "trainer", "revision", "badge", "clock")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, understood: the subject, and the question for people."""

    subject: Subject
    filters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """All counts, and the first rows."""

    tally: Tally
    rows: tuple[Relied, ...]


def question(asked: Asked, view: Viewer) -> Question | None:
    """Return what the address asks, None where it asks nothing.

    Raises:
        BadQuestionError: something is missing, misspelt or was never on record.
    """
    about = asked.get("about", "")
    if about not in ABOUT:
        return None
    with site().records.engine().connect() as connection:
        try:
            return Question(_subject(connection, about, asked, view), _filters(about, asked, view))
        except UnknownSubjectError as error:
            raise BadQuestionError(view.texts[f"imp_no_{about}"].format(name=visible(error.name))) from error


def answer(subject: Subject) -> Answer:
    """Walk along the log and count everything; the first rows are kept."""
    tally, kept = Tally(until_seq=site().records.head_seq()), list[Relied]()
    for one in impact(site().records.engine(), site().settings.zone, subject):
        tally.take(one)
        if len(kept) < KEPT:
            kept.append(one)
    return Answer(tally, tuple(kept))


def impact_report(asked: Asked, view: Viewer) -> Report:
    """Return every decision that relied on the subject.

    Raises:
        BadQuestionError: nothing, or something that makes no sense, is asked.
    """
    wanted = question(asked, view)
    if wanted is None:
        raise BadQuestionError(view.texts["imp_missing"])
    found = answer(wanted.subject).tally
    return Report(
        name=NAME,
        title=view.texts["imp_title"],
        language=view.language,
        filters=wanted.filters,
        columns=tuple(Column(name, view.texts[f"imp_c_{name}"], kind) for name, kind in COLUMNS),
        rows=lambda: _rows(wanted.subject, view),
        total=found.decisions,
        head_seq=found.until_seq,
        notes=notes(found, view),
    )


def notes(found: Tally, view: Viewer) -> tuple[str, ...]:
    """Return the counts in sentences."""
    texts = view.texts
    if not found.decisions:
        return (texts["imp_none"].format(head=found.until_seq),)
    counted = texts["imp_counts"].format(
        decisions=found.decisions,
        uses=found.uses,
        people=len(found.people),
        lots=len(found.lots),
        head=found.until_seq,
    )
    parts = [
        texts["imp_part"].format(word=texts[f"imp_{one.value}"], n=count)
        for one, count in found.without.items()
        if count
    ]
    lots = (
        [texts["imp_part"].format(word=texts["imp_lots"], n=", ".join(map(visible, found.lots)))] if found.lots else []
    )
    return (counted, "; ".join(parts), *lots, texts["imp_shadow_note"])


def names_of(ids: set[str]) -> dict[str, str]:
    """Return the last known names of people."""
    wanted = sa.select(people.c.id, people.c.name).where(people.c.id.in_(ids)).order_by(people.c.version)
    with site().records.engine().connect() as connection:
        return {row[0]: row[1] for row in connection.execute(wanted)}


def _rows(subject: Subject, view: Viewer) -> Iterator[Row]:
    names: dict[str, str] = {}
    for one in impact(site().records.engine(), site().settings.zone, subject):
        if one.person_id not in names:
            names |= {one.person_id: one.person_id, **names_of({one.person_id})}
        yield _row(one, names[one.person_id], view)


def _row(one: Relied, name: str, view: Viewer) -> Row:
    return (
        one.seq,
        one.at,
        one.person_id,
        name,
        one.equipment_id,
        one.operation,
        one.outcome,
        " ".join(one.reasons),
        one.mode,
        view.texts["imp_yes" if one.named else "imp_no"],
        view.texts[f"imp_{one.without.value}"],
        " ".join(one.reasons_without) if one.without is not Without.NOT_KNOWN else None,
        one.left_at,
        ", ".join(one.lots) or None,
    )


def _subject(connection: sa.Connection, about: str, asked: Asked, view: Viewer) -> Subject:
    match about:
        case "record":
            return training_record(connection, _text(asked, "record", view))
        case "trainer":
            return trainer(connection, _text(asked, "trainer", view))
        case "revision":
            return item_revision(connection, _text(asked, "item", view), _text(asked, "revision", view))
        case "badge":
            return badge_used(connection, _text(asked, "badge", view))
        case _:
            return _clock(asked, view)


def _text(asked: Asked, name: str, view: Viewer) -> str:
    found = asked.get(name, "").strip()
    if not found:
        raise BadQuestionError(view.texts["imp_missing"])
    return found[:LONGEST]


def _clock(asked: Asked, view: Viewer) -> ClockPeriod:
    since = typed_time(asked.get("from", ""), view.zone, end=False)
    until = typed_time(asked.get("to", ""), view.zone, end=True)
    if since is None or until is None:
        raise BadQuestionError(view.texts["imp_bad_time"])
    if until <= since:
        raise BadQuestionError(view.texts["imp_wrong_way"])
    return clock_period(since, until, _off_by(asked.get("off_by", "").strip(), view))


def _off_by(text: str, view: Viewer) -> int | None:
    if not text:
        return None
    digits = text.replace("−", "-").removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12 and int(digits) <= TEN_YEARS_S):
        raise BadQuestionError(view.texts["imp_bad_off"])
    return -int(digits) if digits != text else int(digits)


def _filters(about: str, asked: Asked, view: Viewer) -> tuple[tuple[str, str], ...]:
    fields = {
        "record": (("record", "imp_record_id"),),
        "trainer": (("trainer", "imp_trainer_name"),),
        "revision": (("item", "imp_item"), ("revision", "imp_revision_name")),
        "badge": (("badge", "imp_badge_id"),),
        "clock": (("from", "imp_from"), ("to", "imp_to"), ("off_by", "imp_off_by")),
    }
    return tuple(
        (view.texts[key], visible(asked[name].strip())) for name, key in fields[about] if asked.get(name, "").strip()
    )


add_report(NAME, impact_report, Act.VIEW_RECORDS)
