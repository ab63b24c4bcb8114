"""Hand an export over while it is made: on record before its last bytes leave, and as broken where it breaks off."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import sqlalchemy as sa

from gate.core.report import Report
from gate.export.about import About
from gate.export.formats import Format, suffix_of
from gate.export.making import chunks
from gate.export.processes import this_process
from gate.export.shelf import Job, Shelf, State
from gate.export.tally import Tally
from gate.export_acts import Taken, export_begun, export_of, record_export, record_interrupted
from gate.store.export_entries import look_for_export
from gate.web.export_asking import as_asked
from gate.web.reading import UNREADABLE
from gate.web.writing import Writer

log = logging.getLogger(__name__)


def new_job(report: Report, about: About, wanted: Format, state: State) -> Job:
    """Return what the shelf knows of an export before anything of it was made."""
    return Job(
        id=about.id,
        account=about.by.account,
        report=report.name,
        title=report.title,
        query=about.query,
        format=wanted.value,
        total=report.total,
        made_at=about.at,
        state=state,
        file=about.file_name(report, suffix_of(wanted)),
        process=this_process(),
    )


def recorder(report: Report, about: About, writer: Writer) -> Callable[[Taken], int]:
    """Return what puts an export on record and gives the entry's number."""

    def record(taken: Taken) -> int:
        with writer.desk() as desk:
            return record_export(desk.trail, report, as_asked(about), taken, desk.moment)

    return record


def streamed(
    report: Report, about: About, wanted: Format, shelf: Shelf, record: Callable[[Taken], int]
) -> Iterator[bytes]:
    """Yield the file. Its entry is committed before the last chunk is handed over: no complete file without one."""
    begun = export_begun(report, as_asked(about), wanted.value)
    tally, job = Tally(), shelf.put(replace(new_job(report, about, wanted, State.RUNNING), begun=begun))
    waiting, complete = b"", False
    try:
        for chunk in chunks(wanted, report, about, tally.counted):
            if waiting:
                yield waiting
            waiting = tally.add(chunk)
        seq = record(tally.taken(wanted.value, complete=True))
        shelf.put(_ended(job, tally, State.DONE, seq))
        complete = True
        yield waiting
    finally:
        if not complete:
            shelf.put(_ended(job, tally, State.BROKEN, _broken(record, tally, wanted)))


def _broken(record: Callable[[Taken], int], tally: Tally, wanted: Format) -> int:
    try:
        return record(tally.taken(wanted.value, complete=False))
    except UNREADABLE as error:
        log.error("a broken download could not be put on record: %s", error)
        return 0


def _ended(job: Job, tally: Tally, state: State, seq: int) -> Job:
    taken = tally.taken(job.format, complete=state is State.DONE)
    return replace(job, state=state, rows=taken.rows, size=taken.size, sha256=taken.sha256, seq=seq, file="")


def settle(shelf: Shelf, engine: sa.Engine, writer: Writer) -> None:
    """Put on record, once, every download that ended with an earlier web process; what was told already is noted."""
    for job in shelf.owed():
        try:
            export_id, head_seq = export_of(job.begun)
        except ValueError as error:
            log.error("export %s cannot be put on record: %s", job.id, error)
            continue
        seq, looked = look_for_export(engine, export_id, head_seq)
        if seq is None:
            with writer.desk() as desk:
                seq = record_interrupted(desk.trail, job.begun, looked, desk.moment)
        shelf.put(replace(job, seq=seq))
