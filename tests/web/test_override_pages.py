"""From a denied badge to an allowed one and back: bytes on one side of a gate at work, forms on the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gate.accounts import NewAccount, create_account, set_password
from gate.core.roles import Role
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.plant import P1, P2, changed, plant, record
from tests.scenarios.world import World, local, moment_now
from tests.web.people import CHEAP, TEMPORARY, WORD, send, sign_in

Make = Callable[..., World]

GOOD = {
    "minutes": "60",
    "class": "COVERAGE",
    "reference": "DEV-2026-0318",
    "justification": "Retraining is booked for two o'clock today",
    "sign_user": "sup",
    "password": WORD,
}


@dataclass
class Site:
    """A gate at work, its pages, and a browser in which a supervisor has signed in."""

    world: World
    app: Flask
    browser: FlaskClient

    def grant(self, seq: int, **more: str) -> TestResponse:
        return send(self.browser, f"/overrides/new/{seq}?lang=en", **{**GOOD, **more})

    def denied_seq(self) -> int:
        return int(self.world.decisions()[-1]["seq"])


def _accounts(world: World) -> None:
    engine = open_database(world.settings.database_path)
    trail = Trail(engine, "gate-1", world.settings.zone)
    for login, person, role in (
        ("sup", "P-sup", Role.SUPERVISOR),
        ("bo", "E2", Role.SUPERVISOR),
        ("qa", "P-qa", Role.QA),
        ("op", "P-op", Role.OPERATOR),
        ("tech", "P-tech", Role.SYSADMIN),
    ):
        new = NewAccount(login, person, f"Name of {login}", frozenset({role}))
        create_account(trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=moment_now(world.clock))
        set_password(trail, login, CHEAP.encode(WORD), by=login, moment=moment_now(world.clock), accepted=True)
    trail.close()


@pytest.fixture
def site(make_world: Make) -> Iterator[Site]:
    expired = [record(person, expires_on=date(2026, 11, 1)) for person in ("E1", "E2")]
    world = make_world(local("2026-11-23T12:00"), {**plant(), "training_record": expired})
    _accounts(world)
    app = create_app(world.settings, world.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    browser = app.test_client()
    assert sign_in(browser, "sup").status_code == 303
    yield Site(world, app, browser)
    app.extensions["gate"].close()
    app.extensions[PARTS].writer.close()


@pytest.mark.req("D1", "D6", "G1")
@pytest.mark.scenario(17)
def test_from_denied_to_granted_to_allowed_and_revoked(site: Site) -> None:
    """Three taps and a signature: the next badge is allowed, amber; revoked, the permissive drops within 5 s."""
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["TRAINING_EXPIRED"]
    page = site.browser.get("/overrides?lang=en").text
    assert "Ada One" in page
    assert f"/overrides/new/{site.denied_seq()}" in page
    answer = site.grant(site.denied_seq())
    assert answer.status_code == 303, answer.text
    granted_page = site.browser.get(answer.location).text
    assert "Override granted" in granted_page
    assert "Signed electronically" in granted_page
    shown = site.world.badge("R1", P1)
    assert site.world.reasons()[-1] in {"ALLOW_OVERRIDE", "ALLOW_ENDS_IN_SHIFT"}
    assert shown is not None
    assert (shown.color, shown.beeps) == ("amber", 3)
    assert site.world.output("R1")
    granted = site.world.trail("override_granted")[0]
    signature = granted["detail"]["signatures"][0]
    assert (signature["name"], signature["meaning"], signature["zone"]) == ("Name of sup", "granted", "America/Toronto")
    override_id = granted["subject"].removeprefix("override:")
    path = f"/overrides/{override_id}/revoke?lang=en"
    revoked = send(site.browser, path, justification="the retraining was cancelled", sign_user="sup", password=WORD)
    assert revoked.status_code == 303, revoked.text
    site.world.run(5)
    assert not site.world.output("R1")
    site.world.badge("R1", P1)
    assert site.world.reasons()[0] == "OVERRIDE_REVOKED"
    assert site.world.sound()


@pytest.mark.req("D2", "D5")
@pytest.mark.scenario(40)
def test_what_stands_against_a_grant_is_said_and_recorded_and_nothing_typed_is_lost(site: Site) -> None:
    """Segregation is the server's: a supervisor cannot lift his own denial, whatever the form says."""
    site.world.badge("R1", P2)
    own = site.app.test_client()
    sign_in(own, "bo")
    path = f"/overrides/new/{site.denied_seq()}?lang=en"
    answer = send(own, path, **{**GOOD, "reference": "nonsense <b>", "sign_user": "bo"})
    assert answer.status_code == 422
    assert "nonsense &lt;b&gt;" in answer.text
    assert "Retraining is booked" in answer.text
    refused = [e["detail"] for e in site.world.trail("security") if e["detail"].get("what") == "override refused"]
    assert len(refused) == 1
    assert len(refused[0]["refused"]) >= 2, "himself, and the reference"
    assert site.world.trail("override_granted") == []


