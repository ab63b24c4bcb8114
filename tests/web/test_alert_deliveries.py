"""What is to be sent is sent, tried again, given up in sight; a server that hangs is in nobody's way."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest

from gate.core.alert_routes import TRIES
from gate.core.audit import Entry, Kind
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.web.alert_engine import LOOK_S, SAVE_EVERY
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local, moment_now
from tests.web.alert_world import (
    ONE,
    AlertSite,
    alert_site,
    append,
    deny_five,
    mail_to,
    silence,
)
from tests.web.receivers import MailServer, Webhook, receiving

Make = Callable[..., World]
NOON = local("2026-11-23T12:00").astimezone(UTC)


@pytest.fixture
def site(make_world: Make, mail: MailServer) -> Iterator[AlertSite]:
    world = make_world(local("2026-11-23T12:00"))
    with alert_site(world, mail_to(mail.port), ONE) as found:
        yield found


# --- never in the way -------------------------------------------------------------------------------------------------


@pytest.mark.req("L1")
@pytest.mark.fault(15)
def test_a_mail_server_that_hangs_delays_neither_a_badge_nor_a_page(site: AlertSite, mail: MailServer) -> None:
    """While it hangs, badges are answered, pages shown, alerts raised and handled."""
    mail.hangs.set()
    deny_five(site)
    site.look()
    browser = site.browser()
    hanging = threading.Thread(target=site.alerting.mail.step, daemon=True)
    hanging.start()
    assert mail.connected.wait(10)
    shown = site.world.badge("R1", P1)
    assert shown is not None
    assert shown.color == "green"
    assert browser.get("/alerts?lang=en").status_code == 200
    silence(site, "R2")
    site.look()
    assert "READER_LOST" in site.rules()
    assert hanging.is_alive(), "the server still hangs, and everything else went on"
    mail.released.set()
    hanging.join(20)
    assert not hanging.is_alive()
    assert site.deliveries()[0].tries == 1


@pytest.mark.req("L1")
@pytest.mark.fault(15)
def test_a_quiet_round_takes_no_write_lock(site: AlertSite) -> None:
    """A badge read may wait for every write of this process: no write without a change."""
    site.world.clock.advance(LOOK_S)
    site.look()
    trail = Trail(open_database(site.settings.database_path), "gate-1", site.settings.zone)
    trail.begin()
    for _ in range(3):
        site.world.clock.advance(LOOK_S)
        site.look()
    moment = moment_now(site.world.clock)
    for _ in range(SAVE_EVERY - 1):
        trail.append(Entry(kind=Kind.ACTUATED, moment=moment, ref=1))
    trail.commit()
    trail.begin()
    site.look()
    trail.rollback()
    trail.close()


def test_records_that_are_held_by_another_lose_no_alert(site: AlertSite) -> None:
    """The write is tried again in the next round, from the same place."""
    silence(site, "R1")
    trail = Trail(open_database(site.settings.database_path), "gate-1", site.settings.zone)
    trail.begin()
    with pytest.raises(Exception, match="locked"):
        site.look()
    trail.rollback()
    trail.close()
    site.look()
    assert site.rules() == ["READER_LOST"]


# --- deliveries -------------------------------------------------------------------------------------------------------


def hook(url: str, secret: Path | None = None) -> str:
    line = f'secret_file = "{secret}"\n' if secret else ""
    return f'\n[[alerts.route]]\nchannel = "webhook"\ntarget = "{url}"\n{line}'


def test_a_webhook_that_refuses_twice_is_tried_until_it_takes_the_signed_post(make_world: Make, tmp_path: Path) -> None:
    """The receiver checks the signature; the same delivery has the same number, so it can be taken once."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n", encoding="utf-8")
    secret.chmod(0o400)
    server = Webhook()
    server.refuses = 2
    world = make_world(local("2026-11-23T12:00"))
    with receiving(server), alert_site(world, hook(server.url, secret), ONE) as site:
        silence(site, "R1")
        site.look()
        site.send()
        assert site.deliveries()[0].failure == "answered with status 503"
        site.send()
        assert len(server.posts) == 1, "not before its time"
        for wait in (15, 60):
            world.clock.advance(wait)
            site.send()
        assert len(server.posts) == 3
        assert site.deliveries()[0].sent_at is not None
        headers, body = server.posts[-1]
        assert headers["X-Gate-Signature"] == f"sha256={hmac.new(b's3cret', body, hashlib.sha256).hexdigest()}"
        assert len({headers["X-Gate-Delivery"] for headers, _ in server.posts}) == 1
        said = json.loads(body)
        assert (said["rule"], said["equipment"], said["severity"]) == ("READER_LOST", "TP-01", "high")
        assert set(said["title"]) == {"en", "fr"}


