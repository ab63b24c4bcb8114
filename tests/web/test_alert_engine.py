"""From badge bytes to a mail in somebody's box: raised once, ended by itself, caught up with after a restart."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date
from pathlib import Path

import pytest

from gate.core.alert_routes import TRIES
from gate.core.audit import Entry, Kind
from gate.core.terms import BadgeState
from gate.demo_badges import wiegand26
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.reader_state import set_reader_state
from gate.web.alert_engine import LOOK_S, PAGE, SAVE_EVERY
from tests.scenarios.plant import P1, changed, plant, record
from tests.scenarios.world import World, local, moment_now
from tests.web.alert_world import AlertSite, alert_site, mail_to
from tests.web.receivers import MailServer, Webhook, receiving

Make = Callable[..., World]
NOON = local("2026-11-23T12:00").astimezone(UTC)
ONE = ("sup",)
UNKNOWN = wiegand26(99, 4242)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    with receiving(server):
        yield server


@pytest.fixture
def site(make_world: Make, mail: MailServer) -> Iterator[AlertSite]:
    world = make_world(local("2026-11-23T12:00"))
    with alert_site(world, mail_to(mail.port), ONE) as found:
        yield found


def deny_five(site: AlertSite, reader: str = "R1", number: str = UNKNOWN) -> None:
    for _ in range(5):
        site.world.badge(reader, number)


def append(site: AlertSite, *entries: Entry) -> None:
    trail = Trail(open_database(site.settings.database_path), "gate-1", site.settings.zone)
    with trail.transaction():
        for entry in entries:
            trail.append(entry)
    trail.close()


@pytest.mark.req("A3")
def test_five_denied_badges_are_an_alert_and_a_mail(site: AlertSite, mail: MailServer) -> None:
    """Somebody tries a found badge again and again: an addressee is told within the minute, once."""
    for _ in range(4):
        site.world.badge("R1", UNKNOWN)
    site.look()
    assert site.rules() == []
    site.world.badge("R1", UNKNOWN)
    started = site.world.clock.at
    site.look()
    site.send()
    assert (site.world.clock.at - started).total_seconds() < 60
    assert site.rules() == ["DENIED_OFTEN"]
    assert len(mail.mails) == 1
    got = mail.mails[0]
    assert got["To"] == "sup@plant.example"
    assert got["Subject"].strip().startswith("[gate-1] High: 5 denied attempts within 10 minutes with one badge")
    assert "TP-01" in got["Subject"]
    body = got.get_body(("plain",))
    assert body is not None
    assert "Go there and ask" in body.get_content()
    site.world.badge("R1", UNKNOWN)
    site.look()
    site.send()
    assert site.every() == [("DENIED_OFTEN", 2, False)]
    assert len(mail.mails) == 1, "once an occurrence"


@pytest.mark.req("A2")
def test_a_lost_badge_that_is_used_is_told_of_at_once(site: AlertSite, mail: MailServer) -> None:
    """Whoever found it stands at the machine now."""
    badge_id = next(row["id"] for row in plant()["badge"] if row["number"] == P1)
    site.world.load(changed(plant(), "badge", badge_id, state=BadgeState.LOST.value))
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["BADGE_LOST"]
    site.look()
    site.send()
    assert site.rules() == ["BADGE_LOST_USED"]
    assert "Critical" in mail.mails[0]["Subject"]
    assert "Ada" not in mail.raw[0].decode(), "no person is named outside the gate"


@pytest.mark.req("A8")
def test_a_reader_that_is_back_ends_its_alert_by_itself(site: AlertSite, mail: MailServer) -> None:
    """The page shows what is out of order now, not what was."""
    silence(site, "R1")
    site.look()
    assert site.rules() == ["READER_LOST"]
    assert site.open()[0].equipment_id == "TP-01"
    speak(site, "R1")
    site.look()
    assert site.rules() == []
    assert site.every() == [("READER_LOST", 1, True)]


@pytest.mark.req("A8")
def test_a_loose_plug_does_not_send_a_mail_a_minute(site: AlertSite, mail: MailServer) -> None:
    """Who was told a moment ago is told again later, and not at all if it is over by then."""
    for _ in range(3):
        silence(site, "R1")
        site.look()
        site.send()
        speak(site, "R1")
        site.look()
        site.world.clock.advance(60)
    site.world.clock.advance(1000)
    site.send()
    assert len(mail.mails) == 1
    assert [delivery.failure for delivery in site.deliveries()] == [None, *["over before it was sent"] * 2]


def silence(site: AlertSite, reader: str) -> None:
    append(site, _of_reader(site, Kind.READER_OFFLINE, reader))


def speak(site: AlertSite, reader: str) -> None:
    append(site, _of_reader(site, Kind.READER_ONLINE, reader))


def _of_reader(site: AlertSite, kind: Kind, reader: str, what: str = "no answer") -> Entry:
    return Entry(kind=kind, moment=moment_now(site.world.clock), reader=reader, detail={"line": "line-1", "what": what})


def test_a_lost_line_is_one_mail_and_not_one_for_each_reader(site: AlertSite, mail: MailServer) -> None:
    """Eight mails for one plug are seven too many."""
    moment = moment_now(site.world.clock)
    lost = Entry(kind=Kind.PORT_LOST, moment=moment, detail={"line": "line-1", "what": "gone"})
    append(site, _of_reader(site, Kind.READER_OFFLINE, "R1"), _of_reader(site, Kind.READER_OFFLINE, "R2"), lost)
    site.look()
    site.send()
    assert site.rules() == ["READER_LOST", "READER_LOST", "LINE_LOST"]
    assert [m["Subject"].strip() for m in mail.mails] == [
        "[gate-1] High: The line line-1 is lost, with all its readers"
    ]


@pytest.mark.req("C8")
@pytest.mark.scenario(41)
def test_a_certification_that_ends_during_the_use_calls_for_the_supervisor(make_world: Make, mail: MailServer) -> None:
    """The machine runs on; somebody must put another person there, and the alert goes when the person leaves."""
    ends = {**plant(), "training_record": [record("E1", expires_on=date(2026, 11, 23))]}
    world = make_world(local("2026-11-23T23:59:30"), ends)
    with alert_site(world, mail_to(mail.port), ONE) as site:
        world.badge("R1", P1)
        assert world.output("R1")
        world.run(35)
        site.look()
        found = site.open()
        assert [alert.rule for alert in found] == ["ENDED_IN_USE"]
        assert found[0].equipment_id == "TP-01"
        world.badge("R1", P1)
        site.look()
        assert site.rules() == []


# --- after a restart --------------------------------------------------------------------------------------------------


@pytest.mark.req("A3")
def test_what_happened_while_the_pages_were_down_is_caught_up_with_once(site: AlertSite, mail: MailServer) -> None:
    """A restart forgets nothing and repeats nothing, however often it happens."""
    for _ in range(3):
        site.world.badge("R1", UNKNOWN)
    site.look()
    site.restart()
    for _ in range(2):
        site.world.badge("R1", UNKNOWN)
    silence(site, "R2")
    for _ in range(3):
        site.look()
        site.send()
        site.restart()
    assert sorted(site.every()) == [("DENIED_OFTEN", 1, False), ("READER_LOST", 1, False)]
    assert len(mail.mails) == 2


def test_a_kill_between_noticing_and_remembering_raises_nothing_twice(site: AlertSite, mail: MailServer) -> None:
    """How far was looked is written seldom; what is looked at again has no effect, even after it was handled."""
    deny_five(site)
    site.look()
    for _ in range(3):
        site.restart()
        with site.alerting.writer.transaction() as trail:
            trail.cursor.execute("UPDATE alerts SET last_seq = 1 WHERE rule = 'looked_at'")
            trail.cursor.execute("UPDATE alerts SET ended_at = raised_at WHERE rule <> 'looked_at'")
        site.look()
        site.send()
    assert site.every() == [("DENIED_OFTEN", 1, True)]
    assert len(mail.mails) == 1


def test_history_before_the_first_look_calls_for_nobody(make_world: Make, mail: MailServer) -> None:
    """A plant that gets the alerts with an update must not get a thousand mails with them."""
    world = make_world(local("2026-11-23T12:00"))
    for _ in range(6):
        world.badge("R1", UNKNOWN)
    world.clock.advance(3600)
    with alert_site(world, mail_to(mail.port), ONE) as site:
        site.look()
        site.send()
        assert site.every() == []
        assert mail.mails == []


def test_a_reader_that_was_offline_before_the_first_look_is_seen(make_world: Make) -> None:
    """What is out of order now is no history."""
    world = make_world(local("2026-11-23T12:00"))
    world.edge.gate.submit(lambda desk, moment: _offline(desk.trail))
    world.run(1)
    with alert_site(world, logins=ONE) as site:
        assert site.rules() == ["READER_LOST"]


def _offline(trail: Trail) -> tuple[()]:
    set_reader_state(trail, "R2", "offline", "no answer", NOON)
    return ()


def test_a_long_absence_is_looked_at_in_pieces(site: AlertSite) -> None:
    """A weekend of entries is no reason to hold it all in memory, nor to write for each piece."""
    moment = moment_now(site.world.clock)
    start = Entry(kind=Kind.ACTUATED, moment=moment, ref=1)
    append(site, *([start] * (2 * PAGE + 5)), _of_reader(site, Kind.READER_OFFLINE, "R1"))
    site.look()
    assert site.rules() == ["READER_LOST"]


# --- what is looked at by the clock -----------------------------------------------------------------------------------


@pytest.mark.req("E10")
def test_a_disk_that_fills_is_told_of_and_ends_by_itself(
    site: AlertSite, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Low is a warning, critical a call; both go when there is room again."""
    free = {"bytes": 8}
    usage = lambda _: type("Usage", (), {"free": free["bytes"], "total": 100})()  # noqa: E731
    monkeypatch.setattr("gate.web.alert_engine.shutil.disk_usage", usage)
    wanted = {8: ["DISK_LOW"], 3: ["DISK_CRITICAL", "DISK_LOW"], 50: []}
    for left, rules in wanted.items():
        free["bytes"] = left
        site.world.clock.advance(LOOK_S)
        site.look()
        site.send()
        assert site.rules() == rules
    assert [m["Subject"].strip().split(":")[0] for m in mail.mails] == ["[gate-1] High", "[gate-1] Critical"]


