"""Put an export on record: who took what, as which file, up to which entry; once it is complete or broken off."""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.core.report import Report
from gate.store.audit_trail import Trail
from gate.store.export_entries import export_told
from gate.store.granted import asking_trail

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


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A file that was made before and is downloaded now, and by whom."""

    what: str
    """The number of its export, or the name of the file where it was made for everybody."""
    report: str
    format: str
    size: int
    """Bytes."""
    sha256: str
    person: str
    account: str
    role: str
    seq: int | None = None
    """The entry of its export, where it is known."""


def handed_over_entry(found: HandedOver, moment: Moment) -> Entry:
    """Tell that a file which is on record already was handed over: who took it, and its SHA-256 as it is now."""
    new: dict[str, Json] = {
        "handed_over": found.what,
        "report": found.report,
        "format": found.format,
        "size": found.size,
        "sha256": found.sha256,
    }
    return Entry(
        kind=Kind.EXPORT,
        moment=moment,
        role=found.role,
        subject=f"report:{found.report}",
        ref=found.seq,
        new=new,
        by=found.person,
        detail={"account": found.account},
    )


def record_export(trail: Trail, report: Report, asked: Asked, taken: Taken, moment: Moment) -> int:
    """Append the entry of an export in a transaction of its own and return its number (21 CFR 11.10(e)).

    Raises:
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with trail.transaction():
        return trail.append(export_entry(report, asked, taken, moment))


def record_interrupted(trail: Trail, begun: Mapping[str, Json], looked: int, moment: Moment) -> int:
    """Append the entry of an export that ended with its process, unless one tells of it; return the entry's number.

    `looked` is the entry up to which was looked for one already.

    Raises:
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    entry = interrupted_entry(begun, moment)
    with trail.transaction():
        found = export_told(asking_trail(trail), export_of(begun)[0], looked)
        return found or trail.append(entry)


def export_of(begun: Mapping[str, Json]) -> tuple[str, int]:
    """Return the number of an export that was begun, and the head that it was asked at.

    Raises:
        ValueError: what was begun is no export.
    """
    new = begun.get("new")
    if not isinstance(new, Mapping) or not isinstance(head_seq := new.get("head_seq"), int):
        raise ValueError("what was begun is no export")
    return str(new["id"]), head_seq


def export_entry(report: Report, asked: Asked, taken: Taken, moment: Moment) -> Entry:
    """Tell of an export; the manifest of the file can be made from the entry alone."""
    outcome: dict[str, Json] = {
        "rows": taken.rows,
        "size": taken.size,
        "sha256": taken.sha256,
        "complete": taken.complete,
    }
    return _entry(export_begun(report, asked, taken.format), outcome, moment)


def interrupted_entry(begun: Mapping[str, Json], moment: Moment) -> Entry:
    """Tell of an export that ended with its process: how much of it had left is not known."""
    return _entry(begun, {"complete": False, "interrupted": "restart"}, moment)


def export_begun(report: Report, asked: Asked, format_: str) -> dict[str, Json]:
    """Return what the entry of an export can say before anything of it was made."""
    new: dict[str, Json] = {
        "id": asked.id,
        "report": report.name,
        "query": _kept(asked.query),
        "format": format_,
        "of": report.total,
        "head_seq": report.head_seq,
        "head_leaf": asked.head_leaf,
        "software": asked.software,
        "config_sha256": asked.config_sha256,
        "people": "numbers" if asked.by_number else "names",
    }
    detail: dict[str, Json] = {
        "account": asked.account,
        "language": report.language,
        "columns": [column.name for column in report.columns],
    }
    return {"new": new, "detail": detail, "role": asked.role, "by": asked.person, "why": asked.why}


def _entry(begun: Mapping[str, Json], outcome: Mapping[str, Json], moment: Moment) -> Entry:
    new, detail = begun["new"], begun["detail"]
    if not isinstance(new, Mapping) or not isinstance(detail, Mapping):
        raise ValueError("what was begun is no export")
    why = begun.get("why")
    return Entry(
        kind=Kind.EXPORT,
        moment=moment,
        role=str(begun["role"]),
        subject=f"report:{new['report']}",
        new={**new, **outcome},
        by=str(begun["by"]),
        why=str(why) if why is not None else None,
        detail=detail,
    )


def _kept(query: str) -> str:
    return query if len(query) <= LONGEST_QUERY else f"{query[:LONGEST_QUERY]}... ({len(query)} characters)"