def test_a_webhook_is_not_led_elsewhere(make_world: Make) -> None:
    """A redirection would take what is told of the plant to an address that nobody configured."""
    elsewhere, server = Webhook(), Webhook()
    server.redirects_to = elsewhere.url
    world = make_world(local("2026-11-23T12:00"))
    with receiving(server), receiving(elsewhere), alert_site(world, hook(server.url), ONE) as site:
        silence(site, "R1")
        site.look()
        site.send()
        assert site.deliveries()[0].failure == "answered with status 302"
        assert elsewhere.posts == []


def test_a_secret_that_others_can_read_is_not_used(make_world: Make, tmp_path: Path) -> None:
    """It would prove nothing; the page says what to do."""
    secret = tmp_path / "secret"
    secret.write_text("s3cret", encoding="utf-8")
    secret.chmod(0o644)
    server = Webhook()
    world = make_world(local("2026-11-23T12:00"))
    with receiving(server), alert_site(world, hook(server.url, secret), ONE) as site:
        silence(site, "R1")
        site.look()
        site.send()
        assert "chmod 0400" in str(site.deliveries()[0].failure)
        assert server.posts == []


def test_a_server_that_never_answers_is_given_up_and_the_page_says_so(site: AlertSite, mail: MailServer) -> None:
    """Nobody was told: that itself must be seen."""
    mail.refuses = 1000
    silence(site, "R1")
    site.look()
    for _ in range(TRIES + 2):
        site.send()
        site.world.clock.advance(3601)
    delivery = site.deliveries()[0]
    assert (delivery.tries, delivery.next_at, delivery.sent_at) == (TRIES, None, None)
    page = site.browser().get("/alerts?lang=en").text
    assert f"Given up after {TRIES} tries" in page
    assert "451" in page


def test_an_address_hears_only_of_its_area_and_gravity(make_world: Make, mail: MailServer) -> None:
    """A packaging supervisor is not woken for compression."""
    world = make_world(local("2026-11-23T12:00"))
    with alert_site(world, mail_to(mail.port, route='areas = ["ELSEWHERE"]'), ONE) as site:
        silence(site, "R1")
        site.look()
        assert site.deliveries() == []
        append(site, Entry(kind=Kind.CLOCK_UNTRUSTED, moment=moment_now(world.clock)))
        site.look()
        assert len(site.deliveries()) == 1, "the clock is of no area and concerns everybody"


@pytest.mark.parametrize("hostile", ["R1\r\nBcc: all@plant.example", "<script>alert(1)</script>", "\u202egro.live"])
def test_what_a_device_says_of_itself_cannot_become_a_header_or_markup(
    site: AlertSite, mail: MailServer, hostile: str
) -> None:
    """A cause that a device on the line makes up ends in a mail and on a page."""
    moment = moment_now(site.world.clock)
    append(site, Entry(kind=Kind.PORT_LOST, moment=moment, detail={"line": hostile, "what": hostile}))
    site.look()
    site.send()
    assert len(mail.mails) == 1
    assert mail.mails[0]["Bcc"] is None
    assert mail.recipients == ["rcpt TO:<sup@plant.example>"]
    html = mail.mails[0].get_body(("html",))
    assert html is not None
    for text in (html.get_content(), site.browser().get("/alerts?lang=en").text):
        assert "<script>alert" not in text
        assert "\u202e" not in text


def test_a_mail_is_in_the_language_of_the_site(make_world: Make, mail: MailServer) -> None:
    """Half of the plants read French."""
    world = make_world(local("2026-11-23T12:00"))
    text = world.config.read_text("utf-8").replace(
        'zone = "America/Toronto"', 'zone = "America/Toronto"\nlanguage = "fr"'
    )
    world.config.write_text(text, encoding="utf-8")
    with alert_site(world, mail_to(mail.port), ONE) as site:
        silence(site, "R1")
        site.look()
        site.send()
    assert "Élevée: Lecteur R1 hors service, machine TP-01" in mail.mails[0]["Subject"]
    body = mail.mails[0].get_body(("plain",))
    assert body is not None
    assert "Une machine en marche continue" in body.get_content()
