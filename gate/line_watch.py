"""What is being seen on the lines, in a small file for the page that asked: the reader process writes it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from firmware_protocol.line_tap import LineSeen

SHOWN = 60
"""Frames in the file: more than fits on a screen."""


def watch_path(state_dir: Path) -> Path:
    """Return where the file is, beside the sign of life."""
    return state_dir / "run" / "lines.json"


def write_seen(path: Path, seen: Mapping[str, LineSeen], now: float) -> None:
    """Replace the file by what is seen now; nothing watched and no file: nothing to do. Never synced, only a hint.

    Raises:
        OSError: the folder cannot be written.
    """
    if not seen:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({line: _plain(found, now) for line, found in seen.items()}), encoding="utf-8")
    partial.replace(path)


def read_seen(path: Path) -> dict[str, Any]:
    """Return what is seen by line; empty when nobody watches or nothing usable is left of the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(seen: LineSeen, now: float) -> dict[str, Any]:
    return {
        "seconds": round(now - seen.since, 1),
        "sent": seen.sent,
        "answered": seen.answered,
        "refused": seen.refused,
        "noise": seen.noise,
        "frames": [
            {"ago": round(now - f.at, 2), "sent": f.sent, "address": f.address, "name": f.name, "hex": f.hex}
            for f in seen.frames[-SHOWN:]
        ],
    }
