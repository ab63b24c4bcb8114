"""What an entry can be found by, and whether it fits a question."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.audit import Kind
from gate.core.log_query import Query, Window, has_text, holds
from gate.core.log_terms import (
    ALL,
    LONGEST_WORD,
    MOST_WORDS,
    Family,
    Field,
    Found,
    Result,
    Term,
    View,
    family_of,
    found_of,
    instant_of,
    ms_of,
    result_of,
    unreadable,
    words_of,
)

DENIAL: Mapping[str, object] = {
    "kind": "decision",
    "at": "2026-11-23T17:00:00.999Z",
    "seq": 7,
    "person": "E1",
    "badge": "B-1",
    "badge_last4": "0C86",
    "reader": "TP-01-R",
    "equipment": "TP-01",
    "mode": "enforce",
    "operation": "USE",
    "outcome": "deny",
    "reasons": ["TRAINING_EXPIRED", "GOWN_EXPIRED"],
    "evidence": {"override": 12},
}


def terms(**said: object) -> frozenset[Term]:
    return found_of(7, {"kind": "decision", "at": "2026-11-23T17:00:00.000Z", **said}).terms


def views(**said: object) -> set[str]:
    return {term.value for term in terms(**said) if term.field == Field.VIEW}


@pytest.mark.req("E6")
def test_a_denial_is_found_by_who_what_where_and_every_reason() -> None:
    """A second reason that is not found is a finding that nobody sees."""
    found = found_of(7, DENIAL)
    wanted = {
        ALL,
        Term(Field.KIND, "decision"),
        Term(Field.FAMILY, Family.DECISIONS),
        Term(Field.RESULT, Result.DENIED),
        Term(Field.VIEW, View.DENIED),
        Term(Field.VIEW, View.EXCEPTIONS),
        Term(Field.REASON, "TRAINING_EXPIRED"),
        Term(Field.REASON, "GOWN_EXPIRED"),
        Term(Field.PERSON, "E1"),
        Term(Field.BADGE, "B-1"),
        Term(Field.LAST4, "0C86"),
        Term(Field.READER, "TP-01-R"),
        Term(Field.EQUIPMENT, "TP-01"),
        Term(Field.MODE, "enforce"),
        Term(Field.OPERATION, "USE"),
        Term(Field.OVERRIDE, "12"),
    }
    assert found.terms == wanted


def test_a_time_is_known_to_the_millisecond() -> None:
    """A lot can begin within a second; the trail tells no finer."""
    found = found_of(7, DENIAL)
    assert instant_of(found.at_ms) == datetime(2026, 11, 23, 17, 0, 0, 999_000, tzinfo=UTC)
    assert ms_of(datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)) == -1


@pytest.mark.parametrize("at", ["not a time", None, 5, "2026-11-23T17:00:00"])
def test_a_time_that_is_none_stops_nothing(at: object) -> None:
    """A damaged entry must still be found by its other words."""
    found = found_of(7, {**DENIAL, "at": at})
    assert found.at_ms == 0
    assert Term(Field.PERSON, "E1") in found.terms


RESULTS = [
    ({"outcome": "allow", "reasons": ["ALLOW_CERTIFIED"]}, Result.ALLOWED),
    ({"outcome": "allow", "reasons": ["ALLOW_OVERRIDE"]}, Result.OVERRIDE),
    ({"outcome": "allow", "reasons": ["ALLOW_EMERGENCY"]}, Result.OVERRIDE),
    ({"outcome": "pending", "reasons": ["NEED_PIN"]}, Result.PENDING),
    ({"outcome": "deny", "reasons": ["BADGE_UNREADABLE"]}, Result.AGAIN),
    ({"outcome": "deny", "reasons": ["NOT_CERTIFIED"], "mode": "shadow"}, Result.WOULD_DENY),
    ({"outcome": "deny", "reasons": ["NOT_CERTIFIED"], "mode": "enforce"}, Result.DENIED),
    ({"outcome": "deny", "reasons": "not a list"}, Result.DENIED),
    ({}, Result.DENIED),
]


@pytest.mark.parametrize(("said", "expected"), RESULTS)
def test_every_decision_has_one_result(said: Mapping[str, object], expected: Result) -> None:
    """The filter of outcomes must leave none out; what says nothing counts as denied."""
    assert result_of({"kind": "decision", **said}) is expected
    assert result_of({**said, "kind": "use_left"}) is None


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_of_one_family(kind: Kind) -> None:
    """An entry that belongs nowhere is on no list that somebody reads."""
    assert family_of(kind) in Family
    assert family_of("a kind of a later program") is Family.CHANGES


@pytest.mark.req("H3")
def test_the_views_hold_what_their_names_say() -> None:
    """Denied attempts, clock events and the configuration trail are asked for by name."""
    assert views(outcome="deny", mode="shadow") == {"denied", "exceptions"}
    assert views(outcome="allow", reasons=["ALLOW_CERTIFIED"]) == set()
    assert views(outcome="allow", reasons=["ALLOW_GRACE"]) == {"exceptions"}
    assert views(outcome="allow", reasons=["ALLOW_OVERRIDE"]) == {"overrides", "exceptions"}
    assert views(kind="override_granted") == {"overrides", "exceptions", "changes"}
    assert views(kind="change", subject="override:1") == {"overrides", "changes"}
    assert views(kind="clock_step") == {"clock", "system", "exceptions"}
    assert views(kind="start") == {"clock", "system"}
    assert views(kind="config") == {"changes", "exceptions"}


def test_a_change_of_mode_is_an_exception() -> None:
    """From then on denials bind, or bind no more."""
    assert "exceptions" in views(kind="change", new={"mode": "enforce"})
    assert "exceptions" not in views(kind="change", new={"name": "x"})
    assert "exceptions" not in views(kind="change", new="mode")


@pytest.mark.req("E6")
def test_words_of_a_justification_and_references_are_found() -> None:
    """Search by why: the reference of a deviation, and the words somebody typed."""
    said = {"why": "Noise from the LOWER punch, seen by J.", "new": {"reference": "DEV-2026-0318"}}
    assert words_of(said) == ("noise", "from", "the", "lower", "punch", "seen", "dev-2026-0318")
    assert Term(Field.WORD, "punch") in terms(**said)
    assert words_of({"why": 5, "new": {"reference": None}}) == ()


def test_a_text_without_end_does_not_fill_the_index() -> None:
    """Ten thousand characters of a justification are stored, not indexed."""
    many = " ".join(f"word{n}" for n in range(10_000))
    assert 0 < len(words_of({"why": many})) <= MOST_WORDS
    assert words_of({"why": "x" * 10_000}) == ()
    assert max(map(len, words_of({"why": "y" * LONGEST_WORD + " b"}))) == LONGEST_WORD


def test_values_of_the_wrong_shape_are_no_terms() -> None:
    """Bytes that somebody wrote behind the program's back must not stop the index."""
    assert terms(person=5, reasons=[1, None], evidence={"override": "x"}, subject="") >= {ALL}
    assert not {term for term in terms(evidence=[1]) if term.field in (Field.PERSON, Field.OVERRIDE)}


