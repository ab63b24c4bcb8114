"""Virtual readers on pseudo-terminals: `python -m firmware_protocol.simulator NAME=KIND:LINK[:ADDRESS[:KEYFILE]] ...`.

KIND is osdp, em4100 or text; readers with the same LINK share a line. LINK is a stable path to the line's port.
KEYFILE holds the reader's key in hex; the word `default` makes it a factory-new reader that waits for its key.
Commands on standard input, `@NAME` first where there are several readers; what the host made the readers do comes
out as JSON lines. `help` lists the commands.
"""

import argparse
import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TextIO

from firmware_protocol.badge import bits_of
from firmware_protocol.osdp.reader import OsdpReader, ReaderAction, ReaderIdentity
from firmware_protocol.plain import em4100_number
from firmware_protocol.simulator_faults import Faults, Wire

READ_BYTES = 4096
LONGEST_WAIT_S = 0.5
REPEAT_S = 0.1
KINDS = ("osdp", "em4100", "text")
HIGHEST_ADDRESS = 126
KEY_BYTES = 16
FACTORY_NEW = "default"

HELP = """badge NUMBER | hold NUMBER S | text LINE | key DIGITS | tamper on|off | power on|off | unplug | replug
noise RATE | silence S | lose N | flip N | half | help | quit"""


@dataclass(slots=True)
class Virtual:
    """One reader; `osdp` None: a plain scanner that only ever speaks."""

    name: str
    kind: str
    wire: Wire
    osdp: OsdpReader | None
    held: str = ""
    held_until: float = float("-inf")
    held_at: float = 0.0


class Simulator:
    """Carries bytes between the virtual readers and whoever has their ports open."""

    def __init__(self, readers: list[Virtual], out: TextIO, monotonic: Callable[[], float]) -> None:
        self.readers = {reader.name: reader for reader in readers}
        self._wires = list({reader.wire.link: reader.wire for reader in readers}.values())
        self._out = out
        self._monotonic = monotonic
        self._stopped = False

    def stop(self, *_: object) -> None:
        """Leave `run` and take the ports away."""
        self._stopped = True

    def run(self, commands: TextIO) -> None:
        """Make the ports appear and work until `quit`, the end of the commands, or a signal.

        Raises:
            OSError: a port's link cannot be made.
        """
        typed = b""
        try:
            for wire in self._wires:
                wire.plug()
            while not self._stopped:
                if self._wait(commands.fileno()):
                    chunk = os.read(commands.fileno(), READ_BYTES)
                    self._stopped = self._stopped or not chunk
                    *lines, typed = (typed + chunk).split(b"\n")
                    for line in lines:
                        self.command(line.decode("utf-8", "replace"))
                self.work()
        finally:
            for wire in self._wires:
                wire.unplug()

    def work(self) -> None:
        """Let every reader read, answer and end what has lasted its time, plugged in or not."""
        for wire in self._wires:
            data = wire.read()
            for reader in self.readers.values():
                if reader.wire is wire:
                    self._live(reader, data)

    def due(self) -> float:
        """Return when `work` must be called next at the latest, even if no host says anything."""
        now = self._monotonic()
        due = [now + LONGEST_WAIT_S]
        for reader in self.readers.values():
            ends = reader.osdp.wake_at() if reader.osdp else None
            due += [ends] if ends is not None else []
            due += [reader.held_at] if reader.held_until > now else []
        return min(due)

    def _wait(self, commands: int) -> bool:
        ports = [wire.ends[0] for wire in self._wires if wire.ends is not None]
        wait = max(0.0, self.due() - self._monotonic())
        return commands in select.select([commands, *ports], [], [], wait)[0]

    def _live(self, reader: Virtual, data: bytes) -> None:
        now = self._monotonic()
        if reader.held_until > now >= reader.held_at:
            reader.held_at = now + REPEAT_S
            self._present(reader, reader.held)
        if reader.osdp is None:
            return
        reader.osdp.advance(now)
        reader.wire.write(reader.osdp.receive(data, now), now)
        for action in reader.osdp.take_actions():
            self._tell(reader, action)

    def _tell(self, reader: Virtual, action: ReaderAction) -> None:
        """What is not to be shown, a key, is not told either."""
        said = {part.name: getattr(action, part.name) for part in fields(action) if part.repr}
        self._print({"t": round(self._monotonic(), 4), "reader": reader.name, "did": type(action).__name__, **said})

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
        except (ValueError, IndexError, OSError) as error:
            self._print({"error": f"{line.strip()}: {error}", "help": HELP})

    def _do(self, reader: Virtual, verb: str, rest: list[str]) -> None:
        match verb:
            case "quit":
                self.stop()
            case "help":
                self._print({"help": HELP})
            case "badge" | "text":
                self._present(reader, " ".join(rest))
            case "hold":
                self._hold(reader, " ".join(rest[:-1]), float(rest[-1]))
            case "unplug":
                reader.wire.unplug()
            case "replug":
                reader.wire.plug()
            case "key" | "tamper" | "power":
                _touch(reader, verb, rest[0])
            case "noise" | "silence" | "lose" | "flip" | "half":
                self._fault(reader, verb, float(rest[0]) if rest else 1.0)
            case _:
                raise ValueError("no such command")

    def _present(self, reader: Virtual, number: str) -> None:
        if reader.osdp is not None:
            reader.osdp.present(*bits_of(number))
        else:
            reader.wire.write(_plain_bytes(reader.kind, number), self._monotonic())

    def _hold(self, reader: Virtual, number: str, seconds: float) -> None:
        self._present(reader, number)
        now = self._monotonic()
        reader.held, reader.held_until, reader.held_at = number, now + seconds, now + REPEAT_S

    def _fault(self, reader: Virtual, what: str, value: float) -> None:
        now, faults = self._monotonic(), reader.wire.faults
        faults.set(what, value, now)
        if what == "noise":
            reader.wire.write(faults.burst(), now)


