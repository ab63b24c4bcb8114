"""What no entry tells is looked at by the clock: the disk, the data, a silent gate; and a trail that is damaged."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC

import pytest

from gate.core.alert_rules import Raised
from gate.core.audit import Entry, Kind
from gate.web.alert_engine import LOOK_S
from tests.scenarios.world import World, local, moment_now
from tests.web.alert_world import (
    ONE,
    AlertSite,
    alert_site,
    append,
    mail_to,
    silence,
)
from tests.web.receivers import MailServer

Make = Callable[..., World]
NOON = local("2026-11-23T12:00").astimezone(UTC)


@pytest.fixture
def site(make_world: Make, mail: MailServer) -> Iterator[AlertSite]:
    world = make_world(local("2026-11-23T12:00"))
    with alert_site(world, mail_to(mail.port), ONE) as found:
        yield found


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


@pytest.mark.req("D9")
def test_a_further_condition_is_looked_at_and_ends_by_itself(site: AlertSite, mail: MailServer) -> None:
    """The place where an override that waits for QA for too long is asked for."""
    overdue = [Raised("OVERRIDE_UNDISPOSED", "O-7", "TP-01")]
    engine = site.alerting.engine
    engine._watched = replace(engine._watched, more=(lambda connection, now: overdue,))
    for wanted in (["OVERRIDE_UNDISPOSED"], []):
        site.world.clock.advance(LOOK_S)
        site.look()
        assert site.rules() == wanted
        overdue.clear()
    site.send()
    assert site.every() == [("OVERRIDE_UNDISPOSED", 1, True)]


def test_an_entry_that_cannot_be_read_is_an_alert_and_not_the_end_of_alerts(site: AlertSite) -> None:
    """Whoever damages the trail must not silence what would tell of it."""
    site.world.replays = False
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
