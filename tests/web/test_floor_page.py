"""The floor without a browser: what each card and each need says, and to whom."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from gate.core.audit import Entry, Kind
from gate.core.roles import Role
from gate.core.terms import Outcome
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.web.floor_records import FloorOnRecord
from tests.web.people import CHEAP, add_account, signed_in
from tests.web.test_live_page import text_of

TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[FloorOnRecord]:
    found = FloorOnRecord(tmp_path)
    for login, role in {"sup": Role.SUPERVISOR, "qa": Role.QA, "op": Role.OPERATOR, "adm": Role.SYSADMIN}.items():
        add_account(found, login, role)
    found.alive()
    yield found
    found.close()


@pytest.fixture
def app(gate: FloorOnRecord) -> Iterator[Flask]:
    made = create_app(gate.settings, gate.clock)
    made.testing = True
    made.extensions[PARTS] = replace(made.extensions[PARTS], passwords=CHEAP)
    yield made
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()


def card(page: str, machine: str) -> str:
    """Return the words of one card."""
    return words_of(page.split(f'id="m-{machine}"')[1].split("</article>", maxsplit=1)[0]).partition(">")[2].strip()


def words_of(html: str) -> str:
    """Return the words as they are read: no blank before a mark that only a tag had parted from its word."""
    return re.sub(r" ([,.;:])", r"\1", text_of(html))


def needs(page: str) -> str:
    return words_of(page.split('id="floor-needs"')[1].split("</section>", maxsplit=1)[0])


@pytest.mark.req("L1")
def test_each_state_of_a_machine_is_a_word_on_its_card(gate: FloorOnRecord, app: Flask) -> None:
    """Remove the colour and every state is still told."""
    gate.busy()
    gate.alive()
    page = signed_in(app, "sup").get("/floor?lang=en").text
    assert "In use Robin Teakettle 1 h 12 min, since" in card(page, "TP-01")
    assert "Just denied Nobody signed in Denied: Camille O’Lanterne &amp; Fils, under 1 min ago" in card(page, "TP-02")
    assert "OFF No reader here" in card(page, "CP-02").replace("No reader OFF", "OFF")
    assert "Reader offline Nobody signed in Silent since" in card(page, "CT-01")
    blister = card(page, "BLI-01")
    assert "Override In use" in blister
    assert re.search(r"1[01] min left, until \d\d:\d\d; DEV-2026-0315", blister)
    held = card(page, "AUT-02")
    assert "QA hold Set by I. Côté &amp; Associés," in held
    assert "Stops: set-up, use" in held
    assert "TRIAL" in card(page, "MILL-01")
    assert "Would be denied" in card(page, "MILL-01")
    assert "no new start" in card(page, "HSG-01")
    lede = words_of(page.split('id="floor-lede"')[1].split("</p>")[0])
    assert "Machines: 9." in lede
    assert "Just denied: 2;" in lede
    assert "Reader offline: 1;" in lede
    assert "TRIAL: 1." in lede


@pytest.mark.req("L1")
def test_the_machines_stand_by_area_and_id_whatever_happens(gate: FloorOnRecord, app: Flask) -> None:
    """Whoever looks for TP-02 looks where it was yesterday."""
    browser = signed_in(app, "sup")
    order = re.findall(r'id="m-([^"]+)"', browser.get("/floor").text)
    gate.busy()
    assert re.findall(r'id="m-([^"]+)"', browser.get("/floor").text) == order
    assert order == ["AUT-02", "FIL-01", "CP-02", "TP-01", "TP-02", "HSG-01", "MILL-01", "BLI-01", "CT-01"]


@pytest.mark.req("L3", "A7")
def test_what_needs_somebody_is_told_with_all_reasons_and_a_button_for_who_may(gate: FloorOnRecord, app: Flask) -> None:
    """Newest denial first; only a supervisor is offered to grant, and only what can be lifted."""
    gate.busy()
    lifted = gate.denied("TP-02", "E1", "TRAINING_EXPIRED", "OVERRIDE_EXPIRED")
    browser = signed_in(app, "sup")
    page = browser.get("/floor?lang=en").text
    words = needs(page)
    told = [words.index(f"was denied at {name}") for name in ("TP-02", "FIL-01")]
    assert told == sorted(told)
    assert "Robin Teakettle was denied at TP-02, under 1 min ago" in words
    assert "Training has expired" in words
    assert f'href="/overrides/new/{lifted}?lang=en"' in page
    assert page.count("Grant override") == 2, "neither a QA hold nor an unknown badge can be lifted"
    assert "MILL-01" not in words, "a trial withholds nothing"
    other = signed_in(app, "qa").get("/floor?lang=en").text
    assert needs(other).count("was denied at") == words.count("was denied at")
    assert "Grant override" not in other
    assert signed_in(app, "op").get("/floor").status_code == 403


@pytest.mark.req("L3")
def test_denials_that_call_nobody_are_left_out(gate: FloorOnRecord, app: Flask) -> None:
    """A misread badge, a machine in use, and what is long ago are no call for help."""
    browser = signed_in(app, "sup")
    for reason in ("BADGE_UNREADABLE", "READ_LATE", "EQ_BUSY"):
        gate.denied("TP-01", "E1", reason)
    assert "was denied" not in browser.get("/floor?lang=en").text
    gate.denied("TP-01", "E1", "TRAINING_EXPIRED")
    assert "was denied" in browser.get("/floor?lang=en").text
    gate.clock.advance(6 * 60)
    page = browser.get("/floor?lang=en").text
    assert "6 min ago" in needs(page)
    assert "Just denied" not in card(page, "TP-01")
    for _ in range(5):
        gate.clock.advance(5 * 60)
        page = browser.get("/floor?lang=en").text
    assert "was denied" not in page


def test_many_denials_at_once_leave_the_machines_within_reach(gate: FloorOnRecord, app: Flask) -> None:
    """A requirement that lapsed overnight denies the whole shift; the newest are shown, the rest is one tap away."""
    for person in ("E1", "E2", "E3"):
        for machine in ("TP-01", "TP-02", "HSG-01"):
            gate.denied(machine, person, "TRAINING_EXPIRED")
    page = signed_in(app, "sup").get("/floor?lang=en").text
    assert needs(page).count("was denied at") == 6
    assert "3 more in the access log" in re.sub("<[^>]+>|[\u2066-\u2069]", "", page)
    assert 'href="/log?view=denied&amp;lang=en"' in page


@pytest.mark.req("L2")
def test_the_floor_and_the_machine_speak_french(gate: FloorOnRecord, app: Flask) -> None:
    """Half the shift reads French."""
    gate.busy()
    gate.alive()
    browser = signed_in(app, "sup")
    page = browser.get("/floor?lang=fr").text
    assert "À traiter maintenant" in page
    assert "Accès refusé à Camille" in needs(page)
    assert "Mise par" in card(page, "AUT-02")
    assert re.search(r"depuis \d{1,2} h \d\d", card(page, "TP-01"))
    assert "Mettre hors service" in browser.get("/floor/TP-01?lang=fr").text


def test_hostile_names_are_words(gate: FloorOnRecord, app: Flask) -> None:
    """Names of people and areas come from other systems."""
    gate.busy()
    browser = signed_in(app, "sup")
    for path in ("/floor", "/floor/HSG-01", "/floor/HSG-01/leave/2", "/floor/MILL-01/trial"):
        page = browser.get(path).text
        assert "alert(1)" in page, path
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert "\x1b" not in page


@pytest.mark.req("A7")
def test_after_login_each_account_is_where_it_works(gate: FloorOnRecord, app: Flask) -> None:
    """Who may see the floor starts there; an operator's account sees the live page."""
    for login, home in {"sup": "/floor", "qa": "/floor", "adm": "/floor", "op": "/"}.items():
        browser = app.test_client()
        form = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login").text)
        assert form
        data = {"csrf_token": form[1], "user": login, "password": "correct horse battery"}
        assert browser.post("/login?lang=en", data=data).location == f"{home}?lang=en"


