"""Reviews over damaged records, and for whoever is not signed in (requirements H4, E4)."""

from collections.abc import Iterator

import pytest
from flask import Flask

from gate.store.database import open_database
from gate.web.review_finding import KEPT, Findings, Wanted
from tests.web.people import sign_in, signed_in
from tests.web.review_records import FIRST, SECOND, ReviewOnRecord, pages_over, weeks

__all__ = ["weeks"]

PATH = f"/reviews/{SECOND}"


@pytest.fixture
def site(weeks: ReviewOnRecord) -> Iterator[Flask]:
    with pages_over(weeks) as app:
        yield app


@pytest.mark.req("H4", "E4")
def test_a_record_that_is_missing_is_an_exception_and_one_that_is_no_record_stops_the_review(
    site: Flask,
    weeks: ReviewOnRecord,
) -> None:
    """A review over a hole would hide it; over a damaged text it would claim what nobody has read."""
    qa = signed_in(site, "qa")
    with weeks.trail.transaction():
        for (name,) in weeks.trail.cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            weeks.trail.cursor.execute(f'DROP TRIGGER "{name}"')
        weeks.trail.cursor.execute("DELETE FROM audit_trail WHERE seq = 21")
    page = qa.get(f"{PATH}?lang=en").text
    assert "1 records are missing" in page
    with weeks.trail.transaction():
        weeks.trail.cursor.execute("UPDATE audit_trail SET data = '[' WHERE seq = 5")
    answer = qa.get(f"/reviews/{FIRST}?lang=en")
    assert (answer.status_code, "cannot be read" in answer.text) == (409, True)


def test_the_login_leads_back_to_the_review(weeks: ReviewOnRecord) -> None:
    """Whoever is not signed in is asked to, and sees nothing before."""
    with pages_over(weeks) as app:
        client = app.test_client()
        assert client.get(PATH).status_code in {302, 303}
        assert sign_in(client, "sup").status_code == 303
        assert client.get(PATH).status_code == 403


@pytest.mark.req("H4")
def test_what_was_found_is_kept_for_the_last_periods_and_found_once_for_all(
    weeks: ReviewOnRecord,
) -> None:
    """Sixteen periods that somebody works on stay in memory; the others are read again when they are asked for."""
    engine, asked = open_database(weeks.settings.database_path, read_only=True), []

    def again(seqs: tuple[int, ...]) -> dict[int, str]:
        asked.append(seqs)
        return {}

    findings = Findings()
    for last in [*range(10, 10 + KEPT + 1), 10 + KEPT, 10]:
        found = findings.found(engine.connect, Wanted(1, last, 1), again)
        assert found.counts["entries"] == last
    assert len(asked) == KEPT + 2
    assert findings.known(1, 10, 1) is not None
    assert findings.known(1, 11, 1) is None
    engine.dispose()
