"""Attacks on the pages by people with a browser: refused, on record, and harmful to nobody else (fault 20)."""

import json
import logging
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from gate.web import admin_people
from gate.web.session import TRIES, User
from tests.scenarios.plant import P1
from tests.web.admin_site import AdminSite, Make, admin_site, approved_by, form_of, signed_by
from tests.web.people import WORD, sign_in, token

pytestmark = pytest.mark.fault(20)

COOKIE = "gate_session"
CHANGE = "/admin/person-change/E1"
ENDED = {"name": "Ada One", "kind": "employee", "state": "inactive", "language": "en", "why": "x"}

HOSTILE_HOSTS = ("evil.example", "127.0.0.1.evil.example", "evil.example:80", "localhost@evil.example", "[::2]")
PATHS = (
    "/admin/person/../../etc/passwd",
    "/admin/person/%2e%2e/%2e%2e/etc/passwd",
    "/admin/person/..%2f..%2fetc%2fpasswd",
    "/admin/person/%00",
    "/admin/person/E1%00.html",
    "/static/../gate.toml",
    "/static/%2e%2e/%2e%2e/gate.toml",
    "/static//etc/passwd",
    "//evil.example/admin",
    "/admin/machine/E1",
)


@pytest.fixture
def site(make_world: Make) -> Iterator[AdminSite]:
    with admin_site(make_world) as found:
        yield found


def told(site: AdminSite, cause: str) -> list[dict[str, str]]:
    """Return the security entries of refused requests with this cause."""
    return [e for e in site.world.trail("security") if e["detail"].get("cause") == cause]


def all_forms(site: AdminSite) -> list[str]:
    """Return the addresses of all forms of administration that a form of the browser can be sent to."""
    rules = [rule for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or set())]
    return [rule.rule for rule in rules if rule.rule.startswith("/admin") and "<" not in rule.rule]


# --- forged requests ----------------------------------------------------------------------------------------


def test_a_form_from_another_page_is_refused_and_told(site: AdminSite) -> None:
    """Cross-site request forgery: the cookie alone changes nothing, nor does another session's token."""
    victim, attacker = site.as_("sys"), site.as_("sys2")
    stolen = token(attacker, "/account")
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": stolen}):
        assert victim.post(CHANGE, data={**ENDED, **fields}).status_code == 400
    good = token(victim, "/account")
    for site_ in ("cross-site", "same-site", "none"):
        headers = {"Sec-Fetch-Site": site_}
        assert victim.post(CHANGE, data={**ENDED, "csrf_token": good}, headers=headers).status_code == 403
    assert len(told(site, "form token")) == 4
    assert site.changes("person:E1") == []
    assert all_forms(site), "there are forms to forge"
    for path in all_forms(site):
        assert victim.post(path, data=ENDED).status_code == 400


def test_a_session_planted_before_the_login_is_not_the_one_after_it(site: AdminSite) -> None:
    """Fixation: whoever planted a cookie, or had the one before, is nobody."""
    browser = site.app.test_client()
    browser.set_cookie(COOKIE, "planted-by-somebody-else")
    assert sign_in(browser, "sys").status_code == 303
    after = browser.get_cookie(COOKIE)
    assert after is not None
    assert after.value != "planted-by-somebody-else"
    thief = site.app.test_client()
    thief.set_cookie(COOKIE, "planted-by-somebody-else")
    assert (thief.get("/admin/people").location or "").startswith("/login")


def test_the_token_before_a_signature_is_dead_after_it(site: AdminSite) -> None:
    """A cookie that was seen over a shoulder does not outlive the next signature."""
    site.as_("qa")
    before = site.as_("qa").get_cookie(COOKIE)
    assert before is not None
    ground = {"where": "everywhere", "reference": "QE-1", "why": "a reason", **signed_by("qa")}
    assert site.send("qa", "/admin/suspend/E1", **ground).status_code == 303
    thief = site.app.test_client()
    thief.set_cookie(COOKIE, before.value)
    assert (thief.get("/admin/people").location or "").startswith("/login")


def test_guessing_blocks_one_account_and_nobody_else(site: AdminSite) -> None:
    """Brute force, and its misuse to put everybody out: only the guessed account rests, and it is on record."""
    signed = site.as_("qa")
    for number in range(TRIES * 4):
        assert sign_in(site.app.test_client(), "sup", f"wrong password {number}").status_code == 401
    assert sign_in(site.app.test_client(), "sup").status_code == 401
    assert sign_in(site.app.test_client(), "sys").status_code == 303
    assert signed.get("/admin/people").status_code == 200
    assert len([e for e in site.world.trail("security") if e["detail"].get("what") == "account_blocked"]) == 1
    shown = site.world.badge("R1", P1)
    assert shown is not None, "badges are answered meanwhile"


