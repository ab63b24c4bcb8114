"""The impact page: a question in the address, the answer with its records, and what never was (E11)."""

import html
import re
from collections.abc import Iterator

import pytest

from gate.core.report import ColumnKind
from gate.web.impact_report import COLUMNS, impact_report
from gate.web.report_makers import BadQuestionError
from gate.web.view import Viewer
from tests.scenarios.world import TORONTO
from tests.web.floor_site import FloorSite
from tests.web.told_site import told_site

GOWN = "E2-GOWN-R6-2026-01-10"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FloorSite]:
    with told_site(tmp_path_factory.mktemp("told")) as found:
        yield found


def asked(site: FloorSite, query: str, language: str = "en", status: int = 200) -> str:
    answer = site.browser("qa").get(f"/impact?lang={language}&{query}")
    assert answer.status_code == status, answer.status_code
    text = re.sub(r"</?bdi[^>]*>", "", answer.text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.req("E11")
def test_a_void_record_leads_to_the_decision_and_what_it_would_be(site: FloorSite) -> None:
    """Each row opens its record."""
    page = asked(site, f"about=record&record={GOWN}")
    assert "Decisions: 1; uses begun: 1; people: 1; lots: 0" in page
    assert "Bo Deux" in page and "Would be denied" in page and "Gowning certification has expired" in page
    assert re.search(r'href="/log/\d+\?', site.browser("qa").get(f"/impact?about=record&record={GOWN}").text)
    assert "Serait refusé" in asked(site, f"about=record&record={GOWN}", "fr")


@pytest.mark.req("E11")
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("about=revision&item=SOP-1&revision=R6", "Decisions: 4; uses begun: 2; people: 3"),
        ("about=badge&badge=B2", "Decisions: 1; uses begun: 1"),
        ("about=clock&from=2026-11-23&to=2026-11-23", "Decisions: 4"),
        ("about=clock&from=2026-11-23%2012:00&to=2026-11-23%2012:01&off_by=-3600", "Decisions: 4"),
        ("about=clock&from=2020-01-01&to=2020-01-02", "No decision up to record"),
        ("about=trainer&trainer=test", "Decisions: "),
    ],
)
def test_every_kind_of_question_has_its_answer(site: FloorSite, query: str, said: str) -> None:
    """Five questions, one page."""
    assert said in asked(site, query)


@pytest.mark.req("E11", "E6")
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("about=record&record=nope", "No training record nope is or was on record"),
        ("about=record&record=%3Cscript%3E%E2%80%AE", "<script>\\u202e"),
        ("about=record", "Type what it is about"),
        ("about=record&record=" + "9" * 10_000, "is or was on record"),
        ("about=trainer&trainer=%25", "No training record was put on file"),
        ("about=revision&item=SOP-1&revision=R99", "No revision SOP-1 R99"),
        ("about=badge&badge=w26:2EC0C86", "Type its id, not its number"),
        ("about=clock&from=yesterday&to=2026-11-23", "Type both times"),
        ("about=clock&from=2026-11-23&to=2026-13-45", "Type both times"),
        ("about=clock&from=2026-11-24&to=2026-11-23", "The end must lie after"),
        ("about=clock&from=0001-01-01&to=9999-12-31", "Type both times"),
        ("about=clock&from=2026-11-23&to=2026-11-24&off_by=1e9", "Type the seconds"),
        ("about=clock&from=2026-11-23&to=2026-11-24&off_by=99999999999", "Type the seconds"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_words(site: FloorSite, query: str, said: str) -> None:
    """An empty answer to a misspelt question would read as "nothing relied on it"."""
    assert said in asked(site, query, status=422)


@pytest.mark.req("E11")
@pytest.mark.parametrize("query", ["", "about=everything", "about=%00", "x=y"])
def test_without_a_question_there_are_only_the_forms(site: FloorSite, query: str) -> None:
    """Nothing is asked of a million entries by opening the page."""
    page = asked(site, query)
    assert "Result" not in page and "A training record" in page


@pytest.mark.req("E11", "H6")
def test_the_report_has_the_same_rows_for_the_export(site: FloorSite) -> None:
    """Columns have stable names; the count is that of the rows."""
    with site.app.test_request_context("/"):
        report = impact_report({"about": "badge", "badge": "B1"}, Viewer("en", TORONTO))
        rows = list(report.rows())
        assert (report.total, len(rows), len(list(report.rows()))) == (2, 2, 2), "made anew each time"
        assert [column.name for column in report.columns] == [name for name, _ in COLUMNS]
        assert report.columns[0].kind is ColumnKind.SEQ
        assert rows[0][2:7] == ("E1", "Ada One", "TP-01", "USE", "deny")
        with pytest.raises(BadQuestionError):
            impact_report({}, Viewer("fr", TORONTO))


@pytest.mark.req("A7")
def test_who_may_not_export_sees_no_export(site: FloorSite) -> None:
    """A supervisor sees the answer; the file is for QA and auditors."""
    query = f"/impact?lang=en&about=record&record={GOWN}"
    assert "/export/impact?" in site.browser("qa").get(query).text
    assert "/export/impact" not in site.browser("sup").get(query).text
