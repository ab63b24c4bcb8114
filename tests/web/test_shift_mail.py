"""The summary of a shift by mail: once at its end, whoever was restarted meanwhile, in the nights of the clock too."""

from collections.abc import Callable

import pytest

from gate.core.audit import Entry, Kind
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local, moment_now
from tests.web.alert_world import ONE, AlertSite, alert_site, append, mail_to
from tests.web.people import send
from tests.web.receivers import MailServer

Make = Callable[..., World]
TO = 'shift_summary_to = ["leads@plant.example", "qa@plant.example"]'


def turn(site: AlertSite) -> None:
    site.look()
    site.send()


@pytest.mark.req("C7")
def test_at_the_end_of_the_shift_every_address_gets_one_summary(make_world: Make, mail: MailServer) -> None:
    """What the next shift must know is there before it begins, without anybody sending it."""
    world = make_world(local("2026-11-23T14:30"))
    with alert_site(world, mail_to(mail.port, more=TO), ONE) as site:
        turn(site)
        assert mail.mails == [], "the shift before was over before anybody looked"
        world.badge("R1", P1)
        assert send(site.browser(), "/shift?lang=en", area="", note="TP-02 waits for the fitter").status_code == 303
        world.clock.go_to(local("2026-11-23T15:00:05"))
        for _ in range(3):
            turn(site)
            site.restart()
        assert sorted(m["To"] for m in mail.mails) == ["leads@plant.example", "qa@plant.example"]
        got = mail.mails[0]
        assert "Shift summary 07:00–15:00, 2026-11-23" in got["Subject"]
        body, html = got.get_body(("plain",)), got.get_body(("html",))
        assert body is not None
        assert html is not None
        text = body.get_content()
        assert "TP-02 waits for the fitter" in text
        assert "TP-01: 1 person, since 14:30" in text
        assert "Ada" not in text, "people are counted in a mail, not named"
        assert "Allowed: 1. Denied: 0." in text
        assert "<h2>Badge reads</h2>" in html.get_content()


@pytest.mark.req("F5")
@pytest.mark.parametrize(
    ("night", "span"),
    [
        ("2026-10-31", "23:00 2026-10-31 UTC−04:00 to 07:00 2026-11-01 UTC−05:00"),
        ("2027-03-13", "23:00 2027-03-13 UTC−05:00 to 07:00 2027-03-14 UTC−04:00"),
    ],
)
def test_the_night_in_which_the_clocks_change_is_told_of_once(
    make_world: Make, mail: MailServer, night: str, span: str
) -> None:
    """02:00 comes twice or not at all; the summary comes once, and says both offsets."""
    world = make_world(local(f"{night}T22:30"))
    with alert_site(world, mail_to(mail.port, more=TO), ONE) as site:
        turn(site)
        world.clock.advance(3600)
        turn(site)
        mail.mails.clear()
        for _ in range(10):
            world.clock.advance(3600)
            turn(site)
        assert len(mail.mails) == 2
        body = mail.mails[0].get_body(("plain",))
        assert body is not None
        assert span in body.get_content()


def test_a_hostile_note_stays_text_in_the_mail(make_world: Make, mail: MailServer) -> None:
    """A note is typed by people, and pasted from anywhere."""
    world = make_world(local("2026-11-23T14:30"))
    with alert_site(world, mail_to(mail.port, more=TO), ONE) as site:
        turn(site)
        note = "<script>alert(1)</script>\r\n.\r\nMAIL FROM:<x@y>\u202e 🧪"
        assert send(site.browser(), "/shift?lang=en", area="", note=note).status_code == 303
        world.clock.go_to(local("2026-11-23T15:00:05"))
        mail.mails.clear()
        turn(site)
        html = mail.mails[0].get_body(("html",))
        assert html is not None
        assert "<script>" not in html.get_content()
        assert "&lt;script&gt;" in html.get_content()
        assert "🧪" in html.get_content()
        assert "\u202e" not in html.get_content()
        assert len(mail.mails) == 2


def test_without_addresses_nothing_is_sent(make_world: Make, mail: MailServer) -> None:
    """A site that prints the page needs no mail."""
    world = make_world(local("2026-11-23T14:59:50"))
    with alert_site(world, mail_to(mail.port), ONE) as site:
        world.clock.advance(60)
        turn(site)
        assert site.deliveries() == []


def test_the_sites_own_shifts_are_told_of_by_their_names(make_world: Make, mail: MailServer) -> None:
    """Twelve hours, called as the plant calls them."""
    own = '\n[[shift]]\nname = "Équipe A"\nstarts = "06:00"\n[[shift]]\nname = "Équipe B"\nstarts = "18:00"\n'
    world = make_world(local("2026-11-23T17:00"))
    with alert_site(world, mail_to(mail.port, more=TO) + own, ONE) as site:
        append(site, Entry(kind=Kind.CLOCK_UNTRUSTED, moment=moment_now(world.clock)))
        turn(site)
        world.clock.advance(3601)
        mail.mails.clear()
        turn(site)
        assert {m["Subject"].strip().partition(", ")[0] for m in mail.mails} == {"[gate-1] Shift summary Équipe A"}
