"""The gate thread's loop: one transaction a batch, a savepoint a read, a race against the deadline, nothing lost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlite

import gate.gate_loop
from gate.access import answer_read
from gate.core.audit import Kind
from gate.core.indication import indicate_reason
from gate.desk_opening import open_desk
from gate.gate_loop import AnsweredLate, GateLoop
from gate.readers.orders import Actuated, Claimant, Order, Read, Report, SetPermissive, Show
from gate.store import uses
from gate.use_watch import watch
from gate.wiring import plan_of
from tests.scenarios.plant import P1, P2, P3
from tests.scenarios.world import World, local

Make = Callable[..., World]


@dataclass
class Loop:
    """A loop over a world's records, with what it told the lines."""

    world: World
    gate: GateLoop = field(init=False)
    orders: list[Order] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.edge.gate.close()
        self.world.replays = False
        settings = self.world.settings
        self.gate = GateLoop(lambda: open_desk(settings, plan_of(settings)), self.world.clock, self.orders.extend, "en")

    def read(self, number: str | None = P1, equipment: str = "TP-01", cause: str = "") -> Read:
        reader = "R1" if equipment == "TP-01" else "R2"
        reading = self.world.clock.read()
        return Read(reader, equipment, number, cause, False, None, reading, self.world.clock.monotonic())

    def submit(self, *work: Any) -> None:
        for item in work:
            self.gate.submit(item)
        self.gate.step(0)

    def shown(self) -> list[str]:
        return [order.indication.line1 for order in self.orders if isinstance(order, Show)]

    def permissives(self, equipment: str = "TP-01") -> list[bool]:
        return [o.on for o in self.orders if isinstance(o, SetPermissive) and o.equipment == equipment]


@pytest.fixture
def loop(make_world: Make, tmp_path: Path) -> Iterator[Loop]:
    made = Loop(make_world(local("2026-11-23T12:00")))
    yield made
    made.gate.close()


@pytest.mark.req("E1")
def test_all_reads_that_wait_are_one_transaction_and_each_has_its_answer(loop: Loop) -> None:
    """The shift change: a commit each would make the last one wait for all the others."""
    begun: list[int] = []
    loop.submit(loop.read(P3))
    desk = loop.gate._desk
    assert desk is not None
    original = desk.trail.begin

    def counted() -> None:
        begun.append(1)
        original()

    desk.trail.begin = counted  # type: ignore[method-assign]
    loop.submit(*(loop.read(number) for number in (P1, P2, P3)))
    assert len(begun) == 1
    assert loop.shown()[1:] == ["OK", "OK AJOUTE", "NOT CERTIFIED"]


