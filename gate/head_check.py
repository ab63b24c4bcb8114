"""Compare a head that was kept outside with the records: truncated, rewritten, another gate's, or all in order."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from gate.core.audit import NO_LEAF, grown, tree_root
from gate.core.checkpoint import head_of, parse_number
from gate.core.signed_note import Note, NoteError, NoteKey, parse_note
from gate.seal_keys import is_signed
from gate.store.audit_trail import split_frontier
from gate.store.hash_tree import HashTree, TreeError
from gate.store.schema import audit_trail, trail_head
from gate.store.seals import keys_of, last_checkpoint

PAGE = 5000
LEAST_DIGITS = 12
"""Hex digits of a hash that was noted by hand; with fewer a chance match is thinkable."""

LONGEST = 20_000
"""Characters that are looked at."""


class Fit(StrEnum):
    """What a comparison came to."""

    FITS = "fits"
    TRUNCATED = "truncated"
    DIFFERS = "differs"
    NOT_OURS = "not_ours"


class NoHeadError(ValueError):
    """The text holds no head; it says what one looks like."""


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head as somebody kept it: so many entries, the beginning of a hash in hex, and the note when it is signed."""

    size: int
    digits: str
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found: `size` entries were kept, `now` are there."""

    fit: Fit
    size: int
    now: int
    signed_by: NoteKey | None = None
    missing: int | None = None
    """The entry that is missing under the kept head, where one is."""

    @property
    def in_words(self) -> str:
        """The result in one line."""
        signed = f", signed with the key {self.signed_by.fingerprint[:16]}" if self.signed_by else ""
        match self.fit:
            case Fit.FITS:
                return f"fits: the first {self.size} entries are those of the kept head{signed}; {self.now} are there"
            case Fit.TRUNCATED:
                first = self.missing or self.now + 1
                return (
                    f"TRUNCATED: the kept head covers {self.size} entries, {self.now} are there: entry {first} is "
                    "missing. Keep the file as it is and call QA."
                )
            case Fit.DIFFERS:
                return (
                    f"DIFFERS: the first {self.size} entries are not those of the kept head: the records were written "
                    "anew, or the head is of another gate. Keep the file as it is and call QA."
                )
            case Fit.NOT_OURS:
                return "NOT OURS: the kept head is not signed with a key of this gate. Compare where it comes from."


def parse_kept(text: str) -> KeptHead:
    """Read a checkpoint, or a number and a hash: the leaf of that entry, or the root of the tree up to it.

    Raises:
        NoHeadError: it is neither.
    """
    if len(text) > LONGEST:
        raise NoHeadError("this is too long for a head")
    if "\u2014" in text:
        try:
            note = parse_note(f"{text.replace(chr(13), '').strip()}\n")
            head = head_of(note)
        except NoteError as error:
            raise NoHeadError(f"this is no checkpoint: {error}") from error
        return KeptHead(head.size, head.root.hex(), note)
    words = re.findall(r"[^\s,:;#]+", text)
    size = parse_number(words[0]) if words else None
    digits = _digits(words[1]) if len(words) == 2 else None
    if not size or digits is None:
        raise NoHeadError("a head is a signed checkpoint, or a number and a hash such as: 48205 9f2c41d07be3")
    return KeptHead(size, digits)


def _digits(text: str) -> str | None:
    if re.fullmatch(r"[0-9a-fA-F]{12,64}", text):
        return text.lower()
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return found.hex() if len(found) == len(NO_LEAF) else None


def compare(engine: sa.Engine, kept: KeptHead, *, thorough: bool) -> Comparison:
    """Compare a kept head with the records; `thorough` works the root out from every leaf, else from stored hashes.

    Raises:
        STORE_FAULTS: the records cannot be read now.
    """
    with engine.connect() as connection:
        now = connection.execute(sa.select(trail_head.c.seq)).scalar() or 0
        leaf = connection.execute(sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == kept.size)).scalar()
        keys = [row.key for row in keys_of(connection)]
    signer = _signer(kept.note, keys) if kept.note else None
    if kept.note and signer is None:
        return Comparison(Fit.NOT_OURS, kept.size, now)
    if now < kept.size or leaf is None:
        return Comparison(Fit.TRUNCATED, kept.size, now, signer)
    if kept.note is None and not thorough and leaf.hex().startswith(kept.digits):
        return Comparison(Fit.FITS, kept.size, now)
    try:
        root = root_over_leaves(engine, kept.size) if thorough else HashTree(engine).root(kept.size)
    except TreeError as error:
        return Comparison(Fit.TRUNCATED, kept.size, now, signer, missing=error.seq)
    hashes = [root] if kept.note else [root, leaf]
    same = any(found.hex().startswith(kept.digits) for found in hashes)
    return Comparison(Fit.FITS if same else Fit.DIFFERS, kept.size, now, signer)


def _signer(note: Note, keys: Iterable[NoteKey]) -> NoteKey | None:
    return next((key for key in keys if is_signed(note, key)), None)


def root_over_leaves(engine: sa.Engine, size: int) -> bytes:
    """Return the root of the first `size` entries, worked out from every leaf in short transactions.

    Raises:
        TreeError: an entry is missing.
    """
    frontier: tuple[bytes, ...] = ()
    seq = 0
    while seq < size:
        wanted = sa.and_(audit_trail.c.seq > seq, audit_trail.c.seq <= size)
        page = sa.select(audit_trail.c.seq, audit_trail.c.leaf).where(wanted).order_by(audit_trail.c.seq).limit(PAGE)
        with engine.connect() as connection:
            rows = connection.execute(page).all()
        if not rows:
            raise TreeError(seq + 1)
        for row in rows:
            if row.seq != seq + 1:
                raise TreeError(seq + 1)
            frontier = grown(frontier, seq, row.leaf)
            seq = row.seq
    return tree_root(frontier)


def end_fits_checkpoint(engine: sa.Engine) -> bool:
    """Return whether the last checkpoint on this disk agrees with the end of the trail: not longer, not otherwise.

    It catches an end that was cut off with its head row; a whole disk that was rolled back only an outside head does.

    Raises:
        STORE_FAULTS: the records cannot be read now.
    """
    with engine.connect() as connection:
        row = connection.execute(sa.select(trail_head.c.seq, trail_head.c.frontier)).first()
        found = last_checkpoint(connection)
    if found is None or row is None or found.size < row.seq:
        return found is None or row is not None
    try:
        head = head_of(parse_note(found.note))
    except NoteError:
        return False
    return (head.size, head.root) == (row.seq, tree_root(split_frontier(row.frontier)))
