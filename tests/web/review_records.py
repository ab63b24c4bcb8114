"""Two weeks of a small plant on record, for the tests of the review pages: a quiet one, and one with exceptions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from flask import Flask

from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.roles import Role
from gate.core.terms import Mode, Operation, Outcome
from gate.replay import Verdict
from gate.store import registry, schema
from gate.verified import Verified, tell_verified, verified_path
from gate.web.app import create_app
from gate.web.session import PARTS
from tests.web.people import CHEAP, add_account
from tests.web.records import GateOnRecord

MONDAY = datetime(2026, 11, 9, 11, 0, tzinfo=UTC)
"""06:00 in Toronto."""

FIRST, SECOND, THIRD = "2026-11-09", "2026-11-16", "2026-11-23"
"""The ids of the three weeks; the third runs."""

OVERRIDE = "01OVERRIDE"


class ReviewOnRecord(GateOnRecord):
    """Writes what a gate would have written in two weeks."""

    def __init__(self, folder: Path, port: int = 8080) -> None:
        super().__init__(folder, port)
        self.clock.go_to(MONDAY)

    def tell(self, kind: Kind, **fields: object) -> int:
        """Put an entry on record, one second later."""
        self.clock.advance(1)
        return self.append(Entry(kind=kind, moment=self.moment(), **fields))  # type: ignore[arg-type]

    def read(self, person: str | None, outcome: Outcome, *reasons: str, machine: str = "TP-01", **more: object) -> int:
        """Put a decision on record."""
        told: dict[str, object] = {
            "person": person,
            "badge": f"B-{person}" if person else None,
            "last4": "0C86",
            "reader": f"{machine}-R",
            "equipment": machine,
            "mode": Mode.ENFORCE,
            "operation": Operation.USE,
            "outcome": outcome,
            "reasons": reasons,
        }
        return self.tell(Kind.DECISION, **{**told, **more})

    def allowed(self, person: str, machine: str = "TP-01", **more: object) -> int:
        return self.read(person, Outcome.ALLOW, "ALLOW_CERTIFIED", machine=machine, **more)

    def denied(self, person: str | None, *reasons: str, machine: str = "TP-01", **more: object) -> int:
        return self.read(person, Outcome.DENY, *(reasons or ("TRAINING_EXPIRED",)), machine=machine, **more)

    def left(self, person: str, machine: str = "TP-01") -> int:
        detail: dict[str, Json] = {"cause": "badge_out"}
        return self.tell(Kind.USE_ENDED, person=person, equipment=machine, detail=detail)

    def quiet_week(self) -> None:
        """Nothing but work."""
        for _ in range(5):
            self.allowed("E1")
            self.clock.advance(3600)
            self.left("E1")
            self.clock.advance(86_400 - 3602)

    def odd_week(self) -> None:
        """One of most things that a reviewer looks at."""
        for _ in range(3):
            self.denied("E2", machine="CT-01")
            self.clock.advance(120)
        self.denied("E3")
        self.clock.advance(30)
        self.allowed("E1")
        self.left("E1")
        self.override("E2")
        self.tell(Kind.READER_OFFLINE, reader="CT-01-R", detail={"line": "line-2", "what": ""})
        self.clock.advance(26 * 60)
        self.tell(Kind.READER_ONLINE, reader="CT-01-R", detail={"line": "line-2", "what": ""})
        for _ in range(2):
            self.denied(None, "BADGE_UNKNOWN", subject="unknown:00", machine="CT-01")
            self.clock.advance(3600)
        self.tell(
            Kind.CHANGE,
            equipment="TP-01",
            subject="equipment:TP-01",
            old={"mode": "shadow"},
            new={"mode": "enforce"},
            by="P-qa",
            why="The trial of two weeks found nobody wrongly denied",
        )

    def override(self, person: str) -> int:
        """Let an override of an hour be granted and be over."""
        self.clock.advance(1)
        values: dict[str, str | int | None] = {
            "person_id": person,
            "equipment_id": "TP-01",
            "class": "COVERAGE",
            "operations": "USE",
            "reasons": "TRAINING_EXPIRED",
            "starts_at": timestamp(self.clock.at),
            "ends_at": timestamp(self.clock.at + timedelta(hours=1)),
            "revoked_at": None,
            "cosigned": 0,
            "boot_id": "",
            "ends_boot_us": None,
            "reference": "DEV-2026-0309",
            "justification": "Covering an absence of the night shift",
            "granted_by": None,
            "second_person_id": None,
        }
        with self.trail.transaction():
            entry = Entry(
                kind=Kind.OVERRIDE_GRANTED,
                moment=self.moment(),
                person=person,
                equipment="TP-01",
                subject=f"override:{OVERRIDE}",
                new={"reference": "DEV-2026-0309"},
                by="P-sup",
                why="Covering an absence of the night shift",
            )
            seq = self.trail.append(entry)
            registry.put(self.trail, schema.overrides, OVERRIDE, values, seq)
        return seq

    def next_monday(self) -> None:
        """Go to the first morning of the next week, and record something."""
        now = self.clock.at.astimezone(UTC)
        self.clock.go_to((now + timedelta(days=7 - now.weekday())).replace(hour=12, minute=0, second=0))
        self.tell(Kind.START, detail={"blind_ms": 0, "config_sha256": "aa"})

    def verified(self, *, sound: bool = True, head: int | None = None) -> None:
        """Tell that the whole chain was verified."""
        seq = self.trail.head.seq if head is None else head
        found = Verified(self.clock.at, seq, sound, None if sound else 3)
        tell_verified(verified_path(self.settings.gate.state_dir), found)


def two_weeks(folder: Path, port: int = 8080) -> ReviewOnRecord:
    """Put everything on record, with accounts, and the chain verified."""
    found = ReviewOnRecord(folder, port)
    found.alive()
    for login, role in (("qa", Role.QA), ("quinn", Role.QA), ("sup", Role.SUPERVISOR), ("aud", Role.AUDITOR)):
        add_account(found, login, role)
    found.quiet_week()
    found.next_monday()
    found.odd_week()
    found.next_monday()
    found.verified()
    return found


def not_decided_again(seqs: tuple[int, ...]) -> dict[int, str]:
    """Stand in for the replay: what this fixture writes rests on no facts, so nothing of it can be decided again."""
    return dict.fromkeys(seqs, Verdict.NOT_REPLAYABLE.value)


@contextmanager
def pages_over(found: ReviewOnRecord) -> Iterator[Flask]:
    """Open the pages."""
    with patch("gate.web.review_cases.decided_again", not_decided_again):
        yield from _pages_over(found)


def _pages_over(found: ReviewOnRecord) -> Iterator[Flask]:
    app = create_app(found.settings, found.clock)
    app.testing = True
    app.extensions[PARTS] = replace(app.extensions[PARTS], passwords=CHEAP)
    try:
        yield app
    finally:
        app.extensions["gate"].close()
        app.extensions[PARTS].writer.close()


@pytest.fixture
def weeks(tmp_path: Path) -> Iterator[ReviewOnRecord]:
    """Two weeks that are over, and a third that has begun."""
    found = two_weeks(tmp_path)
    yield found
    found.close()
