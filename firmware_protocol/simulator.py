"""Virtual readers on pseudo-terminals: `python -m firmware_protocol.simulator NAME=KIND:LINK[:ADDRESS[:KEYFILE]] ...`.

KIND is osdp, em4100 or text; readers with the same LINK share a line. LINK is a stable path to the line's port.
Commands on standard input, `@NAME` first where there are several readers; what the host made the readers do comes
out as JSON lines. `help` lists the commands.
"""

import argparse
import contextlib
import json
import os
import random
import selectors
import signal
import sys
import tty
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TextIO

from firmware_protocol.badge import bits_of
from firmware_protocol.osdp.reader import OsdpReader, ReaderIdentity
from firmware_protocol.simulator_faults import Faults

READ_BYTES = 4096
LONGEST_WAIT_S = 0.5
KINDS = ("osdp", "em4100", "text")

HELP = """badge NUMBER | hold NUMBER S | text LINE | key DIGITS | tamper on|off | power on|off | unplug | replug
noise RATE | silence S | lose N | flip N | half | quit"""


@dataclass(slots=True)
class Wire:
    """One line: a pseudo-terminal with a stable link to it."""

    link: Path
    faults: Faults
    readers: list["Virtual"] = field(default_factory=list)
    master: int | None = None
    slave: int | None = None

    def plug(self) -> None:
        """Make the port appear."""
        if self.master is not None:
            return
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.link.parent.mkdir(parents=True, exist_ok=True)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self.slave))

    def unplug(self) -> None:
        """Make the port vanish, as a pulled USB plug does."""
        if self.master is None or self.slave is None:
            return
        self.link.unlink(missing_ok=True)
        os.close(self.master)
        os.close(self.slave)
        self.master = self.slave = None

    def write(self, data: bytes) -> None:
        """Send bytes to the host, through whatever faults are set."""
        data = self.faults.applied(data, monotonic())
        if data and self.master is not None:
            with contextlib.suppress(BlockingIOError, OSError):
                os.write(self.master, data)


@dataclass(slots=True)
class Virtual:
    """One reader; `osdp` None: a plain scanner that only ever speaks."""

    name: str
    kind: str
    wire: Wire
    osdp: OsdpReader | None
    held: str = ""
    held_until: float = 0.0
    held_at: float = 0.0


class Simulator:
    """Carries bytes between the virtual readers and whoever has their ports open."""

    def __init__(self, readers: list[Virtual], out: TextIO) -> None:
        self.readers = {reader.name: reader for reader in readers}
        self._wires = {reader.wire.link: reader.wire for reader in readers}
        self._out = out
        self._stopped = False
        for wire in self._wires.values():
            wire.plug()

    def stop(self, *_: object) -> None:
        """Leave `run` and take the ports away."""
        self._stopped = True

    def run(self, commands: TextIO) -> None:
        """Work until `quit`, the end of the commands, or a signal."""
        os.set_blocking(commands.fileno(), False)
        typed = ""
        while not self._stopped:
            ready = self._wait(commands)
            if commands.fileno() in ready:
                chunk = os.read(commands.fileno(), READ_BYTES).decode("utf-8", "replace")
                self._stopped = self._stopped or not chunk
                *lines, typed = (typed + chunk).split("\n")
                for line in lines:
                    self.command(line)
            for wire in self._wires.values():
                if wire.master is not None:
                    self._carry(wire)
        for wire in self._wires.values():
            wire.unplug()

    def _wait(self, commands: TextIO) -> set[int]:
        now = monotonic()
        due = [now + LONGEST_WAIT_S]
        with selectors.DefaultSelector() as selector:
            selector.register(commands.fileno(), selectors.EVENT_READ)
            for wire in self._wires.values():
                if wire.master is not None:
                    selector.register(wire.master, selectors.EVENT_READ)
            for reader in self.readers.values():
                at = reader.osdp.wake_at() if reader.osdp else None
                if at is not None:
                    due.append(at)
                if reader.held_until > now:
                    due.append(reader.held_at)
            return {int(key.fd) for key, _ in selector.select(max(0.0, min(due) - now))}

    def _carry(self, wire: Wire) -> None:
        data = b""
        if wire.master is not None:
            with contextlib.suppress(BlockingIOError, OSError):
                data = os.read(wire.master, READ_BYTES)
        now = monotonic()
        for reader in wire.readers:
            if reader.held_until > now >= reader.held_at:
                reader.held_at = now + 0.1
                wire.write(_plain_bytes(reader.kind, reader.held))
            if reader.osdp is not None:
                reader.osdp.advance(now)
                reply = reader.osdp.receive(data, now) if data else b""
                for action in reader.osdp.take_actions():
                    self._tell(reader, action)
                if reply:
                    wire.write(reply)

    def _tell(self, reader: Virtual, action: object) -> None:
        names = getattr(type(action), "__slots__", ())
        said = {
            name: value.hex() if isinstance(value, bytes) else value
            for name in names
            for value in [getattr(action, name)]
        }
        self._print({"t": round(monotonic(), 4), "reader": reader.name, "did": type(action).__name__, **said})

    def _print(self, said: dict[str, object]) -> None:
        print(json.dumps(said), file=self._out, flush=True)

    def command(self, line: str) -> None:
        """Do what one line asks; what cannot be done is said, never a crash."""
        words = line.split()
        reader = next(iter(self.readers.values()))
        if words and words[0].startswith("@"):
            found = self.readers.get(words.pop(0)[1:])
            if found is None:
                self._print({"error": f"no such reader; there are {', '.join(self.readers)}"})
                return
            reader = found
        if not words:
            return
        try:
            self._do(reader, words[0], words[1:])
        except (ValueError, IndexError) as error:
            self._print({"error": f"{line.strip()}: {error}", "help": HELP})

    def _do(self, reader: Virtual, verb: str, rest: list[str]) -> None:
        match verb:
            case "quit":
                self._stopped = True
            case "help":
                self._print({"help": HELP})
            case "badge" | "text":
                self._present(reader, " ".join(rest))
            case "hold":
                reader.held, reader.held_until = rest[0], monotonic() + float(rest[1])
                reader.held_at = monotonic()
            case "unplug":
                reader.wire.unplug()
            case "replug":
                reader.wire.plug()
            case "key" | "tamper" | "power":
                self._touch(reader, verb, rest[0])
            case "noise" | "silence" | "lose" | "flip" | "half":
                reader.wire.faults.set(verb, float(rest[0]) if rest else 1.0, monotonic())
                if verb == "noise":
                    reader.wire.write(reader.wire.faults.burst())
            case _:
                raise ValueError("no such command")

    def _present(self, reader: Virtual, number: str) -> None:
        if reader.osdp is not None:
            reader.osdp.present(*bits_of(number))
        else:
            reader.wire.write(_plain_bytes(reader.kind, number))

    def _touch(self, reader: Virtual, verb: str, value: str) -> None:
        if reader.osdp is None:
            raise ValueError("a plain scanner has no such thing")
        if verb == "key":
            reader.osdp.press(value)
        elif verb == "tamper":
            reader.osdp.tamper(value == "on")
        else:
            reader.osdp.power(value == "on")


