"""The secure channel: both golden sessions byte for byte, and every changed bit noticed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.events import Output, Security, Text
from firmware_protocol.osdp.aes import BlockCipher, padded, unpadded
from firmware_protocol.osdp.frame import Frame, parse
from firmware_protocol.osdp.host import OsdpHost
from firmware_protocol.osdp.messages import Answer, Ask
from firmware_protocol.osdp.reader import OsdpReader
from firmware_protocol.osdp.secure_channel import (
    ChannelError,
    HostHandshake,
    ReaderHandshake,
    Session,
    derive,
    made_with_default_key,
    proves_key,
)
from tests.firmware_protocol.osdp.lines import KEY, OTHER_KEY, VECTORS, frame, identity, spec

GOLDEN = VECTORS["secure"]
DISTINCT = VECTORS["secure_distinct"]


def hexed(vector: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(vector[name])


def golden_frame(name: str) -> Frame:
    (entry,) = [one for one in GOLDEN["frames"] if one["name"] == name]
    return frame(bytes.fromhex(entry["hex"]))


def session_pair(host_random: bytes = b"hostrand", reader_random: bytes = b"readrand") -> tuple[Session, Session]:
    host = HostHandshake(KEY, lambda size: host_random[:size])
    reader = ReaderHandshake(KEY, host.challenge, bytes(8), reader_random)
    host.check(reader.answer)
    session, first_mac = reader.begin(host.confirmation)
    return host.begin(first_mac), session


def golden_pair() -> tuple[HostHandshake, ReaderHandshake]:
    host = HostHandshake(hexed(GOLDEN, "key"), lambda _: hexed(GOLDEN, "host_random"))
    unique, random = hexed(GOLDEN, "reader_unique"), hexed(GOLDEN, "reader_random")
    return host, ReaderHandshake(hexed(GOLDEN, "key"), host.challenge, unique, random)


def test_the_golden_handshake_comes_out_the_same_on_both_sides() -> None:
    """Frames of an implementation nobody here wrote."""
    host, reader = golden_pair()
    assert host.challenge == golden_frame("CHLNG").data
    assert reader.answer == golden_frame("CCRYPT").data
    host.check(reader.answer)
    assert host.confirmation == golden_frame("SCRYPT").data
    assert reader.begin(host.confirmation)[1] == golden_frame("RMAC_I").data
    assert host.block == reader.block == golden_frame("CHLNG").block == golden_frame("RMAC_I").block


def test_the_golden_session_comes_out_the_same_on_both_sides() -> None:
    """MACs are chained, so the fourth exchange proves the three before it."""
    host_side, reader_side = golden_pair()
    host_side.check(reader_side.answer)
    reader, first_mac = reader_side.begin(host_side.confirmation)
    host = host_side.begin(first_mac)
    asked, answered = [], []
    badge = bytes.fromhex("00011a00bb032180")
    for sequence, code, data in ((1, 0x40, b""), (2, 0x40, b""), (3, 0x40, b""), (1, 0x50, badge)):
        asked.append(host.seal(1, sequence, Ask.POLL))
        assert reader.open(frame(asked[-1])) == b""
        answered.append(reader.seal(1, sequence, code, data))
        assert host.open(frame(answered[-1])) == data
    assert asked[0] == golden_frame("POLL").raw
    assert answered[0] == golden_frame("ACK").raw
    assert answered[3] == golden_frame("RAW, to the fourth POLL").raw


def test_a_whole_session_with_different_randoms_is_reproduced_by_both_roles() -> None:
    """With equal randoms both cryptograms coincide, and swapped ones would go unnoticed."""
    key, wire = hexed(DISTINCT, "key"), [bytes.fromhex(one["hex"]) for one in DISTINCT["frames"]]
    assert DISTINCT["host_random"] != DISTINCT["reader_random"]
    host = OsdpHost([spec(key=key)], lambda _: hexed(DISTINCT, "host_random"))
    reader = OsdpReader(1, identity(), key=key, random_bytes=lambda _: hexed(DISTINCT, "reader_random"))
    host.opened(0.0)
    now = 0.0
    for expected, answer in zip(wire[::2], wire[1::2], strict=True):
        match frame(expected).code, len(expected):
            case Ask.OUT, _:
                assert host.send(1, Output(0, on=True, seconds=3.0))
            case Ask.TEXT, _:
                assert host.send(1, Text("ALLOWED", "MILL-01"))
        now = max(now, host.wake_at() or 0.0)
        if frame(answer).code == Answer.RAW:
            reader.present(26, bytes.fromhex("bb032180"))
        if frame(answer).code == Answer.KEYPAD:
            reader.press("1234#")
        assert host.advance(now)[1] == expected
        assert reader.receive(expected, now) == answer
        host.receive(answer, now)


def test_the_two_cryptograms_differ_when_the_randoms_do() -> None:
    """Otherwise a reader could be answered with its own proof."""
    host = HostHandshake(KEY, lambda _: b"12345678")
    reader = ReaderHandshake(KEY, host.challenge, bytes(8), b"abcdefgh")
    host.check(reader.answer)
    assert host.confirmation != reader.answer[16:]
    with pytest.raises(ChannelError):
        reader.begin(reader.answer[16:])


@pytest.mark.parametrize("at", [8, 15, 16, 31])
def test_a_changed_cryptogram_is_refused(at: int) -> None:
    """One wrong bit is a wrong key."""
    host = HostHandshake(KEY, lambda _: b"12345678")
    answer = bytearray(ReaderHandshake(KEY, host.challenge, bytes(8), b"abcdefgh").answer)
    answer[at] ^= 1
    with pytest.raises(ChannelError) as caught:
        host.check(bytes(answer))
    assert caught.value.what is Security.WRONG_CRYPTOGRAM
    assert host.confirmation == b""


def test_a_first_mac_is_refused_before_the_cryptogram_has_been_checked_and_when_it_is_wrong() -> None:
    """Skipping a step of the handshake must not open a session."""
    host = HostHandshake(KEY, lambda _: b"12345678")
    for first_mac in (b"", bytes(16)):
        with pytest.raises(ChannelError):
            host.begin(first_mac)
    host.check(ReaderHandshake(KEY, host.challenge, bytes(8), b"abcdefgh").answer)
    with pytest.raises(ChannelError):
        host.begin(bytes(16))


@given(st.integers(0, 31 * 8 - 1), st.booleans())
def test_no_flipped_bit_passes_the_mac(bit: int, sealed: bool) -> None:
    """A frame whose CRC was made to fit again must still be noticed, and must change nothing."""
    host, reader = session_pair()
    reader.open(frame(host.seal(1, 1, Ask.POLL)))
    raw = reader.seal(1, 1, 0x50, b"badge bytes") if sealed else reader.seal(1, 1, 0x40)
    body = bytearray(raw[:-2])
    if bit >= len(body) * 8:
        return
    body[bit // 8] ^= 1 << bit % 8
    from binascii import crc_hqx

    changed = parse(bytes(body) + crc_hqx(bytes(body), 0x1D0F).to_bytes(2, "little"))
    if changed is not None and changed.crc:
        with pytest.raises(ChannelError):
            host.open(changed)
    assert host.open(frame(raw)) == (b"badge bytes" if sealed else b"")


def test_a_frame_is_taken_once_and_not_in_another_session() -> None:
    """Replay within a session and across sessions."""
    host, reader = session_pair()
    reader.open(frame(host.seal(1, 1, Ask.POLL)))
    answer = frame(reader.seal(1, 1, 0x50, b"badge"))
    assert host.open(answer) == b"badge"
    host.seal(1, 1, Ask.POLL)
    with pytest.raises(ChannelError) as caught:
        host.open(answer)
    assert caught.value.what is Security.WRONG_MAC
    later, _ = session_pair(host_random=b"newrandm")
    later.seal(1, 1, Ask.POLL)
    with pytest.raises(ChannelError):
        later.open(answer)


def test_each_side_refuses_the_block_types_of_its_own() -> None:
    """A host's command must not be taken for a reader's reply."""
    host, _ = session_pair()
    own = frame(host.seal(1, 1, Ask.POLL))
    with pytest.raises(ChannelError) as caught:
        host.open(own)
    assert caught.value.what is Security.WRONG_BLOCK_TYPE


def test_plain_frames_are_refused() -> None:
    """The whole point of the session."""
    host, _ = session_pair()
    with pytest.raises(ChannelError) as caught:
        host.open(frame(bytes.fromhex("53811000065000011a00bb032180cc84")))
    assert caught.value.what is Security.PLAIN_IN_SECURE


def test_the_default_key_is_recognised() -> None:
    """A reader that still has it can be spoken to by anybody."""
    challenge = b"12345678"
    default = ReaderHandshake(bytes(range(0x30, 0x40)), challenge, bytes(8), b"abcdefgh")
    assert made_with_default_key(challenge, default.answer)
    assert default.block == b"\x00"
    assert not made_with_default_key(challenge, ReaderHandshake(KEY, challenge, bytes(8), b"abcdefgh").answer)


@pytest.mark.parametrize("answer", [b"", bytes(31), bytes(33)])
def test_a_cryptogram_of_another_length_proves_nothing(answer: bytes) -> None:
    """Lengths come from the line and may be anything."""
    assert not proves_key(derive(OTHER_KEY, b"12345678"), b"12345678", answer)


@given(st.binary(max_size=60))
def test_padding_comes_off_as_it_went_on(data: bytes) -> None:
    """Also where the data itself ends in padding bytes."""
    assert len(padded(data)) % 16 == 0
    assert unpadded(padded(data)) == data


@pytest.mark.parametrize("data", [b"", bytes(16), b"\x80" + bytes(14) + b"\x01"])
def test_bytes_without_padding_are_noticed(data: bytes) -> None:
    """A payload that does not end as it must is not guessed at."""
    assert unpadded(data) is None


@given(st.binary(min_size=1, max_size=80), st.binary(min_size=16, max_size=16))
def test_a_chain_is_undone_by_its_inverse(data: bytes, iv: bytes) -> None:
    """Chaining is done by hand here."""
    cipher = BlockCipher(KEY)
    assert cipher.unchain(cipher.chain(padded(data), iv), iv) == padded(data)
