"""The random sample of a review: each decision of it as a row, decided again where the program can (E7, H4)."""

from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from gate.replay import Verdict
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail
from gate.web.reading import Names, ShownEntry, names_of
from gate.web.review_finding import Found
from gate.web.review_later import record_url
from gate.web.review_words import moment_words
from gate.web.view import EntryView, Viewer, entry_view


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One decision of the sample."""

    entry: EntryView
    at: str
    url: str
    replay: str
    """What deciding it again came to, in words."""
    differs: bool


VERDICTS = {
    Verdict.SAME: "rv_same",
    Verdict.DIFFERENT: "rv_different",
    Verdict.REFUSED: "rv_not_asked",
    Verdict.NOT_REPLAYABLE: "rv_not_replayable",
}


def sample_rows(connection: sa.Connection, found: Found, viewer: Viewer) -> list[SampleRow]:
    """Return the decisions of the sample, in order of number."""
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data)
    rows = connection.execute(wanted.where(audit_trail.c.seq.in_(found.sample)).order_by(audit_trail.c.seq))
    entries = [ShownEntry(row.seq, instant(row.at), row.kind, row.data) for row in rows]
    names = names_of(connection, entries)
    return [_row(entry, names, found.replayed.get(entry.seq, ""), viewer) for entry in entries]


def _row(entry: ShownEntry, names: Names, verdict: str, viewer: Viewer) -> SampleRow:
    words = viewer.texts[VERDICTS[Verdict(verdict)]] if verdict else ""
    return SampleRow(
        entry_view(entry, names, viewer),
        moment_words(entry.at, viewer),
        record_url(entry.seq, viewer),
        words,
        verdict == Verdict.DIFFERENT,
    )


def replay_counts(found: Found, viewer: Viewer) -> str:
    """Return in one line what deciding the sample again came to."""
    counts = Counter(found.replayed.values())
    return ", ".join(f"{viewer.texts[key]}: {counts[verdict]}" for verdict, key in VERDICTS.items() if counts[verdict])
