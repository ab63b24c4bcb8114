"""Frames: intact ones are found wherever they lie, damaged ones never, and nothing raises."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.osdp.frame import LONGEST, FrameFinder, build, parse
from tests.firmware_protocol.osdp.lines import VECTORS

POLL = bytes.fromhex("530108000660d866")
ACK = bytes.fromhex("5381080006406a60")
GOLDEN = [bytes.fromhex(entry["hex"]) for entry in VECTORS["plain"]]
GOLDEN += [bytes.fromhex(entry["hex"]) for name in ("secure", "secure_distinct") for entry in VECTORS[name]["frames"]]


@pytest.mark.parametrize("raw", GOLDEN, ids=lambda raw: raw.hex())
def test_every_golden_frame_is_found_whole_and_byte_by_byte(raw: bytes) -> None:
    """A port hands over bytes in any pieces."""
    whole, pieces = FrameFinder(), FrameFinder()
    (found,) = whole.feed(raw)
    assert [frame for byte in raw for frame in pieces.feed(bytes((byte,)))] == [found]
    assert found.raw == raw.lstrip(b"\xff")
    assert (whole.noise, pieces.noise) == (0, 0)


@pytest.mark.parametrize("entry", VECTORS["checksum"], ids=lambda entry: entry["name"])
def test_a_checksum_frame_is_recognised_as_one(entry: dict[str, str]) -> None:
    """The host must be able to tell it from noise, to raise the alarm."""
    frame = parse(bytes.fromhex(entry["hex"]))
    assert frame is not None
    assert not frame.crc
    assert frame.address == 0x7F


@given(st.sampled_from(GOLDEN), st.data())
def test_a_frame_with_one_flipped_bit_is_no_crc_frame(raw: bytes, data: st.DataObject) -> None:
    """CRC-16 finds every single flipped bit; only a flip of the CRC bit itself can leave something, marked as such."""
    body = bytearray(raw.lstrip(b"\xff"))
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    body[bit // 8] ^= 1 << bit % 8
    frame = parse(bytes(body))
    assert frame is None or not frame.crc


@given(st.binary(max_size=600), st.lists(st.integers(1, 50), max_size=40))
def test_random_bytes_never_raise_and_pieces_make_no_difference(data: bytes, sizes: list[int]) -> None:
    """Nothing on the wire may stop the process, and how a driver cuts the stream must not matter."""
    whole, pieces = FrameFinder(), FrameFinder()
    expected = whole.feed(data) + whole.flush()
    found, at = [], 0
    for size in [*sizes, len(data)]:
        found += pieces.feed(data[at : at + size])
        at += size
    assert found + pieces.flush() == expected
    assert pieces.noise == whole.noise


@given(st.binary(max_size=40).filter(lambda noise: b"\x53" not in noise))
def test_noise_between_frames_is_skipped_and_counted(noise: bytes) -> None:
    """A line that is slowly failing shows before it fails; mark bytes are no noise."""
    finder = FrameFinder()
    frames = finder.feed(ACK + noise + ACK)
    assert [frame.raw for frame in frames] == [ACK, ACK]
    assert finder.take_noise() == len(noise) - noise.count(0xFF)
    assert finder.take_noise() == 0


def test_a_frame_behind_a_false_start_is_found_once_nothing_more_comes() -> None:
    """A stray 53 must cost one timeout at most, not the frames behind it."""
    finder = FrameFinder()
    assert finder.feed(b"\x53\x81\x40\x00" + ACK) == []
    assert [frame.raw for frame in finder.flush()] == [ACK]
    assert finder.noise == 4


def test_a_frame_longer_than_the_standard_allows_is_noise() -> None:
    """A flipped bit in the length must not make the host wait for 60 000 bytes."""
    finder = FrameFinder()
    too_long = build(1, 1, 0x60, bytes(LONGEST))
    assert finder.feed(too_long) == []
    assert finder.feed(ACK)[0].raw == ACK


def test_what_is_kept_stays_below_one_frame() -> None:
    """Memory stays flat whatever is sent; measured where it would show, in the unfinished rest."""
    finder = FrameFinder()
    noise = random.Random(5).randbytes(200_000).replace(b"\x00", b"\x53")
    for at in range(0, len(noise), 1000):
        finder.feed(noise[at : at + 1000])
        assert len(finder._kept) <= LONGEST


@pytest.mark.parametrize("change", [b"", b"\x00", POLL[:-1]])
def test_bytes_that_are_not_exactly_one_frame_are_none(change: bytes) -> None:
    """`parse` takes one frame, not a stream."""
    assert parse(POLL) is not None
    assert parse(POLL[:-1] + change) is None
    assert parse(POLL + change) is None or not change


@pytest.mark.parametrize("block", [b"\x00\x15", b"\x01\x15", b"\x40\x15", b"\x02\x00", b"\x04\x15"])
def test_a_security_block_that_contradicts_the_length_is_no_frame(block: bytes) -> None:
    """A good CRC does not make a frame consistent: anybody can compute one."""
    from binascii import crc_hqx

    body = bytes((0x53, 0x81, 5 + len(block) + 1 + 2, 0, 0x0C)) + block + b"\x40"
    assert parse(body + crc_hqx(body, 0x1D0F).to_bytes(2, "little")) is None
