"""The signature on a form: what it asks for, and that a session which ends in the middle of it loses nothing."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from gate.verified import Verified, tell_verified, verified_path
from tests.scenarios.plant import P1
from tests.web.people import WORD, send, sign_in, token
from tests.web.test_override_pages import GOOD, Site, site  # noqa: F401 - a fixture

TYPED = "Retraining is booked for two o'clock today, says <b>Bo</b>"


def form(found: Site) -> str:
    found.world.badge("R1", P1)
    return f"/overrides/new/{found.denied_seq()}?lang=en"


@pytest.mark.req("G3")
def test_the_first_signature_of_a_session_asks_for_the_user_name_later_ones_for_the_password(site: Site) -> None:  # noqa: F811
    """All components at the first signing, at least the secret at later ones (21 CFR 11.200(a)(1)(i))."""
    path = form(site)
    assert 'name="sign_user"' in site.browser.get(path).text
    without = {name: value for name, value in GOOD.items() if name != "sign_user"}
    answer = send(site.browser, path, **without)
    assert answer.status_code == 422
    assert "Type your own user name" in answer.text
    assert send(site.browser, path, **{**GOOD, "sign_user": "qa"}).status_code == 422
    assert site.world.trail("override_granted") == []
    assert send(site.browser, path, **GOOD).status_code == 303
    override_id = site.world.trail("override_granted")[0]["subject"].removeprefix("override:")
    revoke = f"/overrides/{override_id}/revoke?lang=en"
    assert 'name="sign_user"' not in site.browser.get(revoke).text
    assert send(site.browser, revoke, justification="the retraining is cancelled", password=WORD).status_code == 303


def session_over(found: Site, path: str) -> str:
    """Fill the form in, let the session end, send the form; return the page that answers."""
    fields = {**GOOD, "justification": TYPED, "csrf_token": token(found.browser, path)}
    found.world.clock.advance(16 * 60)
    answer = found.browser.post(path, data=fields)
    assert answer.status_code == 401
    return answer.text


def hidden(page: str) -> dict[str, str]:
    from html import unescape

    pairs = re.findall(r'<input type="hidden" name="(kept_[a-z_]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in pairs}


def sign_in_with(browser: FlaskClient, page: str, password: str = WORD, user: str = "sup") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    fields = {"csrf_token": found[1], "user": user, "password": password, **hidden(page)}
    return browser.post("/login?lang=en", data=fields).text


@pytest.mark.req("G3")
def test_a_session_that_ends_in_the_middle_of_a_signature_loses_nothing_and_signs_nothing(site: Site) -> None:  # noqa: F811
    """Whoever was called away for a quarter of an hour does not type the justification a second time."""
    path = form(site)
    page = session_over(site, path)
    assert "Your session ended" in page
    assert GOOD["password"] not in page
    assert hidden(page)["kept_justification"] == TYPED
    page = sign_in_with(site.browser, page, password="not the password")
    assert hidden(page)["kept_justification"] == TYPED, "a wrong password loses nothing either"
    page = sign_in_with(site.browser, page)
    assert "Here is the form as it was typed" in page
    assert "says &lt;b&gt;Bo&lt;/b&gt;" in page
    assert 'value="DEV-2026-0318"' in page
    assert f'action="{path.partition("?")[0]}' in page
    assert site.world.trail("override_granted") == []
    assert send(site.browser, path, **{**GOOD, "justification": TYPED}).status_code == 303
    assert site.world.trail("override_granted")[0]["why"] == TYPED


@pytest.mark.req("A7")
def test_a_form_that_waited_for_a_login_is_shown_only_to_who_may_have_it(site: Site) -> None:  # noqa: F811
    """Signing in as somebody else must not open a page that this account has no right to."""
    page = session_over(site, form(site))
    answer = sign_in_with(site.browser, page, user="op")
    assert "Here is the form" not in answer
    assert TYPED not in answer


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "https://evil.example/", "/nowhere", "/logout", "", "/static/../x"]
)
def test_a_login_with_a_made_up_form_leads_to_a_page_of_this_gate(site: Site, path: str) -> None:  # noqa: F811
    """What waits behind a login comes from the browser, which may have been told anything."""
    browser = site.app.test_client()
    fields = {"csrf_token": token(browser, "/login"), "user": "sup", "password": WORD, "kept_path": path}
    answer = browser.post("/login", data=fields)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert sign_in(site.app.test_client(), "sup").status_code == 303


@pytest.mark.req("E4")
def test_nothing_is_signed_on_a_chain_that_does_not_verify(site: Site) -> None:  # noqa: F811
    """A signature on top of altered records would vouch for them; badging goes on all the same."""
    path, state = form(site), site.world.settings.gate.state_dir
    tell_verified(verified_path(state), Verified(site.world.clock.at, 7, sound=False, first_bad_seq=3))
    answer = send(site.browser, path, **GOOD)
    assert answer.status_code == 409
    assert "does not verify" in answer.text
    assert "Retraining is booked" in answer.text
    assert site.world.trail("override_granted") == []
    tell_verified(verified_path(state), Verified(site.world.clock.at, 7, sound=True))
    assert send(site.browser, path, **GOOD).status_code == 303


def test_every_page_says_how_far_the_chain_was_verified(site: Site) -> None:  # noqa: F811
    """Whoever signs sees what it is signed on; unknown is never shown as good."""
    state = site.world.settings.gate.state_dir
    assert "chain not verified yet" in site.browser.get("/overrides?lang=en").text
    tell_verified(verified_path(state), Verified(site.world.clock.at, 4711, sound=True))
    page = site.browser.get("/overrides?lang=en").text
    assert "verified to" in page
    assert "#4711" in page
    assert 'class="integrity whole"' in page
    tell_verified(verified_path(state), Verified(site.world.clock.at - timedelta(hours=37), 4711, sound=True))
    assert 'class="integrity late"' in site.browser.get("/overrides?lang=fr").text
    tell_verified(verified_path(state), Verified(site.world.clock.at, 4711, sound=False, first_bad_seq=12))
    page = site.browser.get("/account?lang=en").text
    assert "chain broken at" in page
    assert "#12" in page
    assert 'role="alert"' in page
