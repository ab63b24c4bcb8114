"""A station turns what happens at its reader into work, and keeps its relay a dead man."""

from datetime import UTC, datetime

import pytest

from firmware_protocol.events import (
    BadgeRead,
    BadgeUnreadable,
    Command,
    CommandDone,
    CommandRefused,
    Event,
    InputsReported,
    KeyInstalled,
    KeysPressed,
    Light,
    Output,
    OutputsReported,
    PowerChanged,
    ReaderOffline,
    ReaderOnline,
    ReadOutputs,
    Security,
    SecurityAlarm,
    TamperChanged,
    Text,
    Tone,
)
from gate.core.audit import Kind
from gate.core.clock_trust import Reading
from gate.core.indication import indicate_reason
from gate.core.terms import Operation
from gate.readers.orders import Actuated, Read, Report, SetPermissive
from gate.readers.station import OUTPUT_S, REARM_S, Station, StationSpec

AT = Reading(datetime(2026, 11, 23, 12, tzinfo=UTC), "boot-1", 1, synchronised=True)


class Bench:
    """One station with its reader's side in the test's hands."""

    def __init__(self, output: int | None = 0) -> None:
        self.sent: list[tuple[Command, int]] = []
        self.station = Station(StationSpec("TP-01-R", "line-1", 3, "TP-01", output), self.send)

    def send(self, command: Command, token: int) -> bool:
        self.sent.append((command, token))
        return True

    def happens(self, event: Event, now: float = 100.0) -> list[object]:
        return list(self.station.handle(event, now, AT))

    def online(self) -> None:
        self.happens(ReaderOnline(3, secure=True, serial="0a0b"))
        self.sent.clear()

    def outputs(self) -> list[Output]:
        return [command for command, _ in self.sent if isinstance(command, Output)]


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.online()
    return made


def test_a_badge_becomes_a_read_with_the_instant_of_its_last_byte(bench: Bench) -> None:
    """The deadline runs from there, so the read must carry it."""
    (read,) = bench.happens(BadgeRead(3, "w26:2EC0C86", late=True), now=123.5)
    assert isinstance(read, Read)
    assert (read.number, read.late, read.received_s, read.equipment) == ("w26:2EC0C86", True, 123.5, "TP-01")
    assert read.operation is None


def test_an_unreadable_badge_is_work_too_and_its_bits_stay_at_the_reader(bench: Bench) -> None:
    """A3: unreadable reads are recorded as denied attempts; a misread number is still good enough to copy a badge."""
    (read,) = bench.happens(BadgeUnreadable(3, "parity", "f" * 5000))
    assert isinstance(read, Read)
    assert (read.number, read.cause) == (None, "parity")


@pytest.mark.parametrize(
    ("keys", "operation"), [("3#", Operation.CLEAN), ("1#", Operation.USE), ("*5#", Operation.MAINTAIN)]
)
def test_keys_choose_the_operation_of_the_next_badge_only(bench: Bench, keys: str, operation: Operation) -> None:
    """Certified to run does not imply certified to clean (B1): the choice must reach the decision, once."""
    for key in keys:
        assert bench.happens(KeysPressed(3, key)) == []
    first, second = bench.happens(BadgeRead(3, "w26:1")) + bench.happens(BadgeRead(3, "w26:1"))
    assert isinstance(first, Read)
    assert isinstance(second, Read)
    assert (first.operation, second.operation) == (operation, None)


@pytest.mark.parametrize("keys", ["9#", "12#", "#", "3", "3*#", "x#"])
def test_keys_that_mean_nothing_choose_nothing(bench: Bench, keys: str) -> None:
    """A slip of the finger must not turn into some other operation."""
    bench.happens(KeysPressed(3, keys))
    (read,) = bench.happens(BadgeRead(3, "w26:1"))
    assert isinstance(read, Read)
    assert read.operation is None


def test_a_chosen_operation_is_forgotten_after_15_seconds(bench: Bench) -> None:
    """The next person must not inherit what somebody chose and left."""
    bench.happens(KeysPressed(3, "3#"), now=100.0)
    (late,) = bench.happens(BadgeRead(3, "w26:1"), now=115.5)
    bench.happens(KeysPressed(3, "3#"), now=200.0)
    (in_time,) = bench.happens(BadgeRead(3, "w26:1"), now=215.0)
    assert isinstance(late, Read)
    assert isinstance(in_time, Read)
    assert (late.operation, in_time.operation) == (None, Operation.CLEAN)


def test_an_activity_barcode_chooses_the_operation_and_other_text_is_a_badge(bench: Bench) -> None:
    """A line scanner reads both badges and activity barcodes."""
    assert bench.happens(BadgeRead(3, "txt:OP:SETUP")) == []
    (read,) = bench.happens(BadgeRead(3, "txt:4711"))
    (unknown,) = bench.happens(BadgeRead(3, "txt:OP:DANCE"))
    assert isinstance(read, Read)
    assert isinstance(unknown, Read)
    assert (read.operation, read.number) == (Operation.SETUP, "txt:4711")
    assert unknown.number == "txt:OP:DANCE"


