"""A week of twelve machines in three shifts, with the mishaps that a plant of this size has."""

import random
from typing import Any

from tests.core.review_entries import Log

MACHINES = [f"M-{number:02d}" for number in range(1, 13)]
PEOPLE = [f"E{number}" for number in range(1, 61)]
SHIFTS = 21
READS_A_SHIFT = 15


def week(seed: int) -> list[dict[str, Any]]:
    """Return the entries: about 3 800 decisions, of which some 60 are no plain allows."""
    rng, log = random.Random(seed), Log()
    for shift in range(SHIFTS):
        crew = rng.sample(PEOPLE, 24)
        for step in range(READS_A_SHIFT):
            log.minutes = shift * 480 + step * 30 + rng.random() * 5
            for machine in MACHINES:
                log.minutes += 0.4
                _read(rng, log, rng.choice(crew), machine)
        _mishaps(rng, log, shift, crew)
    return log.entries


def _read(rng: random.Random, log: Log, person: str, machine: str) -> None:
    if rng.random() < 0.006:
        reason = rng.choice(["TRAINING_EXPIRED", "SOP_REVISION", "EQ_BUSY", "NOT_CERTIFIED", "GOWN_EXPIRED"])
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            log.denied(person, reason, machine=machine)
            log.minutes += 0.5
        return
    log.allowed(person, machine=machine)
    log.tell("actuated", ref=len(log.entries))
    log.tell("use_ended", person=person, equipment=machine, detail={"cause": "badge_out"})


def _mishaps(rng: random.Random, log: Log, shift: int, crew: list[str]) -> None:
    machine = rng.choice(MACHINES)
    if shift % 3 == 0:
        log.denied(None, "BADGE_UNKNOWN", machine=machine, subject="unknown:aa")
        log.changed(f"badge:P-{shift}", person=crew[0], new={"person": crew[0], "until_at": "2026-11-20T00:00:00.000Z"})
    if shift % 7 == 0:
        log.tell(
            "override_granted", subject=f"override:O-{shift}", person=crew[1], equipment=machine, by="P-sup", why="x"
        )
        log.tell("reader_offline", reader=f"{machine}-R")
        log.later(12).tell("reader_online", reader=f"{machine}-R")
    if shift % 9 == 0:
        log.tell("permissive_dropped", person=crew[2], equipment=machine, detail={"cause": "longest_use"})
        log.tell("use_closed", person=crew[2], equipment=machine, by="P-sup", why="went home")
        log.changed(f"training_record:T-{shift}", person=crew[3], new={"completed_on": "2026-10-01"})
    if shift == 4:
        for _ in range(6):
            log.changed("requirement_set:S-1", new={"groups": []})
    log.tell("verify", detail={"sound": True})
