"""A week at a small plant for the tests of the access log: decisions of every result, system events, changes."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.terms import Mode, Operation, Outcome
from tests.web.records import GateOnRecord

BEGAN = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)

RESULTS = (
    (80, Outcome.ALLOW, ("ALLOW_CERTIFIED",)),
    (4, Outcome.DENY, ("TRAINING_EXPIRED",)),
    (2, Outcome.DENY, ("NOT_CERTIFIED", "GOWN_EXPIRED")),
    (2, Outcome.DENY, ("BADGE_UNKNOWN",)),
    (2, Outcome.ALLOW, ("ALLOW_OVERRIDE",)),
    (2, Outcome.DENY, ("BADGE_UNREADABLE",)),
    (1, Outcome.ALLOW, ("ALLOW_EXPIRING",)),
)


def write_week(gate: GateOnRecord, count: int = 400, seed: int = 3) -> None:
    """Write so many entries over a week, in one transaction."""
    chance, at = random.Random(seed), BEGAN
    with gate.trail.transaction():
        for number in range(count):
            at += timedelta(seconds=chance.randrange(60, 2 * 7 * 86_400 // count))
            moment = Moment(at, "boot", number + 1, trusted=True, clock="asserted")
            gate.trail.append(_other(chance, moment) if number % 15 == 14 else _decision(chance, moment))
    gate.clock.advance(max(0.0, (at - gate.clock.read().at).total_seconds() + 60))


def _decision(chance: random.Random, moment: Moment) -> Entry:
    weights = [weight for weight, _, _ in RESULTS]
    _, outcome, reasons = chance.choices(RESULTS, weights)[0]
    person = None if reasons == ("BADGE_UNKNOWN",) else chance.choice(["E1", "E1", "E2", "E3"])
    machine = chance.choice(["TP-01", "CT-01"])
    return Entry(
        kind=Kind.DECISION,
        moment=moment,
        person=person,
        badge="B-1" if person else None,
        last4="7F3A" if person is None else "0C86",
        reader=f"{machine}-R",
        equipment=machine,
        mode=Mode.SHADOW if machine == "TP-01" else Mode.ENFORCE,
        operation=chance.choice([Operation.USE, Operation.USE, Operation.CLEAN]),
        outcome=outcome,
        reasons=reasons,
    )


def _other(chance: random.Random, moment: Moment) -> Entry:
    change = Entry(
        kind=Kind.CHANGE, moment=moment, subject="badge:B-1", by="qa", why="Lost at the gate, new badge on Monday"
    )
    return chance.choice(
        [
            change,
            replace(
                change, kind=Kind.OVERRIDE_GRANTED, person="E2", equipment="TP-01", new={"reference": "DEV-2026-31"}
            ),
            Entry(kind=Kind.READER_OFFLINE, moment=moment, reader="CT-01-R", detail={"what": "silent for 10 s"}),
            Entry(kind=Kind.CLOCK_STEP, moment=moment),
            Entry(kind=Kind.USE_ENDED, moment=moment, person="E1", equipment="TP-01", detail={"cause": "badge_out"}),
        ]
    )
