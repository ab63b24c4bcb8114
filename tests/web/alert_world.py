"""A whole gate at work with its alerts: badges on one side, mails, webhooks and the page on the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gate.accounts import NewAccount, create_account, set_password
from gate.core.audit import Entry, Kind
from gate.core.roles import Role
from gate.demo_badges import wiegand26
from gate.settings import Settings, load_settings
from gate.store.alert_deliveries import Delivery, latest_deliveries
from gate.store.alerts import Alert, open_alerts
from gate.store.audit_trail import Trail
from gate.store.database import make_engine, open_database
from gate.store.floor_schema import alerts
from gate.web.alerting import Alerting
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.world import World, moment_now
from tests.web.people import CHEAP, TEMPORARY, WORD, sign_in

ONE = ("sup",)
UNKNOWN = wiegand26(99, 4242)
ROLES = {"sup": Role.SUPERVISOR, "qa": Role.QA, "adm": Role.SYSADMIN, "tr": Role.TRAINER, "op": Role.OPERATOR}


@dataclass
class AlertSite:
    """A gate at work, its pages, and what the alerts have come to."""

    world: World
    settings: Settings
    app: Flask

    @property
    def alerting(self) -> Alerting:
        found = self.app.extensions["gate"].alerting
        assert isinstance(found, Alerting)
        return found

    def browser(self, login: str = "sup") -> FlaskClient:
        client = self.app.test_client()
        assert sign_in(client, login).status_code == 303
        return client

    def look(self) -> None:
        """Let the thread that watches have one turn."""
        self.alerting.engine.step()

    def send(self) -> None:
        self.alerting.mail.step()
        self.alerting.webhook.step()

    def open(self) -> list[Alert]:
        with self.app.extensions["gate"].records.engine().connect() as connection:
            return open_alerts(connection)

    def rules(self) -> list[str]:
        return [alert.rule for alert in self.open()]

    def every(self) -> list[tuple[str, int, bool]]:
        """Return rule, times and whether it is over of everything that was ever raised, oldest first."""
        engine = make_engine(self.settings.database_path, key=None, read_only=True)
        wanted = sa.select(alerts).where(alerts.c.rule != "looked_at").order_by(alerts.c.id)
        with engine.connect() as connection:
            found = [(row.rule, row.times, row.ended_at is not None) for row in connection.execute(wanted)]
        engine.dispose()
        return found

    def deliveries(self) -> list[Delivery]:
        with self.app.extensions["gate"].records.engine().connect() as connection:
            return list(reversed(latest_deliveries(connection, 100)))

    def restart(self) -> None:
        """End the pages and start them anew on the same records."""
        self.app.extensions["gate"].close()
        self.app.extensions[PARTS].writer.close()
        self.app = pages(self.settings, self.world)


def pages(settings: Settings, world: World) -> Flask:
    app = create_app(settings, world.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    return app


def configured(world: World, text: str) -> Settings:
    """Return the world's settings with more sections."""
    world.config.write_text(world.config.read_text("utf-8") + text, encoding="utf-8")
    return load_settings(world.config)


@contextmanager
def alert_site(world: World, text: str = "", logins: Sequence[str] = tuple(ROLES)) -> Iterator[AlertSite]:
    """Give a site whose alerts have looked once, with the pages' clock that of the world."""
    settings = configured(world, text)
    trail = Trail(open_database(settings.database_path), "gate-1", settings.zone)
    for login in logins:
        new = NewAccount(login, f"P-{login}", f"Name of {login}", frozenset({ROLES[login]}))
        create_account(trail, new, CHEAP.encode(TEMPORARY), by="t.est", why="test", moment=moment_now(world.clock))
        set_password(trail, login, CHEAP.encode(WORD), by=login, moment=moment_now(world.clock), accepted=True)
    trail.close()
    site = AlertSite(world, settings, pages(settings, world))
    site.look()
    try:
        yield site
    finally:
        site.app.extensions["gate"].close()
        site.app.extensions[PARTS].writer.close()


def mail_to(port: int, address: str = "sup@plant.example", more: str = "", route: str = "") -> str:
    """Return the configuration of one mail route."""
    return (
        f'\n[alerts]\nsmtp_host = "127.0.0.1"\nsmtp_port = {port}\nsmtp_security = "none"\n'
        f'sender = "gate@plant.example"\n{more}\n[[alerts.route]]\nchannel = "email"\ntarget = "{address}"\n{route}\n'
    )


def append(site: AlertSite, *entries: Entry) -> None:
    trail = Trail(open_database(site.settings.database_path), "gate-1", site.settings.zone)
    with trail.transaction():
        for entry in entries:
            trail.append(entry)
    trail.close()


def silence(site: AlertSite, reader: str) -> None:
    append(site, of_reader(site, Kind.READER_OFFLINE, reader))


def speak(site: AlertSite, reader: str) -> None:
    append(site, of_reader(site, Kind.READER_ONLINE, reader))


def of_reader(site: AlertSite, kind: Kind, reader: str, what: str = "no answer") -> Entry:
    return Entry(kind=kind, moment=moment_now(site.world.clock), reader=reader, detail={"line": "line-1", "what": what})


def deny_five(site: AlertSite, reader: str = "R1", number: str = UNKNOWN) -> None:
    for _ in range(5):
        site.world.badge(reader, number)
