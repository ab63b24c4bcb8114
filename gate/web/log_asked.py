"""What an address of the access log asks: each filter understood, or said by name what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from gate.core.log_query import Query, Window
from gate.core.log_terms import Family, Field, Result, Term, View, ms_of
from gate.core.reasons import REASONS
from gate.core.terms import Mode, Operation
from gate.store.lots import windows_of
from gate.store.reviews import reviewed_ranges
from gate.web.formats import visible
from gate.web.log_lookup import machines, override_terms, people_like
from gate.web.log_times import PRESETS, as_typed, since_of, typed_time
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer

LONGEST = 120
"""Characters of one filter; no id, name or reference is longer."""

FILTERS = (
    "time",
    "from",
    "to",
    "equipment",
    "person",
    "badge",
    "reader",
    "outcome",
    "reason",
    "operation",
    "mode",
    "override",
    "lot",
    "reviewed",
    "family",
    "q",
)
"""The filters in the order of the page; with `view` they are everything that an address can ask."""


class NotUnderstoodError(Exception):
    """What stands in a filter makes no sense; the text is the key of the sentence that says what to do."""


class Chip(NamedTuple):
    """An active filter as it is repeated over the list."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page shows it and as it is searched; with problems nothing is searched."""

    given: Mapping[str, str]
    view: View
    query: Query
    """Everything but the view."""
    chips: tuple[Chip, ...]
    problems: Mapping[str, str]
    """Filter -> the key of the sentence."""

    @property
    def whole(self) -> Query:
        """Return the question with its view."""
        return with_view(self.query, self.view)


class Around(NamedTuple):
    """What a filter may look at to be understood."""

    connection: sa.Connection
    viewer: Viewer
    now: datetime


class Understood(NamedTuple):
    """The question with one more filter, and the filter in words."""

    query: Query
    shown: str


def with_view(query: Query, view: View) -> Query:
    """Return the question asked of one view only."""
    if view is View.EVERYTHING:
        return query
    return replace(query, clauses=(*query.clauses, frozenset({Term(Field.VIEW, view)})))


def understood(given: Mapping[str, str], around: Around) -> Asked:
    """Read what an address asks; what it does not know it leaves out."""
    texts = around.viewer.texts
    query, chips, problems, kept = Query(), [], {}, {}
    for name in FILTERS:
        text = given.get(name, "").strip()
        if not text:
            continue
        kept[name] = text[:LONGEST]
        try:
            if len(text) > LONGEST:
                raise NotUnderstoodError("log_too_long")
            query, shown = _READERS[name](query, text, around)
            chips.append(Chip(name, texts[f"log_{name}"], visible(shown)))
        except NotUnderstoodError as error:
            problems[name] = str(error)
    if query.since_ms is not None and query.until_ms is not None and query.since_ms >= query.until_ms:
        problems["to"] = "log_ends_before"
    view = given.get("view", "").strip()
    if view and view not in set(View):
        problems["view"] = "log_no_such_view"
    chosen = View(view) if view in set(View) else View.EVERYTHING
    return Asked(kept, chosen, query, tuple(chips), problems)


def _time(query: Query, text: str, around: Around) -> Understood:
    if text not in PRESETS:
        raise NotUnderstoodError("log_no_such_choice")
    since = since_of(text, around.now, around.viewer.zone)
    return Understood(replace(query, since_ms=_later(query.since_ms, since)), around.viewer.texts[f"log_time_{text}"])


def _from(query: Query, text: str, around: Around) -> Understood:
    since = typed_time(text, around.viewer.zone, end=False)
    if since is None:
        raise NotUnderstoodError("log_bad_time")
    return Understood(replace(query, since_ms=_later(query.since_ms, since)), as_typed(since, around.viewer.zone))


def _to(query: Query, text: str, around: Around) -> Understood:
    until = typed_time(text, around.viewer.zone, end=True)
    if until is None:
        raise NotUnderstoodError("log_bad_time")
    return Understood(replace(query, until_ms=ms_of(until)), text)


def _later(since_ms: int | None, since: datetime) -> int:
    return max(ms_of(since), since_ms if since_ms is not None else -(2**62))


