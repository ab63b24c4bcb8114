"""The random sample of a review: each decision of it as a row, decided again where the program can (E7, H4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail
from gate.web.reading import ShownEntry, names_of
from gate.web.review_view import record_url
from gate.web.review_words import moment_words
from gate.web.view import EntryView, Viewer, entry_view


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One decision of the sample."""

    entry: EntryView
    at: str
    url: str


def sample_rows(connection: sa.Connection, seqs: Sequence[int], viewer: Viewer) -> list[SampleRow]:
    """Return the decisions of the sample, in order of number."""
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data)
    rows = connection.execute(wanted.where(audit_trail.c.seq.in_(seqs)).order_by(audit_trail.c.seq))
    entries = [ShownEntry(row.seq, instant(row.at), row.kind, row.data) for row in rows]
    names = names_of(connection, entries)
    return [
        SampleRow(entry_view(entry, names, viewer), moment_words(entry.at, viewer), record_url(entry.seq, viewer))
        for entry in entries
    ]
