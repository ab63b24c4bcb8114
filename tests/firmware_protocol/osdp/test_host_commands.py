"""Commands: at once, in order, answered once, and refused where the reader cannot do them."""

import pytest

from firmware_protocol.events import (
    BadgeRead,
    Color,
    Command,
    CommandDone,
    CommandRefused,
    InputsReported,
    InstallKey,
    KeyInstalled,
    Light,
    Output,
    OutputsReported,
    ReadInputs,
    ReadOutputs,
    Text,
    Tone,
)
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Ask, Nak
from firmware_protocol.osdp.reader import LightShown, OsdpReader, OutputChanged, TextShown, ToneHeard
from tests.firmware_protocol.osdp.lines import (
    BADGE,
    KEY,
    Line,
    codes,
    frame,
    identity,
    of_kind,
    online,
    plain_line,
    secure_line,
    spec,
)

EVERYTHING: list[Command] = [
    Light(Color.GREEN, 1.0),
    Tone(2),
    Text("ALLOWED", "MILL-01", 2.0),
    Output(0, on=True, seconds=1.5),
    ReadOutputs(),
]


def test_commands_go_out_at_once_and_directly_after_each_other(line: Line) -> None:
    """The answer at the reader must not wait for the next poll."""
    online(line).run(0.02)
    line.asked.clear()
    start = line.now
    assert all(line.host.send(1, command, 10 + n) for n, command in enumerate(EVERYTHING))
    assert (line.host.wake_at() or 0.0) <= start
    events = line.run(0.06)
    assert codes(line)[:5] == [Ask.LED, Ask.BUZ, Ask.TEXT, Ask.OUT, Ask.OSTAT]
    assert line.asked[0][0] == start
    assert of_kind(events, CommandDone) == [CommandDone(1, 10 + n) for n in range(5)]
    assert of_kind(events, OutputsReported) == [OutputsReported(1, (True, False))]


def test_the_reader_does_what_it_is_told_and_ends_it_by_itself(line: Line) -> None:
    """If the gate dies the light goes back and the output drops."""
    online(line)
    line.host.send(1, Light(Color.RED))
    line.host.send(1, Text("PRESENT BADGE"))
    line.run(0.1)
    line.take_actions()
    for command in EVERYTHING:
        line.host.send(1, command)
    line.run(0.1)
    assert line.take_actions() == [
        LightShown("green", 1.0),
        ToneHeard(2),
        TextShown("ALLOWED", "MILL-01"),
        OutputChanged(0, True),
    ]
    line.run(2.5)
    assert line.take_actions() == [LightShown("red", 0.0), OutputChanged(0, False), TextShown("PRESENT BADGE", "")]


@pytest.mark.req("J5")
def test_an_output_armed_again_in_time_stays_and_drops_when_told_to(line: Line) -> None:
    """The dead man: armed again at a third of its time it does not flicker."""
    online(line)
    for _ in range(4):
        line.host.send(1, Output(1, on=True, seconds=1.0))
        line.run(0.4)
    line.host.send(1, Output(1, on=False))
    line.run(0.1)
    assert line.take_actions() == [OutputChanged(1, True), OutputChanged(1, False)]


def test_a_command_without_a_token_is_answered_by_nothing(line: Line) -> None:
    """Most commands are sent without anybody waiting for the end."""
    online(line)
    line.host.send(1, Tone(1))
    assert line.run(0.2) == []


def test_what_the_reader_cannot_do_is_refused_at_once() -> None:
    """A reader without a display is a reader without a display, not a broken one."""
    line = online(plain_line(has_text=False, has_output=False))
    refused: list[Command] = [
        Text("HELLO"),
        Output(0, on=True, seconds=1),
        ReadOutputs(),
        ReadInputs(),
        InstallKey(KEY),
    ]
    assert [line.host.send(1, command) for command in refused] == [False] * 5
    assert not line.host.send(2, Tone(1))
    assert line.run(1.5) == []