@pytest.mark.parametrize(
    ("event", "kind", "words"),
    [
        (ReaderOffline(3, "no answer"), Kind.READER_OFFLINE, "no answer"),
        (ReaderOnline(3, secure=False, serial="77"), Kind.READER_ONLINE, "plain 77"),
        (SecurityAlarm(3, Security.WRONG_MAC, "x"), Kind.SECURITY, "wrong_mac x"),
        (TamperChanged(3, on=True), Kind.READER_TAMPER, "on"),
        (PowerChanged(3, on=True), Kind.READER_POWER, "failed"),
        (KeyInstalled(3), Kind.KEY, "new key"),
    ],
)
def test_what_befalls_a_reader_is_reported(bench: Bench, event: Event, kind: Kind, words: str) -> None:
    """QA must be able to tell a quiet day from a cut wire."""
    (report,) = bench.happens(event)
    assert isinstance(report, Report)
    assert report.kind is kind
    assert words in report.what


def test_an_unasked_input_report_is_no_work(bench: Bench) -> None:
    """Nothing is recorded that nobody can use."""
    assert bench.happens(InputsReported(3, (True,))) == []


def test_an_answer_is_light_tone_and_two_lines(bench: Bench) -> None:
    """L1: never by colour alone."""
    bench.station.show(indicate_reason("BADGE_UNKNOWN", "en"))
    light, tone, text = (command for command, _ in bench.sent)
    assert isinstance(light, Light)
    assert isinstance(tone, Tone)
    assert text == Text("BADGE NOT KNOWN", "SEE SUPERVISOR", light.seconds)
    assert tone.count == 2


@pytest.mark.req("J3")
def test_a_standing_permissive_is_armed_again_before_it_drops_by_itself(bench: Bench) -> None:
    """The contact is a dead man: a third of its time between two armings survives two lost commands."""
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green"))
    for now in (100.0, 100.5, 101.4, 101.5, 103.0):
        bench.station.tick(now, gate_is_alive=True)
    assert bench.outputs() == [Output(0, on=True, seconds=OUTPUT_S)] * 3
    assert bench.station.wake_at() == 103.0 + REARM_S
    assert 3 * REARM_S < OUTPUT_S


@pytest.mark.req("J5")
def test_without_a_sign_of_life_from_the_gate_the_output_is_not_armed_again(bench: Bench) -> None:
    """If the rules are not running, nobody is entitled."""
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green"))
    bench.station.tick(100.0, gate_is_alive=False)
    assert bench.outputs() == []


def test_the_output_never_outlasts_the_end_of_the_permissive(bench: Bench) -> None:
    """A window that ends in 2 s is armed for 2 s, then dropped and read back."""
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green", until_s=102.0))
    bench.station.tick(100.0, gate_is_alive=True)
    bench.station.tick(102.0, gate_is_alive=True)
    bench.station.tick(103.0, gate_is_alive=True)
    assert bench.outputs() == [Output(0, on=True, seconds=2.0), Output(0, on=False)]
    assert ReadOutputs() in [command for command, _ in bench.sent]
    assert bench.station.wake_at() is None


def test_an_offline_reader_is_armed_as_soon_as_it_is_back(bench: Bench) -> None:
    """A permissive that still stands must not wait for a badge after a loose plug."""
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green"))
    bench.happens(ReaderOffline(3, "x"))
    bench.station.tick(100.0, gate_is_alive=True)
    assert bench.outputs() == []
    bench.happens(ReaderOnline(3, secure=True))
    bench.station.tick(100.1, gate_is_alive=True)
    assert bench.outputs() == [Output(0, on=True, seconds=OUTPUT_S)]


def test_the_confirmed_output_of_an_allow_is_told_once(bench: Bench) -> None:
    """E1: "actuated" is what the reader confirmed, not what the gate hoped."""
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green", decision_seq=41))
    bench.station.tick(100.0, gate_is_alive=True)
    token = next(token for command, token in bench.sent if isinstance(command, Output))
    assert bench.happens(CommandDone(3, token)) == []
    assert bench.happens(OutputsReported(3, (True, False))) == [Actuated(41)]
    assert bench.happens(OutputsReported(3, (True, False))) == []


def test_an_output_that_reads_off_is_not_told_as_actuated(bench: Bench) -> None:
    """A command that was taken but did nothing leaves the outcome open."""
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green", decision_seq=41))
    bench.station.tick(100.0, gate_is_alive=True)
    assert bench.happens(OutputsReported(3, (False,))) == []


def test_a_refused_output_and_a_contact_that_stays_on_are_reported(bench: Bench) -> None:
    """A welded contact would let anybody start."""
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green", decision_seq=41))
    bench.station.tick(100.0, gate_is_alive=True)
    token = next(token for command, token in bench.sent if isinstance(command, Output))
    (refused,) = bench.happens(CommandRefused(3, token, 3))
    bench.station.set_permissive(SetPermissive("TP-01", on=False, light="blue"))
    (stuck,) = bench.happens(OutputsReported(3, (True,)))
    assert isinstance(refused, Report)
    assert isinstance(stuck, Report)
    assert (refused.kind, stuck.kind) == (Kind.READER_OUTPUT, Kind.READER_OUTPUT)
    assert "still on" in stuck.what


def test_a_station_without_an_output_only_shows() -> None:
    """A plain scanner logs; it can hold no contact."""
    bench = Bench(output=None)
    bench.online()
    bench.station.set_permissive(SetPermissive("TP-01", on=True, light="green", decision_seq=1))
    bench.station.tick(100.0, gate_is_alive=True)
    bench.station.set_permissive(SetPermissive("TP-01", on=False, light="blue"))
    assert bench.outputs() == []
    assert bench.happens(OutputsReported(3, (True,))) == []
    assert bench.station.wake_at() is None