def test_a_gate_that_falls_silent_is_told_of_but_not_while_the_machine_starts(site: AlertSite) -> None:
    """After a power cut the pages may be up first; a minute later silence is silence."""
    alive_path = site.settings.gate.state_dir / "run" / "alive.json"
    alive_path.parent.mkdir(parents=True, exist_ok=True)
    at = site.world.clock.at.isoformat()
    alive_path.write_text(json.dumps({"at": at, "boot_id": "x"}), encoding="ascii")
    site.world.clock.advance(70)
    site.restart()
    site.look()
    assert site.rules() == []
    site.world.clock.advance(60)
    site.look()
    assert site.rules() == ["GATE_SILENT"]
    site.restart()
    site.look()
    assert site.every() == [("GATE_SILENT", 1, False)], "a restart of the pages neither ends nor repeats it"
    alive_path.write_text(json.dumps({"at": site.world.clock.at.isoformat(), "boot_id": "x"}), encoding="ascii")
    site.world.clock.advance(LOOK_S)
    site.look()
    assert site.rules() == []


def test_old_training_data_is_told_of(make_world: Make) -> None:
    """24 h warn; 7 days deny."""
    world = make_world(local("2026-11-23T12:00"))
    with alert_site(world, logins=ONE) as site:
        before = site.rules()
        site.world.clock.advance(30 * 3600)
        site.look()
        assert "DATA_OLD" in site.rules()
        site.world.clock.advance(7 * 24 * 3600)
        site.look()
        assert "DATA_TOO_OLD" in site.rules()
        assert "DATA_OLD" not in site.rules()
        assert before == []


