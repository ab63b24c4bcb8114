"""What stands with every export, whatever its format: what was asked, of which gate, by whom, when, and up to where."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from gate.core.audit import Json
from gate.core.report import Report

GUARD = (
    "A text that begins with one of ' = + - @, their wide forms, or a tab, a carriage return or a line feed, also "
    "behind blanks, has one apostrophe put before it, so that no spreadsheet takes it for a formula. Take that one "
    "apostrophe away to have the text as it is on record."
)
"""What the manifest says of the formula guard of CSV (DESIGN 12.4)."""


@dataclass(frozen=True, slots=True)
class By:
    """Who exports, as the records know them."""

    name: str
    person: str
    account: str
    role: str


@dataclass(frozen=True, slots=True)
class About:
    """The circumstances of one export (requirement H6)."""

    id: str
    """The number of this export, such as EX-20261123-7QK2MA; it stands in the file and in the audit trail."""
    query: str
    """The query of the address that asks the same again."""
    site: str
    gate: str
    zone: ZoneInfo
    software: str
    config_sha256: str
    by: By
    at: datetime
    head_leaf: str
    """The leaf of entry `head_seq` of the report in hex: the head of the chain when it was asked."""
    checkpoint: str = ""
    """The last signed checkpoint (C2SP tlog-checkpoint), empty where there is none."""
    by_number: bool = False
    """Whether everybody is called by their person number in it."""

    @property
    def made_by(self) -> By:
        """Return who exports as the file tells it; without names it tells no account either."""
        by = self.by
        return replace(by, name=by.person, account=by.person) if self.by_number else by

    def file_name(self, report: Report, suffix: str) -> str:
        """Return a name for the file that says what it is."""
        return f"{self.id}_{self.gate}_{report.name}.{suffix}"


def local_iso(at: datetime, zone: ZoneInfo) -> str:
    """Return ISO 8601 with milliseconds and the distance from UTC at the site."""
    return at.astimezone(zone).isoformat(timespec="milliseconds")


def utc_iso(at: datetime) -> str:
    """Return ISO 8601 with milliseconds in UTC, as the records store it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def about_json(report: Report, about: About) -> dict[str, Json]:
    """Return everything that stands with the rows, as plain values."""
    return {
        "report_id": about.id,
        "report": report.name,
        "title": report.title,
        "language": report.language,
        "site": about.site,
        "gate": about.gate,
        "query": about.query,
        "filters": [{"label": label, "value": value} for label, value in report.filters],
        "rows": report.total,
        "head_seq": report.head_seq,
        "head_leaf": about.head_leaf,
        "checkpoint": about.checkpoint,
        "generated_at": local_iso(about.at, about.zone),
        "generated_at_utc": utc_iso(about.at),
        "zone": about.zone.key,
        "generated_by": {
            "name": about.made_by.name,
            "person": about.made_by.person,
            "account": about.made_by.account,
            "role": about.made_by.role,
        },
        "people": "numbers" if about.by_number else "names",
        "software": about.software,
        "config_sha256": about.config_sha256,
        "notes": list(report.notes),
        "signatures": list(report.signatures),
        "columns": [
            {"name": column.name, "title": column.title, "kind": column.kind.value} for column in report.columns
        ],
    }