def _touch(reader: Virtual, verb: str, value: str) -> None:
    if reader.osdp is None:
        raise ValueError("a plain scanner has no such thing")
    if verb == "key":
        reader.osdp.press(value)
        return
    if value not in {"on", "off"}:
        raise ValueError(f"{value!r} is neither on nor off")
    change = reader.osdp.tamper if verb == "tamper" else reader.osdp.power
    change(value == "on")


def _plain_bytes(kind: str, number: str) -> bytes:
    """Return what a plain scanner sends for a badge."""
    if kind == "text":
        line = number.removeprefix("txt:")
        if not line:
            raise ValueError("no text")
        return line.encode("utf-8") + b"\r\n"
    digits = number.removeprefix("em:")
    checksum = 0
    for byte in bytes.fromhex(digits):
        checksum ^= byte
    frame = f"{digits}{checksum:02X}".encode("ascii")
    em4100_number(frame)
    return b"\x02" + frame + b"\r\n\x03"


def virtual_readers(specs: list[str], seed: int) -> list[Virtual]:
    """Return the readers that the arguments ask for.

    Raises:
        ValueError: a spec is not NAME=KIND:LINK[:ADDRESS[:KEYFILE]], or a name comes twice.
        OSError: a key file cannot be read.
    """
    wires: dict[Path, Wire] = {}
    readers: dict[str, Virtual] = {}
    for number, spec in enumerate(specs):
        name, _, rest = spec.partition("=")
        kind, link, address, key_file = (*rest.split(":"), "", "", "", "")[:4]
        if not name or name in readers or kind not in KINDS or not link:
            raise ValueError(f"{spec!r} is not NAME=KIND:LINK[:ADDRESS[:KEYFILE]] with a NAME of its own")
        wire = wires.setdefault(Path(link), Wire(Path(link), Faults(random.Random(seed + number))))
        osdp = _osdp_reader(number, int(address or "0"), key_file) if kind == "osdp" else None
        readers[name] = Virtual(name, kind, wire, osdp)
    return list(readers.values())


def _osdp_reader(number: int, address: int, key_file: str) -> OsdpReader:
    if not 0 <= address <= HIGHEST_ADDRESS:
        raise ValueError(f"address {address} is not between 0 and {HIGHEST_ADDRESS}")
    identity = ReaderIdentity(b"\x47\x41\x54", 1, 1, (0x1000 + number).to_bytes(4, "little"), b"\x01\x00\x00")
    if key_file in {"", FACTORY_NEW}:
        return OsdpReader(address, identity, accepts_default_key=key_file == FACTORY_NEW)
    key = bytes.fromhex(Path(key_file).read_text(encoding="ascii").strip())
    if len(key) != KEY_BYTES:
        raise ValueError(f"{key_file} holds {len(key)} bytes, not {KEY_BYTES}")
    return OsdpReader(address, identity, key=key)


def main() -> None:
    """Run until `quit`, the end of standard input, or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m firmware_protocol.simulator", description=__doc__)
    parser.add_argument("reader", nargs="+", metavar="NAME=KIND:LINK[:ADDRESS[:KEYFILE]]")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same faults")
    given = parser.parse_args()
    try:
        simulator = Simulator(virtual_readers(given.reader, given.seed), sys.stdout, time.monotonic)
        signal.signal(signal.SIGTERM, simulator.stop)
        signal.signal(signal.SIGINT, simulator.stop)
        simulator.run(sys.stdin)
    except (ValueError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
