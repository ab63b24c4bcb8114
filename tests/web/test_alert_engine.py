"""From badge bytes to a mail in somebody's box: raised once, ended by itself, caught up with after a restart."""

from collections.abc import Callable, Iterator
from datetime import UTC, date

import pytest

from gate.core.audit import Entry, Kind
from gate.core.terms import BadgeState
from gate.store.audit_trail import Trail
from gate.store.reader_state import set_reader_state
from gate.web.alert_engine import PAGE
from tests.scenarios.plant import P1, changed, plant, record
from tests.scenarios.world import World, local, moment_now
from tests.web.alert_world import (
    ONE,
    UNKNOWN,
    AlertSite,
    alert_site,
    append,
    deny_five,
    mail_to,
    of_reader,
    silence,
    speak,
)
from tests.web.receivers import MailServer

Make = Callable[..., World]
NOON = local("2026-11-23T12:00").astimezone(UTC)


@pytest.fixture
def site(make_world: Make, mail: MailServer) -> Iterator[AlertSite]:
    world = make_world(local("2026-11-23T12:00"))
    with alert_site(world, mail_to(mail.port), ONE) as found:
        yield found


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


def test_a_lost_line_is_one_mail_and_not_one_for_each_reader(site: AlertSite, mail: MailServer) -> None:
    """Eight mails for one plug are seven too many."""
    moment = moment_now(site.world.clock)
    lost = Entry(kind=Kind.PORT_LOST, moment=moment, detail={"line": "line-1", "what": "gone"})
    append(site, of_reader(site, Kind.READER_OFFLINE, "R1"), of_reader(site, Kind.READER_OFFLINE, "R2"), lost)
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
    append(site, *([start] * (2 * PAGE + 5)), of_reader(site, Kind.READER_OFFLINE, "R1"))
    site.look()
    assert site.rules() == ["READER_LOST"]
