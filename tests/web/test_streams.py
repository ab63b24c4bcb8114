"""Streams tell every entry exactly once, in order, and never keep more than a bounded amount for a slow browser."""

from collections.abc import Sequence

from gate.web.board import KEPT, Board, Message
from gate.web.streams import MOST, Streams, event_text


def added(seq: int) -> Message:
    return Message("add", {"en": f"<li>{seq}</li>", "fr": f"<li>fr {seq}</li>"}, seq)


def swapped(text: str) -> Message:
    return Message("swap", {"en": text, "fr": text})


def test_a_message_is_written_in_the_form_of_the_event_stream() -> None:
    """A line break in the HTML must not end the event or start a field of its own."""
    message = Message("add", {"en": "<li>\n  a\r\n\nid: 9\n</li>", "fr": ""}, 7)
    assert event_text(message, "en") == "event: add\nid: 7\ndata: <li>\ndata:   a\ndata: id: 9\ndata: </li>\n\n"


def test_a_part_that_is_swapped_has_no_number() -> None:
    """Only entries move the place at which a reconnect goes on."""
    assert "id:" not in event_text(swapped("<p>x</p>"), "fr")


def test_the_board_gives_each_reader_what_came_behind_its_position() -> None:
    """Two streams at different places must not take messages from each other."""
    board = Board()
    board.put([added(1), added(2)])
    board.put([added(3)])
    assert [message.seq for message in board.since(0, 0) or ()] == [1, 2, 3]
    assert [message.seq for message in board.since(2, 0) or ()] == [3]
    assert board.since(3, 0) == []


def test_a_reader_that_lags_too_far_is_told_so() -> None:
    """What was dropped must not look like nothing happened."""
    board = Board()
    board.put([added(number) for number in range(KEPT + 1)])
    assert board.since(0, 0) is None
    assert len(board.since(1, 0) or ()) == KEPT


def test_a_stream_says_the_full_state_first_and_each_entry_once() -> None:
    """An entry committed while the state is read is in both, and must be told once."""
    board = Board()

    def full_state(after: int) -> Sequence[Message]:
        board.put([added(4), added(5)])
        return [swapped("<p>gate</p>"), *(added(seq) for seq in (3, 4) if seq > after)]

    stream = Streams(board).open("fr", 2, full_state)
    assert stream is not None
    assert next(stream).startswith("retry: ")
    first = next(stream)
    assert "gate" in first
    assert "id: 3" in first
    assert "id: 4" in first
    second = next(stream)
    assert "id: 4" not in second
    assert "fr 5" in second


def test_a_stream_that_lagged_starts_over_with_the_full_state() -> None:
    """A browser that slept gets what the page shows now, not a gap."""
    board = Board()
    asked: list[int] = []

    def full_state(after: int) -> Sequence[Message]:
        asked.append(after)
        return [added(after + 1)]

    stream = Streams(board).open("en", 10, full_state)
    assert stream is not None
    next(stream)
    assert "id: 11" in next(stream)
    board.put([added(number) for number in range(12, KEPT + 20)])
    assert "id: 12" in next(stream)
    assert asked == [10, 11]


def test_a_stream_ends_when_the_records_cannot_be_read_or_the_board_closes() -> None:
    """The browser then connects anew, from the last entry it has."""
    board = Board()
    unreadable = Streams(board).open("en", 0, lambda _after: None)
    assert unreadable is not None
    assert len(list(unreadable)) == 1
    ending = Streams(board).open("en", 0, lambda _after: [swapped("x")])
    assert ending is not None
    next(ending)
    next(ending)
    board.close()
    assert len(list(ending)) <= 1


def test_too_many_streams_are_refused_and_a_closed_one_gives_its_place_back() -> None:
    """Streams must not take the threads that pages and health checks need, even if they never began."""
    streams = Streams(Board())
    held = [streams.open("en", 0, lambda _after: []) for _ in range(MOST)]
    assert all(held)
    assert streams.open("en", 0, lambda _after: []) is None
    first = held[0]
    assert first is not None
    first.close()
    assert streams.open("en", 0, lambda _after: []) is not None
