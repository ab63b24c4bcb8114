"""Commands about the plant: its facts, its readers and modes, what was recorded and what would be decided."""

import getpass
import json
from datetime import datetime
from pathlib import Path

import click

from gate.clock import SystemClock
from gate.command_context import moment_of_command as _moment
from gate.command_context import opened_desk as _desk
from gate.command_context import plainly as _plainly
from gate.command_output import as_log_line, as_reader_line
from gate.commissioning import commission
from gate.core.records import Moment
from gate.core.terms import Mode, Operation
from gate.desk_opening import database_key
from gate.explain import as_json, as_lines, explain
from gate.log_following import follow
from gate.settings import Settings
from gate.store.database import open_database
from gate.store.plant_load import load_plant
from gate.store.trail_reading import reader_rows
from gate.supervision import change_mode


@click.command()
@click.argument("plant", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="Who loads it.")
@click.option("--why", required=True, help="The justification.")
@click.pass_obj
def load(obj: tuple[Path, Settings], plant: Path, by: str, why: str) -> None:
    """Load people, badges, equipment, requirements and training from PLANT, all or nothing."""
    _, settings = obj
    with _plainly(), _desk(settings) as desk:
        result = load_plant(
            desk.trail, plant.read_bytes(), by=by, why=why, os_user=getpass.getuser(), moment=_moment(desk)
        )
    click.echo(
        f"loaded as entry {result.seq}: {result.added} added, {result.changed} changed, {result.closed} closed, "
        f"{result.unchanged} unchanged, sha256 {result.sha256}"
    )


@click.command("explain")
@click.option("--badge", required=True, help="Badge number such as w26:2EC0C86.")
@click.option("--equipment", required=True)
@click.option("--operation", type=click.Choice([item.value for item in Operation]))
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]), help="Site time.")
@click.option("--json", "json_", is_flag=True)
@click.pass_obj
def explain_(
    obj: tuple[Path, Settings], badge: str, equipment: str, operation: str | None, at: datetime | None, json_: bool
) -> None:
    """Say what a badge read would come to, by the same rules; nothing is recorded."""
    _, settings = obj
    with _plainly(), _desk(settings) as desk:
        moment = _moment(desk)
        if at is not None:
            moment = Moment(at.replace(tzinfo=settings.zone), "", 0, trusted=True, clock="hypothetical")
        found = explain(desk, badge, equipment, Operation(operation) if operation else None, moment)
    shown_at = moment.at.astimezone(settings.zone)
    click.echo(json.dumps(as_json(found, shown_at)) if json_ else "\n".join(as_lines(found, shown_at)))


@click.command("log")
@click.option("--follow", "follow_", is_flag=True, help="Go on as entries arrive.")
@click.option("--json", "json_", is_flag=True, help="The canonical lines.")
@click.option("--last", default=50, show_default=True, help="How many entries to begin with.")
@click.pass_obj
def log_(obj: tuple[Path, Settings], follow_: bool, json_: bool, last: int) -> None:
    """Print the audit trail, oldest first."""
    _, settings = obj
    with _plainly():
        engine = open_database(settings.database_path, key=database_key(settings), read_only=True)
    for row in follow(engine, last, forever=follow_):
        click.echo(row.data if json_ else as_log_line(row, settings.zone))
    engine.dispose()


@click.command()
@click.pass_obj
def readers(obj: tuple[Path, Settings]) -> None:
    """List the readers with their state as the reader process last recorded it."""
    _, settings = obj
    with _plainly():
        engine = open_database(settings.database_path, key=database_key(settings), read_only=True)
    states = {row.reader_id: row for row in reader_rows(engine)}
    engine.dispose()
    for line in settings.line:
        for reader in line.reader:
            click.echo(as_reader_line(line, reader, states.get(reader.name), settings.zone))


@click.command("commission")
@click.argument("reader")
@click.option("--by", required=True, help="Who commissions it.")
@click.option("--seconds", default=60, show_default=True, help="How long the default key may be used.")
@click.pass_obj
def commission_(obj: tuple[Path, Settings], reader: str, by: str, seconds: int) -> None:
    """Give a secure READER its own key; the gate on this line must be stopped meanwhile."""
    _, settings = obj
    with _plainly(), _desk(settings) as desk:
        serial = commission(settings, desk, reader, by=by, seconds=seconds, clock=SystemClock(), say=click.echo)
    click.echo(f"reader {reader} has its key; pin its serial number in the configuration: serial = {serial!r}")


@click.command("mode")
@click.argument("equipment")
@click.argument("mode", type=click.Choice([item.value for item in Mode]))
@click.option("--by", required=True, help="Who changes it.")
@click.option("--why", required=True, help="The justification.")
@click.pass_obj
def mode_(obj: tuple[Path, Settings], equipment: str, mode: str, by: str, why: str) -> None:
    """Set whether decisions withhold the start permissive of EQUIPMENT."""
    _, settings = obj
    with _plainly(), _desk(settings) as desk:
        seq = change_mode(desk.trail, equipment, Mode(mode), by=by, why=why, moment=_moment(desk))
    click.echo(f"entry {seq}: {equipment} is now in mode {mode}")
