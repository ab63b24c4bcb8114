"""The command line: each command wires settings, records and one function together, and holds no rule."""

import getpass
import json
import logging
import sys
from datetime import datetime
from pathlib import Path

import click
from pythonjsonlogger.json import JsonFormatter

from gate.accounts import NewAccount, create_account, make_setup_code
from gate.backup_command import backup, drill, restore
from gate.clock import SystemClock
from gate.command_context import moment_of_command as _moment
from gate.command_context import opened_desk as _desk
from gate.command_context import plainly as _plainly
from gate.command_output import as_log_line, as_reader_line
from gate.commissioning import commission
from gate.core.calendar import end_of_day
from gate.core.records import Moment
from gate.core.roles import Role
from gate.core.terms import Mode, Operation
from gate.desk_opening import database_key
from gate.edge import Edge
from gate.explain import as_json, as_lines, explain
from gate.export_command import export_, report
from gate.impact_command import impact_
from gate.keys import new_setup_code
from gate.log_following import follow
from gate.seal_command import key, key_at_first, witness
from gate.settings import Settings, load_settings, warnings_of
from gate.single_instance import take_lock
from gate.store.database import create_database, open_database
from gate.store.plant_load import load_plant
from gate.store.trail_reading import reader_rows
from gate.supervision import change_mode
from gate.tls_command import tls
from gate.tls_files import tls_warnings
from gate.verify_command import examine, verify
from gate.web.kiosk_key import MOST_MACHINES, kiosk_address, machines_of
from gate.web.passwords import Passwords


@click.group()
@click.option("--config", type=click.Path(path_type=Path), default="/etc/gate/gate.toml", show_default=True)
@click.pass_context
def main(context: click.Context, config: Path) -> None:
    """Shop-floor equipment access gate: a start permissive, never a safety function."""
    _log_to_stderr()
    if context.invoked_subcommand == witness.name:
        context.obj = (config, None)
        return
    with _plainly():
        context.obj = (config, load_settings(config))


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter("{levelname}{name}{message}", style="{"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


@main.command()
@click.pass_obj
def init(obj: tuple[Path, Settings]) -> None:
    """Create the records, or bring them up to this program's schema, and the key that signs their head."""
    _, settings = obj
    with _plainly():
        create_database(settings.database_path, key=database_key(settings), gate_id=settings.gate.id)
        about = key_at_first(settings)
    click.echo(f"records ready: {settings.database_path}\n{about}")


@main.command("setup-code")
@click.pass_obj
def setup_code_(obj: tuple[Path, Settings]) -> None:
    """Print the code that lets its holder make the first account on the pages, once, within 24 hours."""
    _, settings = obj
    code = new_setup_code()
    with _plainly(), _desk(settings) as desk:
        make_setup_code(desk.trail, code, moment=_moment(desk))
    click.echo(f"set-up code: {code}\nType it at {settings.web.address}/setup within 24 hours.")


@main.command("account")
@click.argument("login")
@click.option("--person", required=True, help="The person's id; one active account a person.")
@click.option("--name", required=True, help="Full name, as signatures show it.")
@click.option("--role", required=True, multiple=True, type=click.Choice([role.value for role in Role]))
@click.option("--by", required=True, help="Who makes it, having verified who the person is.")
@click.option("--why", required=True, help="The justification.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Its last day, site time; an auditor's has one.")
@click.pass_obj
def account_(
    obj: tuple[Path, Settings],
    login: str,
    person: str,
    name: str,
    role: tuple[str, ...],
    by: str,
    why: str,
    until: datetime | None,
) -> None:
    """Make an account and print its first password, which must be changed at the first login."""
    _, settings = obj
    word = new_setup_code()
    end = end_of_day(until.date(), settings.zone) if until else None
    new = NewAccount(login, person, name, frozenset(map(Role, role)), expires_at=end)
    with _plainly(), _desk(settings) as desk:
        create_account(desk.trail, new, Passwords().encode(word), by=by, why=why, moment=_moment(desk))
    click.echo(f"account {login} is ready; first password, to be changed at once: {word}")


@main.command()
@click.pass_obj
def run(obj: tuple[Path, Settings]) -> None:
    """Run the reader process until it is told to stop."""
    config, settings = obj
    with _plainly():
        lock = take_lock(settings.gate.state_dir / "gate.lock")
        with lock:
            status = Edge(settings, config, SystemClock()).run()
    sys.exit(status)


@main.command("check-config")
@click.pass_obj
def check_config(obj: tuple[Path, Settings]) -> None:
    """Check the configuration and say what in it is risky."""
    config, settings = obj
    for warning in (*warnings_of(settings), *tls_warnings(settings, SystemClock().read().at)):
        click.echo(f"warning: {warning}")
    readers = sum(len(line.reader) for line in settings.line)
    click.echo(f"{config}: ok, {len(settings.line)} lines, {readers} readers")


@main.command()
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


@main.command("explain")
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


@main.command("log")
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


@main.command()
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


@main.command("kiosk")
@click.argument("equipment", nargs=-1, required=True)
@click.pass_obj
def kiosk_(obj: tuple[Path, Settings], equipment: tuple[str, ...]) -> None:
    """Print the address that opens the kiosk of EQUIPMENT, one to four machines; it holds a key."""
    _, settings = obj
    if not machines_of("+".join(equipment), settings):
        raise click.ClickException(f"{' '.join(equipment)}: name one to {MOST_MACHINES} machines that have a reader.")
    with _plainly():
        click.echo(kiosk_address(settings, equipment))


@main.command("commission")
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


@main.command("mode")
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


main.add_command(tls)
main.add_command(backup)
main.add_command(restore)
main.add_command(drill)
main.add_command(verify)
main.add_command(examine)
main.add_command(impact_)
main.add_command(key)
main.add_command(witness)
main.add_command(export_)
main.add_command(report)

if __name__ == "__main__":
    main()
