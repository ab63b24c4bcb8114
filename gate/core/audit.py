"""The audit trail as pure values: what an entry says, its exact bytes, the hash chain and the Merkle tree.

The bytes are canonical JSON (settled: ASCII keys sorted, no spaces, UTF-8, no floats, integers under 2^53, absent
values omitted, times in UTC with milliseconds). A leaf is SHA-256(0x00 || bytes); chain and RFC 6962 tree share it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from gate.core.records import Moment

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

NO_LEAF = bytes(32)
"""What stands for the entry before the first."""

INTEGER_LIMIT = 2**53
"""Larger integers change their value in some JSON readers (RFC 8259, section 6)."""


class Kind(StrEnum):
    """The closed list of what an entry can tell."""

    DECISION = "decision"
    ACTUATED = "actuated"
    ANSWERED_LATE = "answered_late"
    OUTCOME_UNKNOWN = "outcome_unknown"
    USE_LEFT = "use_left"
    USE_ENDED = "use_ended"
    USE_RESUMED = "use_resumed"
    USE_WAITING = "use_waiting"
    USE_EXPIRED = "use_expired"
    USE_CLOSED = "use_closed"
    PERMISSIVE_DROPPED = "permissive_dropped"
    READER_ONLINE = "reader_online"
    READER_OFFLINE = "reader_offline"
    READER_UNKNOWN = "reader_unknown"
    READER_TAMPER = "reader_tamper"
    READER_POWER = "reader_power"
    READER_OUTPUT = "reader_output"
    PORT_OPENED = "reader_port_opened"
    PORT_LOST = "reader_port_lost"
    SECURITY = "security"
    CLOCK_STEP = "clock_step"
    CLOCK_UNTRUSTED = "clock_untrusted"
    CLOCK_TRUSTED = "clock_trusted"
    START = "start"
    STOP = "stop"
    CONFIG = "config"
    LOAD = "load"
    IMPORT_PUBLISHED = "import_published"
    IMPORT_REFUSED = "import_refused"
    KEY = "key"
    OVERRIDE_GRANTED = "override_granted"
    OVERRIDE_REVOKED = "override_revoked"
    SIGN = "sign"
    REVIEW_SIGNED = "review_signed"
    EXPORT = "export"
    CHANGE = "change"
    HOLD_SET = "hold_set"
    HOLD_RELEASED = "hold_released"
    VERIFY = "verify"
    SEGMENT = "segment"
    BACKUP = "backup"
    LATE_ENTRY = "late_entry"


FACT_KINDS = frozenset(
    {
        Kind.CONFIG,
        Kind.LOAD,
        Kind.IMPORT_PUBLISHED,
        Kind.OVERRIDE_GRANTED,
        Kind.OVERRIDE_REVOKED,
        Kind.CHANGE,
        Kind.HOLD_SET,
        Kind.HOLD_RELEASED,
    }
)
"""Kinds whose entries may change what a later decision sees of the plant: what is kept of it is read anew."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be told, before it has a number; absent values are None and are not written."""

    kind: Kind
    moment: Moment
    person: str | None = None
    role: str | None = None
    badge: str | None = None
    last4: str | None = None
    reader: str | None = None
    equipment: str | None = None
    mode: str | None = None
    operation: str | None = None
    outcome: str | None = None
    reasons: tuple[str, ...] = ()
    evidence: Mapping[str, Json] | None = None
    data_as_of: datetime | None = None
    until: datetime | None = None
    ref: int | None = None
    use: int | None = None
    subject: str | None = None
    old: Json = None
    new: Json = None
    by: str | None = None
    why: str | None = None
    detail: Mapping[str, Json] | None = None


_LEAF = hashlib.sha256(b"\x00")


class CanonicalFormError(ValueError):
    """A value has no canonical form; the text names where it stands and why."""


def timestamp(at: datetime) -> str:
    """Return `YYYY-MM-DDTHH:MM:SS.mmmZ`.

    Raises:
        CanonicalFormError: the time does not say that it is UTC.
    """
    offset = at.utcoffset()
    if offset is None or offset:
        raise CanonicalFormError(f"{at!r} is not in UTC; hand over an aware UTC time")
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


_TEXT_FIELDS = (
    "person",
    "role",
    "badge",
    "reader",
    "equipment",
    "mode",
    "operation",
    "outcome",
    "subject",
    "by",
    "why",
)


