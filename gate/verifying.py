"""Verify the trail of one site: from where the last one stopped or in full, one full verification at a time.

`gate verify` and the start of the gate use it; timetable and pages start `gate verify` as a niced child.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from gate.alive import last_seq
from gate.clock import Clock
from gate.single_instance import take_lock
from gate.store.verify import Proven, Verification, verify
from gate.verified import (
    Running,
    Verified,
    last_proven,
    last_restore,
    proven_path,
    running_path,
    tell_proven,
    tell_running,
    tell_verified,
    verified_path,
)

AT_START = 20_000
"""Most rows that the start of the gate checks: no more than half a second of it; the hourly check does the rest."""

NICE = 15
"""Children give way to badge reads."""

TOLD_EVERY_S = 0.5

UNDER_WAY = "another full verification is under way (process {owner}); wait for it, its outcome is told on every page."


def verify_since_proven(
    engine: sa.Engine, state_dir: Path, clock: Clock | None = None, *, most: int | None = None
) -> Verification:
    """Check what has been written since the last sound verification, and keep how far it came; pages hear of damage.

    `most` rows at the most: where there are more, the last thousand and the head.

    Raises:
        STORE_FAULTS: the records cannot be read.
    """
    since = _proven(state_dir)
    found = verify(engine, full=False, since=since, most=most)
    found = _complete(found, state_dir)
    _keep(state_dir, found)
    if clock is not None and not found.sound and os.access(state_dir, os.W_OK):
        tell_verified(verified_path(state_dir), as_verified(found, clock))
    return found


def verify_in_full(
    engine: sa.Engine, state_dir: Path, clock: Clock, *, by: str, say: Callable[[int, int], None] | None = None
) -> Verification:
    """Check every row, tell the pages how far it is and what was found; who may only read tells nobody.

    Raises:
        AlreadyRunningError: another one is under way.
        STORE_FAULTS: the records cannot be read.
    """
    if not os.access(state_dir, os.W_OK):
        return _complete(verify(engine, full=True, since=_proven(state_dir), progress=say), state_dir)
    with take_lock(state_dir / "run" / "verify.lock", UNDER_WAY):
        begun_at, told_s = clock.read().at, clock.monotonic()
        path = running_path(state_dir)
        tell_running(path, Running(begun_at, by, 0, 0))

        def progress(done: int, of: int) -> None:
            nonlocal told_s
            if clock.monotonic() - told_s >= TOLD_EVERY_S or done == of:
                told_s = clock.monotonic()
                tell_running(path, Running(begun_at, by, done, of))
                if say is not None:
                    say(done, of)

        try:
            found = verify(engine, full=True, since=_proven(state_dir), progress=progress)
        finally:
            path.unlink(missing_ok=True)
        found = _complete(found, state_dir)
        _keep(state_dir, found)
        tell_verified(verified_path(state_dir), as_verified(found, clock))
    return found


def last_given(state_dir: Path) -> int:
    """Return the last number that was given to an entry as far as this machine remembers; 0 where it knows nothing."""
    proven = last_proven(proven_path(state_dir))
    return max(proven[0] if proven else 0, last_seq(state_dir / "run" / "alive.json"))


def _complete(found: Verification, state_dir: Path) -> Verification:
    """Whether the trail still reaches as far as it was durable when the gate was last alive, or a restore lost some.

    A write-ahead log that is missing or torn leaves records that are sound in themselves, and end too early.
    """
    if not found.sound:
        return found
    given, restored = last_seq(state_dir / "run" / "alive.json"), last_restore(state_dir)
    bad, what = None, ""
    if given > found.head_seq:
        bad = found.head_seq + 1
        what = f"it and everything up to {given}, which was durable when the gate was last alive, is missing"
    elif restored is not None and restored["claimed"] > restored["backup_head"]:
        bad = restored["backup_head"] + 1
        what = f"it and everything up to {restored['claimed']} is not in the backup that was restored"
    return found if bad is None else replace(found, first_bad_seq=bad, what=what, head_sound=False, proven=None)


def _proven(state_dir: Path) -> Proven | None:
    kept = last_proven(proven_path(state_dir))
    return Proven(*kept) if kept else None


def _keep(state_dir: Path, found: Verification) -> None:
    """Somebody who may only read the records cannot keep it; the next verification starts from further back."""
    if found.proven is not None and os.access(state_dir, os.W_OK):
        tell_proven(proven_path(state_dir), *found.proven)


def as_verified(found: Verification, clock: Clock) -> Verified:
    """Return what the pages are told of a full verification."""
    return Verified(clock.read().at, found.head_seq, found.sound, found.first_bad_seq, found.what, found.head_sound)


def child_command(config: Path, *words: str) -> Sequence[str]:
    """Return one of our commands for a process of its own, which gives way to badge reads."""
    return ["nice", "-n", str(NICE), sys.executable, "-m", "gate", "--config", str(config), *words]
