"""A question to the access log as a plain value, and the slow, certain answer to it for one entry."""

from dataclasses import dataclass

from gate.core.log_terms import SEARCHED, Found, Term

AnyOf = frozenset[Term]
Range = tuple[int, int]
"""The first and the last entry."""


@dataclass(frozen=True, slots=True)
class Window:
    """Entries that have one of the terms, from an instant until before another (ms since 1970; None: open)."""

    any_of: AnyOf
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; an entry must fit every part. An empty query is everything."""

    clauses: tuple[AnyOf, ...] = ()
    """The entry has a term of each."""
    texts: tuple[str, ...] = ()
    """Each is a part of an id, a reason or a word of the entry; in lower case."""
    since_ms: int | None = None
    until_ms: int | None = None
    """Its time, in milliseconds since 1970, is at or after the one and before the other."""
    windows: tuple[Window, ...] | None = None
    """It lies in one of them; None: not asked."""
    inside: tuple[Range, ...] | None = None
    """It lies in one of these ranges of numbers; None: not asked."""
    outside: tuple[Range, ...] = ()
    """It lies in none of these."""


def holds(query: Query, found: Found) -> bool:
    """Tell whether an entry fits the query."""
    return (
        all(found.terms & clause for clause in query.clauses)
        and all(_has_text(text, found) for text in query.texts)
        and _in_time(found, query.since_ms, query.until_ms)
        and (query.windows is None or any(_in_window(window, found) for window in query.windows))
        and (query.inside is None or _in_ranges(query.inside, found.seq))
        and not _in_ranges(query.outside, found.seq)
    )


def has_text(text: str, term: Term) -> bool:
    """Tell whether a term holds a text that is in lower case."""
    return term.field in SEARCHED and text in term.value.casefold()


def _has_text(text: str, found: Found) -> bool:
    return any(has_text(text, term) for term in found.terms)


def _in_time(found: Found, since_ms: int | None, until_ms: int | None) -> bool:
    return (since_ms is None or since_ms <= found.at_ms) and (until_ms is None or found.at_ms < until_ms)


def _in_window(window: Window, found: Found) -> bool:
    return bool(found.terms & window.any_of) and _in_time(found, window.since_ms, window.until_ms)


def _in_ranges(ranges: tuple[Range, ...], seq: int) -> bool:
    return any(first <= seq <= last for first, last in ranges)
