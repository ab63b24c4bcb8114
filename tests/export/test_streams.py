"""CSV and JSON say exactly what is on record, and harm no program that opens them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.report import Row
from gate.export.cells import guarded
from gate.export.streams import CHUNK, csv_chunks, json_chunks
from tests.export.sample import HOSTILE, about, hostile_rows, sample

NAMES = ["seq", "at", "at_utc", "who", "count", "on"]


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


@pytest.mark.req("H7")
def test_csv_holds_every_cell_of_every_row() -> None:
    """Whoever reads it back has the records: names first, times with offset and in UTC, nothing for nothing."""
    rows = csv_rows(b"".join(csv_chunks(sample(), about())))
    assert rows[0] == NAMES
    assert rows[1][:3] == ["1", "2026-11-23T12:00:01.000-05:00", "2026-11-23T17:00:01.000Z"]
    assert [row[3].removeprefix("'") for row in rows[1:]] == [*HOSTILE, ""]
    assert rows[-1] == [str(len(HOSTILE) + 1), "", "", "", "", ""]
    assert [row[4] for row in rows[1:3]] == ["-1", "-2"], "a number is no formula"


@pytest.mark.req("H7")
def test_csv_is_rfc_4180() -> None:
    """Comma, CR LF after every line, quotes doubled, no byte order mark."""
    data = b"".join(csv_chunks(sample(2), about()))
    assert data.startswith(b"seq,at,at_utc,who,count,on\r\n")
    assert data.endswith(b"\r\n")
    assert data.count(b"\r\n") == data.count(b"\n") == 3
    assert b'"a,""b""\r\nc;d\te"' in b"".join(csv_chunks(sample(), about()))


@pytest.mark.req("H7")
@pytest.mark.fault(20)
def test_no_cell_of_csv_begins_as_a_formula() -> None:
    """A badge holder named `=cmd|...` must not run a program on the inspector's machine."""
    for row in csv_rows(b"".join(csv_chunks(sample(), about())))[1:]:
        assert not row[3].lstrip().startswith(tuple("=+@＝＋－＠")), row[3]
        assert not row[3].startswith(("-", "\t", "\r", "\n")), row[3]


@pytest.mark.req("H7")
@given(st.text())
def test_the_guard_can_be_taken_away_again(text: str) -> None:
    """Evidence that cannot be put back is changed evidence: one apostrophe less is always the text on record."""
    found = guarded(text)
    assert found == text or found == "'" + text
    assert not text.startswith("'") or found == "'" + text, "else a reader could not tell the two apart"
    assert not found.lstrip(" \u00a0\ufeff\u200b").startswith(tuple("=+-@＝＋－＠"))


@pytest.mark.req("H7")
def test_json_holds_the_same_rows_and_their_circumstances() -> None:
    """A program gets the texts unchanged, and what they are beside them."""
    found = json.loads(b"".join(json_chunks(sample(), about())))
    assert [row["who"] for row in found["rows"]] == [*HOSTILE, None]
    assert list(found["rows"][0]) == NAMES
    told = found["about"]
    assert (told["report_id"], told["rows"], told["head_seq"]) == ("EX-20261123-7QK2MA", len(HOSTILE) + 1, 48231)
    assert told["generated_at"] == "2026-11-23T12:00:00.000-05:00"
    assert told["generated_by"]["name"] == "Isabelle Côté"
    assert told["config_sha256"] == "c0" * 32


def test_a_report_without_rows_is_still_a_file() -> None:
    """ "Nothing was denied" is an answer too."""
    assert b"".join(csv_chunks(sample(0), about())) == b"seq,at,at_utc,who,count,on\r\n"
    assert json.loads(b"".join(json_chunks(sample(0), about())))["rows"] == []


@pytest.mark.parametrize("make", [csv_chunks, json_chunks])
def test_chunks_stay_small_and_the_progress_is_told(make: object) -> None:
    """However many rows there are, so much is held and no more: memory is flat (P8)."""
    told: list[int] = []
    assert callable(make)
    sizes = [len(chunk) for chunk in make(sample(5000), about(), told.append)]
    assert len(sizes) > 4
    assert max(sizes) < CHUNK + 2000
    assert told == [1000, 2000, 3000, 4000, 5000, 5000]


@pytest.mark.parametrize("make", [csv_chunks, json_chunks])
def test_rows_are_taken_one_by_one(make: object) -> None:
    """A list of a million rows would take the memory that the badge reads need."""
    taken: list[int] = []

    def rows() -> Iterator[Row]:
        for row in hostile_rows():
            taken.append(1)
            yield row
        for number in range(10_000):
            taken.append(1)
            yield number, None, "x" * 20, number, None

    assert callable(make)
    stream = make(replace(sample(), rows=rows, total=10_018), about())
    next(stream)
    assert len(taken) < 5000
