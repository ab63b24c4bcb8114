"""What an audit entry can be found by: its terms, each a field and a value, taken from the entry's own words."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from gate.core.audit import Kind
from gate.core.reasons import REASONS
from gate.core.terms import Mode, Outcome


class Field(StrEnum):
    """The closed list of what a search can name."""

    ALL = "all"
    KIND = "kind"
    FAMILY = "family"
    VIEW = "view"
    RESULT = "result"
    REASON = "reason"
    PERSON = "person"
    BY = "by"
    READER = "reader"
    EQUIPMENT = "equipment"
    BADGE = "badge"
    LAST4 = "last4"
    MODE = "mode"
    OPERATION = "operation"
    OVERRIDE = "override"
    SUBJECT = "subject"
    WORD = "word"


class Term(NamedTuple):
    """One thing an entry is found by."""

    field: str
    value: str


class Family(StrEnum):
    """What an entry is about at large."""

    DECISIONS = "decisions"
    CHANGES = "changes"
    SYSTEM = "system"


class Result(StrEnum):
    """How a badge read ended, in the words of the pages; every decision has exactly one."""

    ALLOWED = "allowed"
    OVERRIDE = "override"
    DENIED = "denied"
    WOULD_DENY = "would_deny"
    PENDING = "pending"
    AGAIN = "again"


class View(StrEnum):
    """The parts of the log that everybody is offered; `EVERYTHING` is no term of its own."""

    EVERYTHING = "everything"
    EXCEPTIONS = "exceptions"
    DENIED = "denied"
    OVERRIDES = "overrides"
    SYSTEM = "system"
    CLOCK = "clock"
    CHANGES = "changes"


class Found(NamedTuple):
    """An entry as a search sees it; `at_ms` is its time in milliseconds since 1970."""

    seq: int
    at_ms: int
    terms: frozenset[Term]


ALL = Term(Field.ALL, "")

BY_OVERRIDE = frozenset({"ALLOW_OVERRIDE", "ALLOW_EMERGENCY"})
READ_AGAIN = frozenset({"BADGE_UNREADABLE", "READ_LATE"})

_OF_DECISIONS = ("decision", "actuated", "answered_", "outcome_", "use_", "permissive_")
_OF_SYSTEM = ("reader_", "security", "clock_", "start", "stop", "verify", "backup")
_OF_CLOCK = ("clock_", "start", "stop")

EXCEPTIONAL = frozenset(
    {
        Kind.ANSWERED_LATE,
        Kind.OUTCOME_UNKNOWN,
        Kind.USE_EXPIRED,
        Kind.USE_CLOSED,
        Kind.READER_OFFLINE,
        Kind.READER_UNKNOWN,
        Kind.READER_TAMPER,
        Kind.READER_POWER,
        Kind.PORT_LOST,
        Kind.SECURITY,
        Kind.CLOCK_STEP,
        Kind.CLOCK_UNTRUSTED,
        Kind.CONFIG,
        Kind.IMPORT_REFUSED,
        Kind.OVERRIDE_GRANTED,
        Kind.OVERRIDE_REVOKED,
        Kind.HOLD_SET,
        Kind.HOLD_RELEASED,
        Kind.LATE_ENTRY,
        Kind.SEGMENT,
    }
)
"""Kinds that are never routine, whatever they say."""

EXCEPTIONAL_RESULTS = frozenset({Result.DENIED, Result.WOULD_DENY, Result.OVERRIDE})

EXCEPTIONAL_REASONS = frozenset(code for code, reason in REASONS.items() if reason.exception)

_PLAIN = (
    (Field.PERSON, "person"),
    (Field.BY, "by"),
    (Field.READER, "reader"),
    (Field.EQUIPMENT, "equipment"),
    (Field.BADGE, "badge"),
    (Field.LAST4, "badge_last4"),
    (Field.MODE, "mode"),
    (Field.OPERATION, "operation"),
    (Field.SUBJECT, "subject"),
)
"""Field -> key in the canonical bytes."""

SEARCHED = frozenset(
    {
        Field.PERSON,
        Field.BY,
        Field.READER,
        Field.EQUIPMENT,
        Field.BADGE,
        Field.LAST4,
        Field.REASON,
        Field.SUBJECT,
        Field.WORD,
    }
)
"""Fields that free text looks into."""

_WORD = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
SHORTEST_WORD, LONGEST_WORD, MOST_WORDS = 3, 60, 40
"""Words of a justification that are worth finding; a text of ten thousand characters does not fill the index."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def ms_of(at: datetime) -> int:
    """Return an aware instant as milliseconds since 1970, which is as fine as the trail tells it."""
    return (at - _EPOCH) // _MS


