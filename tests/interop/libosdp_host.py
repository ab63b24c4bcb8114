"""A libosdp host as a program: `PORT KEY|plain`; tells what it sees, and takes `beep N` and `quit`."""

import os
import sys
from typing import Any

import osdp

from tests.interop.libosdp_port import Port, Voice, key_of, words

ADDRESS = 1


def main(path: str, key: str) -> None:
    voice = Voice()

    def happened(_: int, event: dict[str, Any]) -> int:
        voice.tell(event)
        return 0

    secure = key_of(key)
    flags = [osdp.LibFlag.EnforceSecure] if secure else []
    host = osdp.ControlPanel(
        [osdp.PDInfo(ADDRESS, Port(path), scbk=secure, flags=flags)],
        log_level=osdp.LogLevel.Warning,
        event_handler=happened,
    )
    host.start()
    state: dict[str, bool] = {}
    for word in words():
        now = {"online": host.is_online(ADDRESS), "secure": host.is_sc_active(ADDRESS)}
        if now != state:
            state = now
            voice.tell(state)
        if word[:1] == ["beep"]:
            beep = {"reader": 0, "control_code": 2, "on_count": 2, "off_count": 2, "rep_count": int(word[1])}
            voice.tell({"sent": host.submit_command(ADDRESS, {"command": osdp.Command.Buzzer, **beep})})
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
