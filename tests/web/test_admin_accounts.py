"""Accounts from the pages: named people, a first password shown once, nobody's own roles, and an end that is one."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from gate.web.session import TRIES
from tests.web.admin_site import HOSTILE_TEXTS, AdminSite, Make, admin_site, form_of
from tests.web.people import WORD, send, sign_in, token

NEW = {
    "user": "nhaddad",
    "person": "E2001",
    "name": "Nadia Haddad",
    "identity": "M. Roy of human resources, employee file and photo",
    "role_supervisor": "yes",
    "why": "shift B, AR-2026-07",
}


@pytest.fixture
def site(make_world: Make) -> Iterator[AdminSite]:
    with admin_site(make_world) as found:
        yield found


def shown_word(page: str) -> str:
    found = re.search(r'class="once">([^<]+)<', page)
    assert found, page
    return found[1]


@pytest.mark.req("A6", "G4")
def test_a_new_account_shows_its_first_password_once_and_the_person_chooses_another(site: AdminSite) -> None:
    """Who verified the identity, and how, is on record; the password is not, and signs for nobody."""
    made = site.send("sys", "/admin/account-new", **NEW)
    assert made.status_code == 200, made.text
    word = shown_word(made.text)
    (entry,) = site.changes("account:nhaddad")
    assert entry["detail"]["identity"] == NEW["identity"]
    assert (entry["by"], entry["why"]) == ("sys", "shift B, AR-2026-07")
    assert word not in str(site.world.trail())
    assert word not in site.page("sys", "/admin/account/nhaddad")
    browser = site.app.test_client()
    assert (sign_in(browser, "nhaddad", word).location or "").startswith("/account/password")
    assert (browser.get("/admin/people").location or "").startswith("/account/password"), "nothing before the own one"
    again = site.send("sys", "/admin/account-new", **NEW)
    assert again.status_code == 422
    assert "names are never given twice" in again.text
    assert 'class="once"' not in again.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"user": "N Haddad"}, "A login name has 2 to 40"),
        ({"person": "E 1"}, "A person id has 1 to 40"),
        ({"person": "P-sup"}, "one person has one account"),
        ({"name": "Nadia\u202eenO"}, "A printed name has 1 to 80"),
        ({"identity": " - "}, "who verified the identity"),
        ({"role_supervisor": ""}, "An account needs a role"),
        ({"role_sysadmin": "yes"}, "cannot be supervisor, QA or trainer"),
        ({"role_auditor": "yes"}, "can have no other role"),
        ({"role_supervisor": "", "role_auditor": "yes"}, "needs an end"),
        ({"role_supervisor": "", "role_auditor": "yes", "until_on": "2026-11-22"}, "every end lies ahead"),
        ({"until_on": "2029-01-01"}, "within 366 days"),
        ({"until_on": "next year"}, "A day is written"),
        ({"why": ""}, "needs a justification"),
    ],
)
@pytest.mark.req("A6", "A7")
def test_an_account_that_cannot_be_is_not_made(site: AdminSite, wrong: dict[str, str], said: str) -> None:
    """Roles that one person must not hold, names that are nobody's, an auditor without an end."""
    answer = site.send("sys", "/admin/account-new", **{**NEW, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "\u202e" not in answer.text
    assert site.changes("account:nhaddad") == []


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("field", ["user", "person", "name", "identity", "why", "until_on"])
def test_hostile_text_in_any_field_of_an_account_stays_text(site: AdminSite, field: str, text: str) -> None:
    """What is typed about somebody is shown to every administrator."""
    answer = site.send("sys", "/admin/account-new", **{**NEW, field: text})
    shown = answer.text + site.page("sys", "/admin/accounts") + site.page("sys", "/admin/account/nhaddad")
    assert answer.status_code in {200, 422}
    for forbidden in ("<script>alert", "<img src=x", "\u202e", "\x00", "\x1b", "\u200b"):
        assert forbidden not in shown


@pytest.mark.req("A7")
def test_nobody_changes_closes_or_frees_the_own_account(site: AdminSite) -> None:
    """Whatever the form says: the link is not offered, and the request is refused and on record."""
    page = site.page("sys", "/admin/account/sys")
    assert "This is your own account" in page
    assert "account-roles" not in page
    for path in ("account-roles", "account-close", "account-reset", "account-unblock"):
        answer = site.send("sys", f"/admin/{path}/sys", role_qa="yes", why="me")
        assert answer.status_code == 422, path
        assert "own account" in answer.text
    assert len(site.refused()) == 4
    assert {entry["by"] for entry in site.refused()} == {"sys"}


@pytest.mark.req("A7")
def test_other_roles_hold_from_the_next_request_and_a_form_overtaken_comes_back(site: AdminSite) -> None:
    """Somebody who is signed in keeps nothing; two administrators see each other's change."""
    sup = site.as_("sup")
    assert sup.get("/admin/suspensions").status_code == 200
    opened = form_of(site.page("sys2", "/admin/account-roles/sup"))
    answer = site.send("sys", "/admin/account-roles/sup", role_supervisor="", role_operator="yes", why="moved")
    assert answer.status_code == 303, answer.text
    assert sup.get("/admin/suspensions").status_code == 403
    late = {**opened, "role_trainer": "yes", "why": "also trains"}
    overtaken = site.as_("sys2").post("/admin/account-roles/sup?lang=en", data=late)
    assert overtaken.status_code == 422
    assert "Changed since you opened this form" in overtaken.text
    assert "moved" in overtaken.text
    (made, changed) = [entry for entry in site.changes("account:sup") if "new" in entry]
    assert (made["new"]["roles"], changed["old"]["roles"], changed["new"]["roles"]) == (
        "supervisor",
        "supervisor",
        "operator",
    )


@pytest.mark.req("A6")
def test_a_closed_account_ends_at_once_and_for_good(site: AdminSite) -> None:
    """Its sessions end with the next request, and nothing can be done for it any more."""
    sup = site.as_("sup")
    assert site.send("sys", "/admin/account-close/sup", why="left").status_code == 303
    assert (sup.get("/overrides").location or "").startswith("/login")
    assert sign_in(site.app.test_client(), "sup").status_code == 401
    assert site.as_("sys").get("/admin/account-reset/sup").status_code == 404
    assert "Closed" in site.page("sys", "/admin/account/sup")


@pytest.mark.req("A6")
def test_a_reset_password_serves_once_and_is_given_once(site: AdminSite) -> None:
    """The one before is dead, sessions end, and the form sent again gives no second one."""
    sup = site.as_("sup")
    form = {**form_of(site.page("sys", "/admin/account-reset/sup")), "why": "forgot it, came in person"}
    answer = site.as_("sys").post("/admin/account-reset/sup?lang=en", data=form)
    word = shown_word(answer.text)
    assert (sup.get("/overrides").location or "").startswith("/login")
    assert sign_in(site.app.test_client(), "sup", WORD).status_code == 401
    again = site.as_("sys").post("/admin/account-reset/sup?lang=en", data=form)
    assert again.status_code == 422
    browser = site.app.test_client()
    assert (sign_in(browser, "sup", word).location or "").startswith("/account/password")
    assert site.changes("account:sup")[-1]["why"] == "forgot it, came in person"


@pytest.mark.req("A6", "G3")
def test_a_resting_account_is_helped_by_another_administrator(site: AdminSite) -> None:
    """A shift does not wait ten minutes for five typing errors; who ended the rest is on record."""
    for _ in range(TRIES):
        sign_in(site.app.test_client(), "sup", "wrong password here")
    assert sign_in(site.app.test_client(), "sup").status_code == 401
    assert "Resting after wrong passwords" in site.page("sys", "/admin/accounts")
    assert site.send("sys", "/admin/account-unblock/sup", why="came in person").status_code == 303
    assert sign_in(site.app.test_client(), "sup").status_code == 303
    assert site.changes("account:sup")[-1]["detail"]["what"] == "account_unblocked"


@pytest.mark.req("A6")
def test_an_auditors_account_ends_with_its_last_day_mid_session(site: AdminSite) -> None:
    """The inspector has left the building: neither the open session nor the password serves any more."""
    aud = site.as_("aud")
    assert aud.get("/overrides").status_code == 200
    roles = site.send("sys", "/admin/account-roles/aud", until_on="2026-11-23", why="leaves today")
    assert roles.status_code == 303, roles.text
    midnight = site.world.clock.at.replace(hour=5, minute=0, second=0, microsecond=0) + timedelta(days=1)
    site.world.clock.advance((midnight - site.world.clock.at).total_seconds() - 300)
    aud = site.app.test_client()
    assert sign_in(aud, "aud").status_code == 303
    site.world.clock.advance(299)
    assert aud.get("/overrides").status_code == 200
    site.world.clock.advance(1)
    assert (aud.get("/overrides").location or "").startswith("/login")
    assert sign_in(site.app.test_client(), "aud").status_code == 401
    site.browsers.clear()
    assert "Ended" in site.page("sys", "/admin/account/aud")


def test_the_list_as_of_a_past_day_shows_what_was_on_record_then(site: AdminSite) -> None:
    """Who had which role on the day of the batch is a question of every inspection."""
    site.world.clock.advance(24 * 3600)
    site.send("sys", "/admin/account-roles/sup", role_trainer="yes", why="also trains")
    site.send("sys", "/admin/account-new", **NEW)
    now = site.page("sys", "/admin/accounts")
    assert "nhaddad" in now
    assert "trainer, supervisor" in now
    then = site.as_("sys").get("/admin/accounts?as_of=2026-11-23&lang=en").text
    assert "end of 2026-11-23" in then
    assert "nhaddad" not in then
    assert "trainer, supervisor" not in then
    assert ">sup<" in then
    before = site.as_("sys").get("/admin/accounts?as_of=2026-11-22&lang=en").text
    assert ">sup<" not in before
    for odd in ("x", "2026-02-30", "0001-01-01", "9999-12-31", "<script>", "2026-11-23T00:00"):
        page = site.as_("sys").get("/admin/accounts", query_string={"as_of": odd, "lang": "en"})
        assert page.status_code == 200
        assert "A day is written" in page.text
        assert "<script>" not in page.text


@pytest.mark.req("A7")
def test_a_field_that_the_form_does_not_have_changes_nothing(site: AdminSite) -> None:
    """Mass assignment: the server reads its own fields and no other."""
    more = {
        "state": "closed",
        "must_change": "0",
        "account_id": "sys2",
        "roles": "sysadmin",
        "expires_at": "2099-01-01",
    }
    answer = site.send("sys", "/admin/account-roles/sup", role_trainer="yes", why="also trains", **more)
    assert answer.status_code == 303
    entry = site.changes("account:sup")[-1]
    assert entry["new"] == {
        "name": "Name of sup",
        "person": "P-sup",
        "roles": "supervisor trainer",
        "state": "active",
    }
    assert site.changes("account:sys2")[-1]["detail"]["what"] == "password_set"


def test_an_account_that_never_was_has_no_page(site: AdminSite) -> None:
    """Names in addresses are no authority."""
    for path in ("account", "account-roles", "account-close", "account-reset", "account-unblock"):
        assert site.as_("sys").get(f"/admin/{path}/nobody").status_code == 404
        assert site.as_("sys").get(f"/admin/{path}/%00").status_code == 404
    assert site.as_("sys").get("/admin/account-delete/sup").status_code == 404
    assert send(site.as_("sys"), "/logout", "/account").status_code == 303
    assert token(site.app.test_client(), "/login")
