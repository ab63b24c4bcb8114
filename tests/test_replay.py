"""Decide the log again: the same answers, and every way of tampering that a hash chain alone would not show (E7)."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.badge import bits_of
from gate import replay
from gate.core.decision import decide
from gate.core.records import Decision, Facts, Moment
from gate.replay import Verdict
from gate.replay_log import Replay, replay_log
from gate.store.database import open_database
from gate.store.verify import verify
from tests.rewriting import on_entry, rewrite
from tests.scenarios.plant import P1, P2, P3, changed, plant, record, requirement, requirement_set
from tests.scenarios.world import TORONTO, World, local
from tests.store.open_records import tamper

Make = Callable[..., World]
STRANGER = "w26:0000001"


class Log:
    """The records that a world left, in a copy that a test may spoil."""

    def __init__(self, made: World, folder: Path) -> None:
        self.path = folder / "gate.db"
        shutil.copy(made.settings.database_path, self.path)
        self.decisions = made.decisions()

    def replay(self) -> Replay:
        return replay_log(open_database(self.path, read_only=True), TORONTO)

    def sound(self) -> bool:
        return verify(open_database(self.path, read_only=True), full=True).sound


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One allow with an expiring training, one deny, one unknown badge."""
    found = {**plant(), "training_record": [record("E1", expires_on=date(2026, 12, 1)), record("E2")]}
    made = World(tmp_path_factory.mktemp("gate"), local("2026-11-23T12:00"), found)
    made.badge("R1", P1)
    made.badge("R2", P3)
    made.badge("R2", STRANGER)
    made.edge.gate.close()
    return made


@pytest.fixture
def log(made: World, tmp_path: Path) -> Log:
    """The same log for each test, spoilt by each in its own way."""
    return Log(made, tmp_path)


@pytest.mark.req("E7")
@pytest.mark.scenario(30)
def test_an_untouched_log_comes_out_the_same(log: Log) -> None:
    """The claim to an inspector: every answer follows from what was known then."""
    found = log.replay()
    assert found.all_same, found.in_words()
    assert found.counts[Verdict.SAME] == 3
    assert found.as_json()["first_different_seq"] is None
    assert found.in_words()[0].startswith("same: 3 decisions decided again")


@pytest.mark.req("E7")
@pytest.mark.scenario(30)
def test_what_was_learned_later_changes_no_answer_of_the_past(make_world: Make) -> None:
    """Records come and go; the log is decided with those of its time."""
    world = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1)
    world.badge("R2", P3)
    world.load({**changed(plant(), "person", "E1", state="inactive"), "training_record": [record("E3")]})
    world.badge("R1", P1)
    world.badge("R2", P3)
    assert [one["outcome"] for one in world.decisions()] == ["allow", "deny", "deny", "allow"]
    assert world.replay().all_same


@pytest.mark.req("E7")
@pytest.mark.scenario(30)
def test_a_training_record_edited_by_sql_is_found_and_the_entry_named(log: Log) -> None:
    """The chain is whole, the evidence is not: only deciding again shows it."""
    tamper(log.path, "UPDATE training_records SET expires_on = '2026-11-01' WHERE person_id = 'E1'")
    assert log.sound(), "verify alone is content"
    found = log.replay()
    assert [seq for seq, _ in found.found] == [log.decisions[0]["seq"]]
    assert "recorded allow, now deny" in found.found[0][1]
    assert found.in_words()[0].startswith("DIFFERENT")


@pytest.mark.req("E7")
@pytest.mark.scenario(30)
@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(outcome="allow", reasons=["ALLOW_CERTIFIED"]),
        lambda said: said.update(person="E1"),
        lambda said: said.update(mode="shadow"),
        lambda said: said["evidence"]["requirements"][0].pop(),
        lambda said: said["evidence"].pop("start"),
        lambda said: said["evidence"].update(start=said["seq"] - 1),
        lambda said: said["evidence"].update(start=10**9),
        lambda said: said["evidence"].update(start="x"),
        lambda said: said.pop("evidence"),
        lambda said: said.update(evidence=["x"]),
        lambda said: said["evidence"].update(unsound=1),
        lambda said: said["evidence"].update(asked="CLEAN"),
        lambda said: said["evidence"].update(asked="\u202e<b>"),
        lambda said: said.update(equipment="TP-02" if said["equipment"] == "TP-01" else "TP-09"),
        lambda said: said.update(data_as_of="2026-11-01T00:00:00.000Z"),
        lambda said: said.update(clock="asserted:untrusted"),
        lambda said: said.update(badge="B2"),
        lambda said: said.update(badge="\u202e" * 10_000),
        lambda said: said.update(operation="CLEAN"),
        lambda said: said.update(zone="No/Such"),
    ],
)
def test_a_changed_answer_under_a_recomputed_chain_is_found(log: Log, change: Callable[[dict[str, Any]], None]) -> None:
    """Root can compute the chain anew; the answer then no longer follows from the facts."""
    seq = log.decisions[1]["seq"]
    rewrite(log.path, on_entry(seq, change))
    assert log.sound(), "verify alone is content"
    found = log.replay()
    assert [at for at, _ in found.found] == [seq], found.in_words()


