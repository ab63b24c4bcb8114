"""The line thread's loop: work out, orders in, deadlines kept, and nothing that a line sends stops it."""

from datetime import UTC, datetime

import pytest

from firmware_protocol.events import (
    BadgeRead,
    Event,
    Light,
    LineNoise,
    Output,
    ReaderOffline,
    ReaderOnline,
    Text,
)
from firmware_protocol.transport import PortLost, PortOpened
from gate.core.audit import Kind
from gate.core.indication import indicate_reason
from gate.readers.line_loop import LONGEST_WAIT_S, LineLoop
from gate.readers.orders import Claimant, Read, Report, SetPermissive, Show, Work
from gate.readers.station import StationSpec
from tests.manual_clock import ManualClock
from tests.readers.fake_lines import FakeLines


class Bench:
    """A line loop with two readers of two machines, its transport and its gate in the test's hands."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
        self.lines = FakeLines(self.clock)
        self.work: list[Work] = []
        self.heartbeat = self.clock.monotonic()
        self.loop = LineLoop(
            self.lines,
            [StationSpec("A", "line-1", 1, "TP-01", 0), StationSpec("B", "line-1", 2, "TP-02", 0)],
            self.clock,
            submit=self.work.append,
            gate_heartbeat=lambda: self.heartbeat,
            deadline_s=0.5,
            language="en",
        )

    def happens(self, *events: Event | PortOpened | PortLost) -> list[Work]:
        self.lines.coming = [("line-1", event) for event in events]
        self.loop.step(0)
        work, self.work[:] = list(self.work), []
        return work


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.happens(ReaderOnline(1, secure=True), ReaderOnline(2, secure=True))
    made.lines.take_sent()
    return made


def read_at(bench: Bench, address: int = 1) -> Read:
    (read,) = bench.happens(BadgeRead(address, "w26:2EC0C86"))
    assert isinstance(read, Read)
    return read


def texts(bench: Bench) -> list[str]:
    return [command.line1 for command in bench.lines.take_sent() if isinstance(command, Text)]


def test_a_read_nobody_answers_is_denied_at_its_deadline_and_only_then(bench: Bench) -> None:
    """E1: what cannot be recorded in time is answered SYS_LOG_FAIL; the reader never stays silent."""
    read = read_at(bench)
    bench.clock.advance(0.49)
    bench.loop.step(0)
    assert texts(bench) == []
    bench.clock.advance(0.02)
    bench.loop.step(0)
    assert texts(bench) == ["SYSTEM: NO LOG"]
    assert not read.race.claim(Claimant.DECISION)


def test_the_loop_waits_no_longer_than_to_the_next_deadline(bench: Bench) -> None:
    """A sleeping loop would answer late."""
    read_at(bench)
    bench.clock.advance(0.3)
    bench.loop.step()
    assert bench.lines.waits[-1] == pytest.approx(0.2)


def test_an_answer_in_time_is_shown_once_at_its_reader_and_the_deadline_is_off(bench: Bench) -> None:
    """One clear answer, not two."""
    read = read_at(bench, address=2)
    assert read.race.claim(Claimant.DECISION)
    bench.loop.post([Show("B", indicate_reason("BADGE_UNKNOWN", "en"), read)])
    assert bench.lines.woken == 1
    bench.clock.advance(1)
    bench.loop.step(0)
    sent = [(address, command) for _, address, command, _ in bench.lines.sent]
    assert {address for address, _ in sent} == {2}
    assert texts(bench) == ["BADGE NOT KNOWN"]


def test_a_decision_that_claimed_in_the_last_instant_keeps_its_answer(bench: Bench) -> None:
    """Answer and deadline race for one field; the loser must stay silent."""
    read = read_at(bench)
    assert read.race.claim(Claimant.DECISION)
    bench.clock.advance(0.6)
    bench.loop.step(0)
    assert texts(bench) == []


def test_a_permissive_goes_to_the_readers_of_its_equipment_alone(bench: Bench) -> None:
    """An allow at one machine must not enable another."""
    bench.heartbeat = bench.clock.monotonic()
    bench.loop.post([SetPermissive("TP-02", on=True, light="green")])
    bench.loop.step(0)
    assert [address for _, address, command, _ in bench.lines.sent if isinstance(command, Output)] == [2]


@pytest.mark.req("J5")
def test_no_output_is_armed_once_the_gate_thread_has_been_silent_for_two_seconds(bench: Bench) -> None:
    """The relay may only stand while the rules are running."""
    bench.heartbeat = bench.clock.monotonic()
    bench.loop.post([SetPermissive("TP-01", on=True, light="green")])
    for _ in range(12):
        bench.clock.advance(0.5)
        bench.loop.step(0)
    outputs = [command for command in bench.lines.take_sent() if isinstance(command, Output)]
    assert len(outputs) == 2


def test_ports_and_noise_and_strangers_are_told_apart(bench: Bench) -> None:
    """A8: a reader at an address nobody configured is refused and recorded, never heard."""
    opened, lost, stranger = bench.happens(
        PortOpened("line-1"), PortLost("line-1", "unplugged"), LineNoise(7), BadgeRead(9, "w26:2EC0C86")
    )
    assert isinstance(opened, Report)
    assert isinstance(lost, Report)
    assert isinstance(stranger, Report)
    assert (opened.kind, lost.kind, stranger.kind) == (Kind.PORT_OPENED, Kind.PORT_LOST, Kind.READER_UNKNOWN)
    assert lost.what == "unplugged"
    assert "address 9" in stranger.what


def test_an_event_that_breaks_a_station_is_recorded_and_the_others_go_on(bench: Bench) -> None:
    """J6: nothing that a reader sends can crash or stall the process."""
    bench.lines.fails_next = True
    work = bench.happens(ReaderOnline(1, secure=True), BadgeRead(2, "w26:2EC0C86"))
    kinds = [item.kind for item in work if isinstance(item, Report)]
    assert Kind.SECURITY in kinds
    assert any(isinstance(item, Read) and item.reader == "B" for item in work)


def test_an_idle_loop_still_comes_round(bench: Bench) -> None:
    """The watchdog counts on a sign of life."""
    before = bench.loop.heartbeat
    bench.loop.step()
    assert bench.lines.waits[-1] <= LONGEST_WAIT_S
    assert bench.loop.heartbeat > before


def test_a_light_follows_the_permissive_even_while_the_reader_was_away(bench: Bench) -> None:
    """What the reader shows after a loose plug must be true again."""
    bench.happens(ReaderOffline(1, "x"))
    bench.loop.post([SetPermissive("TP-01", on=True, light="green")])
    bench.loop.step(0)
    bench.lines.take_sent()
    bench.happens(ReaderOnline(1, secure=True))
    lights = [command for command in bench.lines.take_sent() if isinstance(command, Light)]
    assert lights[0].color.name == "GREEN"
