"""The page and the report of H1: who operated a machine while a lot was made, and was each certified at that moment."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from gate.core.report import Cell, ColumnKind, Report, Row
from gate.core.roles import Act
from gate.core.spans import Span
from gate.web.asking import columns_of, filters_of, machine_asked, tag
from gate.web.formats import visible
from gate.web.inspection_pages import asked_now, frame, inspection_pages
from gate.web.log_lookup import names_of_persons
from gate.web.lot_answer import Made, made
from gate.web.lot_shown import findings, known_now, references_of, shown_denial, shown_made, summary
from gate.web.pages import around, site, viewer
from gate.web.questions import MACHINE, Filter, Question, add_question
from gate.web.report_makers import Asked, BadQuestionError
from gate.web.session import requires
from gate.web.use_words import cause_of, certified_words, evidence_of
from gate.web.view import Viewer

NAME = "who_operated"
FILTERS = (Filter("lot", "lo_lot", needed=True), MACHINE)


@inspection_pages.get("/who-operated")
@requires(Act.VIEW_RECORDS)
def who_operated() -> ResponseReturnValue:
    """Answer for one lot, on one machine or on every machine it was on."""
    asked, view = asked_now(), viewer()
    try:
        found = _made(asked, view) if "lot" in asked else None
    except BadQuestionError as error:
        return _page(asked, view, None, str(error)), 422
    return _page(asked, view, found, "")


def _made(asked: Asked, view: Viewer) -> tuple[Made, ...]:
    lot, machine = asked.get("lot", "").strip(), machine_asked(asked, view)
    found = made(lot, machine)
    if not found:
        raise BadQuestionError(view.texts["in_no_lot"].format(lot=visible(lot[:40])))
    return found


def _page(asked: Mapping[str, str], view: Viewer, found: Sequence[Made] | None, trouble: str) -> str:
    names = _names(found or ())
    return render_template(
        "question_lot.html",
        **around(view),
        **frame(QUESTION, asked, None, view),
        trouble=trouble,
        answer=[shown_made(one, names, view) for one in found] if found else [],
        export_url=frame(QUESTION, asked, _report_of(found, asked, view), view)["export"] if found else "",
    )


def _names(found: Sequence[Made]) -> Mapping[str, str]:
    ids = {id_ for one in found for id_ in one.people}
    ids |= {str(told.said.get("person", "")) for one in found for told in one.denied}
    ids |= {late.entered_by for one in found for late in one.late}
    ids |= {late.verified_by for one in found for late in one.late}
    with site().records.engine().connect() as connection:
        return names_of_persons(connection, ids - {""})


# --- the report ----------------------------------------------------------------------------------------------------


COLUMNS = (
    ("row", "in_c_row", ColumnKind.TEXT),
    ("lot", "lo_lot", ColumnKind.ID),
    ("equipment", "lo_machine", ColumnKind.ID),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("from", "in_from", ColumnKind.INSTANT),
    ("until", "in_to", ColumnKind.INSTANT),
    ("operation", "in_c_operation", ColumnKind.TEXT),
    ("certified_then", "in_c_then", ColumnKind.TEXT),
    ("certified_now", "in_c_now", ColumnKind.TEXT),
    ("evidence", "in_c_evidence", ColumnKind.TEXT),
    ("override", "in_c_override", ColumnKind.ID),
    ("mode", "mode", ColumnKind.TEXT),
    ("clock", "in_c_clock", ColumnKind.TEXT),
    ("ended", "in_c_ended", ColumnKind.TEXT),
    ("seq", "in_c_record", ColumnKind.SEQ),
)


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return the answer as rows: starts, late entries, gaps and denials of each window, in order of time.

    Raises:
        BadQuestionError: no such lot or machine.
    """
    if "lot" not in asked:
        raise BadQuestionError(view.texts["in_ask_first"])
    return _report_of(_made(asked, view), asked, view)


