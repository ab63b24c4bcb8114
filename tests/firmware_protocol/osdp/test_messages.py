"""Messages: every golden frame is read as what it says and made again byte for byte."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.events import Color, InstallKey, Light, Output, ReadInputs, ReadOutputs, Text, Tone
from firmware_protocol.osdp.frame import build
from firmware_protocol.osdp.host_commands import encode
from firmware_protocol.osdp.messages import (
    Answer,
    Ask,
    Buzzer,
    ComSettings,
    KeySetting,
    Led,
    MessageError,
    OutputControl,
    TextMessage,
)
from firmware_protocol.osdp.replies import (
    Capability,
    FormattedBadge,
    KeysTyped,
    LocalStatus,
    RawBadge,
    ReaderIdentity,
    pack_capabilities,
    unpack_capabilities,
)
from firmware_protocol.osdp.secure_channel import DEFAULT_KEY
from tests.firmware_protocol.osdp.lines import VECTORS, frame

Payload = Any
KINDS: dict[str, Payload] = {
    "LED": Led,
    "BUZ": Buzzer,
    "OUT": OutputControl,
    "TEXT": TextMessage,
    "COMSET": ComSettings,
    "COM": ComSettings,
    "PDID": ReaderIdentity,
    "LSTATR": LocalStatus,
    "RAW": RawBadge,
    "KEYPAD": KeysTyped,
}
BYTES = {"vendor", "serial", "firmware", "data", "text"}


def value_of(message: dict[str, Any]) -> Payload:
    fields = message["fields"].items()
    return KINDS[message["code"]](**{name: bytes.fromhex(it) if name in BYTES else it for name, it in fields})


@pytest.mark.parametrize("entry", VECTORS["plain"], ids=lambda entry: entry["name"])
def test_a_golden_frame_says_what_it_should_and_is_made_again_byte_for_byte(entry: dict[str, Any]) -> None:
    """An implementation nobody here wrote made these frames: agreeing with it is what makes this OSDP."""
    message, raw = entry["message"], bytes.fromhex(entry["hex"])
    found, reply = frame(raw), entry["direction"] == "reader to host"
    code = (Answer if reply else Ask)[message["code"]]
    assert (found.address, found.sequence, found.code, found.reply) == (
        message["address"],
        message["sequence"],
        code,
        reply,
    )
    data = value_of(message).pack() if "fields" in message else bytes.fromhex(message["data"])
    if "fields" in message:
        assert asdict(KINDS[message["code"]].unpack(found.data)) == asdict(value_of(message))
    made = build(found.address, found.sequence, code, data, reply=reply)
    assert (b"" if reply else b"\xff") + made == raw


def test_the_golden_capabilities_are_understood() -> None:
    """PDCAP decides which commands a reader is sent at all."""
    (entry,) = [one for one in VECTORS["plain"] if one["name"] == "PDCAP"]
    data = frame(bytes.fromhex(entry["hex"])).data
    capabilities = unpack_capabilities(data)
    assert capabilities[1] == Capability(2, 1, 2)
    assert Capability(9, 1, 0) in capabilities
    assert pack_capabilities(capabilities) == data


@given(st.sampled_from([*KINDS.values(), FormattedBadge, KeySetting]), st.binary(max_size=40))
def test_a_payload_of_any_bytes_is_read_or_refused_as_a_message_error(kind: Payload, data: bytes) -> None:
    """Whatever a reader sends, the only thing that may come out is MessageError."""
    try:
        value = kind.unpack(data)
    except MessageError:
        return
    assert len(value.pack()) <= len(data)


@pytest.mark.parametrize("data", ["00011a00bb0321", "00011a00bb03218000", "00010000", "0001"])
def test_a_badge_without_exactly_the_bytes_of_its_bits_is_refused(data: str) -> None:
    """A badge number with bits missing could be somebody else's."""
    with pytest.raises(MessageError):
        RawBadge.unpack(bytes.fromhex(data))


def test_a_new_key_is_not_printed() -> None:
    """Keys never reach a log."""
    assert "aa" not in repr(KeySetting(b"\xaa" * 16))
    assert "\\xaa" not in repr(KeySetting(b"\xaa" * 16))


GOLDEN_COMMANDS = [
    (Light(Color.GREEN, 5.0, 0.2, 0.1), "00000202010200320000 00000000"),
    (Light(Color.RED, 0.0, 0.1), "000000000000000000 0101000100"),
    (Tone(3, 0.2, 0.1), "0002020103"),
    (Output(0, on=True, seconds=10.0), "00056400"),
    (Output(3, on=False), "03010000"),
    (Output(0, on=True, seconds=1e9), "0005ffff"),
    (Text("ALLOWED"), "000200010120" + (b"ALLOWED".ljust(32)).hex()),
    (Text("DENIED\n", "é", 3.0), "000403010120" + (b"DENIED?".ljust(16) + b"?".ljust(16)).hex()),
    (Text("A" * 40, "B" * 40), "000200010120" + (b"A" * 16 + b"B" * 16).hex()),
    (ReadOutputs(), ""),
    (ReadInputs(), ""),
    (InstallKey(bytes(16)), "0110" + "00" * 16),
]


@pytest.mark.parametrize(("command", "payload"), GOLDEN_COMMANDS)
def test_commands_become_the_payloads_of_the_standard(command: Any, payload: str) -> None:
    """What the program means must be what the reader does; texts are cut, padded and ASCII."""
    encoded = encode(command, None, secure=True)
    assert encoded is not None
    assert encoded[1] == bytes.fromhex(payload)


REFUSED = [
    Output(0, on=True),
    Output(0, on=True, seconds=-1.0),
    Output(0, on=True, seconds=float("nan")),
    Output(256, on=False),
    Tone(0),
    InstallKey(b"short"),
    InstallKey(DEFAULT_KEY),
]


@pytest.mark.req("J5")
@pytest.mark.parametrize("command", REFUSED, ids=str)
def test_what_must_never_be_sent_is_refused(command: Any) -> None:
    """No output without an end, no tone without one, no key that everybody knows."""
    assert encode(command, None, secure=True) is None


def test_a_key_is_installed_in_a_secure_session_only() -> None:
    """On a plain line anybody could read it."""
    assert encode(InstallKey(bytes(16)), None, secure=False) is None


@pytest.mark.parametrize("command", [Light(Color.RED), Tone(1), Text(""), Output(0, on=False), ReadOutputs()], ids=str)
def test_what_the_reader_says_it_cannot_do_is_not_sent(command: Any) -> None:
    """The program learns at once, not by a refusal a moment later."""
    assert encode(command, {}, secure=True) is None
    assert encode(command, {code: Capability(code, 0, 1) for code in range(17)}, secure=True) is None
    assert encode(command, {code: Capability(code, 1, 1) for code in range(17)}, secure=True) is not None
