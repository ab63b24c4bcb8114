"""Change the key that signs checkpoints: recorded, and vouched for by the key before."""

from gate.core.records import Moment
from gate.core.signed_note import NoteKey
from gate.desk import Desk
from gate.seal_files import key_path, next_path, take_place
from gate.seal_keys import SealKeyError, new_seal_key, read_seal_key, write_seal_key
from gate.sealing import begin_with, store_checkpoint
from gate.settings import Settings
from gate.store.seals import last_vkey

LONGEST_WORDS = 500


def rotate_key(settings: Settings, desk: Desk, *, by: str, why: str, moment: Moment) -> NoteKey:
    """Make another key, let the old one sign its first checkpoint too, and put it in the other's place.

    The new key is on disk before it is on record, and in its place only afterwards: whatever is interrupted, the key
    that the records name is there. The old private key is gone in the end.

    Raises:
        SealKeyError: nobody is named, no reason is given, the trail cannot be trusted, or the old key cannot be used.
        STORE_FAULTS: it cannot be recorded; the old key goes on.
    """
    if not (by.strip() and why.strip()) or len(by) + len(why) > LONGEST_WORDS:
        raise SealKeyError("A change of keys needs a name and a justification. Say who with --by and why with --why.")
    if not desk.trail_sound:
        raise SealKeyError("The end of the audit trail is not sound: nothing is signed on it. Run: gate verify.")
    with desk.trail.transaction():
        _settle(settings, last_vkey(desk.trail))
        old = read_seal_key(key_path(settings))
        fresh = new_seal_key(old.public.name)
        write_seal_key(next_path(settings), fresh)
        begin_with(desk.trail, fresh, moment, "key rotated", {"old": old.public.vkey}, by=by, why=why)
        store_checkpoint(desk.trail, moment, [fresh, old])
    take_place(settings)
    return fresh.public


def _settle(settings: Settings, in_use: str | None) -> None:
    """Bring to its end what a power cut has left of the last rotation."""
    following = next_path(settings)
    if not following.exists():
        return
    try:
        is_in_use = read_seal_key(following).public.vkey == in_use
    except SealKeyError:
        is_in_use = False
    if is_in_use:
        take_place(settings)
    else:
        following.unlink()
