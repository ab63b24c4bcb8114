"""Checkpoints of the trail as pure values: origin, size and root in their signed text (C2SP tlog-checkpoint)."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import NamedTuple

from gate.core.signed_note import Note, NoteError

ROOT_BYTES = 32
TIME_BYTES = 8
SIGNATURE_BYTES = 64
LARGEST = 2**63 - 1

NEW_S, NEW_ROWS, IDLE_S = 10.0, 100, 900.0
"""A checkpoint is made 10 s or 100 entries after the last one where something is new, and 15 min where nothing is:
a gap between two would let a tail that was cut off pass unseen."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: the log, how many entries, and the root of their tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


class Cosigned(NamedTuple):
    """A witness's statement: at this time (POSIX seconds) this was the largest head it had seen."""

    at_s: int
    signature: bytes


def parse_tree_head(text: str) -> TreeHead:
    """Read the text of a checkpoint; extension lines are let pass.

    Raises:
        NoteError: it is no checkpoint.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteError("it is no checkpoint: it needs a name, a size and a root, each on a line of its own")
    size = parse_number(lines[1])
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (ValueError, binascii.Error) as error:
        raise NoteError("its root is not in base64") from error
    if len(root) != ROOT_BYTES or size is None:
        raise NoteError("its size or its root has not the form of a checkpoint")
    return TreeHead(lines[0], size, root)


def parse_number(text: str) -> int | None:
    """Return a size as a checkpoint writes it, None where it is written in any other way."""
    return int(text) if _NUMBER.fullmatch(text) and int(text) <= LARGEST else None


def head_of(note: Note) -> TreeHead:
    """Return what the checkpoint in a note says.

    Raises:
        NoteError: it is no checkpoint.
    """
    return parse_tree_head(note.text)


def cosigned_message(text: str, at_s: int) -> bytes:
    """Return what a witness signs (C2SP tlog-cosignature, v1)."""
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def cosignature_payload(said: Cosigned) -> bytes:
    """Return the bytes of a cosignature line behind the key's id."""
    return said.at_s.to_bytes(TIME_BYTES, "big") + said.signature


def parse_cosignature(payload: bytes) -> Cosigned | None:
    """Read the bytes of a cosignature line, None where they are none."""
    if len(payload) != TIME_BYTES + SIGNATURE_BYTES:
        return None
    at_s = int.from_bytes(payload[:TIME_BYTES], "big")
    return Cosigned(at_s, payload[TIME_BYTES:]) if at_s <= LARGEST else None


def is_due(new: int, since_s: float) -> bool:
    """Return whether a checkpoint is due with so many new entries and so many seconds after the last one."""
    return new >= NEW_ROWS or (new > 0 and since_s >= NEW_S) or since_s >= IDLE_S


def origin_of(gate_id: str, site: str) -> str:
    """Return the name of a gate's log where the configuration gives none, such as `gate-1.laval-plant-2`."""
    words = "-".join(re.findall(r"[a-z0-9]+", site.lower()))
    return f"{gate_id}.{words}" if words else gate_id
