"""Remember what the last full verification found, for the pages: they sign nothing on a broken chain."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Verified:
    """One full verification: when it ended, up to which entry, whether all held, and else the first bad one."""

    at: datetime
    head_seq: int
    sound: bool
    first_bad_seq: int | None = None


def verified_path(state_dir: Path) -> Path:
    """Return where it is kept."""
    return state_dir / "run" / "verified.json"


def tell_verified(path: Path, found: Verified) -> None:
    """Replace the file; the entry in the trail is the record, this is a hint and is not synced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    told = {
        "at": found.at.isoformat(),
        "head_seq": found.head_seq,
        "sound": found.sound,
        "first_bad_seq": found.first_bad_seq,
    }
    partial.write_text(json.dumps(told), encoding="ascii")
    partial.replace(path)


def last_verified(path: Path) -> Verified | None:
    """Return the last one told, None where there was none or nothing usable is left of it."""
    try:
        told = json.loads(path.read_text(encoding="ascii"))
        found = Verified(
            datetime.fromisoformat(told["at"]), int(told["head_seq"]), told["sound"] is True, told["first_bad_seq"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.at.tzinfo else None
