"""The use and cleaning log of a machine in its order, and who is signed in anywhere now (H2; 21 CFR 211.182)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.log_terms import Field, Result, Term
from gate.core.report import Cell, ColumnKind, Report, Row
from gate.core.roles import Act
from gate.core.spans import Span
from gate.store.late_entries import late_entry
from gate.store.lots import Window, windows_on
from gate.store.use_parts import left_of, open_parts
from gate.web.asking import (
    OF_MACHINE,
    OF_SPAN,
    Shown,
    Told,
    after,
    columns_of,
    filters_of,
    machine_asked,
    query_of,
    seqs_of,
    span_asked,
    terms,
    text_of,
    told,
)
from gate.web.log_lookup import names_of_persons
from gate.web.pages import site
from gate.web.people_names import said_name
from gate.web.questions import MACHINE, SPAN, Filter, Question, add_question
from gate.web.report_makers import Asked
from gate.web.view import Viewer

NAME, OPEN = "use_log", "open_uses"
CHUNK = 200

USES = frozenset(
    {
        *(Term(Field.RESULT, result) for result in (Result.ALLOWED, Result.OVERRIDE)),
        *(Term(Field.KIND, kind) for kind in (Kind.LATE_ENTRY, Kind.HOLD_SET, Kind.HOLD_RELEASED)),
    }
)
"""What makes a line of the log: each start, each late entry, and what changed the state of the machine."""

COLUMNS = (
    ("seq", "in_c_record", ColumnKind.SEQ),
    ("from", "in_from", ColumnKind.INSTANT),
    ("until", "in_to", ColumnKind.INSTANT),
    ("lot", "lo_lot", ColumnKind.ID),
    ("product", "lo_product", ColumnKind.TEXT),
    ("activity", "in_c_activity", ColumnKind.TEXT),
    ("done_by", "in_c_done_by", ColumnKind.TEXT),
    ("checked_by", "in_c_checked_by", ColumnKind.TEXT),
    ("state", "in_c_state", ColumnKind.TEXT),
    ("remarks", "in_c_remarks", ColumnKind.TEXT),
)


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return every use of the machine, in the order in which it was recorded; a late entry is never put between.

    Raises:
        BadQuestionError: there never was such a machine, or the times make no sense.
    """
    machine, span = machine_asked(asked, view, needed=True), span_asked(asked, view)
    here = terms(Field.EQUIPMENT, [machine])
    found = seqs_of(query_of(here, USES, span=span))
    rest = after(found, asked)
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(view, asked, OF_MACHINE, *OF_SPAN),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: _rows(machine, rest, view),
        total=len(found),
        head_seq=site().records.head_seq(),
        notes=(view.texts["in_use_log_note"],),
    )


def _rows(machine: str, seqs: Sequence[int], view: Viewer) -> Iterator[Row]:
    for start in range(0, len(seqs), CHUNK):
        chunk = list(told(seqs[start : start + CHUNK]))
        ended = _ends_of(machine, chunk)
        with site().records.engine().connect() as connection:
            windows = _windows(connection, machine, chunk)
            late = {one.seq: late_entry(connection, _late_id(one)) for one in chunk if one.kind == Kind.LATE_ENTRY}
            ids = {str(one.said.get(key, "")) for one in chunk for key in ("person", "by")}
            ids |= {found.verified_by for found in late.values() if found}
            names = names_of_persons(connection, ids - {""})
        for one in chunk:
            if one.kind == Kind.LATE_ENTRY:
                yield _late_row(one, late[one.seq], names, view)
            elif one.kind == Kind.DECISION:
                yield _use_row(one, ended.get(one.seq), windows, names, view)
            else:
                yield _state_row(one, names, view)


def _ends_of(machine: str, chunk: Sequence[Told]) -> dict[int, Told]:
    """Return what ended each start of the chunk; whoever is still signed in has no end."""
    with site().records.engine().connect() as connection:
        left = left_of(connection, machine, chunk[0].seq, chunk[-1].seq)
    ends = {one.seq: one for one in told(sorted(seq for seq in left.values() if seq is not None))}
    return {start: ends[seq] for start, seq in left.items() if seq in ends}


def _windows(connection: sa.Connection, machine: str, chunk: Sequence[Told]) -> tuple[Window, ...]:
    times = [one.at for one in chunk]
    return windows_on(connection, machine, Span(min(times), max(times) + timedelta(seconds=1)))


