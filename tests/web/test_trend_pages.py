"""Trends and the forecast: counted over a history, each number with the rows behind it, and nobody ranked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.core.terms import Mode, Outcome
from gate.web import trend_reading
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.plant import record
from tests.web.matrix_records import MatrixOnRecord, exported, matrix_plant
from tests.web.matrix_site import auditor, pages
from tests.web.people import CHEAP, add_account, signed_in
from tests.web.records import NOON

__all__ = ["auditor", "pages"]

WEEK = timedelta(weeks=1)
LONG = "9" * 10_000


def monday(back: int) -> datetime:
    """Return a Monday noon so many weeks ago; NOON is one."""
    return NOON - back * WEEK


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixOnRecord]:
    """A history of some weeks; read by every test, changed by none."""
    found = MatrixOnRecord(tmp_path_factory.mktemp("trends"))
    for back, codes in ((1, ("TRAINING_EXPIRED",)), (1, ("TRAINING_EXPIRED", "GMP_REFRESHER")), (3, ("SOP_REVISION",))):
        found.denied(monday(back), "E4", *codes, item="SOP-1")
    for person in ("E5", "E7"):
        found.denied(monday(3), person, "SOP_REVISION", item="SOP-1")
    found.denied(monday(3), "E7", "NOT_CERTIFIED", item="GMP")
    found.denied(monday(0) - timedelta(seconds=1), "E7", "BADGE_LOST")
    found.decided(monday(2), "E1", Outcome.ALLOW, ("ALLOW_CERTIFIED",))
    found.decided(monday(2), "E2", Outcome.DENY, ("OJT_OPEN",), mode=Mode.SHADOW)
    found.decided(monday(2), "E2", Outcome.DENY, ("BADGE_UNREADABLE",))
    found.denied(monday(20), "E4", "TRAINING_EXPIRED", item="SOP-1")
    for number in range(7):
        found.granted(monday(1), "TP-01" if number < 6 else "TP-02", "P-sup" if number else "P-abe", number)
    add_account(found, "aud", Role.AUDITOR)
    add_account(found, "sup", Role.SUPERVISOR)
    add_account(found, "abe", Role.SUPERVISOR)
    found.alive()
    yield found
    found.close()


def seen(browser: FlaskClient, query: str = "", path: str = "/trends", status: int = 200) -> str:
    answer = browser.get(f"{path}?lang=en&{query}")
    assert answer.status_code == status
    return answer.text


def week_row(page: str, week: str) -> list[int]:
    """Return the numbers of one week of the table: the four series, and all together."""
    row = re.search(rf'<th scope="row">2026 {week}.*?</tr>', page, re.DOTALL)
    assert row
    return [int(n) for n in re.findall(r'class="num(?: tapnum)?"[^>]*>(\d+)', row[0])]


@pytest.mark.req("B13", "H9")
def test_denials_count_under_their_first_reason_in_their_week(auditor: FlaskClient) -> None:
    """Expired, new version, never trained, other; the trial counts, a badge that could not be read does not."""
    page = seen(auditor)
    assert week_row(page, "W45") == [0, 3, 1, 0, 4]
    assert week_row(page, "W46") == [0, 0, 1, 0, 1]
    assert week_row(page, "W47") == [2, 0, 0, 0, 2]
    assert week_row(page, "W48") == [0, 0, 0, 1, 1]
    assert "Most in W45: 4; 3 of them: new SOP version not read." in page
    assert 'aria-label="Denied decisions a week by reason, W37 to W48: from 0 to 1, at most 4"' in page
    assert "so far" in page


@pytest.mark.req("H9")
def test_every_number_leads_to_the_rows_behind_it(auditor: FlaskClient) -> None:
    """The total of a week is exactly what the log shows; nobody has to believe a bar."""
    page = seen(auditor)
    row = re.search(r'<th scope="row">2026 W45.*?</tr>', page, re.DOTALL)
    assert row
    links = [unescape(url) for url in re.findall(r'href="([^"]+)"', row[0])]
    log = auditor.get(links[-1]).text
    assert len(re.findall(r'<th scope="row"', log)) >= 4
    assert "4 of 21 records" in log or re.search(r"\b4 of", log)
    revision = auditor.get(links[0]).text
    assert re.search(r"\b3 of", revision)


@pytest.mark.req("H9")
def test_shares_are_told_beside_those_of_the_weeks_before(auditor: FlaskClient) -> None:
    """8 of 10 decisions were denied; unreadable badges are decisions too. Before: 1 of 1."""
    page = seen(auditor)
    assert "80.0\u00a0% <small>was 100.0\u00a0%</small>" in page
    assert "80,0\u00a0%" in auditor.get("/trends?lang=fr").text
    assert "<dd>8 <small>was 0</small></dd>" in page


@pytest.mark.req("H9")
def test_what_to_train_first_counts_people_not_denials(auditor: FlaskClient) -> None:
    """One person at the reader ten times is one person to train."""
    page = seen(auditor)
    assert "SOP-1 Press operation: 3 people were denied for want of it, 5 times." in page
    assert page.index("SOP-1</bdi></a>") < page.index("GMP</bdi></a>")


def test_only_so_many_denials_are_read_for_it(
    plant: MatrixOnRecord, pages: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year of denials must not be read for a table of ten lines: the newest count."""
    monkeypatch.setattr(trend_reading, "MOST_READ", 2)
    monkeypatch.setattr(trend_reading, "PIECE", 1)
    page = seen(signed_in(pages, "aud"))
    assert "GMP GMP refresher: 1 person was denied for want of it, 1 times." in page


