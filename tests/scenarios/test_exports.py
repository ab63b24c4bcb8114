"""Scenario 36: badges are answered while a page exports; the export holds no read transaction between its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gate.accounts import NewAccount, create_account, set_password
from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.roles import Role
from gate.desk import Desk
from gate.store import trail_lines
from gate.store.audit_trail import Trail
from gate.store.database import make_engine, open_database
from gate.store.schema import audit_trail
from gate.web import entries_report
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local, moment_now
from tests.web.people import CHEAP, WORD, sign_in, token

ROWS = 3 * trail_lines.PAGE


class Exporting:
    """A world at work, and somebody of QA who exports its trail."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder, local("2026-11-23T12:00"))
        self._lengthen()
        self._account()
        self.app: Flask = create_app(self.world.settings, self.world.clock)
        self.app.extensions[PARTS] = replace(self.app.extensions[PARTS], passwords=CHEAP)
        self.browser: FlaskClient = self.app.test_client()
        assert sign_in(self.browser, "qa").status_code == 303

    def close(self) -> None:
        self.app.extensions["gate"].close()
        self.app.extensions[PARTS].writer.close()

    def stream(self) -> Iterator[bytes]:
        """Begin an export of the whole trail; the file comes as it is taken."""
        form = {"csrf_token": token(self.browser, "/export/entries?from=1&to=1"), "format": "csv"}
        answer = self.browser.post("/export/entries?lang=en", data=form)
        assert answer.status_code == 200
        return iter(answer.response)  # type: ignore[arg-type]

    def nobody_reads(self) -> bool:
        """Whether the write-ahead log can be emptied: one open read transaction would hold it (law 3)."""
        engine = make_engine(self.world.settings.database_path, key=None, read_only=False)
        with engine.connect() as connection:
            connection.rollback()
            busy, *_ = connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        engine.dispose()
        return not busy

    def _lengthen(self) -> None:
        def entries(desk: Desk, moment: Moment) -> tuple[()]:
            for _ in range(ROWS):
                desk.trail.append(Entry(kind=Kind.SECURITY, moment=moment, detail={"what": "x" * 200}))
            return ()

        self.world.edge.gate.submit(entries)
        self.world.turn()

    def _account(self) -> None:
        trail = Trail(open_database(self.world.settings.database_path), "gate-1", self.world.settings.zone)
        new = NewAccount("qa", "P-qa", "Q A", frozenset({Role.QA}))
        create_account(trail, new, CHEAP.encode(WORD), by="t", why="t", moment=moment_now(self.world.clock))
        set_password(trail, "qa", CHEAP.encode(WORD), by="qa", moment=moment_now(self.world.clock), accepted=True)
        trail.close()


@pytest.fixture
def exporting(tmp_path: Path) -> Iterator[Exporting]:
    found = Exporting(tmp_path)
    yield found
    found.close()


def halfway(stream: Iterator[bytes]) -> int:
    """Take some of the file, and return how many lines those were."""
    return sum(next(stream).count(b"\n") for _ in range(4))


@pytest.mark.scenario(36)
@pytest.mark.req("E1")
def test_a_badge_is_answered_in_the_middle_of_an_export(exporting: Exporting) -> None:
    """The reader process waits for nobody: the decision is durable and shown while the file is half out."""
    stream = exporting.stream()
    assert 0 < halfway(stream) < ROWS
    exporting.world.badge("R1", P1)
    assert exporting.world.decisions()[-1]["outcome"] == "allow"
    rest = b"".join(stream)
    assert rest.count(b"\n") > 0
    assert exporting.world.trail("export")[-1]["new"]["complete"] is True
    assert exporting.world.sound()


@pytest.mark.scenario(36)
@pytest.mark.fault(9)
def test_an_export_holds_no_read_transaction_while_its_reader_is_slow(exporting: Exporting) -> None:
    """A browser that takes its time must not let the write-ahead log grow by 5 KB a decision."""
    stream = exporting.stream()
    halfway(stream)
    assert exporting.nobody_reads()
    assert trail_lines.PAGE <= 5000
    b"".join(stream)


@pytest.mark.fault(9)
def test_the_look_at_the_log_sees_a_reader_that_holds_it(exporting: Exporting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: an export that reads its rows in one transaction is caught by the same look."""

    def in_one(engine: sa.Engine, first: int, last: int, *columns: sa.Column[Any]) -> Iterator[Sequence[Any]]:
        wanted = sa.select(audit_trail.c.seq, *columns).where(audit_trail.c.seq.between(first, last))
        with engine.connect() as connection:
            found = connection.execute(wanted.order_by(audit_trail.c.seq))
            while rows := found.fetchmany(trail_lines.PAGE):
                yield rows

    monkeypatch.setattr(entries_report, "paged", in_one)
    stream = exporting.stream()
    halfway(stream)
    exporting.world.badge("R1", P1)
    assert not exporting.nobody_reads()
    b"".join(stream)
