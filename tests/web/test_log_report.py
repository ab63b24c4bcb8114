"""The access log as a report: the page's own answer, whole, in stable columns; and the records beside one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gate.core.audit import Entry, Kind, timestamp
from gate.core.report import Report
from gate.core.terms import Outcome
from gate.store import registry
from gate.store.lots_schema import lot_windows
from gate.store.review_schema import reviews
from gate.web.log_report import COLUMNS, PAGE, access_log_report
from gate.web.log_search import Neighbours, asked_of, neighbours
from gate.web.pages import site
from gate.web.report_makers import BadQuestionError, report_maker
from gate.web.view import Viewer
from tests.web.log_history import write_week
from tests.web.records import GateOnRecord


@contextmanager
def asking(app: Flask) -> Iterator[Viewer]:
    """Give a viewer, within a request."""
    with app.test_request_context("/log"):
        yield site().parts.viewer("en")


def report(app: Flask, **asked: str) -> Report:
    with asking(app) as viewer:
        return access_log_report(asked, viewer)


def rows(app: Flask, **asked: str) -> list[dict[str, Any]]:
    names = [name for name, _ in COLUMNS]
    return [dict(zip(names, row, strict=True)) for row in report(app, **asked).rows()]


@pytest.mark.req("E6")
def test_the_report_holds_the_same_selection_as_the_page(gate: GateOnRecord, app: Flask) -> None:
    """An export that leaves one out, or adds one, is a false record."""
    write_week(gate, 300)
    found = report(app, view="denied", person="camille")
    seqs = [int(str(row[0])) for row in found.rows()]
    assert found.total == len(seqs) > 0
    assert seqs == sorted(seqs)
    answer = app.test_client()
    assert answer.get("/log").status_code in (302, 303)
    assert {row["outcome"] for row in rows(app, view="denied")} == {"deny"}
    assert ("Person", "camille") in found.filters
    assert ("View", "Denied") in found.filters


def test_the_rows_come_page_by_page_and_again(gate: GateOnRecord, app: Flask) -> None:
    """Ten million records must not lie in memory, nor in one transaction."""
    write_week(gate, PAGE + 20)
    found = report(app)
    first = list(found.rows())
    gate.decision("E1")
    assert [row[0] for row in first] == list(range(1, PAGE + 21)) == [row[0] for row in found.rows()]
    assert found.head_seq == PAGE + 20


def test_a_row_says_who_where_when_and_why(gate: GateOnRecord, app: Flask) -> None:
    """Both the UTC time and the site's; the names beside the ids; a leaf that ties it to the chain."""
    seq = gate.decision("E2", Outcome.DENY, ("NOT_CERTIFIED", "GOWN_EXPIRED"))
    row = rows(app)[-1]
    assert (row["seq"], row["person_id"], row["person"]) == (seq, "E2", "Camille O’Lanterne & Fils")
    assert (row["outcome"], row["reasons"]) == ("deny", "NOT_CERTIFIED GOWN_EXPIRED")
    assert row["at_utc"] == timestamp(row["at_local"])
    assert len(str(row["leaf"])) == 64
    assert row["reviewed"] == "no"


@pytest.mark.parametrize("asked", [{"from": "x"}, {"q": "a"}, {"view": "mine"}, {"equipment": "<b>"}])
def test_a_question_without_sense_is_refused_by_name(gate: GateOnRecord, app: Flask, asked: dict[str, str]) -> None:
    """Nobody hands an inspector a file whose filter was dropped in silence."""
    gate.decision("E1")
    with pytest.raises(BadQuestionError, match=r"(From|Any id or word|View|Machine): "):
        report(app, **asked)


def _lot(gate: GateOnRecord, lot: str, begin_s: float, end_s: float | None) -> None:
    at = gate.clock.read().at
    values = {
        "equipment_id": "TP-01",
        "lot": lot,
        "product": "P",
        "from_at": timestamp(at + timedelta(seconds=begin_s)),
        "until_at": timestamp(at + timedelta(seconds=end_s)) if end_s is not None else None,
    }
    with gate.trail.transaction():
        seq = gate.trail.append(Entry(kind=Kind.CHANGE, moment=gate.moment(), subject=f"lot:{lot}"))
        registry.put(gate.trail, lot_windows, lot, values, seq)


@pytest.mark.req("E6")
def test_a_lot_finds_what_happened_on_its_machine_while_it_was_made(gate: GateOnRecord, app: Flask) -> None:
    """Who operated TP-01 while lot 123 was made: half-open, to the millisecond."""
    before = gate.decision("E1")
    _lot(gate, "123", 1, 3)
    first, second, after = gate.decision("E2"), gate.decision("E3"), gate.decision("E1")
    assert [row["seq"] for row in rows(app, lot="123")] == [first, second]
    assert before not in [row["seq"] for row in rows(app, lot="123")]
    assert {row["seq"]: row["lot"] for row in rows(app)}[first] == "123"
    assert {row["seq"]: row["lot"] for row in rows(app)}[after] is None
    with pytest.raises(BadQuestionError, match="Lot: "):
        report(app, lot="124")


def test_reviewed_and_not_reviewed_are_everything(gate: GateOnRecord, app: Flask) -> None:
    """What no signed review covers is what QA still has to look at."""
    write_week(gate, 40)
    values: registry.Values = {"scope": "gate", "first_seq": 5, "last_seq": 20, "state": "signed"}
    with gate.trail.transaction():
        seq = gate.trail.append(Entry(kind=Kind.REVIEW_SIGNED, moment=gate.moment()))
        registry.put(gate.trail, reviews, "2026-W47", values, seq)
    done = [row["seq"] for row in rows(app, reviewed="yes")]
    assert done == list(range(5, 21))
    assert sorted(done + [row["seq"] for row in rows(app, reviewed="no")]) == list(range(1, seq + 1))
    assert {row["reviewed"] for row in rows(app, reviewed="yes")} == {"yes"}


def test_the_report_can_be_exported_by_whoever_may_read_the_records() -> None:
    """The export page finds it by its name."""
    assert report_maker("access_log") is not None


def test_the_neighbours_of_a_record_are_those_that_fit(gate: GateOnRecord, app: Flask) -> None:
    """Left and right on a record's page stay within what the list showed."""
    seqs = [gate.decision(person) for person in ("E1", "E2", "E1", "E2", "E1")]
    with asking(app) as viewer, site().records.engine().connect() as connection:
        asked = asked_of({"person": "E2"}, connection, viewer)
        assert neighbours(asked, seqs[1]) == Neighbours(newer=seqs[3], older=None)
        assert neighbours(asked, seqs[2]) == Neighbours(newer=seqs[3], older=seqs[1])
        assert neighbours(asked, seqs[4]) == Neighbours(newer=None, older=seqs[3])
        assert neighbours(asked_of({}, connection, viewer), 1) == Neighbours(newer=2, older=None)
