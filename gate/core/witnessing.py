"""What a log asks of a witness and what a witness answers, as pure values (C2SP tlog-witness, add-checkpoint)."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from gate.core.audit import tree_root
from gate.core.checkpoint import ROOT_BYTES, TreeHead, parse_number
from gate.core.merkle import Path, consistent
from gate.core.signed_note import NoteError

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MOST_STEPS = 63
"""Hashes of a proof; a tree with more would have over 2^63 entries."""

LARGEST_BODY = 64 * 1024
"""Bytes; a request of ours has two thousand."""


class Verdict(IntEnum):
    """What a witness says, as the status of its answer."""

    COSIGNED = 200
    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    OTHER_SIZE = 409
    INCONSISTENT = 422


@dataclass(frozen=True, slots=True)
class Submission:
    """A new head with the proof that it continues the head of `old` entries."""

    old: int
    path: Path
    note: str

    @property
    def body(self) -> str:
        """The request as it is sent."""
        steps = "".join(f"{base64.b64encode(step).decode('ascii')}\n" for step in self.path)
        return f"old {self.old}\n{steps}\n{self.note}"


def parse_submission(body: str) -> Submission:
    """Read a request.

    Raises:
        NoteError: it is not formed as one.
    """
    before, middle, note = body.partition("\n\n")
    first, *steps = before.split("\n")
    old = parse_number(first.removeprefix("old "))
    if not middle or not first.startswith("old ") or old is None or len(steps) > MOST_STEPS:
        raise NoteError("it is no request to add a checkpoint")
    return Submission(old, tuple(_step(step) for step in steps), note)


def _step(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise NoteError("a hash of the proof is not in base64") from error
    if len(found) != ROOT_BYTES:
        raise NoteError(f"a hash of the proof has {len(found)} bytes")
    return found


def judged(known: TreeHead | None, offered: TreeHead, old: int, path: Sequence[bytes]) -> Verdict:
    """Return whether a witness that has cosigned `known` last may cosign `offered`.

    A head that is smaller, or as large with another root, or that does not continue the known one, is refused: it is a
    rolled-back disk, a second gate with the same key, or a history written anew.
    """
    held = known or TreeHead(offered.origin, 0, tree_root(()))
    if old > offered.size:
        return Verdict.MALFORMED
    if old != held.size:
        return Verdict.OTHER_SIZE
    if offered.size == held.size:
        same = offered.root == held.root
        return Verdict.OTHER_SIZE if not same else Verdict.INCONSISTENT if path else Verdict.COSIGNED
    agrees = consistent(held.size, held.root, offered.size, offered.root, path)
    return Verdict.COSIGNED if agrees else Verdict.INCONSISTENT