@pytest.mark.req("H9", "D4")
def test_overrides_by_machine_against_the_limit_of_the_site(auditor: FlaskClient) -> None:
    """Six on TP-01 and the one of the plant file are above 5 in 12 weeks; in 52 they are not."""
    page = seen(auditor)
    assert "1 above the limit: TP-01." in page
    assert 'aria-label="TP-01 7, TP-02 1"' in page
    assert page.count('class="bw"') == 2, "the machine, and what ends within 30 days"
    assert "Dashed line: 5 for this period." in page
    year = seen(auditor, "weeks=52")
    assert "No machine is above the limit." in year
    assert "Dashed line: 22 for this period." in year


@pytest.mark.req("H9")
def test_people_are_never_ranked(auditor: FlaskClient) -> None:
    """Overrides by who granted them stand in the order of names, whatever the numbers (DESIGN 19)."""
    part = seen(auditor).split('id="h-by"')[1]
    names = re.findall(r'<th scope="row"><bdi>([^<]+)</bdi></th><td class="num">(\d+)', part)
    assert names == [("Name of abe", "1"), ("Name of sup", "6")]
    assert "this is no ranking" in part
    assert "1 more came with a plant file." in part


@pytest.mark.parametrize("weeks", ["0", "105", "-4", "1e3", "²", "12;", LONG, "%F0%9F%98%80"])
def test_a_number_of_weeks_that_makes_no_sense_is_named(auditor: FlaskClient, weeks: str) -> None:
    """Absurd ranges answer nothing instead of something."""
    page = seen(auditor, f"weeks={weeks}", status=422)
    assert "Enter a number of weeks from 1 to 104" in page
    assert '<svg class="chart' not in page


@pytest.mark.parametrize("weeks", ["1", "4", "52", "104"])
def test_any_number_of_weeks_in_between_is_answered(auditor: FlaskClient, weeks: str) -> None:
    """One week or two years."""
    assert seen(auditor, f"weeks={weeks}").count('<th scope="row">2026 W') <= int(weeks)


# --- the forecast ----------------------------------------------------------------------------------------------


@pytest.mark.req("B13")
def test_the_list_names_person_machines_last_day_and_what_is_missing(auditor: FlaskClient) -> None:
    """Élise loses both presses on 2 December; in 90 days the new version takes the presses from everybody."""
    page = seen(auditor, path="/trends/expiring")
    row = re.search(r"<tr><th scope=\"row\"><a[^>]*><bdi>Élise Deux.*?</tr>", page, re.DOTALL)
    assert row
    assert re.findall(r"<bdi>(TP-\d\d)</bdi>", row[0]) == ["TP-01", "TP-02"]
    assert "2026-12-02" in row[0]
    assert "9 days left" in row[0]
    assert "Training has expired: SOP-1 Press operation" in row[0]
    assert "1 person" in page
    later = seen(auditor, "days=90", "/trends/expiring")
    assert "Not trained on the current version: SOP-1 Press operation" in later
    assert "Ada One" in later
    assert "Jo Untrained" not in later


@pytest.mark.req("B13")
def test_the_head_count_ahead_falls_below_the_minimum(auditor: FlaskClient) -> None:
    """4 certified at the presses now, 3 in 30 days, none in 90; the mill is short already."""
    page = seen(auditor, path="/trends/expiring")
    row = re.search(r"<bdi>TP-01</bdi></a> <small>.*?</tr>", page, re.DOTALL)
    assert row
    assert re.findall(r'<td class="num">(?:<strong class="(t-deny)">)?(\d+)', row[0]) == [
        ("", "4"),
        ("", "4"),
        ("", "3"),
        ("", "2"),
        ("t-deny", "0"),
    ]
    assert "Below the minimum now or within 90 days: TP-01, TP-02, ML-01, NW-01." in page


