"""What each entry of the audit trail means for the alerts: raised, ended, or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from gate.core.alert_rules import Change, Detail, Ended, Raised
from gate.core.audit import Kind
from gate.core.equipment_use import DropCause
from gate.core.reasons import REASONS
from gate.core.terms import Mode, Outcome

Said = Mapping[str, Any]
"""What an entry says: its canonical bytes, parsed."""

REPEAT = timedelta(minutes=10)
"""Denied attempts are counted over this long (requirement A3)."""

IDENTITY = 2
"""The precedence of reasons about who badges; they count wherever they happen, trial included."""

TRAIL, BACKUP = "trail", "backup"

CALLS = frozenset(
    {
        DropCause.CERTIFICATION_ENDED,
        DropCause.OVERRIDE_ENDED,
        DropCause.SUSPENDED,
        DropCause.BADGE_BLOCKED,
        DropCause.SYSTEM_FAULT,
        DropCause.OTHER,
    }
)
"""Why a permissive dropped in the middle of a use, where nobody at the machine has just decided it."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One denied attempt, as far as counting needs it; `badge` None: the number could not be read."""

    at: datetime
    reader: str
    equipment: str | None
    badge: str | None
    last4: str


def changes_of(said: Said) -> list[Change]:
    """Return what one entry raises and ends; most entries do neither."""
    return _OF_KIND[said["kind"]](said) if said["kind"] in _OF_KIND else []


def denial_of(said: Said) -> Denial | None:
    """Return the denied attempt that an entry tells of, if it counts (requirement A3).

    A fault of the system is no attempt, nor is a machine in use by somebody else. In trial nobody is kept out, so only
    what is wrong with the badge itself counts there.
    """
    if said["kind"] != Kind.DECISION or said.get("outcome") != Outcome.DENY or "reader" not in said:
        return None
    found = [REASONS[code].precedence for code in said.get("reasons", ()) if code in REASONS and code != "EQ_BUSY"]
    if not any(_counts(precedence, said.get("mode")) for precedence in found):
        return None
    return Denial(
        at=datetime.fromisoformat(said["at"]),
        reader=said["reader"],
        equipment=said.get("equipment"),
        badge=said.get("badge") or said.get("subject"),
        last4=said.get("badge_last4", ""),
    )


def _counts(precedence: int, mode: str | None) -> bool:
    return precedence == IDENTITY or (precedence > IDENTITY and mode == Mode.ENFORCE)


def within(window: Iterable[Denial], now: datetime) -> tuple[Denial, ...]:
    """Return the attempts that still count at an instant; one from the future is a clock that was wrong."""
    return tuple(denial for denial in window if now - REPEAT < denial.at <= now)


def repeated(window: Sequence[Denial], newest: Denial, limit: int) -> list[Raised]:
    """Return the alert that the newest attempt completes: of its badge, else of its reader.

    `window` holds what still counts, the newest included. One badge that is tried again and again at one reader is one
    alert, not two.
    """
    same_badge = [denial for denial in window if newest.badge is not None and denial.badge == newest.badge]
    here = [denial for denial in window if denial.reader == newest.reader]
    if len(same_badge) >= limit:
        detail: Detail = {"n": len(same_badge), "last4": newest.last4, "what": "badge"}
        return [Raised("DENIED_OFTEN", f"badge:{newest.badge}", newest.equipment, newest.reader, detail=detail)]
    if len(here) >= limit:
        detail = {"n": len(here), "what": "reader"}
        return [Raised("DENIED_OFTEN", f"reader:{newest.reader}", newest.equipment, newest.reader, detail=detail)]
    return []


def _detail(said: Said, name: str) -> Any:
    detail = said.get("detail")
    return detail.get(name) if isinstance(detail, Mapping) else None


def _what(said: Said) -> str:
    return str(_detail(said, "what") or "")


def _line(said: Said) -> str:
    return str(_detail(said, "line") or "")


def _of_reader(rule: str, said: Said, part_of: str = "") -> list[Change]:
    reader = said.get("reader")
    subject = reader or _line(said)
    return [Raised(rule, subject, None, reader, part_of, {"what": _what(said), "line": _line(said)})]


def _reader_ended(rule: str, said: Said) -> Ended:
    return Ended(rule, str(said.get("reader")))


def _reader_lost(said: Said) -> list[Change]:
    return _of_reader("READER_LOST", said, _line(said))


def _reader_back(said: Said) -> list[Change]:
    return [_reader_ended("READER_LOST", said)]


def _line_lost(said: Said) -> list[Change]:
    return _of_reader("LINE_LOST", said)


def _line_back(said: Said) -> list[Change]:
    return [Ended("LINE_LOST", _line(said))]


def _unknown_device(said: Said) -> list[Change]:
    return _of_reader("READER_UNKNOWN", said)


def _tamper(said: Said) -> list[Change]:
    return _of_reader("READER_TAMPER", said) if _what(said) == "on" else [_reader_ended("READER_TAMPER", said)]


def _power(said: Said) -> list[Change]:
    return _of_reader("READER_POWER", said) if _what(said) == "failed" else [_reader_ended("READER_POWER", said)]


