"""`gate verify --replay`: the chain first, then every decision made again; what was found, as text or as JSON."""

import json

import click

from gate.desk_opening import database_key
from gate.replay_log import Replay, replay_log
from gate.settings import Settings
from gate.store.database import STORE_FAULTS, DatabaseRefusedError, open_database
from gate.store.verify import Verification, verify
from gate.terminal_progress import progress_of

SOUND, UNSOUND, COULD_NOT_CHECK = 0, 1, 2
UNREADABLE: tuple[type[BaseException], ...] = (DatabaseRefusedError, *STORE_FAULTS)


def verify_and_replay(settings: Settings, *, json_: bool) -> int:
    """Check the chain, decide the log again, print both, and return the exit status of `gate verify`."""
    try:
        engine = open_database(settings.database_path, key=database_key(settings), read_only=True)
        found = verify(engine, full=True, progress=progress_of("verified"))
        replayed = replay_log(engine, settings.zone, progress=progress_of("decided again"))
    except UNREADABLE as error:
        click.echo(json.dumps({"sound": None, "what": str(error)}) if json_ else f"could not check: {error}")
        return COULD_NOT_CHECK
    click.echo(json.dumps(_as_json(found, replayed)) if json_ else "\n".join(_in_words(found, replayed)))
    return SOUND if found.sound and replayed.all_same else UNSOUND


def _as_json(found: Verification, replayed: Replay) -> dict[str, object]:
    return {**found.as_json(), "sound": found.sound and replayed.all_same, "replay": replayed.as_json()}


def _in_words(found: Verification, replayed: Replay) -> list[str]:
    return [found.in_words(), *replayed.in_words()]