def _plain_bytes(kind: str, number: str) -> bytes:
    """Return what a plain scanner sends for a badge."""
    if kind == "text":
        return number.removeprefix("txt:").encode("utf-8") + b"\r\n"
    digits = number.removeprefix("em:")
    checksum = 0
    for byte in bytes.fromhex(digits):
        checksum ^= byte
    return b"\x02" + digits.encode("ascii") + f"{checksum:02X}".encode("ascii") + b"\r\n\x03"


def virtual_readers(specs: list[str], seed: int) -> list[Virtual]:
    """Return the readers that the arguments ask for.

    Raises:
        ValueError: a spec is not NAME=KIND:LINK[:ADDRESS[:KEYFILE]].
    """
    wires: dict[Path, Wire] = {}
    readers = []
    for number, spec in enumerate(specs):
        name, _, rest = spec.partition("=")
        kind, link, address, key_file = (*rest.split(":"), "", "", "", "")[:4]
        if not name or kind not in KINDS or not link:
            raise ValueError(f"{spec!r} is not NAME=KIND:LINK[:ADDRESS[:KEYFILE]]")
        wire = wires.setdefault(Path(link), Wire(Path(link), Faults(random.Random(seed + number))))
        osdp = None
        if kind == "osdp":
            identity = ReaderIdentity(b"\x47\x41\x54", 1, 1, (0x1000 + number).to_bytes(4, "little"), b"\x01\x00\x00")
            key = bytes.fromhex(Path(key_file).read_text(encoding="ascii").strip()) if key_file else None
            osdp = OsdpReader(int(address or "0"), identity, key=key, accepts_default_key=key_file != "")
        reader = Virtual(name, kind, wire, osdp)
        wire.readers.append(reader)
        readers.append(reader)
    return readers


def main() -> None:
    """Run until `quit`, the end of standard input, or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m firmware_protocol.simulator", description=__doc__)
    parser.add_argument("reader", nargs="+", metavar="NAME=KIND:LINK[:ADDRESS[:KEYFILE]]")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same faults")
    given = parser.parse_args()
    try:
        simulator = Simulator(virtual_readers(given.reader, given.seed), sys.stdout)
    except (ValueError, OSError) as error:
        sys.exit(str(error))
    signal.signal(signal.SIGTERM, simulator.stop)
    signal.signal(signal.SIGINT, simulator.stop)
    simulator.run(sys.stdin)


if __name__ == "__main__":
    main()