def _equipment(query: Query, text: str, around: Around) -> Understood:
    names = {id_.casefold(): id_ for id_, _ in machines(around.connection)}
    id_ = names.get(text.casefold())
    if id_ is None:
        raise NotUnderstoodError("log_no_such_machine")
    return _one_of(query, {Term(Field.EQUIPMENT, id_), Term(Field.SUBJECT, f"equipment:{id_}")}, id_)


def _person(query: Query, text: str, around: Around) -> Understood:
    found = people_like(around.connection, text)
    if found.many:
        raise NotUnderstoodError("log_too_many_people")
    if not found.ids:
        raise NotUnderstoodError("log_nobody")
    return _one_of(query, found.terms, text)


def _badge(query: Query, text: str, around: Around) -> Understood:
    del around
    both = {text, text.upper()}
    terms = {Term(field, value) for field in (Field.BADGE, Field.LAST4) for value in both}
    return _one_of(query, terms | {Term(Field.SUBJECT, f"badge:{value}") for value in both}, text)


def _reader(query: Query, text: str, around: Around) -> Understood:
    del around
    return _one_of(query, {Term(Field.READER, text)}, text)


def _override(query: Query, text: str, around: Around) -> Understood:
    terms = override_terms(around.connection, text)
    if not terms:
        raise NotUnderstoodError("log_no_such_override")
    return _one_of(query, terms, text)


def _lot(query: Query, text: str, around: Around) -> Understood:
    windows = windows_of(around.connection, text)
    if not windows:
        raise NotUnderstoodError("log_no_such_lot")
    found = [
        Window(
            frozenset({Term(Field.EQUIPMENT, one.equipment_id)}),
            ms_of(one.from_at),
            ms_of(one.until_at) if one.until_at is not None else None,
        )
        for one in windows
    ]
    return Understood(replace(query, windows=tuple(found)), text)


def _reviewed(query: Query, text: str, around: Around) -> Understood:
    if text not in ("yes", "no"):
        raise NotUnderstoodError("log_no_such_choice")
    ranges = reviewed_ranges(around.connection)
    narrowed = replace(query, inside=ranges) if text == "yes" else replace(query, outside=ranges)
    return Understood(narrowed, around.viewer.texts[f"log_reviewed_{text}"])


def _words(query: Query, text: str, around: Around) -> Understood:
    del around
    words = tuple(word.casefold() for word in text.split())
    if any(len(word) < 2 for word in words):
        raise NotUnderstoodError("log_word_too_short")
    return Understood(replace(query, texts=(*query.texts, *words)), text)


def _choice(field: Field, known: frozenset[str], words: Callable[[str, Viewer], str]) -> "Reader":
    """Return the reader of a filter with one or more values, parted by commas, from a closed list."""

    def read(query: Query, text: str, around: Around) -> Understood:
        values = [value.strip() for value in text.split(",") if value.strip()]
        if not values or not set(values) <= known:
            raise NotUnderstoodError("log_no_such_choice")
        shown = around.viewer.texts["log_or"].join(words(value, around.viewer) for value in dict.fromkeys(values))
        return _one_of(query, {Term(field, value) for value in values}, shown)

    return read


def _one_of(query: Query, terms: set[Term] | frozenset[Term], shown: str) -> Understood:
    return Understood(replace(query, clauses=(*query.clauses, frozenset(terms))), shown)


def operation_word(value: str, viewer: Viewer) -> str:
    """Return what a page calls an operation."""
    return viewer.texts["log_op_USE"] if value == Operation.USE else viewer.texts.get(f"op_{value}", value)


Reader = Callable[[Query, str, Around], Understood]

_READERS: dict[str, Reader] = {
    "time": _time,
    "from": _from,
    "to": _to,
    "equipment": _equipment,
    "person": _person,
    "badge": _badge,
    "reader": _reader,
    "outcome": _choice(Field.RESULT, frozenset(Result), lambda value, view: view.texts[f"log_result_{value}"]),
    "reason": _choice(Field.REASON, frozenset(REASONS), lambda value, view: reason_text(value, view.language)),
    "operation": _choice(Field.OPERATION, frozenset(Operation), operation_word),
    "mode": _choice(Field.MODE, frozenset(Mode), lambda value, view: view.texts[f"log_mode_{value}"]),
    "override": _override,
    "lot": _lot,
    "reviewed": _reviewed,
    "family": _choice(Field.FAMILY, frozenset(Family), lambda value, view: view.texts[f"log_family_{value}"]),
    "q": _words,
}
