"""The tap: nothing on the line changes by being watched, and nothing secret is shown."""

from pathlib import Path

import pytest

from firmware_protocol.badge import bits_of, decoder
from firmware_protocol.events import BadgeRead
from firmware_protocol.line_tap import HIDDEN, KEPT, LineTap
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.osdp.messages import Answer, Ask
from firmware_protocol.osdp.reader import OsdpReader, ReaderIdentity
from firmware_protocol.plain import TextLineCodec
from firmware_protocol.transport import LineSpec, Transport

BADGE = "w26:2EC0C86"
POLL = build(0, 1, Ask.POLL)


def reader() -> OsdpReader:
    return OsdpReader(0, ReaderIdentity(b"GAT", 1, 1, b"\x01\x00\x00\x00", b"\x01\x00\x00"))


def talk(codec: LineTap | OsdpHost, start: float, seconds: float, who: OsdpReader) -> list[object]:
    """Let host and reader speak; return what the host made of it."""
    events: list[object] = []
    for step in range(round(seconds * 100)):
        now = start + step / 100
        who.advance(now)
        found, out = codec.advance(now)
        events += found
        if out:
            events += codec.receive(who.receive(out, now) or b"", now)
    return events


def online() -> tuple[LineTap, OsdpReader]:
    tap, who = LineTap(OsdpHost([OsdpReaderSpec(0, decoder("w26"))]), osdp=True), reader()
    tap.opened(0.0)
    talk(tap, 0.0, 2.0, who)
    return tap, who


def test_a_line_that_is_watched_says_and_hears_the_same() -> None:
    """A diagnosis that changes the patient finds nothing."""
    plain, plain_reader = OsdpHost([OsdpReaderSpec(0, decoder("w26"))]), reader()
    plain.opened(0.0)
    tapped, tapped_reader = LineTap(OsdpHost([OsdpReaderSpec(0, decoder("w26"))]), osdp=True), reader()
    tapped.opened(0.0)
    tapped.watch(0.0, 100.0)
    for who in (plain_reader, tapped_reader):
        who.present(*bits_of(BADGE))
    first, second = talk(plain, 0.0, 3.0, plain_reader), talk(tapped, 0.0, 3.0, tapped_reader)
    assert first == second
    assert BadgeRead(0, BADGE, late=True) in second
    assert plain.wake_at() == tapped.wake_at()
    assert plain.closed(3.0, "gone") == tapped.closed(3.0, "gone")


def test_nobody_watching_nothing_is_kept() -> None:
    """Badge traffic that nobody asked for must not pile up in memory."""
    tap, who = online()
    talk(tap, 2.0, 1.0, who)
    assert tap.seen(3.0) is None


@pytest.mark.req("E8")
def test_what_is_seen_names_every_frame_and_hides_badge_numbers() -> None:
    """Line diagnostics are for a technician, and no cloning list."""
    tap, who = online()
    tap.watch(2.0, 10.0)
    who.present(*bits_of(BADGE))
    talk(tap, 2.0, 1.0, who)
    seen = tap.seen(3.0)
    assert seen is not None
    names = {frame.name for frame in seen.frames}
    assert {"POLL", "ACK", "RAW"} <= names
    raw = next(frame for frame in seen.frames if frame.name == "RAW")
    assert raw.hex.count(HIDDEN) == 4 + 4
    assert raw.hex.startswith("53 80")
    badge = bits_of(BADGE)[1].hex(" ").upper()
    assert badge not in " ".join(frame.hex for frame in seen.frames)
    assert seen.sent[0] == seen.answered[0] > 5
    assert seen.refused.get(0, 0) == 0


def test_a_key_on_the_line_is_never_shown() -> None:
    """KEYSET carries the reader's key."""
    tap, _ = online()
    tap.watch(2.0, 10.0)
    tap.receive(build(0, 1, Ask.KEYSET, b"\x01\x10" + bytes(range(16)), reply=True), 2.1)
    seen = tap.seen(2.2)
    assert seen is not None
    assert bytes(range(16)).hex(" ").upper() not in seen.frames[-1].hex


def test_an_authenticated_frame_is_hidden_but_for_its_shape() -> None:
    """The MAC stays visible where data are hidden, so that two captures can be compared."""
    tap, _ = online()
    tap.watch(2.0, 10.0)
    frame = build(0, 1, Answer.RAW, b"\xaa\xbb", reply=True, security=0x16, mac=lambda _: b"\x01\x02\x03\x04")
    tap.receive(frame, 2.1)
    seen = tap.seen(2.2)
    assert seen is not None
    assert f"{HIDDEN} {HIDDEN} 01 02 03 04" in seen.frames[-1].hex


def test_refusals_noise_and_codes_without_a_name_are_told() -> None:
    """The three signs by which a bad cable, a wrong baud rate and a wrong reader are known."""
    tap, _ = online()
    tap.watch(2.0, 10.0)
    tap.receive(build(0, 1, Answer.NAK, b"\x03", reply=True), 2.1)
    tap.receive(b"\x00\x01\x02" + build(0, 1, 0x99, reply=True), 2.2)
    seen = tap.seen(2.3)
    assert seen is not None
    assert seen.refused == {0: 1}
    assert seen.noise == 3
    assert [frame.name for frame in seen.frames[-2:]] == ["NAK", "0x99"]


def test_watching_again_goes_on_and_after_the_end_begins_anew() -> None:
    """Two people at two tablets must not take each other's picture away."""
    tap, _ = online()
    tap.watch(2.0, 5.0)
    tap.receive(POLL, 2.5)
    tap.watch(3.0, 4.0)
    seen = tap.seen(4.5)
    assert seen is not None
    assert (seen.since, len(seen.frames)) == (2.0, 1)
    assert tap.seen(5.0) is None
    tap.watch(6.0, 7.0)
    seen = tap.seen(6.5)
    assert seen is not None
    assert (seen.since, seen.frames) == (6.0, ())


def test_only_the_last_frames_are_kept() -> None:
    """A line that is watched for an hour costs no more memory than one for ten seconds."""
    tap, _ = online()
    tap.watch(2.0, 1e9)
    for number in range(KEPT + 50):
        tap.receive(POLL, 3.0 + number)
    seen = tap.seen(1000.0)
    assert seen is not None
    assert len(seen.frames) == KEPT


def test_of_a_plain_scanner_only_the_number_of_bytes_is_shown() -> None:
    """Its bytes are the badge number."""
    tap = LineTap(TextLineCodec(), osdp=False)
    tap.opened(0.0)
    tap.watch(0.0, 10.0)
    tap.receive(b"ABC123\r\n", 1.0)
    seen = tap.seen(2.0)
    assert seen is not None
    assert seen.frames[0].hex == " ".join([HIDDEN] * 8)
    assert seen.frames[0].name == "8 bytes"
    assert not tap.send(0, None)  # type: ignore[arg-type]


def test_the_transport_hands_out_the_tap_of_a_line_that_has_one(tmp_path: Path) -> None:
    """Whoever asks for a line that nobody can watch is told so, not shown another's."""
    tap = LineTap(TextLineCodec(), osdp=False)
    lines = [LineSpec("tapped", "/nowhere", 9600, tap), LineSpec("plain", "/nowhere", 9600, TextLineCodec())]
    transport = Transport(lines, lambda: 0.0, tmp_path)
    assert transport.tap("tapped") is tap
    assert transport.tap("plain") is None
    assert transport.tap("unknown") is None
    transport.close()
