"""Count what is handed over: rows, bytes and the SHA-256 of all of it."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from gate.export_acts import Taken


@dataclass(slots=True)
class Tally:
    """What was made so far."""

    rows: int = 0
    size: int = 0
    sha: Any = field(default_factory=hashlib.sha256)

    def counted(self, rows: int) -> None:
        """Note how many rows there were so far."""
        self.rows = rows

    def add(self, chunk: bytes) -> bytes:
        """Note a chunk and return it."""
        self.size += len(chunk)
        self.sha.update(chunk)
        return chunk

    def taken(self, format_: str, *, complete: bool) -> Taken:
        """Return what the entry says of it."""
        return Taken(format_, self.rows, self.size, self.sha.hexdigest(), complete)
