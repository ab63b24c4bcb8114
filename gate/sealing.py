"""Sign the head of the trail: a checkpoint in the same transaction that makes its last entry durable.

The reader process alone signs, because it alone has the key. Signing takes a tenth of a millisecond.
"""

import logging
from collections.abc import Callable, Sequence

from gate.core.audit import Entry, Json, Kind, tree_root
from gate.core.checkpoint import TreeHead, is_due
from gate.core.records import Moment
from gate.core.signed_note import Note
from gate.desk import Desk
from gate.readers.orders import Order
from gate.seal_keys import SealKey, SealKeyError
from gate.store.audit_trail import Trail
from gate.store.seals import add_checkpoint, add_key, last_sealed, last_vkey, was_used

log = logging.getLogger(__name__)

LoadKey = Callable[[str | None], SealKey]
"""Given the public key in use, return the key to sign with; raises SealKeyError."""


class Sealer:
    """Decides when a checkpoint is due; `seal` is work for the gate thread, asked for every second."""

    def __init__(self, load_key: LoadKey) -> None:
        self._load_key = load_key
        self._last_id: int | None = None
        self._since_s = 0.0
        self._complaint = ""

    def seal(self, desk: Desk, moment: Moment) -> Sequence[Order]:
        """Sign the head if that is due; a trail that cannot be trusted is not signed.

        Raises:
            STORE_FAULTS: the checkpoint cannot be stored.
        """
        last_id, sealed = last_sealed(desk.trail)
        if last_id != self._last_id:
            self._last_id, self._since_s = last_id, desk.now_s
        size = desk.trail.head.seq
        if desk.trail_sound and size >= max(1, sealed) and is_due(size - sealed, desk.now_s - self._since_s):
            self._sign(desk.trail, moment)
        return ()

    def _sign(self, trail: Trail, moment: Moment) -> None:
        in_use = last_vkey(trail)
        try:
            key = self._load_key(in_use)
            if key.public.vkey != in_use and was_used(trail, key.public.vkey):
                raise SealKeyError(f"key {key.public.id.hex()}: another key has taken its place. Restart gate-readers.")
        except SealKeyError as error:
            if str(error) != self._complaint:
                log.error("no checkpoints are made: %s", error)
            self._complaint = str(error)
            return
        self._complaint = ""
        if key.public.vkey != in_use:
            begin_with(trail, key, moment, "key in use" if in_use is None else "key replaced", {"old": in_use})
        store_checkpoint(trail, moment, [key])


def begin_with(
    trail: Trail, key: SealKey, moment: Moment, what: str, more: dict[str, Json], *, by: str = "", why: str = ""
) -> int:
    """Record that a key signs from here on; return the entry's number."""
    detail = {"what": what, "vkey": key.public.vkey, "sha256": key.public.fingerprint, **more}
    entry = Entry(
        kind=Kind.KEY,
        moment=moment,
        subject="seal",
        by=by or None,
        why=why or None,
        detail={name: value for name, value in detail.items() if value is not None},
    )
    seq = trail.append(entry)
    add_key(trail, seq, key.public.vkey)
    return seq


def store_checkpoint(trail: Trail, moment: Moment, keys: Sequence[SealKey]) -> Note:
    """Sign the head in the open transaction with each key, the first one's name being the log's; return the note."""
    head = TreeHead(keys[0].public.name, trail.head.seq, tree_root(trail.head.frontier))
    note = Note(head.text, tuple(key.sign(head.text) for key in keys))
    add_checkpoint(trail, head.size, moment.at, note.whole)
    return note
