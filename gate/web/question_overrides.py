"""The overrides of a period with what QA decided of each (D9, H3)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from gate.core.report import Cell, ColumnKind, Report, Row
from gate.core.spans import Span
from gate.store.granted import Story, asking, signatures_of, stories_since
from gate.web.asking import OF_MACHINE, OF_SPAN, Shown, columns_of, filters_of, machine_asked, span_asked
from gate.web.log_lookup import names_of_persons
from gate.web.numbering import signer_of
from gate.web.pages import site
from gate.web.people_names import said_name
from gate.web.questions import MACHINE, SPAN, Filter, Question, add_question
from gate.web.reason_texts import reason_text
from gate.web.report_makers import Asked, BadQuestionError
from gate.web.view import Viewer

NAME = "override_register"
MOST = 2000
"""Overrides of one answer; a plant that grants more in the time asked about narrows it."""

LONG_AGO = datetime.fromisoformat("1990-01-01T00:00:00+00:00")

COLUMNS = (
    ("seq", "in_c_record", ColumnKind.SEQ),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("equipment", "lo_machine", ColumnKind.ID),
    ("class", "in_c_class", ColumnKind.TEXT),
    ("lifts", "in_c_lifts", ColumnKind.TEXT),
    ("starts", "in_from", ColumnKind.INSTANT),
    ("ends", "in_to", ColumnKind.INSTANT),
    ("ended", "in_c_ended", ColumnKind.TEXT),
    ("reference", "in_c_reference", ColumnKind.ID),
    ("justification", "in_c_justification", ColumnKind.TEXT),
    ("granted_by", "in_c_granted_by", ColumnKind.TEXT),
    ("cosigned_by", "in_c_cosigned_by", ColumnKind.TEXT),
    ("disposition", "in_c_disposition", ColumnKind.TEXT),
    ("disposed_by", "in_c_disposed_by", ColumnKind.TEXT),
    ("disposed_at", "in_c_disposed_at", ColumnKind.INSTANT),
)


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return every override that started in the time asked about, the oldest first.

    Raises:
        BadQuestionError: the times make no sense, or there are more than one answer holds.
    """
    span, machine = span_asked(asked, view) or Span(LONG_AGO, None), machine_asked(asked, view)
    with site().records.engine().connect() as connection:
        stories = stories_since(asking(connection), span.from_at, MOST + 1)
    if len(stories) > MOST:
        raise BadQuestionError(view.texts["in_too_many"].format(n=MOST))
    found = [one for one in reversed(stories) if _fits(one, span, machine)]
    if asked.get("open") == "yes":
        found = [one for one in found if not one.disposition]
    waiting = sum(not one.disposition for one in found)
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(view, asked, OF_MACHINE, *OF_SPAN),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: _rows(found, view),
        total=len(found),
        head_seq=site().records.head_seq(),
        notes=(view.texts["in_overrides_waiting"].format(n=waiting),),
    )


def _fits(one: Story, span: Span, machine: str) -> bool:
    return span.covers(one.override.starts_at) and machine in ("", one.equipment_id)


def _rows(found: Sequence[Story], view: Viewer) -> Iterator[Row]:
    ids = {id_ for one in found for id_ in (one.granted.person_id, one.granted.approver_id, one.granted.cosigner_id)}
    with site().records.engine().connect() as connection:
        names = names_of_persons(connection, {id_ for id_ in ids if id_})
    for one in found:
        yield _row(one, names, view)


def _row(one: Story, names: Mapping[str, str], view: Viewer) -> Row:
    granted, override, texts = one.granted, one.override, view.texts
    disposing = signatures_of(one.disposing.said) if one.disposing else ()
    waits: Cell = Shown(texts["in_waits_for_qa"], "due")
    decided = texts.get(f"ov_disposition_{one.disposition}", one.disposition)
    return (
        one.first_seq,
        granted.person_id,
        names.get(granted.person_id, ""),
        one.equipment_id,
        override.override_class.value,
        "; ".join(reason_text(code, view.language) for code in sorted(override.reasons)),
        override.starts_at,
        override.ends_at,
        _ended(one, view),
        granted.reference,
        one.justification,
        said_name(granted.approver_id, names),
        said_name(granted.cosigner_id, names),
        decided if one.disposition else waits,
        signer_of(disposing[0]) if disposing else "",
        one.disposing.at if one.disposing else None,
    )


def _ended(one: Story, view: Viewer) -> str:
    if one.override.revoked_at is not None:
        return view.texts["in_revoked"]
    if one.removed_at is not None:
        return view.texts["in_removed"]
    over = one.override.ends_at <= site().clock.read().at
    return view.texts["in_ended_by_time" if over else "in_stands"]


add_question(Question(NAME, (*SPAN, MACHINE, Filter("open", "in_only_open", "flag")), make_report))