def test_a_machine_with_a_slash_in_its_id_has_a_page(gate: FloorOnRecord, app: Flask) -> None:
    """Ids come from the batch record, not from web addresses."""
    gate.add_machine("L1/TP:9")
    browser = signed_in(app, "sup")
    assert 'href="/floor/L1~TP:9?lang=en"' in browser.get("/floor?lang=en").text
    assert "<h1>L1/TP:9</h1>" in browser.get("/floor/L1~TP:9").text


def test_without_records_the_floor_says_so(gate: FloorOnRecord, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that cannot be made is no page of an empty plant."""
    browser = signed_in(app, "sup")

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr("gate.web.floor_messages.floor_look", broken)
    assert browser.get("/floor").status_code == 503
    assert browser.get("/floor/TP-01").status_code == 503


@pytest.mark.req("L3")
def test_what_was_granted_or_allowed_since_calls_nobody(gate: FloorOnRecord, app: Flask) -> None:
    """Handled is handled: by an override, or because the person was allowed in the end."""
    browser = signed_in(app, "sup")
    for person in ("E1", "E2", "E3"):
        gate.denied("TP-01", person, "TRAINING_EXPIRED")
    assert needs(browser.get("/floor?lang=en").text).count("was denied") == 3
    gate.lifted("TP-01", "E1", gate.clock.at + timedelta(hours=2))
    gate.decided("TP-01", "E2", Outcome.ALLOW, ("ALLOW_CERTIFIED",))
    gate.decided("TP-02", "E3", Outcome.ALLOW, ("ALLOW_CERTIFIED",))
    words = needs(browser.get("/floor?lang=en").text)
    assert words.count("was denied") == 1, "an allow elsewhere does not help here"
    assert "alert(1)" in words
    gate.append(Entry(kind=Kind.DECISION, moment=gate.moment(), outcome=Outcome.DENY, reasons=("SYS_ERROR",)))
    assert browser.get("/floor").status_code == 200, "a denial of no machine breaks nothing"