def test_a_reader_that_refuses_a_command_stays_online(line: Line) -> None:
    """NAK to TEXT took the reader out for minutes with another implementation."""
    online(line)
    line.readers[0]._has_text = False
    assert line.host.send(1, Text("HELLO"), 7)
    assert line.host.send(1, Tone(1), 8)
    events = line.run(2.0)
    assert events == [CommandRefused(1, 7, Nak.UNKNOWN_COMMAND), CommandDone(1, 8)]


def test_inputs_are_reported_where_the_reader_has_some() -> None:
    """The bypass key is read through them."""
    line = online(plain_line())
    line.host._links[1]._capabilities = None
    line.to_host = lambda data: (
        build(1, frame(data).sequence, Answer.ISTATR, b"\x01\x00", reply=True)
        if data and frame(data).code == Answer.NAK
        else data
    )
    assert line.host.send(1, ReadInputs(), 3)
    assert line.run(0.1) == [InputsReported(1, (True, False)), CommandDone(1, 3)]


def test_a_program_that_never_stops_sending_silences_nobody() -> None:
    """Polls of both readers go on under a flood of commands to one."""
    line = Line([spec(1), spec(2)], [OsdpReader(n, identity(), key=None) for n in (1, 2)])
    online(line)
    for reader in line.readers:
        reader.present(26, BADGE)
    for _ in range(40):
        while line.host.send(1, Tone(1)):
            pass
        line.run(0.02)
    assert [event.address for event in of_kind(line.events, BadgeRead)] in ([1, 2], [2, 1])


def refuse_in_plain(line: Line, ask: Ask) -> None:
    """Answer every such command with a plain NAK; the code of a sealed frame can be read by anybody."""

    def to_host(back: bytes) -> bytes:
        asked = frame(line.asked[-1][1])
        if back and asked.code == ask:
            return build(1, asked.sequence, Answer.NAK, bytes((Nak.SECURITY_NEEDED,)), reply=True)
        return back

    line.to_host = to_host


def test_a_command_that_is_lost_with_two_sessions_is_given_up() -> None:
    """It must not block those behind it for good."""
    line = online(secure_line())
    refuse_in_plain(line, Ask.BUZ)
    line.host.send(1, Tone(1), 7)
    line.host.send(1, Light(Color.RED), 8)
    events = line.run(3.0)
    assert of_kind(events, CommandRefused) == [CommandRefused(1, 7, 0)]
    assert of_kind(events, CommandDone) == [CommandDone(1, 8)]


def test_a_key_is_never_sent_twice() -> None:
    """The reader may have taken it: a handshake finds out, a second KEYSET would not."""
    line = online(secure_line())
    refuse_in_plain(line, Ask.KEYSET)
    line.host.send(1, InstallKey(bytes(16)), 7)
    events = line.run(3.0)
    assert of_kind(events, CommandRefused) == [CommandRefused(1, 7, 0)]
    assert codes(line).count(Ask.KEYSET) == 1
    assert KeyInstalled(1) in events


@pytest.mark.parametrize(
    ("reply", "code"), [((Answer.NAK, bytes((Nak.SECURITY_NEEDED,))), Nak.SECURITY_NEEDED), ((Answer.BUSY, b""), 0)]
)
def test_an_authentic_refusal_of_a_command_refuses_that_command_alone(
    monkeypatch: pytest.MonkeyPatch, reply: tuple[Answer, bytes], code: int
) -> None:
    """The session is sound: that is how the refusal came."""
    line = online(secure_line())
    obey = OsdpReader._do

    def refuse(self: OsdpReader, ask: int, data: bytes, now: float) -> tuple[Answer, bytes]:
        return reply if ask == Ask.BUZ else obey(self, ask, data, now)

    monkeypatch.setattr(OsdpReader, "_do", refuse)
    line.host.send(1, Tone(1), 7)
    assert line.run(1.0) == [CommandRefused(1, 7, code)]
    assert Ask.CHLNG not in codes(line)