def test_an_entry_that_says_nothing_is_an_exception() -> None:
    """What cannot be read must not be routine."""
    found = unreadable(9, "decision")
    assert found.terms == {ALL, Term(Field.KIND, "decision"), Term(Field.VIEW, View.EXCEPTIONS)}


FOUND = found_of(7, DENIAL)
HERE = FOUND.at_ms
E1, OTHER = Term(Field.PERSON, "E1"), Term(Field.PERSON, "E2")

QUESTIONS = [
    (Query(), True),
    (Query(clauses=(frozenset({E1, OTHER}),)), True),
    (Query(clauses=(frozenset({E1}), frozenset({OTHER}))), False),
    (Query(clauses=(frozenset(),)), False),
    (Query(texts=("0c8", "tp-01")), True),
    (Query(texts=("0c8", "tp-02")), False),
    (Query(texts=("enforce",)), False),
    (Query(since_ms=HERE), True),
    (Query(since_ms=HERE + 1), False),
    (Query(until_ms=HERE), False),
    (Query(until_ms=HERE + 1), True),
    (Query(windows=()), False),
    (Query(windows=(Window(frozenset({OTHER})), Window(frozenset({E1}), HERE, HERE + 1))), True),
    (Query(windows=(Window(frozenset({E1}), until_ms=HERE),)), False),
    (Query(inside=((1, 6), (7, 7))), True),
    (Query(inside=()), False),
    (Query(outside=((1, 6),)), True),
    (Query(outside=((7, 9),)), False),
]


@pytest.mark.parametrize(("query", "expected"), QUESTIONS)
def test_an_entry_must_fit_every_part_of_a_question(query: Query, expected: bool) -> None:
    """The search index is held against this answer."""
    assert holds(query, FOUND) is expected


@given(st.text(min_size=1, max_size=4), st.text(max_size=12))
def test_a_text_is_found_wherever_it_stands_in_an_id(text: str, around: str) -> None:
    """Whoever looks for an id rarely has all of it; case does not count."""
    term = Term(Field.PERSON, f"{around}{text}{around}")
    assert has_text(text.casefold(), term)
    assert not has_text(text.casefold(), Term(Field.MODE, text))


@given(st.integers(-(10**9), 10**10), st.integers(0, 3600))
def test_half_open_times_split_every_instant_into_before_and_after(at_ms: int, more: int) -> None:
    """Two searches that meet at a border find each entry once."""
    found, border = Found(1, at_ms, frozenset({ALL})), at_ms + more - 1800
    assert holds(Query(since_ms=border), found) is not holds(Query(until_ms=border), found)


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - made aware below
def test_milliseconds_and_instants_belong_together(at: datetime) -> None:
    """A border typed by people is the border that is searched."""
    aware = at.replace(tzinfo=UTC)
    assert timedelta() <= aware - instant_of(ms_of(aware)) < timedelta(milliseconds=1)