@pytest.mark.req("B13")
def test_the_bars_count_each_person_once(auditor: FlaskClient) -> None:
    """Within 30 days, 31 to 60, 61 to 90; the number leads to the list."""
    page = seen(auditor)
    assert 'aria-label="Within 30 days 1, 31 to 60 days 2, 61 to 90 days 1"' in page
    assert "1 person loses a machine within 30 days." in page
    assert 'href="/trends/expiring?lang=en&amp;days=30"' in page


def test_one_area_only_and_what_makes_no_sense(auditor: FlaskClient) -> None:
    """An area by hand in the address is no area."""
    area = seen(auditor, "area=GRAN&days=90", "/trends/expiring")
    assert "ML-01" in area
    assert "TP-01" not in area
    for query in ("days=0", "days=91", "days=x", f"days={LONG}", "area=NOWHERE", "area=%3Cscript%3E"):
        assert "Choose 7, 30, 60 or 90 days" in seen(auditor, query, "/trends/expiring", 422)


def test_the_forecast_is_made_anew_when_facts_change(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Kept between two changes, never beyond one."""
    found = MatrixOnRecord(tmp_path_factory.mktemp("changing"))
    add_account(found, "aud", Role.AUDITOR)
    made = create_app(found.settings, found.clock)
    made.testing = True
    made.extensions[PARTS] = replace(made.extensions[PARTS], passwords=CHEAP)
    browser = signed_in(made, "aud")
    assert "Élise Deux" in seen(browser, path="/trends/expiring")
    kept = made.extensions["gate_forecasts"]._made
    seen(browser, path="/trends/expiring")
    assert made.extensions["gate_forecasts"]._made is kept
    trained = [*matrix_plant(late=True)["training_record"], record("E2", completed_on=NOON.date())]
    found.load({**matrix_plant(late=True), "training_record": trained}, NOON)
    assert "Élise Deux" not in seen(browser, path="/trends/expiring")
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()
    found.close()


# --- reports ---------------------------------------------------------------------------------------------------


@pytest.mark.req("H9", "B13")
def test_the_matrix_is_exported_with_every_operation(auditor: FlaskClient) -> None:
    """Stable column names; the instant at which it ends with its offset."""
    rows = exported(auditor, "matrix")
    mine = {(row["equipment"], row["operation"]): row for row in rows if row["person"] == "E1"}
    assert {key: row["state"] for key, row in mine.items()} == {
        ("TP-01", "USE"): "certified",
        ("TP-02", "USE"): "held",
        ("ML-01", "USE"): "certified",
        ("TP-01", "CLEAN"): "certified",
        ("TP-02", "CLEAN"): "certified",
    }
    assert mine["TP-01", "USE"]["valid_until"].startswith("2027-02-01T00:00")
    assert mine["TP-01", "USE"]["days_left"] == "69"
    assert not any(row["person"] == "E7" for row in rows)
    assert any(row["person"] == "E7" for row in exported(auditor, "matrix", "who=all&area=COMP"))


@pytest.mark.req("H9")
def test_the_trends_are_exported(auditor: FlaskClient) -> None:
    """What the page shows, as rows."""
    ends = exported(auditor, "expiring", "days=30")
    assert [(row["person"], row["equipment"], row["reasons"]) for row in ends] == [
        ("E2", "TP-01", "TRAINING_EXPIRED"),
        ("E2", "TP-02", "TRAINING_EXPIRED"),
    ]
    denied = exported(auditor, "denials_by_reason")
    assert ("2026-W45", "SOP_REVISION", "3") in {(row["week"], row["reason"], row["number"]) for row in denied}
    assert sum(int(row["number"]) for row in denied) == 8
    machines = exported(auditor, "overrides_by_machine")
    numbers = [(row["equipment"], row["number"], row["limit"]) for row in machines]
    assert numbers == [("TP-01", "7", "5"), ("TP-02", "1", "5")]
    assert [row["granted_by"] for row in exported(auditor, "overrides_by_approver")] == ["Name of abe", "Name of sup"]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("matrix", "as_of=never"),
        ("matrix", "lot=NONE"),
        ("expiring", "days=0"),
        ("denials_by_reason", "weeks=0"),
        ("overrides_by_machine", "weeks=x"),
        ("overrides_by_approver", "weeks=999"),
    ],
)
def test_an_export_of_nonsense_is_refused(auditor: FlaskClient, name: str, query: str) -> None:
    """A file of rows that nobody asked for would be evidence of something else."""
    assert auditor.get(f"/export/{name}?lang=en&{query}").status_code in {400, 422}