def _report_of(found: Sequence[Made], asked: Asked, view: Viewer) -> Report:
    total = sum(len(one.starts) + len(one.late) + len(one.gaps) + len(one.denied) for one in found)
    notes = [f"{one.window.equipment_id}: {line}" for one in found for _, line in findings(one, view)]
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(view, asked, ("lot", "lo_lot"), ("equipment", "lo_machine")),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: _rows(found, view),
        total=total,
        head_seq=site().records.head_seq(),
        notes=tuple([f"{one.window.equipment_id}: {summary(one, view)}" for one in found] + notes),
        entries=tuple(sorted({seq for one in found for seq in _rests_on(one)})),
    )


def _rests_on(one: Made) -> Iterator[int]:
    """Yield the entries behind the answer: the window, each start with what ended it, late entries, denials, events."""
    yield one.window.known_from
    for start in one.starts:
        yield start.part.decision_seq
        yield from (end.seq for end in (start.part.dropped, start.part.left) if end is not None)
    for late in one.late:
        yield from (late.entered_seq, late.seq)
    yield from (told.seq for told in (*one.denied, *one.beside))


def _rows(found: Sequence[Made], view: Viewer) -> Iterator[Row]:
    names = _names(found)
    for one in found:
        rows = [*_start_rows(one, names, view), *_late_rows(one, names, view), *_other_rows(one, names, view)]
        yield from (row for _, row in sorted(rows, key=lambda pair: pair[0]))


Dated = tuple[datetime, Row]


def _row(one: Made, kind: Cell, span: Span, **cells: Cell) -> Dated:
    values: dict[str, Cell] = {
        "row": kind,
        "lot": one.window.lot,
        "equipment": one.window.equipment_id,
        "from": span.from_at,
        "until": span.until_at,
        **cells,
    }
    return span.from_at, tuple(values.get(name) for name, _, _ in COLUMNS)


def _start_rows(one: Made, names: Mapping[str, str], view: Viewer) -> Iterator[Dated]:
    references = references_of(one)
    for start in one.starts:
        part = start.part
        lines = [
            f"{line['item']} {line['then'][0]} {line['record']}".strip() for line in evidence_of(start.evidence, view)
        ]
        yield _row(
            one,
            view.texts["in_row_start"],
            start.shown,
            person_id=part.person_id,
            person=names.get(part.person_id, ""),
            operation=part.operation,
            certified_then=tag(*certified_words(start.certified_then, start, view)),
            certified_now=tag(*known_now(start, view)),
            evidence="; ".join(lines),
            override=references.get(part.override or 0, ("", ""))[1],
            mode=str(part.said.get("mode", "")),
            clock=str(part.said.get("clock", "")),
            ended=cause_of(part, view),
            seq=part.decision_seq,
        )


def _late_rows(one: Made, names: Mapping[str, str], view: Viewer) -> Iterator[Dated]:
    for late in one.late:
        yield _row(
            one,
            tag(view.texts["la_mark"], "late"),
            late.span,
            person_id=late.person_id,
            person=names.get(late.person_id, ""),
            operation=late.operation,
            evidence=f"{view.texts['la_fingerprint']} {late.scan_sha256}",
            ended=view.texts[f"la_state_{late.state}"],
            seq=late.entered_seq,
        )


def _other_rows(one: Made, names: Mapping[str, str], view: Viewer) -> Iterator[Dated]:
    for gap in one.gaps:
        yield _row(one, tag(view.texts["in_row_gap"], "off"), gap)
    for told in one.denied:
        said, shown = told.said, shown_denial(told, names, view)
        yield _row(
            one,
            tag(view.texts["would_deny" if shown["trial"] else "denied"], "deny"),
            Span(told.at, None),
            person_id=str(said.get("person", "")),
            person=shown["person"],
            operation=str(said.get("operation", "")),
            evidence=shown["reasons"],
            mode=str(said.get("mode", "")),
            clock=str(said.get("clock", "")),
            seq=told.seq,
        )


QUESTION = Question(NAME, FILTERS, make_report, Act.VIEW_RECORDS, own_page="inspection_pages.who_operated")
add_question(QUESTION)