def test_guessing_a_cosigners_password_blocks_like_the_login(site: AdminSite) -> None:
    """A form with two signatures is no second way to guess."""
    change = {"critical": "yes", "why": "x", **signed_by("sys")}
    for number in range(TRIES):
        wrong = {"cosign_user": "qa", "cosign_password": f"wrong password {number}"}
        assert site.send("sys", "/admin/machine-change/TP-01", **change, **wrong).status_code == 422
    assert site.send("sys", "/admin/machine-change/TP-01", **change, **approved_by("qa")).status_code == 422
    assert site.changes("equipment:TP-01") == []
    assert site.send("sys", "/admin/machine-change/TP-01", **change, **approved_by("qa2")).status_code == 303


# --- more than one's own ------------------------------------------------------------------------------------


@pytest.mark.req("A7")
def test_fields_that_no_form_has_are_not_read(site: AdminSite) -> None:
    """Mass assignment: neither ids, versions of the record, roles nor signers come from the form."""
    more = {
        "id": "E2",
        "person_id": "E2",
        "known_from": "1",
        "by": "P-qa",
        "role": "qa",
        "signer": "qa",
        "moment": "2020-01-01T00:00:00Z",
    }
    assert site.send("sys", CHANGE, language="fr", why="asked", **more).status_code == 303
    (entry,) = site.changes("person:E1")
    assert (entry["by"], entry["person"], entry["at"][:10]) == ("P-sys", "E1", "2026-11-23")
    assert site.changes("person:E2") == []
    new = {"user": "x.new", "person": "E77", "name": "X New", "identity": "HR", "role_operator": "yes", "why": "x"}
    made = site.send("sys", "/admin/account-new", **new, must_change="0", password=WORD, roles="sysadmin", role="qa")
    assert made.status_code == 200
    assert site.changes("account:x.new")[0]["new"]["roles"] == "operator"
    assert sign_in(site.app.test_client(), "x.new", WORD).status_code == 401, "nobody chooses another's password"


@pytest.mark.req("A7")
def test_ids_of_others_open_nothing_that_the_role_does_not(site: AdminSite) -> None:
    """Guessing addresses: every role is asked on the server, and each refusal is on record."""
    for login, path in (
        ("sup", CHANGE),
        ("aud", CHANGE),
        ("qa", "/admin/machine-change/TP-01"),
        ("sys", "/admin/suspend/E1"),
        ("qa", "/admin/account-roles/sup"),
        ("aud", "/admin/account-close/sys"),
    ):
        before = len(told(site, "role"))
        assert site.as_(login).get(path).status_code == 403, (login, path)
        assert site.post(login, path, **ENDED, role_qa="yes").status_code == 403, (login, path)
        assert len(told(site, "role")) == before + 2
    assert site.changes("person:E1") == []


@pytest.mark.req("A7")
def test_a_role_taken_while_signed_in_is_gone_at_once_also_for_an_open_form(site: AdminSite) -> None:
    """Somebody opened a form as administrator and sends it as something else."""
    open_form = {**form_of(site.page("sys2", CHANGE)), "language": "fr", "why": "asked"}
    site.send("sys", "/admin/account-roles/sys2", role_sysadmin="", role_supervisor="yes", why="moved")
    assert site.as_("sys2").post(CHANGE, data=open_form).status_code == 403
    assert site.changes("person:E1") == []
    assert site.as_("sys2").get("/overrides").status_code == 200


@pytest.mark.req("G1")
def test_a_signed_form_sent_again_is_judged_anew(site: AdminSite) -> None:
    """A replayed form is no second act, and a captured one is worth nothing without the session."""
    form = {**form_of(site.page("qa", "/admin/suspend/E1")), "where": "everywhere", "reference": "QE-1", "why": "a"}
    assert site.as_("qa").post("/admin/suspend/E1", data={**form, **signed_by("qa")}).status_code == 303
    assert site.as_("qa").post("/admin/suspend/E1", data={**form, **signed_by("qa")}).status_code == 422
    stranger = site.app.test_client().post("/admin/suspend/E1", data={**form, **signed_by("qa")})
    assert stranger.status_code in {400, 401}
    assert len([e for e in site.world.trail("change") if e.get("subject", "").startswith("suspension:")]) == 1


# --- odd requests -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_another_host_name_is_refused_for_every_page(site: AdminSite, host: str) -> None:
    """DNS rebinding: a page elsewhere must not speak with the gate through the administrator's browser."""
    for path in ("/admin", "/admin/people", CHANGE, "/admin/accounts"):
        answer = site.as_("sys").get(path, headers={"Host": host})
        assert answer.status_code in {400, 421}, path
        assert "Ada One" not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_paths_that_climb_lead_nowhere(site: AdminSite, path: str) -> None:
    """Neither files nor other records are reached through an address."""
    answer = site.as_("sys").get(path)
    assert answer.status_code in {308, 400, 404, 405, 421}
    assert "root:" not in answer.text
    assert "state_dir" not in answer.text


