"""The standard questions of an inspection over one morning at a gate: each page and its report say the same (H9)."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from gate.core.report import Report
from gate.core.roles import Role
from gate.web.asking import Shown
from gate.web.pages import viewer
from gate.web.questions import questions
from gate.web.report_makers import BadQuestionError, report_maker
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite, floor_site
from tests.web.morning import morning
from tests.web.people import send
from tests.web.test_question_lot import plain


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FloorSite]:
    """One morning: uses, a badge that looks lent, a hold, a late entry and its verification, a new revision."""
    world = World(tmp_path_factory.mktemp("morning"), local("2026-11-23T06:00"))
    with floor_site(world) as found:
        morning(found)
        yield found
    world.kill()


@pytest.fixture
def qa(site: FloorSite) -> FlaskClient:
    return site.browser("qa")


def report(site: FloorSite, name: str, **asked: str) -> Report:
    maker = report_maker(name)
    assert maker
    with site.app.test_request_context("/?lang=en"):
        made = maker.make(asked, viewer())
    with site.app.app_context():
        rows = list(made.rows())
    assert len(rows) == made.total, "counts are exact"
    assert all(len(row) == len(made.columns) for row in rows)
    return made


def rows(site: FloorSite, name: str, **asked: str) -> list[dict[str, Any]]:
    """Return the rows of a report by the names of its columns, made outside a request as a long export does."""
    made = report(site, name, **asked)
    with site.app.app_context():
        return [dict(zip([column.name for column in made.columns], row, strict=True)) for row in made.rows()]


def shown(client: FlaskClient, name: str, query: str = "", language: str = "en") -> str:
    answer = client.get(f"/inspection/{name}?{query}&lang={language}")
    assert answer.status_code == 200, answer.text
    return plain(answer.text)


@pytest.mark.req("H2", "C10")
def test_the_use_log_is_in_the_order_of_recording_with_lots_and_late_entries(site: FloorSite, qa: FlaskClient) -> None:
    """Date, time, lot, activity, done by, checked by, state: as 21 CFR 211.182 asks."""
    found = rows(site, "use_log", equipment="TP-01")
    assert [str(one["done_by"]) for one in found] == [
        "Ada One (E1)",
        "Bo Deux (E2)",
        "Ada One (E1)",
        "Bo Deux (E2)",
        "Bo Deux (E2)",
    ]
    assert [one["seq"] for one in found] == sorted(one["seq"] for one in found)
    assert [one["lot"] for one in found] == ["L1", "L1", "", "L9", "L9"]
    assert found[0]["until"] is not None
    assert found[2]["until"] is None, "still there"
    late = found[3]
    assert (str(late["state"]), getattr(late["state"], "look", "")) == ("LATE ENTRY", "late")
    assert late["from"] < found[2]["from"], "its claimed time is older, its place is not"
    assert late["checked_by"] == "Name of qa (P-qa)"
    page = shown(qa, "use_log", "equipment=TP-01")
    assert "LATE ENTRY" in page
    assert "SAISIE TARDIVE" in shown(qa, "use_log", "equipment=TP-01", "fr")
    held = rows(site, "use_log", equipment="TP-02")
    assert [getattr(one["state"], "look", "") for one in held] == ["hold"]


@pytest.mark.req("H1", "C10")
def test_a_late_entry_stands_in_the_answer_for_its_lot(qa: FlaskClient) -> None:
    """By its claimed time, marked, and beside the time in which nobody was signed in."""
    answer = qa.get("/inspection/who-operated?lot=L9&lang=en")
    page = plain(answer.text)
    assert "People: 1. Starts by badge: 0" in page
    assert "Late entries: 1" in page
    assert "nobody has verified" not in page
    assert page.count("LATE ENTRY") == 2, "its row, and the time without a badge that it claims"
    assert "SAISIE TARDIVE" in qa.get("/inspection/who-operated?lot=L9&lang=fr").text


def test_who_is_signed_in_now(site: FloorSite, qa: FlaskClient) -> None:
    """A forgotten use is seen by whoever asks."""
    assert [(one["equipment"], one["person_id"]) for one in rows(site, "open_uses")] == [("TP-01", "E1")]
    assert "may start" in shown(qa, "open_uses")


@pytest.mark.req("H3")
def test_the_history_of_a_person_is_all_of_it_and_its_opening_is_recorded(site: FloorSite, qa: FlaskClient) -> None:
    """Privacy has its own trail (DESIGN 19)."""
    found = rows(site, "person_history", person="E2")
    assert {str(one["what"]) for one in found} >= {"Allowed", "LATE ENTRY"}
    before = len(site.world.trail("security"))
    page = shown(qa, "person_history", "person=E2")
    assert "Badge reads: 1 allowed, 0 by override, 0 denied" in page
    told = site.world.trail("security")
    assert len(told) == before + 1
    assert (told[-1]["person"], told[-1]["by"], told[-1]["detail"]["page"]) == ("E2", "P-qa", "person_history")
    mine = rows(site, "person_history", person="E3", **{"from": "2026-11-23 06:30"})
    assert [str(one["what"]) for one in mine] == ["Denied"]


@pytest.mark.req("H9")
def test_who_could_have_is_answered_as_known_then_and_now(site: FloorSite, qa: FlaskClient) -> None:
    """The same instant, judged with what was known then and with what is known now."""
    found = {one["person_id"]: one for one in rows(site, "could_have", equipment="TP-01", at="2026-11-23 06:10")}
    assert set(found) == {"E1", "E2"}
    assert {str(one["then"]) for one in found.values()} == {"Certified"}
    every = {one["person_id"]: one for one in rows(site, "could_have", equipment="TP-01", everybody="yes")}
    assert str(every["E3"]["then"]) == "Not trained"
    assert "2 could" in shown(qa, "could_have", "equipment=TP-01&at=2026-11-23%2006:10")


@pytest.mark.req("H9")
def test_who_used_it_after_a_revision_without_training_on_it(site: FloorSite, qa: FlaskClient) -> None:
    """E1 relied on R6; E2 was trained on R7 but used it before that was known."""
    found = rows(site, "untrained_use", item="SOP-1", revision="R7")
    assert [one["person_id"] for one in found] == ["E1", "E2", "E1"]
    by_person = {one["person_id"]: one for one in found}
    assert str(by_person["E1"]["trained_now"]) == "never, as known now"
    assert str(by_person["E2"]["trained_now"]) == "2026-11-22"
    assert "asked for no retraining" in shown(qa, "untrained_use", "item=SOP-1&revision=R7")
    assert rows(site, "untrained_use", item="SOP-1", revision="R6") == []
    with pytest.raises(BadQuestionError, match="There never was a revision R9"):
        report(site, "untrained_use", item="SOP-1", revision="R9")


@pytest.mark.req("H9", "H4")
def test_denials_with_what_followed(site: FloorSite, qa: FlaskClient) -> None:
    """E3 refused, E2's badge allowed half a minute later: it may be lending. Refused at TP-02: nothing followed."""
    found = rows(site, "denials_followed")
    assert [(one["equipment"], one["person_id"], str(one["followed"])) for one in found] == [
        ("TP-01", "E3", "Another person within 2 minutes"),
        ("TP-02", "E3", "Nothing"),
    ]
    assert found[0]["followed_by"] == "Bo Deux (E2)"
    assert [one["equipment"] for one in rows(site, "denials_followed", followed="lent")] == ["TP-01"]
    assert "Another person within 2 minutes" in shown(qa, "denials_followed", "followed=lent")
    narrowed = report(site, "denials_followed", followed="lent").filters
    assert "Another person within 2 minutes" in dict(narrowed).values(), "an export says what it was narrowed to"