def entry_bytes(entry: Entry, *, seq: int, gate: str, zone: ZoneInfo, previous: bytes) -> bytes:
    """Return the exact bytes that are stored and hashed.

    Raises:
        CanonicalFormError: a float, an integer of 2^53 or more, or a time that is not UTC.
    """
    moment = entry.moment
    said: dict[str, Json] = {
        "at": timestamp(moment.at),
        "boot": moment.boot_id,
        "boot_us": moment.boot_us,
        "clock": moment.clock,
        "gate": gate,
        "kind": entry.kind.value,
        "offset": _offset(moment.at.astimezone(zone).utcoffset()),
        "prev": previous.hex(),
        "seq": seq,
        "zone": zone.key,
    }
    for name in _TEXT_FIELDS:
        value = getattr(entry, name)
        if value is not None:
            said[name] = str(value)
    said.update(_rest(entry))
    return canonical(said)


def _rest(entry: Entry) -> dict[str, Json]:
    rest: dict[str, Json] = {
        "badge_last4": entry.last4,
        "reasons": list(entry.reasons) or None,
        "evidence": entry.evidence,
        "data_as_of": timestamp(entry.data_as_of) if entry.data_as_of else None,
        "until": timestamp(entry.until) if entry.until else None,
        "ref": entry.ref,
        "use": entry.use,
        "old": entry.old,
        "new": entry.new,
        "detail": entry.detail,
    }
    return {name: value for name, value in rest.items() if value is not None}


@lru_cache(maxsize=8)
def _offset(ahead: timedelta | None) -> str:
    minutes = int((ahead or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def canonical(value: Json) -> bytes:
    """Return the canonical JSON bytes of a value.

    Raises:
        CanonicalFormError: something in it has no canonical form.
    """
    if not _is_plain(value):
        _check(value, "entry")
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalFormError(f"the text {error.object[error.start :][:20]!r} is not Unicode text") from error


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


_ROWS = (list, tuple)


def _is_plain(value: object) -> bool:
    """Whether the value is quickly seen to have a canonical form; where it is not, `_check` has the last word."""
    if isinstance(value, dict):
        for name in value:
            if not isinstance(name, str) or not name.isascii():
                return False
        return _are_plain(value.values())
    return value is None


def _are_plain(values: Iterable[object]) -> bool:
    for value in values:
        if isinstance(value, int):
            if not -INTEGER_LIMIT < value < INTEGER_LIMIT:
                return False
        elif isinstance(value, _ROWS):
            if not _are_plain(value):
                return False
        elif not isinstance(value, str) and not _is_plain(value):
            return False
    return True


def _check(value: object, where: str) -> None:
    match value:
        case None | bool() | str():
            return
        case int() if abs(value) < INTEGER_LIMIT:
            return
        case int():
            raise CanonicalFormError(f"{where}: {value} does not fit in 53 bits; write it as text")
        case dict():
            for name, inner in value.items():
                if not (isinstance(name, str) and name.isascii()):
                    raise CanonicalFormError(f"{where}: the key {name!r} is not ASCII text")
                _check(inner, f"{where}.{name}")
        case list() | tuple():
            for number, inner in enumerate(value):
                _check(inner, f"{where}[{number}]")
        case _:
            raise CanonicalFormError(f"{where}: a {type(value).__name__} has no canonical form")


def leaf_hash(data: bytes) -> bytes:
    """Return the leaf of an entry's bytes (RFC 6962, section 2.1)."""
    leaf = _LEAF.copy()
    leaf.update(data)
    return leaf.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return an inner node of the Merkle tree (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(frontier: tuple[bytes, ...], size: int, leaf: bytes) -> tuple[bytes, ...]:
    """Return the frontier after one more leaf; `size` is the number of leaves before it.

    The frontier holds the roots of the full subtrees that a tree of `size` leaves is made of, largest first: one
    for each set bit of `size`, so at most log2 n hashes.
    """
    nodes = list(frontier)
    carried = leaf
    while size & 1:
        carried = node_hash(nodes.pop(), carried)
        size >>= 1
    return (*nodes, carried)


def tree_root(frontier: tuple[bytes, ...]) -> bytes:
    """Return the Merkle tree hash of the tree that the frontier stands for (RFC 6962, section 2.1)."""
    if not frontier:
        return hashlib.sha256(b"").digest()
    root = frontier[-1]
    for node in reversed(frontier[:-1]):
        root = node_hash(node, root)
    return root
