"""Fault 1: kill -9 at any instant in a storm of badges loses nothing that was shown."""

import os
import random
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from tests.faults.shop import READERS, Shop, until

KILLS = int(os.environ.get("FAULT_KILLS", "50"))
"""50 in the quick form; the long form has 1 000."""

FOLLOW_UPS = {"actuated", "outcome_unknown", "answered_late"}
POINTS = ("after_read", "after_decide", "in_transaction", "before_commit", "after_commit", "after_indication")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


def _allows_without_follow_up(shop: Shop) -> list[int]:
    trail = shop.trail()
    settled = [entry["ref"] for entry in trail if entry["kind"] in FOLLOW_UPS]
    assert len(settled) == len(set(settled)), "an allow is followed up once"
    allows = [e["seq"] for e in trail if e["kind"] == "decision" and e["outcome"] == "allow"]
    return [seq for seq in allows if seq not in settled]


@pytest.mark.fault(1)
@pytest.mark.req("E1", "E10")
@pytest.mark.timeout(1500)
def test_killed_at_random_instants_in_a_storm_nothing_shown_is_lost(shop: Shop) -> None:
    """A plug is pulled at any instant; whatever an operator saw must be in the record."""
    draw = random.Random(20261124)
    people = cycle(shop.visitors)
    for kill in range(KILLS):
        shop.start()
        if kill % 5:
            shop.wait_ready()
        end = time.monotonic() + draw.uniform(0.05, 0.5)
        while time.monotonic() < end:
            shop.badge(draw.choice(READERS), next(people))
            time.sleep(draw.uniform(0.0, 0.03))
        shop.kill()
        assert shop.shown_but_lost() == []
    shop.start()
    shop.wait_ready()
    assert shop.stop() == 0
    assert shop.sound()
    assert _allows_without_follow_up(shop) == []
    assert len(shop.shown) > KILLS, "the storm did reach the readers"


@pytest.mark.fault(1)
@pytest.mark.req("E1", "E10")
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_point_of_a_badge_read_nothing_shown_is_lost(shop: Shop, point: str) -> None:
    """Each step between the badge and the answer is a place to die at."""
    process = shop.start(f"kill:{point}:3")
    shop.wait_ready()
    people = iter(shop.visitors)
    while process.poll() is None:
        shop.badge("R1", next(people))
        time.sleep(0.1)
    durable = len(shop.kinds("decision")) >= 3
    assert durable is (point in {"after_commit", "after_indication"}), "reads that wait are one transaction"
    assert shop.shown_but_lost() == []
    shop.start()
    shop.wait_ready()
    assert shop.stop() == 0
    assert shop.sound()
    assert _allows_without_follow_up(shop) == []


@pytest.mark.fault(1)
@pytest.mark.req("E1")
def test_the_mutant_that_answers_before_the_commit_is_caught(shop: Shop) -> None:
    """Shows that the checks above can fail: law 1 turned round loses what was shown."""
    process = shop.start("mutant:answer_before_commit", "kill:before_commit:3")
    shop.wait_ready()
    people = iter(shop.visitors)
    while process.poll() is None:
        shop.badge("R1", next(people))
        time.sleep(0.1)
    until(lambda: shop.shown_but_lost() != [])


@pytest.mark.fault(1)
@pytest.mark.req("E10", "J2")
def test_a_badge_presented_while_the_gate_was_dead_is_late(shop: Shop) -> None:
    """A read older than 2 s says nothing about who stands at the machine now."""
    shop.start()
    shop.wait_ready()
    shop.kill()
    allowed = next(v for v in shop.visitors if v.expired_on is None)
    shop.badge("R1", allowed)
    time.sleep(2.5)
    shop.start()
    until(lambda: shop.kinds("decision") != [])
    assert [entry["reasons"] for entry in shop.kinds("decision")] == [["READ_LATE"]]
