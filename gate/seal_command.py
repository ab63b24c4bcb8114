"""The commands `gate key ...` and `gate witness ...`: the key that signs the head, and the boxes that keep it."""

import sys
from pathlib import Path

import click

from gate.clock import SystemClock
from gate.command_context import moment_of_command, opened_desk, plainly
from gate.command_output import printable
from gate.core.signed_note import NoteKey
from gate.head_check import Fit, NoHeadError
from gate.kept_heads import compare_kept, head_of_text
from gate.seal_acts import rotate_key
from gate.seal_files import key_or_none, key_path, make_key
from gate.seal_keys import SealKeyError, read_seal_key
from gate.settings import Settings, load_settings
from gate.store.database import STORE_FAULTS, DatabaseRefusedError
from gate.witness_config import load_witness, witness_key

COULD_NOT_CHECK = 2
UNCLEAR: tuple[type[BaseException], ...] = (NoHeadError, DatabaseRefusedError, *STORE_FAULTS)


def about_key(key: NoteKey) -> str:
    """Return what is put on paper about a public key."""
    return f"key of the log {key.name}\nSHA-256: {key.fingerprint}\nvkey: {key.vkey}"


def key_at_first(settings: Settings) -> str:
    """Make the key where there is none, and say what goes on paper; one that only root may read is left to root."""
    try:
        found = key_or_none(settings) or make_key(settings)
    except SealKeyError as error:
        return f"warning: {error}"
    return about_key(found.public)


@click.group("key")
def key() -> None:
    """The key that signs the head of the audit trail."""


@key.command("new")
@click.pass_obj
def new(obj: tuple[Path, Settings]) -> None:
    """Make the key, once; `gate init` does it too."""
    _, settings = obj
    with plainly():
        made = make_key(settings)
    click.echo(f"key stored in {key_path(settings)}\n{about_key(made.public)}")
    click.echo("Put the SHA-256 on paper: it is what others compare.")


@key.command("show")
@click.option("--pem", is_flag=True, help="The public key in PEM, for other tools.")
@click.pass_obj
def show(obj: tuple[Path, Settings], pem: bool) -> None:
    """Print the public key."""
    _, settings = obj
    with plainly():
        found = read_seal_key(key_path(settings))
    click.echo(found.public.pem.rstrip() if pem else about_key(found.public))


@key.command("rotate")
@click.option("--by", required=True, help="Who changes it.")
@click.option("--why", required=True, help="The justification.")
@click.pass_obj
def rotate(obj: tuple[Path, Settings], by: str, why: str) -> None:
    """Change the key; the old one signs the first checkpoint of the new one."""
    _, settings = obj
    with plainly(), opened_desk(settings) as desk:
        fresh = rotate_key(settings, desk, by=by, why=why, moment=moment_of_command(desk))
    click.echo(about_key(fresh))
    click.echo("Put the SHA-256 on paper, and give the vkey to every witness.")


@click.group("witness")
def witness() -> None:
    """A box that keeps heads of gates and refuses a second history."""


@witness.command("serve")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def serve(file: Path) -> None:
    """Witness the logs that FILE names, until told to stop."""
    from gate.witness_serving import WitnessServer

    with plainly():
        config = load_witness(file)
        public = witness_key(config).public
    click.echo(f"witness {public.name}\nSHA-256: {public.fingerprint}\nvkey: {public.vkey}")
    WitnessServer(config, SystemClock()).run()


@witness.command("check")
@click.argument("head")
@click.pass_obj
def check(obj: tuple[Path, Settings], head: str) -> None:
    """Compare a kept HEAD (a file, its text, or -) with the records; exit 0 fits, 1 does not, 2 could not check."""
    path, _ = obj
    with plainly():
        settings = load_settings(path)
    try:
        found = compare_kept(settings, head_of_text(head))
    except UNCLEAR as error:
        click.echo(printable(f"could not check: {error}"))
        sys.exit(COULD_NOT_CHECK)
    click.echo(found.in_words)
    sys.exit(0 if found.fit is Fit.FITS else 1)
