"""The access log: what is asked stands in the address, what fits is shown, and nonsense is named at its field."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.audit import Entry, Kind
from gate.core.log_terms import Field, Term, View
from gate.core.roles import Role
from gate.core.terms import Outcome
from gate.web.texts import PAGE_TEXTS
from tests.web.people import add_account, signed_in
from tests.web.records import GateOnRecord


@pytest.fixture
def qa(gate: GateOnRecord, app: Flask) -> FlaskClient:
    """A browser of QA over some decisions and changes."""
    add_account(gate, "qa", Role.QA)
    gate.decision("E1")
    gate.decision("E2", Outcome.DENY, ("NOT_CERTIFIED", "GOWN_EXPIRED"))
    gate.decision("E3", Outcome.DENY, ("TRAINING_EXPIRED",))
    gate.decision(None, Outcome.DENY, ("BADGE_UNKNOWN",), last4="7F3A")
    gate.decision("E2", Outcome.ALLOW, ("ALLOW_OVERRIDE",))
    gate.reader(Kind.READER_OFFLINE, "silent for 10 s")
    gate.append(replace(_change(gate), why="The lower punch is worn", subject="badge:B-1"))
    return signed_in(app, "qa")


def _change(gate: GateOnRecord) -> Entry:
    return Entry(kind=Kind.CHANGE, moment=gate.moment(), by="qa", subject="person:E1")


def shown(browser: FlaskClient, query: str = "", status: int = 200) -> list[int]:
    """Return the numbers of the records on the page."""
    answer = browser.get(f"/log?lang=en&{query}")
    assert answer.status_code == status, answer.text[:300]
    return [int(seq) for seq in re.findall(r'<tr id="r-(\d+)"', answer.text)]


def kinds(gate: GateOnRecord, seqs: list[int]) -> set[str]:
    said = dict(gate_rows(gate))
    return {said[seq] for seq in seqs}


def gate_rows(gate: GateOnRecord) -> list[tuple[int, str]]:
    gate.trail.cursor.execute("SELECT seq, kind FROM audit_trail")
    return [(row[0], row[1]) for row in gate.trail.cursor.fetchall()]


@pytest.mark.req("E6")
def test_everything_is_shown_newest_first_with_its_count(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Nothing is left out in silence: the page says n of m."""
    seqs = shown(qa)
    head = max(seq for seq, _ in gate_rows(gate))
    assert seqs == list(range(head, 0, -1))
    assert f"{head} of {head} records" in qa.get("/log?lang=en").text


FINDS = [
    ("person=camille", {"decision"}, 2),
    ("person=E2", {"decision"}, 2),
    ("reason=GOWN_EXPIRED", {"decision"}, 1),
    ("outcome=denied", {"decision"}, 3),
    ("outcome=denied&outcome=override", {"decision"}, 4),
    ("outcome=denied,override", {"decision"}, 4),
    ("badge=7f3a", {"decision"}, 1),
    ("q=punch", {"change"}, 1),
    ("q=punch+b-1", {"change"}, 1),
    ("view=system&reader=TP-01-R", {"reader_offline"}, 1),
    ("view=overrides", {"decision"}, 1),
    ("view=denied", {"decision"}, 3),
    ("mode=shadow", set(), 0),
    ("family=decisions&operation=USE", {"decision"}, 5),
]


@pytest.mark.req("E6", "H3")
@pytest.mark.parametrize(("query", "kind", "count"), FINDS)
def test_a_filter_finds_what_it_names(
    gate: GateOnRecord, qa: FlaskClient, query: str, kind: set[str], count: int
) -> None:
    """Who, what, when and why: each finds its records and no others."""
    seqs = shown(qa, query)
    assert len(seqs) == count
    assert kinds(gate, seqs) == kind


NONSENSE = [
    ("time=ever", "Choose from the list."),
    ("from=2026-13-45", "Type a day like"),
    ("from=<script>", "Type a day like"),
    ("to=99999-01-01", "Type a day like"),
    ("to=9999-12-31", "Type a day like"),
    ("from=2026-11-24&to=2026-11-20", "It ends before it begins."),
    ("equipment=TP-99", "No machine has this id."),
    ("person=nobody+at+all", "Nobody has this id"),
    ("outcome=maybe", "Choose from the list."),
    ("outcome=,", "Choose from the list."),
    ("reason=denied%00", "Choose from the list."),
    ("override=DEV-0000", "No override has this id"),
    ("q=a", "Type at least 2 characters"),
    ("view=mine", "There is no such view."),
    ("q=" + "x" * 10_000, "At most 120 characters."),
    ("person=" + "%F0%9F%92%A5" * 500, "At most 120 characters."),
]


@pytest.mark.parametrize(("query", "words"), NONSENSE, ids=lambda value: value[:24])
def test_nonsense_is_named_at_its_field_and_nothing_is_searched(qa: FlaskClient, query: str, words: str) -> None:
    """A list without the filter that somebody believes in would be a false answer."""
    answer = qa.get(f"/log?lang=en&{query}")
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nothing was searched" in answer.text
    assert '<tr id="r-' not in answer.text
    assert "<script>" not in answer.text.partition("<main")[2].replace("<script src", "")


