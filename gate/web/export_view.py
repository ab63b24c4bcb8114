"""What the pages of exports show: the formats with what each is for, and an export with what became of it."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from gate.core.report import Report
from gate.export.about import GUARD
from gate.export.formats import ROWS, Format, takes
from gate.export.shelf import Job, State
from gate.store.schema import audit_trail
from gate.web.formats import visible
from gate.web.view import Tag, Viewer, When

LOOKS = {
    State.QUEUED: "due",
    State.RUNNING: "due",
    State.DONE: "allow",
    State.CANCELLED: "plain",
    State.FAILED: "deny",
    State.INTERRUPTED: "off",
    State.BROKEN: "off",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One format to choose."""

    value: str
    word: str
    note: str
    limit: str
    """Why it cannot be chosen here; empty: it can."""


@dataclass(frozen=True, slots=True)
class JobView:
    """One export on a page."""

    id: str
    title: str
    report: str
    format: str
    tag: Tag
    made: When
    rows: str
    rows_done: int
    total: int
    size: str
    sha256: str
    seq: int
    file: str
    trouble: str
    cut: bool
    """Whether it was being handed over when the web service ended."""


def choices_of(report: Report, view: Viewer) -> list[Choice]:
    """Return every format; one that does not take so many rows says so."""
    texts = view.texts
    return [
        Choice(
            wanted.value,
            texts[f"ex_f_{wanted.value}"],
            texts[f"ex_n_{wanted.value}"],
            "" if takes(wanted, report.total) else texts["ex_limit"].format(n=number(ROWS[wanted], view)),
        )
        for wanted in Format
    ]


def job_view(job: Job, view: Viewer) -> JobView:
    """Show an export."""
    texts = view.texts
    done, total = number(job.rows, view), number(job.total, view)
    return JobView(
        id=job.id,
        title=visible(job.title),
        report=job.report,
        format=texts[f"ex_f_{job.format}"],
        tag=Tag(LOOKS[job.state], texts[f"ex_s_{job.state.value}"]),
        made=view.when(job.made_at),
        rows=done if job.state is State.DONE else texts["ex_rows_of"].format(n=done, m=total),
        rows_done=job.rows,
        total=job.total,
        size=size_of(job.size, view) if job.size else "",
        sha256=" ".join(job.sha256[place : place + 8] for place in range(0, len(job.sha256), 8)),
        seq=job.seq,
        file=job.file,
        trouble=texts[job.trouble] if job.trouble else "",
        cut=job.state is State.INTERRUPTED and bool(job.begun),
    )


def number(value: int, view: Viewer) -> str:
    """Return a whole number with its thousands apart."""
    return f"{value:,}".replace(",", "\u00a0" if view.language == "fr" else ",")


def size_of(size: int, view: Viewer) -> str:
    """Return a size in the unit that fits (powers of 1000)."""
    unit, scaled = 0, float(size)
    while scaled >= 1000 and unit < 3:
        unit, scaled = unit + 1, scaled / 1000
    text = f"{scaled:.0f}" if not unit or scaled >= 100 else f"{scaled:.1f}"
    french = view.language == "fr"
    units = ("o", "ko", "Mo", "Go") if french else ("B", "kB", "MB", "GB")
    return f"{text.replace('.', ',') if french else text}\u00a0{units[unit]}"


def manifest_of(engine: sa.Engine, job: Job) -> str | None:
    """Return the manifest of an export as JSON, made of its entry alone; None where there is none."""
    wanted = sa.select(audit_trail.c.data, audit_trail.c.leaf).where(audit_trail.c.seq == job.seq)
    with engine.connect() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        return None
    said = json.loads(row.data)
    detail = dict(said.get("detail", {}))
    if said["new"].get("people") == "numbers":
        detail.pop("account", None)
    found = {
        "export": said["new"],
        "by": {"person": said["by"], "role": said.get("role"), **detail},
        "at": said["at"],
        "zone": said["zone"],
        "gate": said["gate"],
        "entry": {"seq": said["seq"], "leaf": row.leaf.hex()},
        "csv_guard": GUARD if job.format == Format.CSV.value else None,
    }
    return json.dumps({name: value for name, value in found.items() if value is not None}, ensure_ascii=False, indent=1)
