"""What the review pages say of exceptions: headlines with names in them, how often, how long, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from markupsafe import Markup, escape

from gate.core.exception_groups import Group
from gate.core.review_names import LOT, MACHINE, review_name
from gate.core.review_periods import Period
from gate.core.review_rule_table import RULES
from gate.core.review_rules import Extent
from gate.store.reviews import Disposed, Review
from gate.store.schema import items, overrides
from gate.web.formats import visible
from gate.web.override_reading import names_of_all
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer

IDS = frozenset({"machine", "reader"})
"""What is never broken over two lines."""

APART, WHOLE = Markup("<bdi>{}</bdi>"), Markup('<bdi class="nb">{}</bdi>')

NAMED = 3
"""People whom a headline names; more are counted."""


@dataclass(frozen=True, slots=True)
class ReviewNames:
    """Names for the ids in exceptions; `items` by version of the item, `references` by override."""

    people: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


def review_names(connection: sa.Connection, groups: Sequence[Group]) -> ReviewNames:
    """Look up what the headlines of these groups name."""
    versions = [int(group.first.what) for group in groups if group.rule == "NEW_REVISION"]
    granted = [group.first.what for group in groups if group.rule == "OVERRIDE"]
    things = sa.select(items.c.version, items.c.id, items.c.title).where(items.c.version.in_(versions))
    given = sa.select(overrides.c.id, overrides.c.reference).where(overrides.c.id.in_(granted))
    return ReviewNames(
        names_of_all(connection),
        {str(row.version): f"{row.id} {row.title}" for row in connection.execute(things)},
        {row.id: row.reference for row in connection.execute(given.order_by(overrides.c.version))},
    )


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """The words of one language about one set of exceptions."""

    viewer: Viewer
    names: ReviewNames = field(default_factory=ReviewNames)

    def headline(self, group: Group) -> str:
        """Return the headline as plain text."""
        parts = {name: visible(text) for name, text in self._parts(group).items()}
        return self._template(group).format(**parts)

    def headline_markup(self, group: Group) -> Markup:
        """Return the headline; what is filled in is made visible and kept apart from the direction of the words."""
        parts = {
            name: (WHOLE if name in IDS else APART).format(visible(text)) for name, text in self._parts(group).items()
        }
        return Markup(escape(self._template(group))).format(**parts)  # noqa: S704 - escaped right here

    def extent(self, group: Group) -> str:
        """Return how often, in what span, or how long; empty for what happened once."""
        texts, found = self.viewer.texts, group.first
        if RULES[group.rule].extent is Extent.LASTS and found.lasted_s:
            return texts["rv_for"].format(span=span_words(timedelta(seconds=found.lasted_s)))
        if found.times == 1:
            return ""
        span = found.until - found.since
        key = "rv_times_in" if span else "rv_times"
        return texts[key].format(n=found.times, span=span_words(span))

    def reasons(self, group: Group) -> tuple[str, ...]:
        """Return why somebody was denied, in words."""
        return tuple(reason_text(code, self.viewer.language) for code in group.first.reasons)

    def name(self, person: str) -> str:
        """Return a person's name, made visible."""
        return visible(self.names.people.get(person, person))

    def outcome(self, found: Disposed) -> str:
        """Return an outcome in words: of a review, or QA's of an override."""
        texts = self.viewer.texts
        return texts.get(f"rv_outcome_{found.outcome}") or texts.get(
            f"ov_disposition_{found.outcome}", visible(found.outcome)
        )

    def period(self, period: Period | Review) -> str:
        """Return what a period or a review is called."""
        texts = self.viewer.texts
        if isinstance(period, Review) and period.scope in {LOT, MACHINE}:
            return self._of_part(period)
        first, until = period.from_on, period.until_on
        if first is None or until is None:
            return visible(period.id)
        week = Period(period.id, first, until, period.first_seq, period.last_seq).week
        if week is None:
            return self.days(first, until)
        return texts["rv_week"].format(n=week, year=first.isocalendar().year)

    def _of_part(self, review: Review) -> str:
        texts, named = self.viewer.texts, review_name(review.id)
        name = texts["rv_lot"].format(lot=visible(review.scope_id))
        if review.scope == MACHINE and review.from_on and review.until_on:
            name = texts["rv_machine"].format(
                machine=visible(review.scope_id), days=self.days(review.from_on, review.until_on)
            )
        return name if named is None or named.round == 1 else texts["rv_nth"].format(name=name, n=named.round)

    def days(self, first: date, until: date) -> str:
        """Return the days of a period, the last one included."""
        return self.viewer.texts["rv_days"].format(first=first, last=until - timedelta(days=1))

    def _template(self, group: Group) -> str:
        rule = RULES[group.rule]
        return rule.fr if self.viewer.language == "fr" else rule.en

    def _parts(self, group: Group) -> dict[str, str]:
        found = group.first
        return {
            "who": self._who(group),
            "other": self.names.people.get(found.other, found.other),
            "machine": found.machine,
            "reader": found.reader,
            "what": self._what(group),
        }

    def _who(self, group: Group) -> str:
        texts, found = self.viewer.texts, group.first
        if not found.who:
            last4 = found.what if group.rule in {"OFTEN_DENIED", "UNKNOWN_BADGE"} else ""
            return texts["rv_somebody"].format(last4=last4) if last4 else texts["rv_no_number"]
        if len(found.who) > NAMED:
            return texts["rv_several"].format(n=len(found.who))
        return ", ".join(self.names.people.get(person, person) for person in found.who)

    def _what(self, group: Group) -> str:
        what, texts = group.first.what, self.viewer.texts
        match group.rule:
            case "OVERRIDE":
                return self.names.references.get(what) or texts["ov_reference_owed"]
            case "NEW_REVISION":
                return self.names.items.get(what, what)
            case "BLOCKED_BADGE" | "DENIED_FOR_QA" | "SYSTEM_FAULT":
                return "; ".join(reason_text(code, self.viewer.language) for code in what.split())
            case "MODE_CHANGED":
                return " → ".join(texts.get(f"mode_{mode}", mode) for mode in what.split())
            case _:
                return _thing(what, texts)


def _thing(what: str, texts: Mapping[str, str]) -> str:
    """Return in words what an exception is about: a kind with a number, or a thing with its id."""
    kind, _, number = what.partition(" ")
    if f"rv_what_{kind}" in texts:
        return texts[f"rv_what_{kind}"].format(n=_seconds(number) if kind == "clock_step" else number)
    thing, _, id_ = what.partition(":")
    return texts[f"rv_thing_{thing}"].format(id=id_) if f"rv_thing_{thing}" in texts else what


def _seconds(milliseconds: str) -> str:
    return f"{int(milliseconds or 0) / 1000:+.1f}".replace("-", "−")


def span_words(span: timedelta) -> str:
    """Return a length of time for people: the two largest units that it has."""
    seconds = round(span / timedelta(seconds=1))
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def moment_words(at: datetime, viewer: Viewer) -> str:
    """Return an instant in one line: day, time to the second, offset."""
    when = viewer.when(at)
    day, _, offset = when.day.partition(" ")
    return f"{day} {when.time[:8]} {offset}"