@pytest.mark.req("E7")
def test_a_rule_that_has_changed_is_found(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant of the rules: expiry dates forgotten. The log that was made by the right rules shows it."""

    def forgetful(facts: Facts, moment: Moment) -> Decision:
        records = {item: tuple(r._replace(expires_on=None) for r in rows) for item, rows in facts.records.items()}
        return decide(replace(facts, records=records), moment)

    monkeypatch.setattr(replay, "decide", forgetful)
    found = log.replay()
    assert found.counts[Verdict.DIFFERENT] == 1
    assert "reasons: recorded ['ALLOW_EXPIRING'" in found.found[0][1]


@pytest.mark.req("E7", "A3")
def test_reads_refused_before_the_rules_are_counted_apart(make_world: Make) -> None:
    """There was nothing to decide: claiming "same" of them would be a claim about nothing."""
    made = make_world(local("2026-11-23T12:00"))
    made.readers["R1"].present(26, b"\x00\x00\x00\x01")
    made.run(2)
    refused = [one for one in made.decisions() if one["reasons"] == ["BADGE_UNREADABLE"]]
    assert len(refused) == 1
    found = made.replay()
    assert (found.counts[Verdict.REFUSED], found.counts[Verdict.SAME]) == (1, 0)
    assert "1 refused before the rules were asked" in found.in_words()[0]
    made.replays = False
    rewrite(
        made.settings.database_path,
        on_entry(refused[0]["seq"], lambda said: said.update(outcome="allow", reasons=["ALLOW_CERTIFIED"])),
    )
    assert [seq for seq, _ in made.replay().found] == [refused[0]["seq"]], "an allow without evidence is no refusal"


@pytest.mark.req("E7")
def test_decisions_of_an_earlier_release_are_not_called_the_same(log: Log) -> None:
    """They lack what a replay needs; the report says how many, and claims nothing of them."""

    def earlier(said: dict[str, Any]) -> None:
        if said["kind"] == "start":
            said["detail"].pop("plan")
        if said["kind"] == "decision":
            said["evidence"].pop("start")

    rewrite(log.path, earlier)
    found = log.replay()
    assert (found.counts[Verdict.NOT_REPLAYABLE], found.counts[Verdict.SAME], found.all_same) == (3, 0, True)
    assert found.in_words()[0].startswith("nothing to decide again: ") and "3 not replayable" in found.in_words()[0]


@pytest.mark.req("E7")
def test_a_hand_over_that_never_was_is_found(make_world: Make) -> None:
    """The entry names the EQ_BUSY it answers; naming another one is no ground for taking over."""
    made = make_world(local("2026-11-23T12:00"), changed(plant(), "equipment", "TP-01", exclusive=True))
    made.badge("R1", P1)
    made.badge("R1", P2, 2)
    made.badge("R1", P2)
    assert made.reasons()[0] == "ALLOW_HANDOVER"
    assert made.replay().all_same
    first, busy, over = made.decisions()
    assert over["evidence"]["after"] == busy["seq"]
    made.replays = False
    for wrong in (first["seq"], over["seq"], 10**9, "x"):
        rewrite(made.settings.database_path, on_entry(over["seq"], _after(wrong)))
        assert [seq for seq, _ in made.replay().found] == [over["seq"]]


@pytest.mark.req("E7")
@pytest.mark.scenario(39)
def test_a_decision_beside_a_change_of_the_requirements_names_one_version_and_replays(make_world: Make) -> None:
    """A new version, effective at once, comes in the same second as the badge: each decision has exactly one."""
    made = make_world(local("2026-11-23T12:00"))
    made.readers["R1"].present(*bits_of(P1))
    made.edge.lines.step(0)
    stricter = {**plant(), "requirement_set": [requirement_set([requirement("SOP-1")], [requirement("GMP")])]}
    made.load(stricter)
    made.run(1.2)
    made.badge("R2", P2)
    versions = [one["evidence"]["set"] for one in made.decisions()]
    assert len(versions) == 2 and all(isinstance(version, int) for version in versions)
    assert made.decisions()[1]["reasons"] == ["NOT_CERTIFIED"]
    assert made.replay().all_same


def _after(seq: int | str) -> Callable[[dict[str, Any]], None]:
    return lambda said: said["evidence"].update(after=seq)
