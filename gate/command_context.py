"""What every command does around its one function: open the records, judge the clock, say a refusal plainly."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from gate.clock import SystemClock
from gate.commissioning import CommissioningError
from gate.core.clock_trust import moment_of, observe
from gate.core.records import Moment
from gate.desk import Desk
from gate.desk_opening import open_desk
from gate.keys import KeyFileError
from gate.seal_keys import SealKeyError
from gate.settings import Settings, SettingsError
from gate.single_instance import AlreadyRunningError
from gate.store.database import STORE_FAULTS, DatabaseRefusedError
from gate.store.plant_load import PlantRefusedError
from gate.supervision import RefusedError
from gate.tls_error import TlsError
from gate.wiring import plan_of
from gate.witness_config import WitnessConfigError

REFUSALS = (
    SettingsError,
    DatabaseRefusedError,
    PlantRefusedError,
    RefusedError,
    AlreadyRunningError,
    CommissioningError,
    KeyFileError,
    TlsError,
    SealKeyError,
    WitnessConfigError,
)


@contextmanager
def plainly() -> Iterator[None]:
    """Say a refusal to the person at the terminal in its own words, without a stack trace."""
    try:
        yield
    except REFUSALS as error:
        raise click.ClickException(str(error)) from error
    except STORE_FAULTS as error:
        raise click.ClickException(
            f"the records cannot be used now ({error}); nothing was changed. Try again in a moment; if it stays so, "
            "look at the disk and run: gate verify."
        ) from error


@contextmanager
def opened_desk(settings: Settings) -> Iterator[Desk]:
    """Open the records for as long as the command works."""
    desk = open_desk(settings, plan_of(settings))
    try:
        yield desk
    finally:
        desk.trail.close()


def moment_of_command(desk: Desk) -> Moment:
    """Judge the clock as the gate would, without recording it: only the reader process tells of the clock."""
    reading = SystemClock().read()
    return moment_of(observe(desk.clock, reading).state, reading)