@pytest.mark.req("J6", "E1")
def test_a_read_that_breaks_its_handling_is_a_recorded_deny_and_the_rest_of_the_batch_stands(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown fault in the code: deny with a SYS reason, never silence, never the neighbour's answer."""
    answer = answer_read

    def broken(desk: Any, read: Read, moment: Any) -> Any:
        if read.number == P1:
            answer(desk, read, moment)
            raise ZeroDivisionError
        return answer(desk, read, moment)

    monkeypatch.setattr(gate.gate_loop, "answer_read", broken)
    loop.submit(loop.read(P1), loop.read(P2))
    assert [d["reasons"] for d in loop.world.decisions()] == [["SYS_ERROR"], ["ALLOW_CERTIFIED"]]
    assert loop.shown() == ["SYSTEM FAULT", "OK"]
    assert loop.world.sound()


@pytest.mark.req("E1", "L1")
def test_an_allow_that_comes_after_the_deadline_is_marked_and_ends_its_use(loop: Loop) -> None:
    """The reader has said no: the record must not claim that somebody was let on."""
    read = loop.read(P1)
    assert read.race.claim(Claimant.DEADLINE)
    loop.submit(read)
    loop.gate.step(0)
    assert loop.shown() == []
    late = loop.world.trail("answered_late")
    assert [entry["ref"] for entry in late] == [loop.world.decisions()[0]["seq"]]
    assert [entry["detail"]["cause"] for entry in loop.world.trail("use_ended")] == ["answered_late"]
    assert loop.permissives()[-1:] in ([], [False])


@pytest.mark.req("E1")
def test_a_badge_out_that_loses_the_race_still_drops_the_permissive(loop: Loop) -> None:
    """What takes a permissive away is never thrown away with an answer that came too late."""
    loop.submit(loop.read(P1))
    loop.world.clock.advance(60)
    out = loop.read(P1)
    out.race.claim(Claimant.DEADLINE)
    loop.submit(out)
    assert loop.permissives() == [True, False]


@pytest.mark.req("E1", "J6")
def test_reads_that_could_not_be_recorded_are_denied_at_once_and_recorded_later(loop: Loop) -> None:
    """Fail secure and never silent: told as a fault of the system, in order, once the disk is back."""
    loop.submit(loop.read(P3))
    other = sqlite.connect(str(loop.world.settings.database_path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    proven = loop.gate.proven
    loop.world.clock.advance(1)
    loop.submit(loop.read(P1), Report(Kind.READER_TAMPER, "R1", "line-1", "on", loop.world.clock.read()))
    assert loop.shown()[-1] == "SYSTEM: NO LOG"
    assert loop.gate.proven == proven, "the sign of life that arms outputs stays behind"
    other.execute("ROLLBACK")
    other.close()
    loop.submit(loop.read(P2))
    assert [d["reasons"] for d in loop.world.decisions()] == [["NOT_CERTIFIED"], ["SYS_LOG_FAIL"], ["ALLOW_CERTIFIED"]]
    assert loop.world.trail("reader_tamper")[0]["reader"] == "R1", "reports wait too"


@pytest.mark.req("E10")
def test_after_a_failed_commit_the_records_are_opened_anew_and_a_row_that_came_back_never_enables(
    loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what is on disk after an I/O error at commit: deny, reopen, settle, go on."""
    loop.submit(loop.read(P3))
    desk = loop.gate._desk
    assert desk is not None
    commit = desk.trail.commit

    def durable_but_reported_as_failed() -> None:
        commit()
        desk.trail.poisoned = True
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(desk.trail, "commit", durable_but_reported_as_failed)
    loop.submit(loop.read(P1))
    assert loop.shown()[-1] == "SYSTEM: NO LOG"
    loop.submit(loop.read(P2, equipment="TP-02"))
    unknown = loop.world.trail("outcome_unknown")
    assert [entry["detail"] for entry in unknown] == [{"never_actuated": True}]
    assert [entry["detail"]["cause"] for entry in loop.world.trail("use_ended")] == ["never_actuated"]
    assert loop.shown()[-1] == "OK"
    assert True not in loop.permissives("TP-01")
    assert loop.world.sound()


@pytest.mark.req("E1")
def test_what_a_failed_batch_changed_in_memory_is_forgotten(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An allow that is not durable must not be repeated to the same badge ten seconds later."""
    loop.submit(loop.read(P3))
    desk = loop.gate._desk
    assert desk is not None

    def fails() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk.trail, "commit", fails)
    loop.submit(loop.read(P1))
    monkeypatch.undo()
    assert desk.last.get("TP-01") is None or desk.last["TP-01"].person_id != "E1"
    loop.submit(loop.read(P1))
    assert loop.shown()[-1] == "OK"
    assert loop.world.decisions()[-1]["outcome"] == "allow"


@pytest.mark.req("J6")
def test_a_task_that_breaks_does_not_take_reads_with_it(loop: Loop) -> None:
    """Short work of the timetable shares the transaction with badge reads."""

    def broken(desk: Any, moment: Any) -> Any:
        raise KeyError("timetable")

    loop.submit(broken, loop.read(P1))
    assert loop.shown() == ["OK"]


@pytest.mark.req("E2")
def test_the_confirmation_of_an_output_is_recorded_once(loop: Loop) -> None:
    """The follow-up ties the row to what the relay did."""
    loop.submit(loop.read(P1))
    seq = loop.world.decisions()[0]["seq"]
    loop.submit(Actuated(seq))
    assert [entry["ref"] for entry in loop.world.trail("actuated")] == [seq]
    desk = loop.gate._desk
    assert desk is not None
    desk.trail.begin()
    assert uses.unanswered_allows(desk.trail) == ()
    desk.trail.rollback()


@pytest.mark.req("A3", "E2")
def test_unreadable_and_unknown_badges_are_recorded_without_their_number(loop: Loop) -> None:
    """No export may be a cloning list: a number nobody owns appears as a keyed hash."""
    unknown = "w26:0AAAAAA"
    loop.submit(loop.read(None, cause="odd parity is wrong: 02"), loop.read(unknown), loop.read(unknown))
    unreadable, first, second = loop.world.decisions()
    assert (unreadable["reasons"], unreadable["detail"]["why"][:10]) == (["BADGE_UNREADABLE"], "odd parity")
    assert first["reasons"] == ["BADGE_UNKNOWN"]
    assert first["subject"].startswith("unknown:")
    assert first["subject"] == second["subject"]
    assert unknown[4:] not in str(loop.world.trail())


@pytest.mark.req("J6")
def test_a_read_that_waited_two_seconds_enables_nothing(loop: Loop) -> None:
    """Nobody knows who stands at the machine after that long."""
    read = loop.read(P1)
    loop.world.clock.advance(2.1)
    loop.submit(read)
    assert loop.world.reasons() == ["READ_LATE"]
    assert loop.permissives() == []


def test_an_idle_round_proves_the_loop_alive(loop: Loop) -> None:
    """The watchdog and the arming of outputs look at these two."""
    loop.submit(watch)
    loop.world.clock.advance(3)
    loop.gate.step(0)
    assert loop.gate.heartbeat == loop.gate.proven == loop.world.clock.monotonic()


def test_an_allow_answered_late_whose_use_is_gone_changes_nothing_more(loop: Loop) -> None:
    """The use may have ended meanwhile by itself."""
    loop.submit(loop.read(P3))
    read = loop.read(P1)
    loop.submit(AnsweredLate(read, loop.world.decisions()[0]["seq"]))
    assert len(loop.world.trail("answered_late")) == 1
    assert loop.world.trail("use_ended") == []


def test_the_words_for_a_lost_log_are_those_of_the_list() -> None:
    """One place says what a reason looks like."""
    assert indicate_reason("SYS_LOG_FAIL", "fr").line1 == "SYSTEME: JOURNAL"