def test_an_entry_that_cannot_be_read_is_an_alert_and_not_the_end_of_alerts(site: AlertSite) -> None:
    """Whoever damages the trail must not silence what would tell of it."""
    silence(site, "R1")
    with site.alerting.writer.transaction() as trail:
        for trigger in trail.cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            trail.cursor.execute(f"DROP TRIGGER {trigger[0]}")
        trail.cursor.execute("UPDATE audit_trail SET data = '[' WHERE seq = (SELECT max(seq) FROM audit_trail)")
    silence(site, "R2")
    site.look()
    assert site.rules() == ["TRAIL_UNSOUND", "READER_LOST"]


@pytest.mark.req("E4")
def test_a_nightly_verify_that_finds_something_is_told_of_though_nothing_is_signed_any_more(
    site: AlertSite, mail: MailServer
) -> None:
    """The pages refuse to write on an unsound trail; the alert of it must be written all the same."""
    moment = moment_now(site.world.clock)
    append(site, Entry(kind=Kind.VERIFY, moment=moment, detail={"sound": False, "what": "first bad number 3"}))
    with site.alerting.writer.transaction() as trail:
        trail.cursor.execute("UPDATE trail_head SET leaf = zeroblob(32)")
    site.restart()
    site.look()
    site.send()
    assert site.rules() == ["TRAIL_UNSOUND"]
    assert len(mail.mails) == 1


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
