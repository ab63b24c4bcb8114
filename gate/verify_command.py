"""`gate verify`: check the audit trail from the terminal, with its progress; nothing but the outcome is written."""

import json
import sys
from contextlib import closing
from pathlib import Path

import click

from gate.clock import SystemClock
from gate.core.audit import Entry, Kind
from gate.core.clock_trust import ClockState, moment_of, observe
from gate.desk_opening import database_key
from gate.examining import examine as examine_records
from gate.examining import segments_folder
from gate.head_check import Comparison, Fit, NoHeadError
from gate.kept_heads import compare_kept, head_of_text
from gate.replay_command import verify_and_replay
from gate.settings import Settings
from gate.single_instance import AlreadyRunningError
from gate.store.audit_trail import Trail
from gate.store.database import STORE_FAULTS, DatabaseRefusedError, open_database
from gate.store.trail_reading import last_trusted_reading
from gate.store.verify import Verification
from gate.store.verify import verify as verify_trail
from gate.verifying import verify_in_full, verify_since_proven

COULD_NOT_CHECK = 2
UNREADABLE: tuple[type[BaseException], ...] = (
    DatabaseRefusedError,
    AlreadyRunningError,
    NoHeadError,
    *STORE_FAULTS,
)
WIDTH = 40


@click.command()
@click.option("--full", is_flag=True, help="Every row, not only those since the last sound verification.")
@click.option("--hash-only", is_flag=True, help="Every row's hash and place in the chain; not the columns.")
@click.option("--record", is_flag=True, help="Put the outcome of --full on record as an entry of the trail.")
@click.option("--by", default="terminal", show_default=True, help="Who asked for it.")
@click.option("--replay", is_flag=True, help="Every row, and decide every decision again as known then.")
@click.option("--head", help="A head that was kept outside, as a file or as text: every row, and compare.")
@click.option("--json", "json_", is_flag=True)
@click.pass_obj
def verify(
    obj: tuple[Path, Settings],
    full: bool,
    hash_only: bool,
    record: bool,
    by: str,
    replay: bool,
    head: str | None,
    json_: bool,
) -> None:
    """Check the audit trail; exit 0 sound, 1 unsound (first bad number named), 2 could not check."""
    _, settings = obj
    if replay:
        sys.exit(verify_and_replay(settings, json_=json_))
    try:
        kept = head_of_text(head) if head else None
        found = _found(settings, full=full or kept is not None, hash_only=hash_only, by=by)
        compared = compare_kept(settings, kept) if kept else None
        if record and full:
            _record(settings, found, by)
    except UNREADABLE as error:
        click.echo(json.dumps({"sound": None, "what": str(error)}) if json_ else f"could not check: {error}")
        sys.exit(COULD_NOT_CHECK)
    click.echo(_said(found, compared, json_=json_))
    sys.exit(0 if found.sound and (compared is None or compared.fit is Fit.FITS) else 1)


def _said(found: Verification, compared: Comparison | None, *, json_: bool) -> str:
    if json_:
        head = {"head": {"fit": compared.fit.value, "what": compared.in_words}} if compared else {}
        return json.dumps({**found.as_json(), **head})
    return "\n".join([found.in_words(), *([compared.in_words] if compared else [])])


def _found(settings: Settings, *, full: bool, hash_only: bool, by: str) -> Verification:
    engine = open_database(settings.database_path, key=database_key(settings), read_only=True)
    try:
        if hash_only:
            return verify_trail(engine, full=True, hash_only=True, progress=_bar)
        if full:
            return verify_in_full(engine, settings.gate.state_dir, SystemClock(), by=by, say=_bar)
        return verify_since_proven(engine, settings.gate.state_dir, SystemClock())
    finally:
        engine.dispose()


def _bar(done: int, of: int) -> None:
    """Draw how far it is, for somebody who looks at a terminal."""
    if sys.stderr.isatty():
        full = WIDTH * done // max(of, 1)
        end = "\n" if done == of else ""
        sys.stderr.write(f"\r[{'#' * full}{'.' * (WIDTH - full)}] {done} of {of} entries{end}")
        sys.stderr.flush()


def _record(settings: Settings, found: Verification, by: str) -> None:
    engine = open_database(settings.database_path, key=database_key(settings))
    clock = ClockState(settings.clock.trust, last_trusted_reading(engine))
    reading = SystemClock().read()
    detail = {name: value for name, value in found.as_json().items() if value is not None and value != ""}
    entry = Entry(kind=Kind.VERIFY, moment=moment_of(observe(clock, reading).state, reading), by=by, detail=detail)
    with closing(Trail(engine, settings.gate.id, settings.zone)) as trail, trail.transaction():
        trail.append(entry)


@click.command()
@click.option("--by", default="terminal", show_default=True, help="Who asked for it.")
@click.pass_obj
def examine(obj: tuple[Path, Settings], by: str) -> None:
    """Keep damaged records as they were found and list what does not hold, for QA to sign on the page Integrity."""
    _, settings = obj
    try:
        found = examine_records(settings, database_key(settings), SystemClock(), by=by)
    except UNREADABLE as error:
        click.echo(f"could not look: {error}")
        sys.exit(COULD_NOT_CHECK)
    for gap in found.damage.breaks:
        click.echo(f"entries {gap.first} to {gap.last}: {gap.what}")
    click.echo(f"kept as found: {segments_folder(settings.gate.state_dir) / found.kept}\nsha256 {found.kept_sha256}")
    click.echo("nothing is wrong" if found.damage.whole else "QA signs on the page Integrity.")
    sys.exit(0 if found.damage.whole else 1)