def _output(said: Said) -> list[Change]:
    return _of_reader("OUTPUT_FAULT", said)


def _security(said: Said) -> list[Change]:
    if _what(said) == "account_blocked":
        account = str(said.get("subject", "")).removeprefix("account:")
        return [Raised("ACCOUNT_BLOCKED", account, detail={"account": account})]
    if _what(said) in _OF_HEADS:
        return [_OF_HEADS[_what(said)](said)]
    return _of_reader("READER_SECURITY", said) if _line(said) else []


def _witness(said: Said) -> str:
    return str(said.get("subject", "")).removeprefix("witness:")


_OF_HEADS: Mapping[str, Callable[[Said], Change]] = MappingProxyType(
    {
        "checkpoint_mismatch": lambda _: Raised("TRAIL_UNSOUND", TRAIL, detail={"what": "checkpoint"}),
        "witness_refused": lambda said: Raised("HEAD_REFUSED", _witness(said), detail={"witness": _witness(said)}),
        "witness_agrees": lambda said: Ended("HEAD_REFUSED", _witness(said)),
    }
)
"""What the keeper of signed heads tells in a security entry."""


def _verified(said: Said) -> list[Change]:
    match _detail(said, "sound"):
        case True:
            return [Ended("TRAIL_UNSOUND", TRAIL), Ended("VERIFY_MISSED", TRAIL)]
        case False:
            return [Raised("TRAIL_UNSOUND", TRAIL, detail={"what": _what(said)}), Ended("VERIFY_MISSED", TRAIL)]
        case _:
            return [Raised("VERIFY_MISSED", TRAIL, detail={"what": _what(said)})]


def _backed_up(said: Said) -> list[Change]:
    """A backup that lies there ends it; that the records were damaged is the verification's to say."""
    match _what(said):
        case "made":
            return [Ended("BACKUP_MISSED", BACKUP)]
        case "missed":
            return [Raised("BACKUP_MISSED", BACKUP)]
        case _:
            return []


def _dropped(said: Said) -> list[Change]:
    cause = str(_detail(said, "cause"))
    if cause not in CALLS:
        return []
    detail: Detail = {"person": said.get("person", ""), "what": cause}
    return [Raised("ENDED_IN_USE", str(said.get("ref", 0)), said.get("equipment"), detail=detail)]


def _left(said: Said) -> list[Change]:
    return [Ended("ENDED_IN_USE", str(said.get("ref", 0)))]


def _decided(said: Said) -> list[Change]:
    return [_OF_REASON[code](said) for code in said.get("reasons", ()) if code in _OF_REASON]


def _badge_lost(said: Said) -> Raised:
    equipment = said.get("equipment")
    detail: Detail = {"last4": said.get("badge_last4", ""), "person": said.get("person", "")}
    return Raised("BADGE_LOST_USED", f"{said.get('badge')}@{equipment}", equipment, said.get("reader"), detail=detail)


def _at_equipment(rule: str) -> Callable[[Said], Raised]:
    def raised(said: Said) -> Raised:
        equipment = said.get("equipment")
        return Raised(rule, str(equipment), equipment, said.get("reader"))

    return raised


_OF_REASON: Mapping[str, Callable[[Said], Raised]] = MappingProxyType(
    {
        "BADGE_LOST": _badge_lost,
        "READER_UNKNOWN": _at_equipment("READER_UNKNOWN"),
        "SYS_INTEGRITY": lambda _: Raised("TRAIL_UNSOUND", TRAIL, detail={"what": "head"}),
        "SYS_LOG_FAIL": lambda _: Raised("RECORDS_FAULT", "records"),
        "SYS_ERROR": _at_equipment("PROGRAM_FAULT"),
        "SYS_CONFIG": _at_equipment("NOT_CONFIGURED"),
    }
)

_OF_KIND: Mapping[str, Callable[[Said], list[Change]]] = MappingProxyType(
    {
        Kind.READER_OFFLINE: _reader_lost,
        Kind.READER_ONLINE: _reader_back,
        Kind.PORT_LOST: _line_lost,
        Kind.PORT_OPENED: _line_back,
        Kind.READER_UNKNOWN: _unknown_device,
        Kind.READER_TAMPER: _tamper,
        Kind.READER_POWER: _power,
        Kind.READER_OUTPUT: _output,
        Kind.SECURITY: _security,
        Kind.CLOCK_UNTRUSTED: lambda _: [Raised("CLOCK_UNTRUSTED", "clock")],
        Kind.CLOCK_TRUSTED: lambda _: [Ended("CLOCK_UNTRUSTED", "clock")],
        Kind.VERIFY: _verified,
        Kind.BACKUP: _backed_up,
        Kind.USE_EXPIRED: _dropped,
        Kind.PERMISSIVE_DROPPED: _dropped,
        Kind.USE_LEFT: _left,
        Kind.USE_ENDED: _left,
        Kind.DECISION: _decided,
    }
)
"""Kind of entry -> what it means; one of any other kind means nothing here."""
