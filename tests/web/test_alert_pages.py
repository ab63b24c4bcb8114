"""The page Alerts and the shift summary: what calls for whom, what was done, and what the next shift must know."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from gate.core.alert_rules import RULES
from gate.core.audit import Entry, Kind
from gate.web.alert_rule_texts import ALERT_RULE_TEXTS
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local, moment_now
from tests.web.alert_world import UNKNOWN, AlertSite, alert_site, append
from tests.web.people import WORD, send, token
from tests.web.records import HOSTILE

Make = Callable[..., World]
LONG = "x" * 10_000


@pytest.fixture
def site(make_world: Make) -> Iterator[AlertSite]:
    with alert_site(make_world(local("2026-11-23T12:00")), logins=("sup",)) as found:
        yield found


def tampered(site: AlertSite, what: str = "on") -> None:
    moment = moment_now(site.world.clock)
    detail = {"line": "line-1", "what": what}
    append(site, Entry(kind=Kind.READER_TAMPER, moment=moment, reader="R1", detail=detail))
    site.look()


def offline(site: AlertSite, reader: str = "R2") -> None:
    moment = moment_now(site.world.clock)
    detail = {"line": "line-1", "what": "no answer"}
    append(site, Entry(kind=Kind.READER_OFFLINE, moment=moment, reader=reader, detail=detail))
    site.look()


def handle(site: AlertSite, alert_id: int, why: str = "looked at the reader", login: str = "sup") -> int:
    browser = site.browser(login)
    answer = send(browser, f"/alerts/{alert_id}/handled?lang=en", "/account?lang=en", why=why)
    return answer.status_code


@pytest.mark.req("A2")
def test_the_page_says_what_happened_and_what_to_do_the_gravest_first(site: AlertSite) -> None:
    """One look tells whom it calls and for what."""
    offline(site)
    site.world.clock.advance(60)
    tampered(site)
    page = site.browser().get("/alerts?lang=en").text
    assert "Open alerts: 2." in page
    assert page.index("Reader R1 at TP-01 was opened") < page.index("Reader R2 at TP-02 is offline")
    assert "Look at the reader and its cable" in page
    assert "docs/alerts.md" in page, "nobody is told: the page says so"
    french = site.browser().get("/alerts?lang=fr").text
    assert "Lecteur R1 ouvert, machine TP-01" in french
    assert "À traiter maintenant" in french


@pytest.mark.req("A7", "E5")
def test_what_was_done_is_on_record_with_who_and_when(site: AlertSite) -> None:
    """An inspector asks who went there, and what was found."""
    tampered(site)
    alert = site.open()[0]
    assert handle(site, alert.id, f"cover was loose {HOSTILE}") == 303
    change = site.world.trail("change")[-1]
    assert (change["by"], change["subject"]) == ("sup", f"alert:{alert.id}")
    assert change["why"].startswith("cover was loose")
    assert site.open() == []
    page = site.browser().get("/alerts?lang=en").text
    assert "Handled by Name of sup" in page
    assert "cover was loose" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert site.world.sound()


def test_handled_while_it_lasts_it_is_neither_open_nor_raised_again(site: AlertSite) -> None:
    """Maintenance is on its way; the reader is still off, and that is said."""
    offline(site)
    assert handle(site, site.open()[0].id, "maintenance called") == 303
    offline(site)
    assert site.rules() == []
    assert "Still so" in site.browser().get("/alerts?lang=en").text
    assert site.every() == [("READER_LOST", 2, False)]


def test_what_must_be_looked_at_stays_in_sight_when_it_is_over(site: AlertSite) -> None:
    """A cover that was opened and closed again is the one that matters."""
    tampered(site)
    tampered(site, "off")
    assert site.rules() == ["READER_TAMPER"]
    assert "Over, not handled yet" in site.browser().get("/alerts?lang=en").text
    tampered(site)
    assert site.every() == [("READER_TAMPER", 1, True), ("READER_TAMPER", 1, False)]


@pytest.mark.parametrize(
    ("why", "words"), [("", "Nothing is written"), ("   ", "Nothing is written"), (LONG, "1000 at most")]
)
def test_nothing_or_a_novel_is_refused_and_what_was_typed_stays(site: AlertSite, why: str, words: str) -> None:
    """The record must say what was done, and somebody must read it."""
    tampered(site)
    answer = send(site.browser(), f"/alerts/{site.open()[0].id}/handled?lang=en", "/alerts?lang=en", why=why)
    assert answer.status_code == 422
    assert words in answer.text
    assert why.strip() in answer.text
    assert len(site.open()) == 1


@pytest.mark.req("A6")
def test_a_page_that_lies_open_is_told_of_a_change_and_does_not_keep_the_session_alive(site: AlertSite) -> None:
    """The page asks every few seconds; that must not be the activity that no person showed."""
    browser = site.browser()
    shown = browser.get("/alerts?lang=en").text
    assert f'data-state="{browser.get("/alerts/state").text}"' in shown
    tampered(site)
    assert f'data-state="{browser.get("/alerts/state").text}"' not in shown
    for _ in range(16):
        site.world.clock.advance(60)
        last = browser.get("/alerts/state").status_code
    assert last == 303


def test_what_was_typed_comes_back_after_a_session_that_ended(site: AlertSite) -> None:
    """The tablet lay there for a quarter of an hour; nothing typed is lost."""
    tampered(site)
    path = f"/alerts/{site.open()[0].id}/handled"
    browser = site.browser()
    form = token(browser, "/account")
    site.world.clock.advance(16 * 60)
    waiting = browser.post(f"{path}?lang=en", data={"csrf_token": form, "why": "the fitter had it open"})
    assert waiting.status_code == 401
    kept = {"user": "sup", "password": WORD, "kept_path": path, "kept_why": "the fitter had it open"}
    back = send(browser, "/login?lang=en", **kept)
    assert back.status_code == 200
    assert "the fitter had it open</textarea>" in back.text
    assert len(site.open()) == 1, "nothing was done yet"


def test_a_second_word_on_the_same_alert_is_refused(site: AlertSite) -> None:
    """Two tablets, one alert: the second sees that it is done."""
    tampered(site)
    alert_id = site.open()[0].id
    assert [handle(site, alert_id), handle(site, alert_id), handle(site, 10**6)] == [303, 422, 422]
    assert len([e for e in site.world.trail("change") if str(e.get("subject", "")).startswith("alert:")]) == 1


def test_the_row_that_remembers_the_place_is_no_alert(site: AlertSite) -> None:
    """It lies in the same table and must never be shown, counted or handled."""
    with site.alerting.writer.transaction() as trail:
        own = trail.cursor.execute("SELECT id FROM alerts WHERE rule = 'looked_at'").fetchone()[0]
    assert handle(site, own) == 422
    assert site.open() == []


@pytest.mark.req("A7")
def test_who_may_say_that_it_is_handled(make_world: Make) -> None:
    """Authority is the server's, at every request."""
    wanted = {"tr": 403, "op": 403, "sup": 303, "qa": 303, "adm": 303}
    with alert_site(make_world(local("2026-11-23T12:00"))) as site:
        for login, status in wanted.items():
            tampered(site)
            assert handle(site, site.open()[0].id, "seen", login) == status, login
            tampered(site, "off")


