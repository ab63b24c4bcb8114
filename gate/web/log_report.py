"""The report `access_log`: the records that fit what the log's page asks, read in short pages, oldest first (E6)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pyroaring import BitMap

from gate.core.log_query import Query
from gate.core.report import Cell, Column, ColumnKind, Report, Row
from gate.core.roles import Act
from gate.store.schema import overrides
from gate.store.search_answer import TooManyFitError, entries_of
from gate.store.search_reading import Reading
from gate.web.log_asked import Asked
from gate.web.log_context import Beside, beside
from gate.web.log_lookup import names_of_persons
from gate.web.log_rows import Record, records
from gate.web.log_search import asked_of
from gate.web.pages import site
from gate.web.report_makers import Asked as Address
from gate.web.report_makers import BadQuestionError, add_report
from gate.web.view import Viewer

PAGE = 1000
"""Records in one read transaction (law 3)."""

COLUMNS = (
    ("seq", ColumnKind.SEQ),
    ("at_utc", ColumnKind.TEXT),
    ("at_local", ColumnKind.INSTANT),
    ("kind", ColumnKind.TEXT),
    ("person_id", ColumnKind.ID),
    ("person", ColumnKind.TEXT),
    ("badge_last4", ColumnKind.ID),
    ("reader", ColumnKind.ID),
    ("equipment", ColumnKind.ID),
    ("mode", ColumnKind.TEXT),
    ("operation", ColumnKind.TEXT),
    ("lot", ColumnKind.ID),
    ("outcome", ColumnKind.TEXT),
    ("reasons", ColumnKind.TEXT),
    ("override", ColumnKind.ID),
    ("by", ColumnKind.ID),
    ("why", ColumnKind.TEXT),
    ("subject", ColumnKind.ID),
    ("clock", ColumnKind.TEXT),
    ("reviewed", ColumnKind.TEXT),
    ("leaf", ColumnKind.ID),
)
"""Stable names; scripts of a plant read them."""


def access_log_report(address: Address, viewer: Viewer) -> Report:
    """Return the records that fit; what comes later is not in it, however long the export takes.

    Raises:
        BadQuestionError: a filter makes no sense, or the index is not complete yet.
    """
    texts, engine = viewer.texts, site().records.engine()
    with engine.connect() as connection:
        asked = asked_of(address, connection, viewer)
    for name, key in asked.problems.items():
        raise BadQuestionError(f"{texts[f'log_{name}']}: {texts[key]}")
    try:
        seqs, head = site().searching.ask(lambda lists: _all(lists, asked.whole, texts))
    except TooManyFitError as error:
        raise BadQuestionError(f"{texts['log_q']}: {texts['log_too_many_fit']}") from error
    return Report(
        name="access_log",
        title=texts["access_log"],
        language=viewer.language,
        filters=_filters(asked, texts),
        columns=tuple(Column(name, texts[f"log_c_{name}"], kind) for name, kind in COLUMNS),
        rows=lambda: rows_of(engine, seqs),
        total=len(seqs),
        head_seq=head,
    )


def _all(lists: Reading, query: Query, texts: Mapping[str, str]) -> tuple[BitMap, int]:
    if lists.from_seq > 1:
        indexed, head = lists.head_seq - lists.from_seq + 1, lists.head_seq
        raise BadQuestionError(texts["log_not_complete"].format(n=indexed, m=head))
    return entries_of(query, lists), lists.head_seq


def _filters(asked: Asked, texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    view = (texts["log_view"], texts[f"log_view_{asked.view}"])
    return (view, *[(chip.label, chip.value) for chip in asked.chips])


def rows_of(engine: sa.Engine, seqs: BitMap) -> Iterator[Row]:
    """Yield the rows of some records, the oldest first, each page in a read transaction of its own."""
    for start in range(0, len(seqs), PAGE):
        part = list(seqs[start : start + PAGE])
        with engine.connect() as connection:
            found = records(connection, part)[::-1]
            said = [one.said or {} for one in found]
            names = names_of_persons(connection, [str(one["person"]) for one in said if "person" in one])
            machines = [(str(one.said["equipment"]), one.when) for one in found if one.said and "equipment" in one.said]
            around = beside(connection, machines)
            references = _references(connection, said)
        for one in found:
            yield _row(one, names, around, references)


def _references(connection: sa.Connection, said: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    versions = {_override(one) for one in said} - {None}
    wanted = sa.select(overrides.c.version, overrides.c.reference).where(overrides.c.version.in_(sorted(versions)))
    return {row.version: row.reference for row in connection.execute(wanted)}


def _override(said: Mapping[str, Any]) -> int | None:
    evidence = said.get("evidence")
    found = evidence.get("override") if isinstance(evidence, Mapping) else None
    return found if isinstance(found, int) else None


def _row(one: Record, names: Mapping[str, str], around: Beside, references: Mapping[int, str]) -> Row:
    said = one.said or {}
    person, equipment, new = _text(said, "person"), _text(said, "equipment"), said.get("new")
    reference = new.get("reference") if isinstance(new, Mapping) else None
    reasons = said.get("reasons")
    when: datetime = one.when
    return (
        one.seq,
        one.at,
        when,
        one.kind,
        person,
        names.get(person or ""),
        _text(said, "badge_last4"),
        _text(said, "reader"),
        equipment,
        _text(said, "mode"),
        _text(said, "operation"),
        ", ".join(around.lots(equipment, when)) or None if equipment else None,
        _text(said, "outcome"),
        " ".join(map(str, reasons)) if isinstance(reasons, list) and reasons else None,
        references.get(_override(said) or 0, reference if isinstance(reference, str) else None),
        _text(said, "by"),
        _text(said, "why"),
        _text(said, "subject"),
        _text(said, "clock"),
        "yes" if around.is_reviewed(one.seq) else "no",
        one.leaf.hex(),
    )


def _text(said: Mapping[str, Any], key: str) -> str | None:
    found: Cell = said.get(key)
    return found if isinstance(found, str) else None


add_report("access_log", access_log_report, Act.VIEW_RECORDS)