@pytest.mark.parametrize("query", ["from=0001-01-01", "to=9998-12-31", "before=99999999999999", "after=0", "before=x"])
def test_absurd_ranges_answer(qa: FlaskClient, query: str) -> None:
    """Nothing breaks on what somebody types into an address."""
    assert shown(qa, query)


def test_a_page_goes_on_where_the_one_before_ended(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Rows never shift while somebody reads: pages go by number, not by count."""
    for _ in range(60):
        gate.decision("E1")
    first = shown(qa)
    second = shown(qa, f"before={first[-1]}")
    gate.decision("E1")
    assert second == shown(qa, f"before={first[-1]}")
    assert [*first, *second] == list(range(first[0], 0, -1))
    assert shown(qa, f"after={second[0]}") == first
    assert "51 to" in qa.get(f"/log?lang=en&before={first[-1] + 1}").text


def test_new_records_are_told_and_not_shown_by_themselves(gate: GateOnRecord, qa: FlaskClient) -> None:
    """A list that moves under the finger opens the wrong record."""
    last = shown(qa)[0]
    assert qa.get(f"/log/newer?lang=en&after={last}").text == ""
    gate.decision("E1")
    gate.decision("E2", Outcome.DENY, ("NOT_CERTIFIED",))
    assert qa.get(f"/log/newer?lang=en&after={last}").text == "2 newer, show"
    assert qa.get(f"/log/newer?lang=en&view=denied&after={last}").text == "1 newer, show"
    assert qa.get("/log/newer?lang=en&q=a").text == ""


def test_names_and_ids_from_outside_are_shown_as_text(qa: FlaskClient) -> None:
    """A name must not turn the line around or become markup."""
    page = qa.get("/log?lang=en").text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\\u202egro.live" in page


def test_the_filters_are_repeated_as_chips_that_can_be_taken_away(qa: FlaskClient) -> None:
    """Whoever is sent the address sees at once what it leaves out."""
    page = qa.get("/log?lang=en&person=camille&outcome=denied&view=exceptions").text
    assert "Person: camille" in page
    removes = re.findall(r'<span class="chip">.*?href="([^"]+)"', page)
    assert [("person=" in url, "outcome=" in url, "view=exceptions" in url) for url in removes] == [
        (False, True, True),
        (True, False, True),
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_times_say_their_offset(qa: FlaskClient, language: str) -> None:
    """Half past one in the night of the change is two instants."""
    page = qa.get(f"/log?lang={language}").text
    assert "UTC−05:00" in page


def test_every_kind_of_entry_has_words_and_a_line(gate: GateOnRecord, qa: FlaskClient) -> None:
    """A kind that is only a code says nothing to QA."""
    for kind in Kind:
        gate.append(Entry(kind=kind, moment=gate.moment()))
    for table in PAGE_TEXTS.values():
        assert [kind for kind in Kind if f"log_kind_{kind}" not in table] == []
    assert len(shown(qa)) == 50


def test_a_record_whose_bytes_cannot_be_read_is_shown_and_said(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Somebody who wrote into the file must not make the page fail, nor the record vanish."""
    gate.trail.cursor.execute("DROP TRIGGER audit_trail_no_update")
    gate.trail.cursor.execute("UPDATE audit_trail SET data = 'x', at = 'y' WHERE seq = 2")
    page = qa.get("/log?lang=en").text
    assert "The bytes of this record cannot be read" in page
    assert 2 in shown(qa, "view=exceptions")


def test_a_record_that_does_not_fit_the_question_is_never_shown(
    gate: GateOnRecord, app: Flask, qa: FlaskClient
) -> None:
    """Should the index ever lie, the page notices: each row is held against the question, and the index made anew."""
    right = shown(qa, "view=denied")
    index = app.extensions["gate"].searching.index
    index._live.held[Term(Field.VIEW, View.DENIED)].add(1)
    assert shown(qa, "view=denied") == right
    assert index.doomed


@pytest.mark.req("H8", "E6")
def test_an_auditor_asks_everything_and_changes_nothing(gate: GateOnRecord, app: Flask, qa: FlaskClient) -> None:
    """Twelve months of one machine, read-only; how fast, `make bench` says (P6)."""
    add_account(gate, "fda", Role.AUDITOR)
    auditor = signed_in(app, "fda")
    asked = "time=12m&equipment=TP-01"
    assert shown(auditor, asked) == shown(qa, asked) != []
    page = auditor.get(f"/log?lang=en&{asked}").text
    assert 'action="/log/views' not in page
    assert "/export/access_log" in page


@pytest.mark.req("E6")
def test_the_list_is_read_from_either_end(gate: GateOnRecord, qa: FlaskClient) -> None:
    """Newest first for the day's work; oldest first to read what happened."""
    for _ in range(60):
        gate.decision("E1")
    total = shown(qa)[0]
    first = shown(qa, "order=oldest")
    assert first == list(range(1, 51))
    second = shown(qa, f"order=oldest&after={first[-1]}")
    assert second == list(range(51, total + 1))
    assert shown(qa, f"order=oldest&before={second[0]}") == first
    page = qa.get("/log?lang=en&order=oldest").text
    assert 'aria-sort="ascending"' in page
    assert f"1 to 50 of {total}" in page
    assert shown(qa, "order=sideways") == shown(qa)
