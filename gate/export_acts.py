"""Put an export on record: who took what, as which file, up to which entry; once it is complete or broken off."""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.core.report import Report
from gate.store.audit_trail import Trail

LONGEST_QUERY = 2000
"""Characters of the query that an entry keeps; a longer one is kept by its beginning and its length."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an export; `complete` False: it was broken off after so many rows."""

    format: str
    rows: int
    size: int
    """Bytes."""
    sha256: str
    """Of the whole file; where it was broken off, of what was handed over."""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for it, and how."""

    id: str
    query: str
    person: str
    account: str
    role: str
    head_leaf: str
    software: str
    config_sha256: str
    why: str | None = None
    by_number: bool = False
    """Whether everybody is called by their person number in the file."""


def record_export(trail: Trail, report: Report, asked: Asked, taken: Taken, moment: Moment) -> int:
    """Append the entry of an export in a transaction of its own and return its number (21 CFR 11.10(e)).

    Raises:
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with trail.transaction():
        return trail.append(export_entry(report, asked, taken, moment))


def export_entry(report: Report, asked: Asked, taken: Taken, moment: Moment) -> Entry:
    """Tell of an export; the manifest of the file can be made from the entry alone."""
    new: dict[str, Json] = {
        "id": asked.id,
        "report": report.name,
        "query": _kept(asked.query),
        "format": taken.format,
        "rows": taken.rows,
        "of": report.total,
        "size": taken.size,
        "sha256": taken.sha256,
        "complete": taken.complete,
        "head_seq": report.head_seq,
        "head_leaf": asked.head_leaf,
        "software": asked.software,
        "config_sha256": asked.config_sha256,
        "people": "numbers" if asked.by_number else "names",
    }
    detail: Mapping[str, Json] = {
        "account": asked.account,
        "language": report.language,
        "columns": [column.name for column in report.columns],
    }
    return Entry(
        kind=Kind.EXPORT,
        moment=moment,
        role=asked.role,
        subject=f"report:{report.name}",
        new=new,
        by=asked.person,
        why=asked.why,
        detail=detail,
    )


def _kept(query: str) -> str:
    return query if len(query) <= LONGEST_QUERY else f"{query[:LONGEST_QUERY]}... ({len(query)} characters)"
