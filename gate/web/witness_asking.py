"""Show a head to a witness: the HTTP request, and what its answer means (C2SP tlog-witness)."""

import http.client
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from gate.core.checkpoint import parse_number
from gate.core.signed_note import Note, NoteError, NoteKey, parse_note, parse_signatures
from gate.core.witnessing import PATH, Submission, Verdict
from gate.seal import Checkpoint, HashTree
from gate.seal_keys import cosigned_at
from gate.settings_seal import WitnessSettings
from gate.store.seals import CosignatureRow, WitnessRow

TIMEOUT_S = 10.0
LARGEST_ANSWER = 16 * 1024

AGREES, SILENT, REFUSED = "agrees", "silent", "refused"
ROLLED_BACK, FORKED = "rolled_back", "forked"


class Reply(NamedTuple):
    """What a witness has answered."""

    status: int
    body: str


Ask = Callable[[WitnessSettings, Submission], Reply]
"""Raises OSError or http.client.HTTPException where there is no answer."""

NO_ANSWER = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of showing a head: the witness as it stands now, and its cosignature if it gave one."""

    row: WitnessRow
    cosignature: CosignatureRow | None = None


def over_http(witness: WitnessSettings, submission: Submission) -> Reply:
    """Post one submission; the certificate is checked, and no redirection is followed.

    Raises:
        OSError, http.client.HTTPException: there is no answer.
    """
    parts = urlsplit(witness.url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=str(witness.ca_file) if witness.ca_file else None)
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        connection.request("POST", parts.path.rstrip("/") + PATH, submission.body.encode("utf-8"), headers)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(LARGEST_ANSWER).decode("utf-8", "replace"))
    finally:
        connection.close()


def show_head(
    witness: WitnessSettings, before: WitnessRow, checkpoint: Checkpoint, tree: HashTree, ask: Ask, now: datetime
) -> Shown:
    """Show the head of a checkpoint to a witness, with the proof from the head that it holds.

    A witness that holds more than we have signed, or to whose head ours is no continuation, refuses: this disk was
    rolled back, a copy of this gate is at work, or the history was written anew.

    Raises:
        TreeError: an entry is missing, so there is no proof.
    """
    old = min(before.size, checkpoint.size)
    try:
        reply = _asked(witness, checkpoint, tree, ask, old)
        held = parse_number(reply.body.strip()) if reply.status == Verdict.OTHER_SIZE else None
        if held is not None and held <= checkpoint.size and held != old:
            old = held
            reply = _asked(witness, checkpoint, tree, ask, old)
    except NO_ANSWER as error:
        return _silent(before, now, f"{type(error).__name__}: {error}")
    return _meaning(witness.key, before, checkpoint, reply, now)


def _asked(witness: WitnessSettings, checkpoint: Checkpoint, tree: HashTree, ask: Ask, old: int) -> Reply:
    return ask(witness, Submission(old, tree.consistency(old, checkpoint.size), checkpoint.note))


def _meaning(key: NoteKey, before: WitnessRow, checkpoint: Checkpoint, reply: Reply, now: datetime) -> Shown:
    match reply.status:
        case Verdict.COSIGNED:
            return _cosigned(key, before, checkpoint, reply, now)
        case Verdict.OTHER_SIZE:
            held = parse_number(reply.body.strip())
            if held is None:
                return _silent(before, now, "its answer cannot be read")
            return _refused(before, now, ROLLED_BACK if held > checkpoint.size else FORKED, held)
        case Verdict.INCONSISTENT:
            return _refused(before, now, FORKED, before.size)
        case Verdict.UNKNOWN_LOG:
            return _silent(before, now, "it does not know this log: give it the vkey of this gate")
        case Verdict.NOT_SIGNED:
            return _silent(before, now, "it does not know the key of this gate: give it the vkey")
        case _:
            return _silent(before, now, f"it answered with status {reply.status}")


def _cosigned(key: NoteKey, before: WitnessRow, checkpoint: Checkpoint, reply: Reply, now: datetime) -> Shown:
    note = parse_note(checkpoint.note)
    try:
        found = [one for one in parse_signatures(reply.body) if (one.name, one.key_id) == (key.name, key.id)]
    except NoteError:
        found = []
    at_s = cosigned_at(Note(note.text, tuple(found)), key)
    if at_s is None:
        return _silent(before, now, "its answer is not signed with its key")
    since = before.since_at if before.state == AGREES else now
    row = WitnessRow(before.name, AGREES, checkpoint.size, since, now, "")
    line = "".join(one.line for one in found).rstrip("\n")
    return Shown(row, CosignatureRow(before.name, checkpoint.size, datetime.fromtimestamp(at_s, UTC), line))


def _refused(before: WitnessRow, now: datetime, cause: str, held: int) -> Shown:
    since = before.since_at if before.state == REFUSED else now
    return Shown(WitnessRow(before.name, REFUSED, max(held, before.size), since, now, cause))


def _silent(before: WitnessRow, now: datetime, what: str) -> Shown:
    """A refusal stands until the witness agrees: pulling its plug must not make it look better."""
    if before.state == REFUSED:
        return Shown(before)
    since = before.since_at if before.state == SILENT else now
    return Shown(before._replace(state=SILENT, since_at=since, what=what[:200]))


def unknown_yet(name: str, now: datetime) -> WitnessRow:
    """Return a witness that was never asked."""
    return WitnessRow(name, SILENT, 0, now, None, "")