@pytest.mark.req("H3", "E5")
def test_changes_show_old_new_who_why_and_signatures(site: FloorSite, qa: FlaskClient) -> None:
    """Configuration trail: nobody has to read JSON."""
    found = rows(site, "changes", subject="hold")
    assert [(one["by"], "Noise from the lower punch" in one["why"]) for one in found] == [("Name of sup (P-sup)", True)]
    assert "Name of sup, set, 2026-11-23T11:0" in found[0]["signatures"]
    assert all(str(one["subject"]).startswith("account:") for one in rows(site, "changes", subject="account"))
    assert rows(site, "changes", subject="account")
    assert "Sets" not in shown(qa, "changes", "subject=hold")


@pytest.mark.req("A9", "H3")
def test_roles_and_badges_as_of_any_date(site: FloorSite, qa: FlaskClient) -> None:
    """Before the accounts were made there were none."""
    assert rows(site, "access_roles", at="2020-01-01") == []
    found = {one["account"]: one for one in rows(site, "access_roles")}
    assert str(found["qa"]["roles"]) == "QA"
    held = {one["badge"]: one for one in rows(site, "badges_held")}
    assert (held["B1"]["person_id"], held["B1"]["badge_last4"]) == ("E1", P1[-4:])
    assert rows(site, "badges_held", at="2020-01-01") == []
    assert "Access was never reviewed" in shown(qa, "access_roles")


@pytest.mark.req("H9", "E4")
def test_how_complete_the_log_is(site: FloorSite, qa: FlaskClient) -> None:
    """Counted, not claimed."""
    found = {str(one["check"]): one for one in rows(site, "log_complete")}
    assert str(found["Numbers without gaps"]["result"]) == "good"
    assert found["Numbers without gaps"]["count"] == site.world.trail()[-1]["seq"]
    assert str(found["Last full verification"]["result"]) == "look at it", "none was made yet"
    assert found["Starts of the gate"]["count"] == 1
    assert found["Late entries and their verifications"]["count"] == 2
    assert "Numbers without gaps" in shown(qa, "log_complete")
    assert "Start" in shown(qa, "interruptions")


