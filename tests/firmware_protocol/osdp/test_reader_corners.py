"""What a reader does with commands at the edges of the standard: it obeys, refuses, and never raises."""

import pytest

from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.messages import Answer, Ask, Led, OutputCode, OutputControl, TextMessage
from firmware_protocol.osdp.reader import LightShown, OsdpReader, OutputChanged, TextShown
from tests.firmware_protocol.osdp.lines import frame, identity


class Desk:
    """Puts commands to a plain reader with the right sequence numbers."""

    def __init__(self) -> None:
        self.reader = OsdpReader(1, identity())
        self._sequence = 0
        self.now = 100.0

    def ask(self, ask: int, data: bytes = b"") -> int:
        """Return the code of the reply."""
        reply = self.reader.receive(build(1, self._sequence, ask, data), self.now)
        self._sequence = self._sequence % 3 + 1
        return frame(reply).code

    def actions(self) -> list[object]:
        return list(self.reader.take_actions())


def test_a_reader_does_not_answer_in_checksum_mode() -> None:
    """New installations refuse checksum mode on both sides."""
    body = bytes.fromhex("530107000060")
    assert OsdpReader(1, identity()).receive(body + bytes((-sum(body) & 0xFF,)), 1.0) == b""


def test_a_permanent_light_waits_for_the_end_of_a_temporary_one_and_a_cancel_ends_it() -> None:
    """An answer is seen for as long as it was asked for."""
    desk = Desk()
    desk.ask(Ask.POLL)
    desk.ask(Ask.LED, Led(temporary=2, temporary_color=1, timer=50).pack())
    desk.ask(Ask.LED, Led(permanent=1, permanent_color=2).pack())
    assert [action.color for action in desk.actions() if isinstance(action, LightShown)] == ["red"]
    desk.ask(Ask.LED, Led(temporary=1).pack())
    assert [action.color for action in desk.actions() if isinstance(action, LightShown)] == ["green"]
    desk.ask(Ask.LED, Led(temporary=1).pack())
    assert desk.actions() == []


@pytest.mark.parametrize(("row", "column"), [(3, 1), (1, 2)])
def test_a_text_for_a_place_that_is_not_there_is_refused(row: int, column: int) -> None:
    """The host must learn that nobody could read it."""
    desk = Desk()
    desk.ask(Ask.POLL)
    assert desk.ask(Ask.TEXT, TextMessage(0, 1, 0, row, column, b"OK").pack()) == Answer.NAK
    assert desk.actions() == []


def test_a_text_for_the_second_row_leaves_the_first() -> None:
    """Some hosts write the rows one by one."""
    desk = Desk()
    desk.ask(Ask.POLL)
    desk.ask(Ask.TEXT, TextMessage(0, 1, 0, 1, 1, b"ONE").pack())
    desk.ask(Ask.TEXT, TextMessage(0, 1, 0, 2, 1, b"TWO").pack())
    assert [action for action in desk.actions() if isinstance(action, TextShown)][-1] == TextShown("ONE", "TWO")


def _switch(desk: Desk, code: OutputCode | int, timer: int = 0) -> list[bool]:
    desk.ask(Ask.OUT, OutputControl(0, code, timer).pack())
    return [action.on for action in desk.actions() if isinstance(action, OutputChanged)]


def test_outputs_obey_every_code_of_the_standard() -> None:
    """Codes 3 and 4 let a running timer finish; code 0 changes nothing."""
    desk = Desk()
    desk.ask(Ask.POLL)
    assert _switch(desk, OutputCode.NOTHING) == []
    assert _switch(desk, OutputCode.ON_AFTER_TIMER) == [True]
    assert _switch(desk, OutputCode.OFF_FOR, 20) == [False]
    assert _switch(desk, OutputCode.OFF_AFTER_TIMER) == []
    desk.now += 3
    desk.reader.advance(desk.now)
    assert desk.actions() == [], "the timer has ended on what was asked for afterwards"
    assert _switch(desk, OutputCode.ON_FOR, 20) == [True]
    desk.now += 3
    desk.reader.advance(desk.now)
    assert [action.on for action in desk.actions() if isinstance(action, OutputChanged)] == [False]