def test_oversized_bodies_and_odd_encodings_are_refused_and_badges_go_on(site: AdminSite) -> None:
    """Memory is for badge reads."""
    client: FlaskClient = site.as_("sys")
    form = token(client, "/account")
    huge = {"csrf_token": form, "name": "x" * 200_000}
    assert client.post(CHANGE, data=huge).status_code in {400, 413}
    many = {"csrf_token": form, **{f"field{number}": "" for number in range(5000)}}
    assert client.post(CHANGE, data=many).status_code in {400, 413, 422}
    for kind in ("application/json", "text/xml", "application/octet-stream"):
        assert client.post(CHANGE, data=b'{"state":"inactive"}', content_type=kind).status_code == 400
    assert site.changes("person:E1") == []
    assert site.world.badge("R1", P1) is not None


@pytest.mark.parametrize(
    "text", ["x\r\nSet-Cookie: a=b", "a\nrefused: forged line", "\x1b[2J", "\u202egnp.exe", "a\x00b", "\ud7ff\uffff"]
)
def test_nothing_typed_writes_a_line_of_a_log_or_a_header(
    site: AdminSite, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Log injection: what was typed is in no log line, and stands escaped in the record."""
    with caplog.at_level(logging.DEBUG):
        answer = site.send("sys", CHANGE, name=text, why=text)
        sign_in(site.app.test_client(), text, text)
        site.as_("sys").get("/admin/people", query_string={"q": text, "lang": text})
        site.as_("sys").get(f"/admin/person/{text}".replace("\r", "").replace("\n", ""))
    assert "a=b" not in str(answer.headers)
    for record in caplog.records:
        if record.name.startswith("gate"):
            assert text not in record.getMessage()
            assert record.getMessage().isprintable()
    assert "\u202e" not in answer.text
    assert "\x00" not in answer.text
    lines = [json.dumps(entry) for entry in site.world.trail()]
    assert all("\n" not in line for line in lines)
    assert site.world.sound()


def test_a_name_that_is_code_runs_nowhere_it_is_shown(site: AdminSite) -> None:
    """Stored XSS: a name from a plant file reaches people, suspensions, overrides, floor, kiosk and history."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
    assert site.send("sys", CHANGE, name=evil, why=evil).status_code == 303
    ground = {"where": "everywhere", "reference": "<b>1</b>", "why": evil, **signed_by("qa")}
    assert site.send("qa", "/admin/suspend/E1", **ground).status_code == 303
    site.world.badge("R1", P1)
    for path in ("/", "/overrides", "/admin/people", "/admin/person/E1", "/admin/suspensions", "/admin/suspend/E1"):
        page = site.page("qa", path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "49</" not in page, path
    assert "&lt;script&gt;alert(1)" in site.page("qa", "/admin/person/E1")


# --- would these tests notice? ------------------------------------------------------------------------------


def test_the_mutant_that_hides_links_instead_of_asking_the_role_is_caught(
    site: AdminSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the refusals above come from the server's check."""
    monkeypatch.setattr(User, "may", lambda _self, _act: True)
    with pytest.raises(AssertionError):
        test_ids_of_others_open_nothing_that_the_role_does_not(site)


def test_the_mutant_that_shows_names_raw_is_caught(site: AdminSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the pages are really searched for what a name could do."""
    monkeypatch.setattr(site.app.jinja_env, "autoescape", False)
    site.app.jinja_env.cache = {}
    with pytest.raises(AssertionError):
        test_a_name_that_is_code_runs_nowhere_it_is_shown(site)


def test_the_mutant_that_keeps_a_planted_session_is_caught(site: AdminSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the session of after the login is looked at."""
    planted = "planted-by-somebody-else"
    monkeypatch.setattr("gate.web.session.secrets.token_urlsafe", lambda _size: planted)
    with pytest.raises(AssertionError):
        test_a_session_planted_before_the_login_is_not_the_one_after_it(site)


def test_the_mutant_that_takes_the_version_of_now_is_caught(site: AdminSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that a form sent twice is caught by the version it was opened with, not by luck."""
    opened = form_of(site.page("sys", CHANGE))
    assert site.send("sys", CHANGE, language="fr", why="first").status_code == 303
    late = {**opened, "name": "Ada Onelle", "why": "late"}
    assert site.as_("sys").post(CHANGE, data=late).status_code == 422
    now = int(form_of(site.page("sys", CHANGE))["version"])
    monkeypatch.setattr(admin_people, "opened_version", lambda: now)
    assert site.as_("sys").post(CHANGE, data=late).status_code == 303
