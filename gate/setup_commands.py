"""Commands that set a gate up: its records, its first accounts, its configuration and its kiosks."""

from datetime import datetime
from pathlib import Path

import click

from gate.accounts import NewAccount, create_account, make_setup_code
from gate.clock import SystemClock
from gate.command_context import moment_of_command as _moment
from gate.command_context import opened_desk as _desk
from gate.command_context import plainly as _plainly
from gate.core.calendar import end_of_day
from gate.core.roles import Role
from gate.desk_opening import database_key
from gate.keys import new_setup_code
from gate.seal_command import key_at_first
from gate.settings import Settings, warnings_of
from gate.store.database import create_database
from gate.tls_files import tls_warnings
from gate.web.kiosk_key import MOST_MACHINES, kiosk_address, machines_of
from gate.web.passwords import Passwords


@click.command()
@click.pass_obj
def init(obj: tuple[Path, Settings]) -> None:
    """Create the records, or bring them up to this program's schema, and the key that signs their head."""
    _, settings = obj
    with _plainly():
        create_database(settings.database_path, key=database_key(settings), gate_id=settings.gate.id)
        about = key_at_first(settings)
    click.echo(f"records ready: {settings.database_path}\n{about}")


@click.command("setup-code")
@click.pass_obj
def setup_code_(obj: tuple[Path, Settings]) -> None:
    """Print the code that lets its holder make the first account on the pages, once, within 24 hours."""
    _, settings = obj
    code = new_setup_code()
    with _plainly(), _desk(settings) as desk:
        make_setup_code(desk.trail, code, moment=_moment(desk))
    click.echo(f"set-up code: {code}\nType it at {settings.web.address}/setup within 24 hours.")


@click.command("account")
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


@click.command("check-config")
@click.pass_obj
def check_config(obj: tuple[Path, Settings]) -> None:
    """Check the configuration and say what in it is risky."""
    config, settings = obj
    for warning in (*warnings_of(settings), *tls_warnings(settings, SystemClock().read().at)):
        click.echo(f"warning: {warning}")
    readers = sum(len(line.reader) for line in settings.line)
    click.echo(f"{config}: ok, {len(settings.line)} lines, {readers} readers")


@click.command("kiosk")
@click.argument("equipment", nargs=-1, required=True)
@click.pass_obj
def kiosk_(obj: tuple[Path, Settings], equipment: tuple[str, ...]) -> None:
    """Print the address that opens the kiosk of EQUIPMENT, one to four machines; it holds a key."""
    _, settings = obj
    if not machines_of("+".join(equipment), settings):
        raise click.ClickException(f"{' '.join(equipment)}: name one to {MOST_MACHINES} machines that have a reader.")
    with _plainly():
        click.echo(kiosk_address(settings, equipment))