def test_a_filter_takes_anything_and_an_unknown_one_hides_nothing(site: AlertSite) -> None:
    """Addresses are typed by hand and made by robots; a wrong letter must not hide an alert."""
    offline(site)
    browser = site.browser()
    for query in ("area=NOWHERE", "severity=<b>", "area=%00", f"area={LONG}", "severity=high"):
        answer = browser.get(f"/alerts?lang=en&{query}")
        assert answer.status_code == 200
        assert "is offline" in answer.text, query
    assert "is offline" not in browser.get("/alerts?lang=en&severity=critical").text


def test_a_filter_narrows_to_an_area_and_keeps_what_concerns_everybody(site: AlertSite) -> None:
    """The clock of the gate is everybody's."""
    offline(site)
    append(site, Entry(kind=Kind.CLOCK_UNTRUSTED, moment=moment_now(site.world.clock)))
    site.look()
    area = site.open()[1].area_id
    page = site.browser().get(f"/alerts?lang=en&area={area}").text
    assert "is offline" in page
    assert "not sure of the time" in page
    assert "selected" in page


def test_every_rule_has_words_and_a_next_step() -> None:
    """An alert that says only its code sends nobody anywhere."""
    for code in RULES:
        assert f"alert_{code}" in ALERT_RULE_TEXTS
        assert f"todo_{code}" in ALERT_RULE_TEXTS
    named = {key.split("_", 1)[1] for key in ALERT_RULE_TEXTS}
    assert all(any(name.startswith(code) for code in RULES) for name in named)


