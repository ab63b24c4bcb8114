"""Look at damaged records before QA signs for them: keep the file as it was found, and list what does not hold."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gate.clock import Clock
from gate.settings import Settings
from gate.single_instance import take_lock
from gate.store.damage import Damage, survey
from gate.store.database import STORE_FAULTS, make_engine
from gate.store.database_files import CopyHeldBackError, copy_online, sha256_of, side_files, synced
from gate.store.segments import Break
from gate.verified import Running, last_restore, running_path, tell_running
from gate.verifying import last_given

UNDER_WAY = "the records are being looked at already (process {owner}); wait for it."

NOT_IN_PAGES: tuple[type[BaseException], ...] = (CopyHeldBackError, *STORE_FAULTS)


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found, when, and where the file lies as it was found."""

    at: datetime
    by: str
    damage: Damage
    kept: str
    kept_sha256: str
    claimed: int
    """The last number that was given as far as this machine knows."""


def examined_path(state_dir: Path) -> Path:
    """Return where the findings are kept until QA has signed."""
    return state_dir / "examined.json"


def segments_folder(state_dir: Path) -> Path:
    """Return where the files lie that were kept as they were found."""
    return state_dir / "segments"


def examine(settings: Settings, key: str | None, clock: Clock, *, by: str) -> Examined:
    """Keep a copy of the records as they are, look at all of them, and remember what was found for the page.

    Raises:
        AlreadyRunningError: somebody else is at it.
        STORE_FAULTS: the records cannot be read.
    """
    state_dir, at = settings.gate.state_dir, clock.read().at
    with take_lock(state_dir / "run" / "verify.lock", UNDER_WAY):
        path = running_path(state_dir)
        tell_running(path, Running(at, by, 0, 0))
        try:
            kept = _keep(settings.database_path, segments_folder(state_dir), key, at)
            engine = make_engine(settings.database_path, key=key, read_only=True)
            damage = survey(engine, lambda done, of: tell_running(path, Running(at, by, done, of)))
            engine.dispose()
        finally:
            path.unlink(missing_ok=True)
        found = Examined(at, by, damage, kept.name, sha256_of(kept), claimed_number(settings))
        examined_path(state_dir).write_text(json.dumps(_as_json(found)), encoding="utf-8")
    return found


def _keep(source: Path, folder: Path, key: str | None, at: datetime) -> Path:
    """Copy the records page by page; where they cannot be read like that, the files as they lie."""
    folder.mkdir(mode=0o750, exist_ok=True)
    kept = folder / f"{source.stem}-{at:%Y%m%dT%H%M%SZ}{source.suffix}"
    kept.unlink(missing_ok=True)
    try:
        copy_online(source, kept, key=key)
    except NOT_IN_PAGES:
        for path, to in zip((source, *side_files(source)), (kept, *side_files(kept)), strict=True):
            if path.exists():
                shutil.copyfile(path, to)
    synced(kept)
    return kept


def claimed_number(settings: Settings) -> int:
    """Return the last number that was given to an entry as far as this machine remembers."""
    restored = last_restore(settings.gate.state_dir)
    return max(last_given(settings.gate.state_dir), restored["claimed"] if restored else 0)


def _as_json(found: Examined) -> dict[str, Any]:
    damage = found.damage
    return {
        "at": found.at.isoformat(),
        "by": found.by,
        "seq": damage.seq,
        "leaf": damage.leaf.hex(),
        "frontier": [node.hex() for node in damage.frontier],
        "breaks": [one.as_json() for one in damage.breaks],
        "head_seq": damage.head_seq,
        "head_fits": damage.head_fits,
        "kept": found.kept,
        "kept_sha256": found.kept_sha256,
        "claimed": found.claimed,
    }


def last_examined(state_dir: Path) -> Examined | None:
    """Return what was found last, None where nobody has looked or it was signed for."""
    try:
        told = json.loads(examined_path(state_dir).read_text(encoding="utf-8"))
        breaks = tuple(
            Break(one["first"], one["last"], one["what"], bytes.fromhex(one["after"]), one["sha256"])
            for one in told["breaks"]
        )
        frontier = tuple(map(bytes.fromhex, told["frontier"]))
        leaf = bytes.fromhex(told["leaf"])
        damage = Damage(told["seq"], leaf, frontier, breaks, told["head_seq"], told["head_fits"])
        at = datetime.fromisoformat(told["at"])
        return Examined(at, told["by"], damage, told["kept"], told["kept_sha256"], told["claimed"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
