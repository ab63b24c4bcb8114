"""A simulator on a clock that the test moves, the ports it made, and a host for its OSDP reader."""

import io
import json
import os
import random
import select
from pathlib import Path

from firmware_protocol.badge import decoder
from firmware_protocol.events import (
    BadgeRead,
    Event,
)
from firmware_protocol.osdp.host import OsdpHost, OsdpReaderSpec
from firmware_protocol.simulator import Simulator, virtual_readers
from firmware_protocol.simulator_faults import Faults
from tests.firmware_protocol.ports import WAIT_S, Time

KEY = bytes(range(16, 32))
ONE_READ = BadgeRead(0, "w26:2EC0C86")


class CountedFaults(Faults):
    """Counts what it lets through, so that a test can wait for the kernel to deliver all of it."""

    passed = 0

    def applied(self, data: bytes, now: float) -> bytes:
        left = super().applied(data, now)
        self.passed += len(left)
        return left


class Bench:
    """A simulator, the ports it made, and what it said."""

    def __init__(self, *specs: str, time: Time) -> None:
        self.time, self.out = time, io.StringIO()
        self.readers = virtual_readers(list(specs), seed=1)
        self.simulator = Simulator(self.readers, self.out, time)
        self.heard_so_far = dict.fromkeys(self.simulator.readers, 0)
        for reader in self.readers:
            reader.wire.faults = CountedFaults(random.Random(1))
            reader.wire.plug()
        self.hosts = {reader.name: open_port(reader.wire.link) for reader in self.readers}

    def close(self) -> None:
        for host in self.hosts.values():
            os.close(host)
        for reader in self.readers:
            reader.wire.unplug()

    def do(self, *commands: str) -> None:
        for command in commands:
            self.simulator.command(command)

    def heard(self, name: str = "a") -> bytes:
        """Return all that has been sent to the host and not been read yet; the port must be there."""
        faults, data = self.simulator.readers[name].wire.faults, b""
        assert isinstance(faults, CountedFaults)
        while len(data) < faults.passed - self.heard_so_far[name]:
            assert select.select([self.hosts[name]], [], [], WAIT_S)[0]
            data += os.read(self.hosts[name], 65536)
        self.heard_so_far[name] += len(data)
        return data

    def said(self) -> list[dict[str, object]]:
        lines = self.out.getvalue().splitlines()
        self.out.truncate(0)
        self.out.seek(0)
        return [json.loads(line) for line in lines]


def open_port(link: Path) -> int:
    return os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


class OsdpLine:
    """A host that polls the simulated reader `a`."""

    def __init__(self, bench: Bench, key: bytes | None = None, *, commissioning: bool = False) -> None:
        self.bench = bench
        self.host = OsdpHost([OsdpReaderSpec(0, decoder("w26"), key, commissioning=commissioning)])
        self.host.opened(bench.time.now)

    def run(self, seconds: float) -> list[Event]:
        """Let time pass in steps of 10 ms."""
        happened: list[Event] = []
        for _ in range(round(seconds * 100)):
            self.bench.time.now += 0.01
            events, data = self.host.advance(self.bench.time.now)
            happened += events
            self._carry(data)
            self.bench.simulator.work()
            happened += self.host.receive(self.bench.heard(), self.bench.time.now)
        return happened

    def _carry(self, data: bytes) -> None:
        ends = self.bench.readers[0].wire.ends
        if data and ends is not None:
            os.write(self.bench.hosts["a"], data)
            assert select.select([ends[0]], [], [], WAIT_S)[0]