# --- the shift --------------------------------------------------------------------------------------------------------


@pytest.mark.req("C7")
def test_the_shift_says_who_is_at_work_what_was_denied_and_what_was_out(site: AlertSite) -> None:
    """What the one who comes must know, on one page."""
    site.world.badge("R1", P1)
    site.world.badge("R2", UNKNOWN)
    offline(site)
    page = site.browser().get("/shift?lang=en").text
    assert "Shift 07:00–15:00, 2026-11-23" in page
    assert "From 07:00 2026-11-23 UTC−05:00 to 15:00 2026-11-23 UTC−05:00" in page
    assert "TP-01: Ada One, since 12:00" in page
    assert "Allowed: 1. Denied: 1. Would have been denied (trial): 0." in page
    assert "1 × " in page
    assert "R2, TP-02: since 12:00" in page
    assert "High: Reader R2 at TP-02 is offline. Not handled yet." in page
    assert "en utilisation maintenant" in site.browser().get("/shift?lang=fr").text.lower()


@pytest.mark.req("C7")
def test_a_shift_that_is_over_is_told_as_it_ended(site: AlertSite) -> None:
    """Who badged out since was still there then."""
    site.world.badge("R1", P1)
    site.world.go_to(local("2026-11-23T15:30"))
    site.world.badge("R1", P1)
    browser = site.browser()
    assert "Ada One" not in browser.get("/shift?lang=en").text
    before = browser.get("/shift?lang=en&at=2026-11-23T17:00:00Z").text
    assert "TP-01: Ada One, since 12:00" in before
    assert "Put on record" not in before, "a note belongs to the shift that runs"


@pytest.mark.parametrize("at", ["", "yesterday", "2026-11-23", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", LONG])
def test_an_instant_that_is_none_shows_the_shift_that_runs(site: AlertSite, at: str) -> None:
    """An address cannot break the page."""
    answer = site.browser().get(f"/shift?lang=en&at={at}")
    assert answer.status_code == 200
    assert "This shift is still running" in answer.text


@pytest.mark.req("E5")
def test_a_note_stands_on_the_page_and_on_record(site: AlertSite) -> None:
    """The next shift reads it; an inspector finds who wrote it."""
    browser = site.browser()
    note = f"TP-02 <b>waits</b>\nfor the fitter {HOSTILE}"
    assert send(browser, "/shift?lang=en", area="", note=note).status_code == 303
    page = browser.get("/shift?lang=en").text
    assert "Name of sup (Whole site): TP-02 &lt;b&gt;waits&lt;/b&gt; / for the fitter" in page
    assert "<script>alert" not in page
    change = site.world.trail("change")[-1]
    assert (change["by"], change["new"]["written_by"]) == ("sup", "sup")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"area": "", "note": " "}, "Nothing is written"),
        ({"area": "", "note": LONG}, "1000 at most"),
        ({"area": "NOWHERE", "note": "x"}, "Choose one of the values offered"),
    ],
)
def test_a_note_that_cannot_be_taken_comes_back(site: AlertSite, fields: dict[str, str], words: str) -> None:
    """Nothing typed is lost."""
    answer = send(site.browser(), "/shift?lang=en", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert fields["note"].strip() in answer.text
    assert not [entry for entry in site.world.trail("change") if entry.get("subject") == "shift_note"]


def test_yesterdays_note_is_not_todays(site: AlertSite) -> None:
    """Each shift has its own."""
    send(site.browser(), "/shift?lang=en", area="", note="the fitter comes")
    site.world.clock.advance(timedelta(hours=8).total_seconds())
    browser = site.browser()
    assert "the fitter comes" not in browser.get("/shift?lang=en").text
    assert "the fitter comes" in browser.get("/shift?lang=en&at=2026-11-23T18:00:00Z").text
