"""Which review a page is about: its period, what the rules found in it, what was decided, and how the chain stands."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import sqlalchemy as sa
from flask import current_app

from gate.core.review_periods import Period, due_on
from gate.evidence import EvidenceReader
from gate.review_acts import Again, Case, Outcomes, outcomes
from gate.store.granted import asking
from gate.store.lots import Window
from gate.store.review_changes import Changed
from gate.store.review_periods import periods
from gate.store.reviews import GATE, Note, Review, gate_reviews, notes_of, review_of
from gate.verified import Verified, last_verified, verified_path
from gate.web.pages import site
from gate.web.review_finding import Findings, Found, Wanted
from gate.web.review_words import ReviewNames, review_names

EXTENSION = "gate_reviews"


@dataclass(frozen=True, slots=True)
class Later:
    """What came after the signature of the review of a lot or a machine."""

    changed: tuple[Changed, ...]
    """What changed about it, up to the signature of the further review."""
    further_id: str
    """The id of the review that can be opened, or was, because of it; empty where nothing is left to be reviewed."""
    further_seq: int | None
    """The signature of that one."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One review that is over, as a page works with it."""

    case: Case
    found: Found
    decided: Outcomes
    names: ReviewNames
    notes: tuple[Note, ...]
    due_on: date | None
    windows: tuple[Window, ...] = ()
    """Where and when the lot was made, or the days of the machine; empty for a period."""
    later: Later | None = None

    @property
    def review(self) -> Review:
        """The review, on record or as it would be."""
        return self.case.review

    @property
    def open(self) -> int:
        """Groups without an outcome."""
        return len(self.case.groups) - len(self.decided)


@dataclass(frozen=True, slots=True)
class Listed:
    """One period with its review, None where nothing of it is on record."""

    period: Period
    review: Review | None
    due_on: date

    def overdue(self, today: date) -> bool:
        """Whether it should have been signed before today."""
        return self.period.over and not (self.review and self.review.signed) and today > self.due_on


def connect() -> AbstractContextManager[sa.Connection]:
    """Open one short read transaction."""
    return site().records.engine().connect()


def findings() -> Findings:
    """Return what this web process remembers of periods."""
    return cast(Findings, current_app.extensions.setdefault(EXTENSION, Findings()))


def today() -> date:
    """Return the site's day."""
    return site().clock.read().at.astimezone(site().settings.zone).date()


def every_period() -> tuple[Listed, ...]:
    """Return every period, oldest first."""
    settings, now = site().settings, site().clock.read().at
    with connect() as connection:
        reviewed = gate_reviews(asking(connection))
    found = periods(connect, reviewed, settings.zone, settings.review.period_days, now, findings().bounds)
    by_id = {review.id: review for review in reviewed}
    return tuple(
        Listed(period, by_id.get(period.id), due_on(period.until_on, settings.review.due_days)) for period in found
    )


def find_period(review_id: str) -> tuple[Listed, tuple[Review, ...]] | None:
    """Return one period and the earlier ones that are not on record yet, None where there is no such period."""
    listed = every_period()
    number = next((number for number, one in enumerate(listed) if one.period.id == review_id), None)
    if number is None:
        return None
    return listed[number], tuple(_as_review(one.period) for one in listed[:number] if one.review is None)


def open_period(one: Listed, earlier: tuple[Review, ...]) -> Opened:
    """Return everything about the review of a period that is over."""
    review = one.review or _as_review(one.period)
    return opened(review, earlier, one.due_on)


def opened(
    review: Review,
    earlier: tuple[Review, ...],
    due: date | None,
    wanted: Wanted | None = None,
    windows: tuple[Window, ...] = (),
    again: Again | None = None,
    later: Later | None = None,
) -> Opened:
    """Return everything about a review: what the rules find in its entries, and what was decided of it."""
    percent = site().settings.review.sample_percent
    found = findings().found(connect, wanted or Wanted(review.first_seq, review.last_seq, percent), decided_again)
    with connect() as connection:
        ask = asking(connection)
        known = review_of(ask, review.id)
        stands = known is not None and (known.signed or known.scope == GATE)
        case = Case(known if known and stands else review, found.groups, earlier, again)
        names, notes = review_names(connection, found.groups), notes_of(ask, review.id)
        return Opened(case, found, outcomes(ask, case), names, notes, due, windows, later)


def decided_again(seqs: tuple[int, ...]) -> dict[int, str]:
    """Decide these decisions again with what was known then, and return what each came to (requirement E7)."""
    with EvidenceReader(site().records.engine(), site().settings.zone) as reader:
        found = {seq: reader.of(seq) for seq in seqs}
    return {seq: one.replayed.verdict.value for seq, one in found.items() if one is not None}


def _as_review(period: Period) -> Review:
    if period.last_seq is None:
        raise AssertionError("a period that runs has no review")
    return Review(period.id, GATE, period.first_seq, period.last_seq, from_on=period.from_on, until_on=period.until_on)


def chain() -> Verified | None:
    """Return what the last full verification found."""
    return last_verified(verified_path(site().settings.gate.state_dir))


def chain_whole(review: Review) -> bool:
    """Whether the chain was verified in full up to the end of the review, and all of it held."""
    found = chain()
    return found is not None and found.sound and found.head_seq >= review.last_seq


def next_due(now: datetime) -> date:
    """Return when the review of the period that runs now will be due."""
    listed = every_period()
    fallback = now.astimezone(site().settings.zone).date()
    return listed[-1].due_on if listed else fallback


def counted(opened_review: Opened) -> Mapping[str, int]:
    """Return how many exceptions each rule found, groups counted as what is in them."""
    found: dict[str, int] = {}
    for group in opened_review.case.groups:
        found[group.rule] = found.get(group.rule, 0) + len(group.marks)
    return found