@pytest.mark.req("G3")
def test_a_wrong_password_signs_nothing(site: Site) -> None:
    """The signature is the password typed now, not the session that lies open on the tablet."""
    site.world.badge("R1", P1)
    answer = site.grant(site.denied_seq(), password="not the password")
    assert answer.status_code == 422
    assert "The password is not right" in answer.text
    assert "not the password" not in answer.text
    assert site.world.trail("override_granted") == []


@pytest.mark.req("D4")
def test_a_reason_for_qa_needs_somebody_from_qa_to_sign_too(make_world: Make, site: Site) -> None:
    """Calibration overdue is lifted by two signatures or not at all."""
    found = changed(plant(), "equipment", "TP-01", calibration_due_on=date(2026, 11, 20))
    site.world.load(found)
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["EQ_CAL_OVERDUE"]
    seq = site.denied_seq()
    for cosigner in (
        {"cosign_user": "nobody", "cosign_password": WORD},
        {"cosign_user": "qa", "cosign_password": "no"},
    ):
        answer = site.grant(seq, **cosigner)
        assert answer.status_code == 422
        assert "The co-signature is not right" in answer.text
    assert "EQ_CAL_OVERDUE needs QA" in site.grant(seq).text
    answer = site.grant(seq, cosign_user="op", cosign_password=WORD)
    assert answer.status_code == 422
    assert "must be of QA, or appointed by QA" in answer.text
    answer = site.grant(seq, cosign_user="qa", cosign_password=WORD)
    assert answer.status_code == 303, answer.text
    signatures = site.world.trail("override_granted")[0]["detail"]["signatures"]
    assert [signature["meaning"] for signature in signatures] == ["granted", "co-signed"]
    site.world.badge("R1", P1)
    assert "ALLOW_OVERRIDE" in site.world.reasons()


@pytest.mark.req("D1")
def test_a_form_sent_twice_grants_once(site: Site) -> None:
    """The back button and a double tap are no second exception."""
    site.world.badge("R1", P1)
    seq = site.denied_seq()
    assert site.grant(seq).status_code == 303
    assert site.grant(seq).status_code == 422
    assert len(site.world.trail("override_granted")) == 1


@pytest.mark.parametrize("path", ["/overrides/new/1", "/overrides/new/999999", "/overrides/nothing/revoke"])
def test_what_was_never_denied_or_granted_has_no_page(site: Site, path: str) -> None:
    """Ids in addresses are no authority."""
    assert site.browser.get(path).status_code == 404


def test_values_that_the_form_does_not_offer_are_refused(site: Site) -> None:
    """A form can say anything; only what is offered counts."""
    site.world.badge("R1", P1)
    for wrong in ({"minutes": "100000"}, {"minutes": ""}, {"class": ""}, {"class": "<script>"}):
        assert site.grant(site.denied_seq(), **wrong).status_code == 422
    assert site.world.trail("override_granted") == []


def test_the_pages_speak_french_and_nobody_denied_is_said(site: Site) -> None:
    """Half the shift reads French."""
    page = site.browser.get("/overrides?lang=fr").text
    assert "Personne n’a été refusé depuis 12 heures." in page
    site.world.badge("R1", P1)
    form = site.browser.get(f"/overrides/new/{site.denied_seq()}?lang=fr").text
    assert "Raisons du refus" in form
    assert "Signer et accorder" in form