def _use_row(one: Told, end: Told | None, windows: Sequence[Window], names: Mapping[str, str], view: Viewer) -> Row:
    said, texts = one.said, view.texts
    there = [window for window in windows if window.span.covers(one.at)]
    evidence = said.get("evidence") or {}
    remarks = [
        texts["in_by_override"] if "override" in evidence else "",
        texts["clock_untrusted"] if str(said.get("clock", "")).endswith(":untrusted") else "",
        _end_words(end, view),
    ]
    state: Cell = (
        Shown(texts["trial"], "trial") if said.get("mode") == "shadow" else texts.get(f"mode_{said.get('mode')}", "")
    )
    return (
        one.seq,
        one.at,
        end.at if end else None,
        ", ".join(window.lot for window in there),
        ", ".join(dict.fromkeys(window.product for window in there)),
        texts.get(f"operation_{said.get('operation')}", str(said.get("operation", ""))),
        said_name(said.get("person"), names),
        "",
        state,
        "; ".join(filter(None, remarks)),
    )


def _end_words(end: Told | None, view: Viewer) -> str:
    if end is None:
        return ""
    new, detail = end.said.get("new") or {}, end.said.get("detail") or {}
    if end.kind == Kind.USE_CLOSED:
        return view.texts["in_closed_claimed"].format(at=new.get("claimed_left_at", ""))
    cause = str(detail.get("cause", ""))
    return "" if cause == "badge_out" else view.texts.get(f"in_cause_{cause}", cause)


def _late_id(one: Told) -> str:
    return str(one.said.get("subject", "")).removeprefix("late:")


def _late_row(one: Told, found: Any, names: Mapping[str, str], view: Viewer) -> Row:
    """A late entry stands where it was entered, with its claimed times; its verification is a line of its own."""
    texts, entered = view.texts, found is not None and one.seq == found.entered_seq
    state = (one.said.get("new") or {}).get("state", "entered")
    return (
        one.seq,
        found.from_at if entered else one.at,
        found.until_at if entered else None,
        found.lot if found else "",
        "",
        texts.get(f"operation_{one.said.get('operation')}", ""),
        said_name(one.said.get("person"), names),
        said_name(found.verified_by, names) if found else "",
        Shown(texts["la_mark"], "late"),
        f"{texts[f'la_state_{state}']}; {text_of(one.said.get('why'))}",
    )


def _state_row(one: Told, names: Mapping[str, str], view: Viewer) -> Row:
    said = one.said
    values = said.get("new") or said.get("old") or {}
    word = view.texts.get(f"log_kind_{one.kind}", one.kind)
    by = said_name(said.get("by"), names)
    return (
        one.seq,
        one.at,
        None,
        "",
        "",
        "",
        by,
        "",
        Shown(word, "hold"),
        f"{text_of(values)}; {text_of(said.get('why'))}",
    )


# --- who is signed in now ------------------------------------------------------------------------------------------


OPEN_COLUMNS = (
    ("seq", "in_c_record", ColumnKind.SEQ),
    ("equipment", "lo_machine", ColumnKind.ID),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("from", "in_from", ColumnKind.INSTANT),
    ("operation", "in_c_operation", ColumnKind.TEXT),
    ("state", "in_c_state", ColumnKind.TEXT),
)


def make_open(asked: Asked, view: Viewer) -> Report:
    """Return everybody who is signed in at a machine now (C7: an unclosed use is seen, never silently closed)."""
    parts = open_parts(site().records.engine())
    with site().records.engine().connect() as connection:
        names = names_of_persons(connection, {part.person_id for part in parts})
    texts = view.texts

    def rows() -> Iterator[Row]:
        for part in parts:
            standing: Cell = Shown(texts["in_may_start"], "allow")
            if part.dropped is not None:
                standing = Shown(texts["no_new_start"], "due")
            operation = texts.get(f"operation_{part.operation}", part.operation)
            person = names.get(part.person_id, "")
            yield (part.decision_seq, part.equipment_id, part.person_id, person, part.joined_at, operation, standing)

    return Report(
        name=OPEN,
        title=texts[f"in_q_{OPEN}"],
        language=view.language,
        filters=filters_of(view, asked),
        columns=columns_of(view, *OPEN_COLUMNS),
        rows=rows,
        total=len(parts),
        head_seq=site().records.head_seq(),
    )


add_question(
    Question(
        NAME,
        (Filter("equipment", MACHINE.label, "machine", needed=True), *SPAN),
        make_report,
        Act.VIEW_RECORDS,
        paged_by="seq",
    )
)
add_question(Question(OPEN, (), make_open, Act.VIEW_RECORDS))
