"""How the review of one lot or of one machine is named: what it is of, its days, and which one of the same it is."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

LOT, MACHINE = "lot", "machine"
"""Scopes of a review that looks at a part of the entries: those that touch a lot, or a machine in some days."""

MOST_DAYS = 400
"""Days that the review of a machine covers at most: a year, and the weeks until somebody comes to it."""

FIRST_YEAR, LAST_YEAR = 2000, 2999
"""A day outside was mistyped."""

_FORM = re.compile(r"(lot|machine)(?:-([1-9]\d{0,3}))?:(.+)", re.ASCII | re.DOTALL)
_DAYS = re.compile(r"(.+):(\d{4}-\d{2}-\d{2}):(\d{4}-\d{2}-\d{2})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class ReviewName:
    """What a review of a part is of; the first and the last day are the machine's, both included."""

    scope: str
    of: str
    """The lot, or the equipment id."""
    first_on: date | None = None
    last_on: date | None = None
    round: int = 1
    """1, then 2 for the review that was opened because something had changed since the signature of the first."""

    @property
    def id(self) -> str:
        """The id of the review, which stands in addresses: a slash would end a part of one."""
        nth = f"-{self.round}" if self.round > 1 else ""
        days = f":{self.first_on}:{self.last_on}" if self.first_on else ""
        return f"{self.scope}{nth}:{self.of.replace('/', '~')}{days}"

    @property
    def before(self) -> "ReviewName | None":
        """The review before it of the same, None for the first."""
        return replace(self, round=self.round - 1) if self.round > 1 else None

    @property
    def further(self) -> "ReviewName":
        """The review behind it of the same."""
        return replace(self, round=self.round + 1)


def lot_name(lot: str) -> ReviewName:
    """Return the name of the first review of a lot."""
    return ReviewName(LOT, lot)


def review_name(review_id: str) -> ReviewName | None:
    """Return what an id names, None where it names neither a lot nor a machine."""
    found = _FORM.fullmatch(review_id)
    if found is None:
        return None
    scope, nth, rest = found[1], int(found[2] or 1), found[3].replace("~", "/")
    if found[2] == "1":
        return None
    if scope == LOT:
        return ReviewName(LOT, rest, round=nth)
    named = _DAYS.fullmatch(rest)
    days = [_day(text) for text in named.groups()[1:]] if named else [None, None]
    if named is None or days_problem(*days):
        return None
    return ReviewName(MACHINE, named[1], days[0], days[1], nth)


def days_problem(first_on: date | None, last_on: date | None) -> str:
    """Return the code of what is wrong with the days of a machine's review, empty where nothing is."""
    if first_on is None or last_on is None or first_on.year < FIRST_YEAR or last_on.year > LAST_YEAR:
        return "bad_day"
    if last_on < first_on:
        return "days_turned"
    return "too_many_days" if last_on - first_on >= timedelta(days=MOST_DAYS) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
