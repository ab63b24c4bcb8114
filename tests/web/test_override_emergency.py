"""An emergency at three in the morning: 2 h, a second person, the reference within 24 h, QA afterwards (D8, D9)."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.scenarios.plant import P1
from tests.web.people import WORD, send, signed_in
from tests.web.test_override_pages import GOOD, Site, site  # noqa: F401 - a fixture

EMERGENCY = {**GOOD, "class": "EMERGENCY", "reference": "", "second_person": "E3"}
SIGNED = {"password": WORD}
LATE = {"reference": "DEV-2026-0399", "justification": "the quality system was down that night"}


def granted(found: Site, **more: str) -> str:
    """Deny E1 at TP-01, grant, and return the override's id."""
    found.world.badge("R1", P1)
    answer = send(found.browser, f"/overrides/new/{found.denied_seq()}?lang=en", **{**EMERGENCY, **more})
    assert answer.status_code == 303, answer.text
    return answer.location.split("/")[2].partition("?")[0]


def of_qa(found: Site) -> FlaskClient:
    return signed_in(found.app, "qa")


@pytest.mark.req("D8", "D6")
def test_an_emergency_without_a_reference_lets_the_person_start_in_amber(site: Site) -> None:  # noqa: F811
    """Nobody of QA, nobody of IT: a supervisor and a second person who knows of it get the machine going."""
    override_id = granted(site)
    shown = site.world.badge("R1", P1)
    assert shown is not None
    assert (shown.color, shown.line1) == ("amber", "OK EMERGENCY")
    assert site.world.output("R1")
    row = site.world.trail("override_granted")[0]
    assert row["new"]["second_named"] == "E3"
    page = site.browser.get(f"/overrides/{override_id}?lang=en").text
    assert "Reference missing" in page
    assert "(overdue)" not in page
    assert "Cy Three" in page
    assert "a reference due within 24 h" in page
    assert site.world.sound()


@pytest.mark.req("D8")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"second_person": ""}, "names a second person"),
        ({"second_person": "nobody"}, "names a second person"),
        ({"second_person": "E1"}, "must be neither you nor E1"),
        ({"minutes": "240"}, "lasts 2 h at most"),
        ({"reference": "DEV-1"}, "does not have the site"),
        ({"justification": "too short"}, "with 10 letters or more"),
    ],
)
def test_an_emergency_is_refused_for_each_thing_it_lacks(site: Site, wrong: dict[str, str], words: str) -> None:  # noqa: F811
    """Speed is no reason to leave out the second person; every refusal stays on record."""
    site.world.badge("R1", P1)
    answer = send(site.browser, f"/overrides/new/{site.denied_seq()}?lang=en", **{**EMERGENCY, **wrong})
    assert answer.status_code == 422
    assert words in answer.text.replace("&#39;", "’")
    assert site.world.trail("override_granted") == []
    assert [e["detail"]["what"] for e in site.world.trail("security")][-1] == "override refused"


@pytest.mark.req("D5", "D8")
def test_an_emergency_never_lifts_a_reason_marked_n(site: Site) -> None:  # noqa: F811
    """A suspension is QA's; the page says who can run the machine instead, and the attempt is on record."""
    site.world.load({"suspension": [{"id": "S-1", "person": "E1"}]})
    site.world.badge("R1", P1)
    path = f"/overrides/new/{site.denied_seq()}?lang=en"
    page = site.browser.get(path).text
    assert "This denial cannot be overridden" in page
    assert 'name="minutes"' not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', site.browser.get("/overrides/delegates").text or "")
    fields = {**EMERGENCY, "csrf_token": token[1] if token else _token(site)}
    assert site.browser.post(path, data=fields).status_code == 422
    refused = [e["detail"]["refused"] for e in site.world.trail("security") if "refused" in e["detail"]]
    assert "suspended" in refused[-1]
    assert site.world.trail("override_granted") == []


def _token(found: Site) -> str:
    page = found.browser.get("/account/password?lang=en").text
    match = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert match
    return match[1]


@pytest.mark.req("D8", "D3")
def test_the_reference_is_added_by_signature_and_the_row_is_never_edited(site: Site) -> None:  # noqa: F811
    """No backdating: the entry says when it was added, and the grant still says that there was none."""
    override_id = granted(site)
    path = f"/overrides/{override_id}/reference?lang=en"
    answer = send(site.browser, path, **{**LATE, "reference": "nonsense"}, **SIGNED)
    assert answer.status_code == 422
    assert "the quality system was down" in answer.text
    site.world.clock.advance(3600)
    site.browser = signed_in(site.app, "sup")
    assert send(site.browser, path, **LATE, sign_user="sup", **SIGNED).status_code == 303
    entry = site.world.trail("sign")[0]
    grant = site.world.trail("override_granted")[0]
    assert (entry["ref"], entry["subject"]) == (grant["seq"], f"override:{override_id}")
    assert entry["new"] == {"reference": "DEV-2026-0399"}
    assert entry["at"] > grant["at"]
    assert grant["new"]["reference"] == ""
    assert entry["detail"]["signatures"][0]["meaning"] == "reference added"
    page = site.browser.get(f"/overrides/{override_id}?lang=en").text
    assert "Reference missing" not in page
    assert "DEV-2026-0399" in page
    assert send(site.browser, path, **LATE, **SIGNED).status_code == 422, "a form sent twice adds nothing"
    assert len(site.world.trail("sign")) == 1
    assert site.world.sound()


@pytest.mark.req("D8", "D9")
def test_a_reference_that_is_not_there_after_24_h_is_overdue_wherever_it_is_shown(site: Site) -> None:  # noqa: F811
    """On the list, on the page of its own, and in QA's queue."""
    override_id = granted(site)
    site.world.clock.advance(timedelta(hours=24).total_seconds() - 60)
    assert "(overdue)" not in signed_in(site.app, "sup").get("/overrides?lang=en").text
    site.world.clock.advance(120)
    for browser, path in (
        (signed_in(site.app, "sup"), "/overrides"),
        (signed_in(site.app, "sup"), f"/overrides/{override_id}"),
        (of_qa(site), "/overrides/queue"),
    ):
        assert "(overdue)" in browser.get(f"{path}?lang=en").text, path
        assert "(en retard)" in browser.get(f"{path}?lang=fr").text, path


@pytest.mark.req("D8", "D9")
def test_qa_decides_of_an_emergency_only_once_the_reference_is_there(site: Site) -> None:  # noqa: F811
    """What nobody opened a deviation for cannot be judged."""
    override_id = granted(site)
    site.world.clock.advance(timedelta(hours=3).total_seconds())
    browser = of_qa(site)
    path = f"/overrides/{override_id}/disposition?lang=en"
    assert "The reference of this emergency is missing" in browser.get(path).text
    form = {"disposition": "acceptable", "statement": "batch record and room log were looked at", "sign_user": "qa"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/overrides/delegates?lang=en").text)
    assert token
    answer = browser.post(path, data={**form, "csrf_token": token[1], **SIGNED})
    assert answer.status_code == 422
    assert "Have it added first" in answer.text
    assert send(browser, f"/overrides/{override_id}/reference?lang=en", **LATE, **SIGNED).status_code == 303
    assert send(browser, path, **form, **SIGNED).status_code == 303
    assert site.world.trail("sign")[-1]["detail"]["signatures"][0]["meaning"] == "disposition: acceptable"