def instant_of(ms: int) -> datetime:
    """Return the instant of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def found_of(seq: int, said: Mapping[str, Any]) -> Found:
    """Return an entry as a search sees it, from what its canonical bytes say."""
    return Found(seq, _at(said), frozenset(_terms(said)))


def unreadable(seq: int, kind: str) -> Found:
    """Return an entry whose bytes say nothing: it is found among everything, as an exception, and by its kind."""
    return Found(seq, 0, frozenset({ALL, Term(Field.KIND, kind), Term(Field.VIEW, View.EXCEPTIONS)}))


def family_of(kind: str) -> Family:
    """Return what a kind is about; a kind that is neither decision nor system is a change."""
    if kind.startswith(_OF_DECISIONS):
        return Family.DECISIONS
    return Family.SYSTEM if kind.startswith(_OF_SYSTEM) else Family.CHANGES


def result_of(said: Mapping[str, Any]) -> Result | None:
    """Return how a badge read ended, None for an entry that is no decision."""
    if said.get("kind") != Kind.DECISION:
        return None
    codes = set(_texts(said.get("reasons")))
    match said.get("outcome"):
        case Outcome.ALLOW.value:
            return Result.OVERRIDE if codes & BY_OVERRIDE else Result.ALLOWED
        case Outcome.PENDING.value:
            return Result.PENDING
        case _ if codes & READ_AGAIN:
            return Result.AGAIN
        case _:
            return Result.WOULD_DENY if said.get("mode") == Mode.SHADOW else Result.DENIED


def _at(said: Mapping[str, Any]) -> int:
    try:
        return ms_of(datetime.fromisoformat(str(said.get("at"))))
    except (ValueError, TypeError, OverflowError):
        return 0


def _terms(said: Mapping[str, Any]) -> Iterator[Term]:
    yield ALL
    kind = str(said.get("kind"))
    family, result = family_of(kind), result_of(said)
    yield Term(Field.KIND, kind)
    yield Term(Field.FAMILY, family)
    if result is not None:
        yield Term(Field.RESULT, result)
    for view in _views(kind, family, result, said):
        yield Term(Field.VIEW, view)
    for field, key in _PLAIN:
        value = said.get(key)
        if isinstance(value, str) and value:
            yield Term(field, value)
    for code in _texts(said.get("reasons")):
        yield Term(Field.REASON, code)
    evidence = said.get("evidence")
    if isinstance(evidence, Mapping) and isinstance(evidence.get("override"), int):
        yield Term(Field.OVERRIDE, str(evidence["override"]))
    for word in words_of(said):
        yield Term(Field.WORD, word)


def _views(kind: str, family: Family, result: Result | None, said: Mapping[str, Any]) -> Iterator[View]:
    flagged = any(code in EXCEPTIONAL_REASONS for code in _texts(said.get("reasons")))
    if kind in EXCEPTIONAL or result in EXCEPTIONAL_RESULTS or flagged or _changes_mode(said):
        yield View.EXCEPTIONS
    if result in (Result.DENIED, Result.WOULD_DENY):
        yield View.DENIED
    if result is Result.OVERRIDE or kind.startswith("override_") or str(said.get("subject")).startswith("override:"):
        yield View.OVERRIDES
    if family is Family.SYSTEM:
        yield View.SYSTEM
    if kind.startswith(_OF_CLOCK):
        yield View.CLOCK
    if family is Family.CHANGES:
        yield View.CHANGES


def _changes_mode(said: Mapping[str, Any]) -> bool:
    new = said.get("new")
    return said.get("kind") == Kind.CHANGE and isinstance(new, Mapping) and "mode" in new


def words_of(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words of a justification and the references that free text finds, in lower case."""
    new = said.get("new")
    reference = new.get("reference") if isinstance(new, Mapping) else None
    text = " ".join(value for value in (said.get("why"), reference) if isinstance(value, str))
    if not text:
        return ()
    found = (word.casefold() for word in _WORD.findall(text[: LONGEST_WORD * MOST_WORDS]))
    wanted = (word for word in found if SHORTEST_WORD <= len(word) <= LONGEST_WORD)
    return tuple(dict.fromkeys(wanted))[:MOST_WORDS]


def _texts(found: object) -> list[str]:
    return [value for value in found if isinstance(value, str)] if isinstance(found, list) else []
