"""Mark the rows of an export whose records were changed since the original entry (EU GMP Annex 11 of 2011, 8.2)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from gate.core.changed_since import REFERRING
from gate.core.log_terms import Field
from gate.core.report import Column, ColumnKind, Report, Row
from gate.store.changed_since import By, Changes, changes_until
from gate.web.asking import terms
from gate.web.pages import site
from gate.web.view import Viewer

RECORD, MARK = "seq", "changed_by"
"""The column that numbers the record of a row, and the one that is put behind it; stable names."""


def with_marks(report: Report, view: Viewer) -> Report:
    """Return the report with a column that names what changed each record, as of the report's own head.

    A report whose rows are no single records stays as it is.
    """
    place = _place_of_record(report.columns)
    if place is None:
        return report
    column = Column(MARK, view.texts["ch_changed_by"])
    marks = _marks(report.head_seq, view)

    def rows() -> Iterator[Row]:
        mark = marks()
        for row in report.rows():
            found = row[place]
            yield (*row[: place + 1], mark(found) if isinstance(found, int) else None, *row[place + 1 :])

    return replace(
        report,
        columns=(*report.columns[: place + 1], column, *report.columns[place + 1 :]),
        rows=rows,
        notes=(*report.notes, view.texts["ch_note"].format(head=report.head_seq)),
    )


def mark_of(changed: Sequence[By], view: Viewer) -> str | None:
    """Return the mark of a record as text, None where nothing changed it."""
    return "; ".join(f"#{by}: {word}" for by, word in changed_since(changed, view)) or None


def changed_since(changed: Sequence[By], view: Viewer) -> list[tuple[int, str]]:
    """Return what changed a record: the number of each later record, and what it did in words."""
    return [(by, view.texts[f"ch_{what.value}"]) for by, what in changed]


def _place_of_record(columns: Sequence[Column]) -> int | None:
    places = (place for place, one in enumerate(columns) if one.name == RECORD and one.kind is ColumnKind.SEQ)
    return next(places, None)


def _marks(head: int, view: Viewer) -> Callable[[], Callable[[int], str | None]]:
    """Return what looks the changes up when the first row is asked for, and only once for a report."""

    @lru_cache(maxsize=1)
    def found() -> Changes:
        kinds = terms(Field.KIND, REFERRING)
        referring, from_seq = site().searching.ask(lambda lists: (lists.read(kinds), lists.from_seq))
        return changes_until(site().records.engine(), head, referring, from_seq=from_seq)

    def marks() -> Callable[[int], str | None]:
        changes = found()
        changed = changes.changed
        return lambda seq: mark_of(changes.of(seq), view) if seq in changed else None

    return marks
