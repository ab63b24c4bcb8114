"""What is on record about reviews: the seam that tells which entries have been reviewed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from gate.core.audit import Kind
from gate.store import registry
from gate.store.database import open_database
from gate.store.granted import asking
from gate.store.review_schema import review_dispositions, reviews
from gate.store.reviews import Review, dispositions_in, gate_reviews, review_of, review_values, reviewed_ranges
from tests.store.open_records import NOON, Records

WEEK = Review("2026-11-16", "gate", 1, 40, from_on=date(2026, 11, 16), until_on=date(2026, 11, 23))


def put(records: Records, *found: Review) -> None:
    for review in found:
        records.write(_putting(records, review), Kind.CHANGE)


def _putting(records: Records, review: Review) -> Callable[[int], None]:
    return lambda seq: registry.put(records.trail, reviews, review.id, review_values(review), seq)


def connected(records: Records) -> sa.Connection:
    return open_database(records.path, read_only=True).connect()


@pytest.mark.req("H5")
def test_only_what_is_signed_counts_as_reviewed(records: Records) -> None:
    """An open review says nothing about its entries, nor does the pack of one lot about all entries in between."""
    signed = replace(WEEK, signed_at=NOON, reviewer_id="E1", counts={"decisions": 3})
    lot = replace(WEEK, id="lot:L1", scope="lot", scope_id="L1", signed_at=NOON)
    put(records, WEEK, replace(WEEK, id="2026-11-23", first_seq=41, last_seq=50), lot)
    with connected(records) as connection:
        assert reviewed_ranges(connection) == ()
    put(records, signed)
    with connected(records) as connection:
        assert reviewed_ranges(connection) == ((1, 40),)
        assert [one.id for one in gate_reviews(asking(connection))] == ["2026-11-16", "2026-11-23"]
        found = review_of(asking(connection), "2026-11-16")
    assert found == replace(signed, signed_seq=4)


@pytest.mark.req("H5")
def test_a_disposition_counts_in_every_review_whose_entries_it_touches(records: Records) -> None:
    """What was decided before a lot's release need not be decided again at the end of the week."""
    values: dict[str, str | int | None] = {
        "review_id": "lot:L1",
        "rule": "GRACE",
        "first_seq": 5,
        "last_seq": 9,
        "marks": "5 7 9",
        "outcome": "explained",
        "comment": "a paper was late",
        "disposed_by": "E1",
        "disposed_at": "2026-11-23T17:00:00.000Z",
    }
    records.write(lambda seq: registry.put(records.trail, review_dispositions, "D1", values, seq), Kind.CHANGE)
    with connected(records) as connection:
        ask = asking(connection)
        assert [one.marks for one in dispositions_in(ask, 9, 40)] == [{"5", "7", "9"}]
        assert dispositions_in(ask, 10, 40) == ()
        assert dispositions_in(ask, 1, 4) == ()
