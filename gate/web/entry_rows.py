"""Entries of the trail as rows of an answer: what happened, to whom, where, for which lot, and why."""

from collections.abc import Iterator, Sequence
from typing import Any

from gate.core.audit import Kind
from gate.core.report import Cell, ColumnKind, Row
from gate.store.equipment_facts import instant
from gate.store.lots import lots_at
from gate.web.asking import Shown
from gate.web.log_rows import LogRow, Record, log_row, names_for, records
from gate.web.pages import site
from gate.web.view import Viewer

READ_AT_ONCE = 100
"""Each row asks for its lots too."""

COLUMNS = (
    ("seq", "in_c_record", ColumnKind.SEQ),
    ("at", "in_when", ColumnKind.INSTANT),
    ("what", "in_what", ColumnKind.TEXT),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("equipment", "lo_machine", ColumnKind.ID),
    ("lot", "lo_lot", ColumnKind.ID),
    ("operation", "in_c_operation", ColumnKind.TEXT),
    ("mode", "mode", ColumnKind.TEXT),
    ("why", "in_about", ColumnKind.TEXT),
    ("clock", "in_c_clock", ColumnKind.TEXT),
)


def entry_rows(seqs: Sequence[int], view: Viewer) -> Iterator[Row]:
    """Yield entries as rows in the order of their numbers, read some at a time in short transactions."""
    for start in range(0, len(seqs), READ_AT_ONCE):
        with site().records.engine().connect() as connection:
            found = sorted(records(connection, seqs[start : start + READ_AT_ONCE]), key=lambda one: one.seq)
            names = names_for(connection, found)
            lots = [_lots(connection, one) for one in found]
        for one, lot in zip(found, lots, strict=True):
            yield _row(one, lot, log_row(one, names, view), view)


def _lots(connection: Any, one: Record) -> str:
    """Return the lots that were on the machine then, as known now; a late entry names its own."""
    said = one.said or {}
    new = said.get("new")
    if one.kind == Kind.LATE_ENTRY and isinstance(new, dict):
        return str(new.get("lot", ""))
    equipment = said.get("equipment")
    return ", ".join(lots_at(connection, str(equipment), instant(one.at))) if equipment else ""


def _row(one: Record, lot: str, shown: LogRow, view: Viewer) -> Row:
    said = one.said or {}
    late = one.kind == Kind.LATE_ENTRY
    mode = view.texts["trial"] if shown.trial else view.texts.get(f"mode_{said.get('mode')}", "")
    word: Cell = Shown(view.texts["la_mark"], "late") if late else Shown(shown.tag.word, shown.tag.look)
    person = str(said.get("person") or said.get("by") or "")
    return (
        one.seq,
        instant(one.at),
        word,
        person,
        shown.who,
        shown.machine,
        lot,
        str(said.get("operation", "")),
        mode,
        f"{_claimed(said)}{shown.why}" if late else shown.why,
        str(said.get("clock", "")),
    )


def _claimed(said: Any) -> str:
    new = said.get("new") or {}
    begin, end = new.get("claimed_from_at"), new.get("claimed_until_at")
    return f"{begin} – {end}; " if begin and end else ""
