"""What the address of the matrix asks: at which instant, as known when, where, for which operation."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gate.core.calendar import EARLIEST, LATEST
from gate.core.terms import Operation
from gate.web.report_makers import Asked
from gate.web.typed_days import typed_instant

THEN, TODAY = "then", "today"

LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?", re.ASCII)
WITH_OFFSET = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
"""As the links of the page write it: an hour that comes twice has one meaning then."""

LONGEST_ASKED = 80
MARGIN = timedelta(days=1000)
"""Kept from both ends of the calendar, so that nothing that is added to an instant leaves it."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; `typed` is what stood in the address, shown again where it could not be read."""

    at: datetime
    now: datetime
    chosen: bool = False
    """Whether an instant was asked for; else it is now."""
    known: str = THEN
    area: str = ""
    machine: str = ""
    operation: Operation | None = None
    lot: str = ""
    everybody: bool = False
    after: str = ""
    typed: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)
    """Field -> key of the text that says what is wrong."""

    @property
    def ahead(self) -> bool:
        """Whether it is about the future, which is only known as of today."""
        return self.at > self.now

    def address(self) -> dict[str, str]:
        """Return the parameters of the address that asks the same again, without a place in the list."""
        asked = {
            "as_of": self.at.isoformat(timespec="seconds").replace("+00:00", "Z")
            if self.chosen and not self.lot
            else "",
            "known": TODAY if self.known == TODAY else "",
            "area": self.area,
            "machine": self.machine,
            "operation": self.operation.value if self.operation else "",
            "lot": self.lot,
            "who": "all" if self.everybody else "",
        }
        return {name: value for name, value in asked.items() if value}


def question_of(asked: Asked, now: datetime, zone: ZoneInfo) -> Question:
    """Read the parameters of an address; what makes no sense is named in `problems` and left out."""
    problems: dict[str, str] = {}
    typed = asked.get("as_of", "").strip()[:LONGEST_ASKED]
    at = typed_at(typed, zone) if typed else now
    if isinstance(at, str):
        problems["as_of"] = at
        at = now
    operation = asked.get("operation", "")
    if operation and operation not in set(Operation):
        problems["operation"] = "mx_bad_operation"
    known = asked.get("known", "")
    if known not in {"", THEN, TODAY}:
        problems["known"] = "mx_bad_known"
    return Question(
        at=at,
        now=now,
        chosen=bool(typed) and "as_of" not in problems,
        known=TODAY if known == TODAY else THEN,
        area=asked.get("area", "")[:LONGEST_ASKED],
        machine=asked.get("machine", "")[:LONGEST_ASKED],
        operation=Operation(operation) if operation in set(Operation) else None,
        lot=asked.get("lot", "").strip()[:LONGEST_ASKED],
        everybody=asked.get("who") == "all",
        after=asked.get("after", "")[:LONGEST_ASKED],
        typed=typed,
        problems=problems,
    )


def typed_at(text: str, zone: ZoneInfo) -> datetime | str:
    """Return the instant that was typed, a day alone being its first one; or the key of what is wrong with it."""
    if WITH_OFFSET.fullmatch(text):
        try:
            found: datetime | str = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            return "mx_bad_as_of"
    else:
        parts = LOCAL.fullmatch(text)
        found = typed_instant(parts[1], parts[2] or "00:00", zone) if parts else "mx_bad_as_of"
    if isinstance(found, str):
        return "tr_bad_hour" if found == "tr_bad_hour" else "mx_bad_as_of"
    return found if EARLIEST + MARGIN < found < LATEST - MARGIN else "mx_bad_as_of"


def at_instant(question: Question, at: datetime) -> Question:
    """Return the same question about another instant."""
    return replace(question, at=at, chosen=True, lot="", typed="", after="")
