"""Remember what the last verifications found: for the pages, and for the next one to go on from.

The entries in the trail are the record; these files are hints beside it, and are not synced.
"""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Verified:
    """One full verification: when it ended, up to which entry, whether all held, and else the first bad one."""

    at: datetime
    head_seq: int
    sound: bool
    first_bad_seq: int | None = None
    what: str = ""
    head_sound: bool = True
    """Whether the end of the trail holds where older rows do not: then badging goes on."""


@dataclass(frozen=True, slots=True)
class Running:
    """A full verification that is under way: since when, who asked for it, and how far it is."""

    begun_at: datetime
    by: str
    done: int
    of: int


def verified_path(state_dir: Path) -> Path:
    """Return where the last full verification is kept."""
    return state_dir / "run" / "verified.json"


def proven_path(state_dir: Path) -> Path:
    """Return where it is kept up to which entry all was found sound."""
    return state_dir / "run" / "proven.json"


def running_path(state_dir: Path) -> Path:
    """Return where a verification that is under way tells how far it is."""
    return state_dir / "run" / "verifying.json"


def restored_path(state_dir: Path) -> Path:
    """Return where the last restore is remembered until QA has signed for what it lost."""
    return state_dir / "restored.json"


def tell_restored(path: Path, told: dict[str, Any]) -> None:
    """Remember a restore."""
    _replace(path, told)


def last_restore(state_dir: Path) -> dict[str, Any] | None:
    """Return what is remembered of a restore that QA has not signed for yet."""
    try:
        told = _read(restored_path(state_dir))
        return {**told, "claimed": int(told["claimed"]), "backup_head": int(told["backup_head"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def tell_verified(path: Path, found: Verified) -> None:
    """Replace what is kept of the last full verification."""
    told = {
        "at": found.at.isoformat(),
        "head_seq": found.head_seq,
        "sound": found.sound,
        "first_bad_seq": found.first_bad_seq,
        "what": found.what,
        "head_sound": found.head_sound,
    }
    _replace(path, told)


def last_verified(path: Path) -> Verified | None:
    """Return the last one told, None where there was none or nothing usable is left of it."""
    try:
        told = _read(path)
        found = Verified(
            datetime.fromisoformat(told["at"]),
            int(told["head_seq"]),
            told["sound"] is True,
            told["first_bad_seq"],
            str(told.get("what", "")),
            told.get("head_sound") is not False,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.at.tzinfo else None


def tell_proven(path: Path, seq: int, leaf: bytes, frontier: tuple[bytes, ...]) -> None:
    """Replace what is kept of how far all was sound."""
    _replace(path, {"seq": seq, "leaf": leaf.hex(), "frontier": [node.hex() for node in frontier]})


def last_proven(path: Path) -> tuple[int, bytes, tuple[bytes, ...]] | None:
    """Return up to which entry all was found sound, its leaf and the frontier there; None where nothing is known."""
    try:
        told = _read(path)
        found = int(told["seq"]), bytes.fromhex(told["leaf"]), tuple(map(bytes.fromhex, told["frontier"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found[0].bit_count() == len(found[2]) else None


def tell_running(path: Path, now: Running) -> None:
    """Replace what is kept of the verification that is under way; the process that makes it is told by its id."""
    told = {"pid": os.getpid(), "begun_at": now.begun_at.isoformat(), "by": now.by, "done": now.done, "of": now.of}
    _replace(path, told)


def running(path: Path) -> Running | None:
    """Return the verification that is under way; None where there is none, or its process has died."""
    try:
        told = _read(path)
        os.kill(int(told["pid"]), 0)
        begun_at = datetime.fromisoformat(told["begun_at"])
        return Running(begun_at, str(told["by"]), int(told["done"]), int(told["of"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _read(path: Path) -> dict[str, Any]:
    told = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(told, dict):
        raise TypeError("no object")
    return told


def _replace(path: Path, told: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps(told), encoding="utf-8")
    partial.replace(path)
