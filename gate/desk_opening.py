"""Open the records for the reader process, and say which software, configuration and zone data it runs."""

import importlib.metadata
from pathlib import Path

import sqlalchemy as sa
import sqlcipher3.dbapi2

from gate import __version__
from gate.alive import last_seq
from gate.clock import Clock
from gate.core.audit import Json
from gate.core.clock_trust import ClockState
from gate.desk import Desk, Plan
from gate.head_check import end_fits_checkpoint
from gate.settings import Settings, settings_sha256
from gate.store.audit_trail import Trail
from gate.store.database import STORE_FAULTS, DamagedDatabaseError, is_damage, open_database
from gate.store.facts import FactReader
from gate.store.trail_reading import last_entry_at, last_trusted_reading
from gate.verified import Verified, tell_verified, verified_path
from gate.verifying import AT_START, verify_since_proven

UNREADABLE: tuple[type[BaseException], ...] = (DamagedDatabaseError, *STORE_FAULTS)


def database_key(settings: Settings) -> str | None:
    """Return the key that encrypts the records at rest, if the configuration names one."""
    path = settings.gate.database_key_file
    return path.read_text(encoding="ascii").strip() if path else None


def open_desk(settings: Settings, plan: Plan, clock: Clock | None = None) -> Desk:
    """Open the records and look at the end of the trail; an unsound end makes every answer SYS_INTEGRITY."""
    try:
        engine = _opened(settings)
    except UNREADABLE as error:
        if clock is not None and is_damage(error):
            broken = Verified(clock.read().at, 0, sound=False, what=str(error), head_sound=False)
            tell_verified(verified_path(settings.gate.state_dir), broken)
        raise
    proven = verify_since_proven(engine, settings.gate.state_dir, clock, most=AT_START).sound
    sound = proven and end_fits_checkpoint(engine)
    trail = Trail(engine, settings.gate.id, settings.zone)
    return Desk(
        trail=trail,
        facts=FactReader(trail, settings.zone),
        plan=plan,
        clock=ClockState(settings.clock.trust, last_trusted_reading(engine) if sound else None),
        trail_sound=sound,
        last_entry_at=last_entry_at(engine) if sound else None,
    )


def _opened(settings: Settings) -> sa.Engine:
    path, state_dir = settings.database_path, settings.gate.state_dir
    if not path.exists() and last_seq(state_dir / "run" / "alive.json"):
        raise DamagedDatabaseError(f"{path}: is gone. Call QA, and restore a backup: gate restore.")
    return open_database(path, key=database_key(settings))


def about_this_gate(config: Path) -> dict[str, Json]:
    """Return what the start entry says of the program (requirement E2: versions through the last start entry)."""
    return {
        "software": __version__,
        "config_sha256": settings_sha256(config),
        "tzdata": importlib.metadata.version("tzdata"),
        "sqlite": sqlcipher3.dbapi2.sqlite_version,
    }
