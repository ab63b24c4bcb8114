"""QA's queue, dispositions and delegates on the pages: what waits, who may sign it, what stays on record (D4, D9)."""

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from tests.scenarios.plant import P1, P2, Plant, changed, plant
from tests.web.people import WORD, send, signed_in
from tests.web.test_override_pages import GOOD, Site, site  # noqa: F401 - a fixture

DECIDED = {
    "disposition": "acceptable_with_action",
    "statement": "CAPA-2026-077 covers the late retraining",
    "sign_user": "qa",
    "password": WORD,
}
APPOINTED = {
    "account": "bo",
    "from": "2026-11-23",
    "until": "2026-11-24",
    "justification": "nobody of QA is on site tonight",
    "sign_user": "qa",
    "password": WORD,
}


def granted(found: Site, **more: str) -> str:
    found.world.badge("R1", P1)
    answer = found.grant(found.denied_seq(), **more)
    assert answer.status_code == 303, answer.text
    return answer.location.split("/")[2].partition("?")[0]


def post(browser: FlaskClient, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """Send a form that the page itself may not offer, with a token from another."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/overrides/delegates?lang=en").text)
    assert token
    answer = browser.post(path, data={**fields, "csrf_token": token[1]})
    return answer.status_code, answer.text


def out_of_calibration() -> Plant:
    """Both presses fail with EQ_CAL_OVERDUE, which needs QA beside the supervisor."""
    found = plant()
    for press in ("TP-01", "TP-02"):
        found = changed(found, "equipment", press, calibration_due_on=date(2026, 11, 20))
    return found


def rows(found: Site, kind: str = "sign") -> list[dict[str, object]]:
    return [dict(entry) for entry in found.world.trail(kind)]


@pytest.mark.req("D9", "G1")
def test_every_override_waits_in_the_queue_until_qa_has_signed(site: Site) -> None:  # noqa: F811
    """From the grant on; QA decides when it is over, once and for good."""
    override_id = granted(site)
    qa = signed_in(site.app, "qa")
    queue = qa.get("/overrides/queue?lang=en").text
    assert "1 wait, 0 overdue" in queue
    assert "Ada One" in queue
    path = f"/overrides/{override_id}/disposition?lang=en"
    assert "It still stands" in qa.get(path).text
    status, page = post(qa, path, DECIDED)
    assert (status, "still stands" in page) == (422, True)
    site.world.clock.advance(3700)
    qa = signed_in(site.app, "qa")
    assert send(qa, path, **DECIDED).status_code == 303
    entry = rows(site)[0]
    assert (entry["subject"], entry["ref"]) == (
        f"override:{override_id}",
        site.world.trail("override_granted")[0]["seq"],
    )
    assert entry["new"] == {"disposition": "acceptable_with_action"}
    assert "0 wait" in qa.get("/overrides/queue?lang=en").text
    page = qa.get(f"/overrides/{override_id}?lang=en").text
    assert "Disposition by QA: acceptable with action" in page
    again = post(qa, path, {**DECIDED, "disposition": "not_acceptable"})
    assert again[0] == 422
    assert len(rows(site)) == 1
    assert site.world.sound()


@pytest.mark.req("D9")
def test_the_queue_says_what_is_overdue_and_the_trend_of_90_days(site: Site) -> None:  # noqa: F811
    """Due 5 days after the grant unless the site says otherwise; counts by machine, person, cause and approver."""
    granted(site)
    site.world.clock.advance(timedelta(days=5).total_seconds() - 120)
    assert "1 wait, 0 overdue" in signed_in(site.app, "qa").get("/overrides/queue?lang=en").text
    site.world.clock.advance(180)
    page = signed_in(site.app, "qa").get("/overrides/queue?lang=en").text
    assert "1 wait, 1 overdue" in page
    for words in ("By machine", "By person", "By cause", "By approver", "Name of sup", "No certified operator is free"):
        assert words in page
    french = signed_in(site.app, "qa").get("/overrides/queue?lang=fr").text
    assert "1 en attente, 1 en retard" in french


@pytest.mark.req("D9", "D2")
def test_whoever_had_a_part_in_an_override_does_not_judge_it(site: Site) -> None:  # noqa: F811
    """The co-signer is of QA, and still somebody else of QA decides afterwards."""
    override_id = granted(site, cosign_user="qa", cosign_password=WORD)
    site.world.clock.advance(3700)
    qa = signed_in(site.app, "qa")
    assert "You had a part in it" in qa.get("/overrides/queue?lang=en").text
    status, page = post(qa, f"/overrides/{override_id}/disposition?lang=en", DECIDED)
    assert (status, "Ask somebody else of QA" in page) == (422, True)
    assert rows(site) == []
    assert [e["detail"]["refused"] for e in site.world.trail("security") if "refused" in e["detail"]] == [
        ["not_independent"]
    ]


@pytest.mark.req("D9")
@pytest.mark.parametrize(
    "wrong",
    [
        {"disposition": ""},
        {"disposition": "<script>"},
        {"statement": ""},
        {"statement": "\u202e ok \U0001f600"},
        {"password": "not it at all"},
    ],
)
def test_a_disposition_with_a_wrong_field_signs_nothing_and_keeps_what_was_typed(
    site: Site,  # noqa: F811
    wrong: dict[str, str],
) -> None:
    """Whatever is in the form: markup and controls come back as visible text."""
    override_id = granted(site)
    site.world.clock.advance(3700)
    qa = signed_in(site.app, "qa")
    answer = send(qa, f"/overrides/{override_id}/disposition?lang=en", **{**DECIDED, **wrong})
    assert answer.status_code == 422
    assert "<script>" not in answer.text.replace("<script src", "")
    assert "\u202e" not in answer.text
    assert rows(site) == []


def test_a_statement_of_ten_thousand_letters_comes_back_whole_and_is_shown(site: Site) -> None:  # noqa: F811
    """A paste from the quality system is longer than anybody thought."""
    override_id = granted(site)
    site.world.clock.advance(3700)
    qa = signed_in(site.app, "qa")
    long = "é<b>" * 2500
    path = f"/overrides/{override_id}/disposition?lang=fr"
    assert (
        send(qa, path, **{**DECIDED, "statement": long, "password": "wrong word here"}).text.count("é&lt;b&gt;") == 2500
    )
    assert send(qa, path, **{**DECIDED, "statement": long}).status_code == 303
    assert rows(site)[0]["why"] == long
    assert "é&lt;b&gt;" in qa.get(f"/overrides/{override_id}?lang=fr").text


@pytest.mark.req("D9")
def test_what_a_load_takes_off_the_records_still_waits_for_qa(site: Site) -> None:  # noqa: F811
    """Nobody empties the queue with a plant file."""
    granted(site)
    site.world.load({"override": []})
    page = signed_in(site.app, "qa").get("/overrides/queue?lang=en").text
    assert "1 wait" in page
    listed = site.browser.get("/overrides?lang=en").text
    assert "Taken off the records by a load" in listed


@pytest.mark.req("D4", "D2")
def test_a_delegate_co_signs_for_qa_while_appointed_and_not_a_minute_longer(site: Site) -> None:  # noqa: F811
    """QA has gone home: the other supervisor signs as QA's delegate, and the signature says so."""
    site.world.load(out_of_calibration())
    site.world.badge("R1", P1)
    seq = site.denied_seq()
    asked = {"cosign_user": "bo", "cosign_password": WORD}
    assert "must be of QA, or appointed by QA" in site.grant(seq, **asked).text
    qa = signed_in(site.app, "qa")
    assert send(qa, "/overrides/delegates?lang=en", **APPOINTED).status_code == 303
    assert "On call" in qa.get("/overrides/delegates?lang=en").text
    assert "Name of bo (bo)" in site.browser.get(f"/overrides/new/{seq}?lang=en").text
    answer = site.grant(seq, **asked)
    assert answer.status_code == 303, answer.text
    signatures = site.world.trail("override_granted")[0]["detail"]["signatures"]
    assert [(s["name"], s["meaning"], s["role"]) for s in signatures] == [
        ("Name of sup", "granted", "supervisor"),
        ("Name of bo", "co-signed as QA delegate", "supervisor"),
    ]
    assert "Co-signs as QA delegate" in site.browser.get(answer.location).text
    delegate_id = str(rows(site, "change")[-1]["subject"]).removeprefix("delegate:")
    path = f"/overrides/delegates/{delegate_id}/end?lang=en"
    assert send(qa, path, justification="QA is back on site", password=WORD).status_code == 303
    site.world.badge("R2", P1)
    ended = site.grant(site.denied_seq(), **asked)
    assert "must be of QA, or appointed by QA" in ended.text
    assert site.world.sound()


@pytest.mark.req("D2")
def test_a_delegate_never_co_signs_for_oneself_nor_for_an_own_grant(site: Site) -> None:  # noqa: F811
    """The second signature is somebody else's, whoever appointed whom."""
    site.world.load(out_of_calibration())
    assert send(signed_in(site.app, "qa"), "/overrides/delegates?lang=en", **APPOINTED).status_code == 303
    site.world.badge("R1", P2)
    answer = site.grant(site.denied_seq(), cosign_user="bo", cosign_password=WORD)
    assert "must be neither the approver nor E2" in answer.text
    site.world.badge("R1", P1)
    own = signed_in(site.app, "bo")
    path = f"/overrides/new/{site.denied_seq()}?lang=en"
    answer = send(own, path, **{**GOOD, "sign_user": "bo", "cosign_user": "bo", "cosign_password": WORD})
    assert "must be neither the approver nor E1" in answer.text
    assert site.world.trail("override_granted") == []


@pytest.mark.req("D2")
@pytest.mark.parametrize(
    "wrong",
    [
        {"account": "op"},
        {"account": "qa"},
        {"account": "nobody"},
        {"account": ""},
        {"from": "2026-11-20"},
        {"from": ""},
        {"from": "23/11/2026"},
        {"until": "2026-11-22"},
        {"until": "9999-12-31"},
        {"until": "<b>"},
        {"justification": ""},
        {"password": "wrong word here"},
    ],
)
def test_an_appointment_with_a_wrong_field_appoints_nobody(site: Site, wrong: dict[str, str]) -> None:  # noqa: F811
    """Nothing dated back, nobody without the right account, and never without an end."""
    before = len(rows(site, "change"))
    qa = signed_in(site.app, "qa")
    answer = send(qa, "/overrides/delegates?lang=en", **{**APPOINTED, **wrong})
    assert answer.status_code == 422
    assert len(rows(site, "change")) == before
    assert "nobody of QA is on site" in answer.text or "justification" in wrong


@pytest.mark.parametrize(
    "path", ["/overrides/nothing", "/overrides/nothing/disposition", "/overrides/nothing/reference"]
)
def test_what_was_never_granted_has_no_page(site: Site, path: str) -> None:  # noqa: F811
    """Ids in addresses are no authority."""
    assert signed_in(site.app, "qa").get(path).status_code == 404
    assert signed_in(site.app, "qa").get("/overrides/delegates/nothing/end").status_code == 404