def test_overrides_of_a_quarter(site: FloorSite, qa: FlaskClient) -> None:
    """None were granted this morning; the page says so."""
    assert rows(site, "override_register", **{"from": "2026-10-01", "to": "2026-12-31"}) == []
    assert "Without a disposition: 0" in shown(qa, "override_register")


NONSENSE = (
    ("use_log", "equipment=XX-99", "There never was a machine XX-99"),
    ("use_log", "equipment=TP-01&from=yesterday", "is no time here"),
    ("use_log", "equipment=TP-01&from=2026-11-24&to=2026-11-23", "does not lie after"),
    ("use_log", "equipment=TP-01&from=9999-12-31", "is no time here"),
    ("person_history", "person=%3Cscript%3E", "Nobody ever had the number"),
    ("could_have", "equipment=TP-01&operation=FLY", "is no choice here"),
    ("untrained_use", "item=SOP-1&revision=%00", "There never was a revision"),
    ("denials_followed", "followed=%E2%80%AEx", "is no choice here"),
    ("changes", "subject=everything", "is no choice here"),
    ("access_roles", "at=then", "is no time here"),
    ("override_register", "to=0000-00-00", "is no time here"),
)


@pytest.mark.parametrize(("name", "query", "words"), NONSENSE)
def test_nonsense_in_the_address_is_said_by_name(qa: FlaskClient, name: str, query: str, words: str) -> None:
    """Filters are typed by hand, and sent by people who mean no good."""
    answer = qa.get(f"/inspection/{name}?{query}&lang=en")
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>" not in answer.text
    assert "\u202e" not in answer.text


@pytest.mark.parametrize("query", ["after=99999999999999999999", "after=-1", "after=x", "after=" + "9" * 15, "zzz=1"])
def test_a_place_that_is_no_place_is_the_beginning_or_the_end(qa: FlaskClient, query: str) -> None:
    """Nothing breaks on a page number from nowhere."""
    assert qa.get(f"/inspection/use_log?equipment=TP-01&{query}").status_code == 200


@pytest.mark.req("H9", "H8")
def test_an_auditor_asks_everything_and_changes_nothing(site: FloorSite) -> None:
    """Each question answers an inspector; a supervisor sees the ones about machines and lots."""
    names = [one.name for one in questions()]
    assert len(names) == len(set(names)) == 13
    page = site.browser("qa").get("/inspection?lang=en").text
    assert all(f"/inspection/{name}" in page for name in names if name != "who_operated")
    assert "/inspection/who-operated" in page
    sup = site.browser("sup")
    assert sup.get("/inspection/person_history?person=E1").status_code == 403
    assert sup.get("/inspection/use_log?equipment=TP-01").status_code == 200
    assert "person_history" not in sup.get("/inspection?lang=en").text
    assert site.browser("qa").get("/inspection/nothing").status_code == 404
    assert Role.AUDITOR in Role


def test_every_answer_has_its_export(site: FloorSite, qa: FlaskClient) -> None:
    """One click from the page to the file, with the same filters."""
    page = qa.get("/inspection/use_log?equipment=TP-01&lang=en").text
    link = re.search(r'href="(/export/use_log\?[^"]+)"', page)
    assert link
    assert "equipment=TP-01" in link[1]
    assert qa.get(link[1].replace("&amp;", "&")).status_code == 200


ASKED = {
    "who_operated": "lot=L9",
    "use_log": "equipment=TP-01",
    "person_history": "person=E2",
    "could_have": "equipment=TP-01",
    "untrained_use": "item=SOP-1&revision=R7",
}


@pytest.mark.req("H6", "H7")
@pytest.mark.parametrize("name", [one.name for one in questions()])
def test_each_answer_is_a_file_with_the_same_rows(site: FloorSite, qa: FlaskClient, name: str) -> None:
    """CSV as the inspector takes it: as many rows as the page counted, and the mark of a late entry in words."""
    answer = send(qa, f"/export/{name}?{ASKED.get(name, '')}&lang=en", format="csv")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    query = dict(pair.split("=") for pair in ASKED.get(name, "").split("&") if pair)
    exported = site.world.trail("export")[-1]["new"]
    assert (exported["report"], exported["rows"]) == (name, len(lines))
    assert len(rows(site, name, **query)) >= len(lines), "the opening of the export is itself in the trail"
    assert name not in {"who_operated", "use_log", "person_history"} or "LATE ENTRY" in answer.text


def test_a_tag_is_plain_text_in_an_export() -> None:
    """The look is for the page alone."""
    cell = Shown("Denied", "deny")
    assert (cell, cell.look, isinstance(cell, str)) == ("Denied", "deny", True)
