"""A libosdp reader as a program: `PORT KEY|plain`; tells each command it gets, and takes `badge NUMBER` and `quit`."""

import os
import sys
from typing import Any

import osdp

from firmware_protocol.badge import bits_of
from tests.interop.libosdp_port import Port, Voice, key_of, words

ADDRESS = 1
ABILITIES = [
    (osdp.Capability.OutputControl, 1, 4),
    (osdp.Capability.LEDControl, 4, 1),
    (osdp.Capability.AudibleControl, 2, 1),
    (osdp.Capability.TextOutput, 1, 1),
    (osdp.Capability.CheckCharacter, 1, 0),
    (osdp.Capability.CommunicationSecurity, 1, 0),
]


def card(number: str) -> dict[str, Any]:
    bits, data = bits_of(number)
    return {
        "event": osdp.Event.CardRead,
        "reader_no": 0,
        "direction": 0,
        "format": osdp.CardFormat.Wiegand,
        "length": bits,
        "data": data,
    }


def main(path: str, key: str) -> None:
    voice = Voice()

    def obey(command: dict[str, Any]) -> tuple[int, None]:
        voice.tell(command)
        return 0, None

    secure = key_of(key)
    flags = [osdp.LibFlag.EnforceSecure] if secure else []
    identity = osdp.PdId(1, 2, 0xA1B2C3, 0x12345678, 0x00010203)
    device = osdp.PeripheralDevice(
        osdp.PDInfo(ADDRESS, Port(path), scbk=secure, flags=flags, id=identity),
        osdp.PDCapabilities(ABILITIES),
        log_level=osdp.LogLevel.Warning,
        command_handler=obey,
    )
    device.start()
    voice.tell({"ready": True})
    for word in words():
        if word[:1] == ["badge"]:
            voice.tell({"presented": word[1], "result": device.submit_event(card(word[1]))})
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
