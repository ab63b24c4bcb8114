"""`gate impact`: what relied on something that is in doubt now, line by line as it is found."""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa

from gate.command_context import plainly
from gate.command_output import printable
from gate.desk_opening import database_key
from gate.export.cells import guarded
from gate.impact import Relied, Tally, Without, impact
from gate.impact_subjects import (
    Subject,
    UnknownSubjectError,
    badge_used,
    clock_period,
    item_revision,
    trainer,
    training_record,
)
from gate.settings import Settings
from gate.store.database import open_database
from gate.store.trail_reading import head_seq
from gate.terminal_progress import progress_of

COLUMNS = ("seq", "at", "person", "equipment", "operation", "outcome", "reasons", "mode", "named", "without")
MORE = ("reasons_without", "left_at", "lots")
TIME = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"])


@click.command("impact")
@click.option("--record", help="A training record's id.")
@click.option("--trainer", "trainer_", help="Who put records on file, signed them, or is named in their evidence.")
@click.option("--item", help="An item, with --revision.")
@click.option("--revision", help="The revision of --item.")
@click.option("--badge", help="A badge's id.")
@click.option("--clock", nargs=2, type=TIME, help="From and until, site time; the end is not included.")
@click.option("--off-by", type=int, help="With --clock: by how many seconds the clock was fast.")
@click.option("--json", "json_", is_flag=True)
@click.option("--csv", "csv_", is_flag=True)
@click.pass_obj
def impact_(
    obj: tuple[Path, Settings],
    record: str | None,
    trainer_: str | None,
    item: str | None,
    revision: str | None,
    badge: str | None,
    clock: tuple[datetime, datetime] | None,
    off_by: int | None,
    json_: bool,
    csv_: bool,
) -> None:
    """List every decision, use and lot that relied on one thing, and what each answer would be without it."""
    settings = obj[1]
    given = {"record": record, "trainer": trainer_, "item": item or revision, "badge": badge}
    if sum(1 for value in (*given.values(), clock) if value) != 1 or bool(item) != bool(revision) or (json_ and csv_):
        raise click.UsageError(
            "name one of --record, --trainer, --item with --revision, --badge, --clock; and not both --json and --csv."
        )
    with plainly():
        engine = open_database(settings.database_path, key=database_key(settings), read_only=True)
        with engine.connect() as connection:
            subject = _subject(connection, settings.zone, given, revision or "", clock, off_by)
        tally = Tally(until_seq=head_seq(engine))
        found = _counted(impact(engine, settings.zone, subject, progress_of("looked at")), tally)
        (_write_json if json_ else _write_csv if csv_ else _write_lines)(found, tally, settings.zone)
        engine.dispose()


def _subject(
    connection: sa.Connection,
    zone: ZoneInfo,
    given: Mapping[str, str | None],
    revision: str,
    clock: tuple[datetime, datetime] | None,
    off_by: int | None,
) -> Subject:
    if clock is not None:
        return _clock(clock, zone, off_by)
    makers: dict[str, Callable[[str], Subject]] = {
        "record": lambda name: training_record(connection, name),
        "trainer": lambda name: trainer(connection, name),
        "item": lambda name: item_revision(connection, name, revision),
        "badge": lambda name: badge_used(connection, name),
    }
    try:
        for name, make in makers.items():
            if value := given[name]:
                return make(value)
    except UnknownSubjectError as error:
        raise click.ClickException(str(error)) from error
    raise AssertionError("the command asks for exactly one subject")


def _clock(clock: tuple[datetime, datetime], zone: ZoneInfo, off_by: int | None) -> Subject:
    since, until = (at.replace(tzinfo=zone) for at in clock)
    if until <= since:
        raise click.ClickException("--clock: the end must lie after the beginning.")
    return clock_period(since, until, off_by)


def _counted(found: Iterator[Relied], tally: Tally) -> Iterator[Relied]:
    for one in found:
        tally.take(one)
        yield one


def _write_lines(found: Iterator[Relied], tally: Tally, zone: ZoneInfo) -> None:
    for one in found:
        values = _values(one, zone)
        lots = f" lots={values['lots']}" if one.lots else ""
        until = f" until={values['left_at']}" if one.left_at else ""
        click.echo(
            printable(
                f"#{one.seq} {values['at']} {one.person_id} {one.equipment_id} {one.operation} {one.outcome} "
                f"({values['reasons']}) -> {values['without']} ({values['reasons_without']}){until}{lots}"
            )
        )
    click.echo(in_words(tally))


def in_words(tally: Tally) -> str:
    """Return the counts in one line."""
    parts = ", ".join(f"{count} {one.value.replace('_', ' ')}" for one, count in tally.without.items() if count)
    lots = f"; lots: {printable(', '.join(tally.lots))}" if tally.lots else ""
    return (
        f"{tally.decisions} decisions, {tally.uses} uses begun, {len(tally.people)} people, {len(tally.lots)} lots "
        f"up to entry {tally.until_seq}" + (f": {parts}{lots}" if tally.decisions else "")
    )


def _write_csv(found: Iterator[Relied], _tally: Tally, zone: ZoneInfo) -> None:
    rows = csv.writer(sys.stdout)
    rows.writerow([*COLUMNS, *MORE])
    for one in found:
        rows.writerow([guarded(str(value)) for value in _values(one, zone).values()])


def _write_json(found: Iterator[Relied], tally: Tally, zone: ZoneInfo) -> None:
    """Write one object; its rows are written as they are found, and the counts stand at its end."""
    click.echo('{"rows": [', nl=False)
    for number, one in enumerate(found):
        row = {**_values(one, zone), "reasons": list(one.reasons), "named": one.named, "lots": list(one.lots)}
        click.echo((", " if number else "") + json.dumps(row), nl=False)
    counts = {
        "until_seq": tally.until_seq,
        "decisions": tally.decisions,
        "uses": tally.uses,
        "people": list(tally.people),
        "lots": list(tally.lots),
        "without": {one.value: count for one, count in tally.without.items()},
    }
    click.echo("], " + json.dumps(counts).removeprefix("{"))


def _values(one: Relied, zone: ZoneInfo) -> dict[str, str | int]:
    return {
        "seq": one.seq,
        "at": _iso(one.at, zone),
        "person": one.person_id,
        "equipment": one.equipment_id,
        "operation": one.operation,
        "outcome": one.outcome,
        "reasons": " ".join(one.reasons),
        "mode": one.mode,
        "named": "yes" if one.named else "no",
        "without": one.without.value,
        "reasons_without": " ".join(one.reasons_without) if one.without is not Without.NOT_KNOWN else "",
        "left_at": _iso(one.left_at, zone) if one.left_at else "",
        "lots": " ".join(one.lots),
    }


def _iso(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="milliseconds")
