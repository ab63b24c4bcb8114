"""The demo's readers: one simulator process for all lines, told what happens, line by line."""

import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from gate.clock import SystemClock
from gate.demo_children import Child, ChildFailedError
from gate.demo_machines import MACHINES, line_of, port_of
from gate.demo_traffic import Visit

PORTS_S = 20.0
STEP_S = 0.05
NOISE_RATE = 0.5


class Simulator:
    """Runs `python -m firmware_protocol.simulator` with a reader for every machine."""

    def __init__(self, folder: Path, keys: Mapping[str, bytes], log: Path) -> None:
        self._folder = folder
        self._child = Child("simulator", [sys.executable, *_arguments(folder, keys)], log, {})

    def wait_for_ports(self, ports: Sequence[Path]) -> None:
        """Return when every port is there.

        Raises:
            ChildFailedError: the simulator has ended, or was too slow.
        """
        clock = SystemClock()
        until = clock.monotonic() + PORTS_S
        pause = threading.Event()
        while not all(port.exists() for port in ports):
            if not self._child.running or clock.monotonic() > until:
                raise ChildFailedError(f"the simulated readers did not start; see {self._child.log}")
            pause.wait(STEP_S)

    def play(self, visit: Visit) -> None:
        """Let one thing happen at a reader."""
        command = {
            "badge": f"badge {visit.number}",
            "noise": f"noise {NOISE_RATE}",
            "unplug": "unplug",
            "replug": "replug",
        }[visit.what]
        self._child.tell(f"@{visit.machine.reader} {command}")
        if visit.what == "noise":
            self._child.tell(f"@{visit.machine.reader} noise 0")

    def stop(self) -> None:
        """End the simulator; its ports vanish."""
        self._child.stop()


def _arguments(folder: Path, keys: Mapping[str, bytes]) -> list[str]:
    arguments = ["-m", "firmware_protocol.simulator"]
    for machine in MACHINES:
        line = line_of(machine)
        spec = f"{machine.reader}={line.kind}:{port_of(folder, line)}:{machine.address}"
        if machine.reader in keys:
            spec += f":{folder / 'state' / 'keys' / f'{machine.reader}.key'}"
        arguments.append(spec)
    return arguments
