"""What a host program asks for, as OSDP commands; None where this reader cannot do it or nobody may ask for it."""

from firmware_protocol.events import Command, InstallKey, Light, Output, ReadInputs, ReadOutputs, Text, Tone
from firmware_protocol.osdp.messages import (
    KEY_BYTES,
    Ask,
    Buzzer,
    Function,
    KeySetting,
    Led,
    OutputCode,
    OutputControl,
    TextCode,
    TextMessage,
)
from firmware_protocol.osdp.replies import Capability, can
from firmware_protocol.osdp.secure_channel import DEFAULT_KEY

TICKS_PER_S = 10
BYTE = 0xFF
TIMER = 0xFFFF
COLUMNS = 16

Encoded = tuple[Ask, bytes]


def encode(command: Command, capabilities: dict[int, Capability] | None, *, secure: bool) -> Encoded | None:
    """Return the OSDP command and its payload; `capabilities` None: the reader would not say what it can do."""
    match command:
        case Light():
            return (Ask.LED, _light(command)) if can(capabilities, Function.LEDS) else None
        case Tone():
            return _tone(command) if can(capabilities, Function.SOUND) else None
        case Text():
            return (Ask.TEXT, _text(command)) if can(capabilities, Function.TEXT) else None
        case Output():
            return _output(command) if can(capabilities, Function.OUTPUTS) else None
        case ReadOutputs():
            return (Ask.OSTAT, b"") if can(capabilities, Function.OUTPUTS) else None
        case ReadInputs():
            return (Ask.ISTAT, b"") if can(capabilities, Function.CONTACTS) else None
        case _:
            return _key(command) if secure else None


def _ticks(seconds: float, most: int, least: int = 1) -> int:
    return max(least, round(min(most, seconds * TICKS_PER_S)))


def _light(light: Light) -> bytes:
    on, off, color = _ticks(light.on_s, BYTE), _ticks(light.off_s, BYTE, 0), light.color.value
    if light.seconds > 0:
        timer = _ticks(light.seconds, TIMER)
        return Led(temporary=2, temporary_on=on, temporary_off=off, temporary_color=color, timer=timer).pack()
    return Led(permanent=1, permanent_on=on, permanent_off=off, permanent_color=color).pack()


def _tone(tone: Tone) -> Encoded | None:
    """OSDP takes a count of 0 for "until told otherwise", which nobody means."""
    if tone.count < 1:
        return None
    return Ask.BUZ, Buzzer(0, 2, _ticks(tone.on_s, BYTE), _ticks(tone.off_s, BYTE), min(tone.count, BYTE)).pack()


def _text(text: Text) -> bytes:
    """Both lines in one wrapped text, so that nobody ever sees half an answer."""
    content = _line(text.line1) + _line(text.line2)
    if text.seconds > 0:
        seconds = max(1, round(min(BYTE, text.seconds)))
        return TextMessage(0, TextCode.TEMPORARY_WRAPPED, seconds, 1, 1, content).pack()
    return TextMessage(0, TextCode.PERMANENT_WRAPPED, 0, 1, 1, content).pack()


def _line(text: str) -> bytes:
    shown = "".join(char if " " <= char <= "~" else "?" for char in text[:COLUMNS])
    return shown.ljust(COLUMNS).encode("ascii")


def _output(output: Output) -> Encoded | None:
    if not 0 <= output.number <= BYTE:
        return None
    if not output.on:
        return Ask.OUT, OutputControl(output.number, OutputCode.OFF).pack()
    if not output.seconds > 0:
        return None
    return Ask.OUT, OutputControl(output.number, OutputCode.ON_FOR, _ticks(output.seconds, TIMER)).pack()


def _key(install: InstallKey) -> Encoded | None:
    if len(install.key) != KEY_BYTES or install.key == DEFAULT_KEY:
        return None
    return Ask.KEYSET, KeySetting(install.key).pack()
