"""P1: from the last byte of a badge on the line to the first byte of the answer, through a real gate process.

The bench plays an OSDP reader on a pseudo-terminal. Before every badge the floor is measured: another process that
reads a pseudo-terminal, makes 4 KiB durable, and answers. All people are certified and the machine is exclusive: in
turn a badge is denied at one of its readers, because somebody else is there, and at the other takes the machine over.
Nobody else writes to the records meanwhile, for that would make the gate read its pages anew.
"""

import os
import select
import subprocess
import sys
import time
import tty
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from firmware_protocol.badge import bits_of
from firmware_protocol.osdp.frame import FrameFinder
from firmware_protocol.osdp.messages import Ask
from firmware_protocol.osdp.reader import OsdpReader, ReaderIdentity
from gate.core.audit import Kind
from gate.keys import write_key
from gate.settings import load_settings
from gate.store.database import open_database
from gate.store.trail_bytes import said_of
from gate.store.trail_reading import entries
from gate.store.verify import verify
from gate.wiring import keys_folder
from tests.bench import plant
from tests.bench.floors import Echo, echoing
from tests.bench.stats import Figure, ratio_figure

MOST = 2.0
WARM = 5
KEY = bytes(range(1, 17))
READERS = ("R-01", "R-02")
"""Both at the one machine; a badge that stays at one reader is one read."""

EQUIPMENT = plant.equipment_id(0)
READY_S = 15.0
ANSWER_S = 2.0
SETTLE_S = 0.12
"""After an answer the reader is left alone for so long: the output is confirmed and recorded meanwhile."""

ANSWERS = frozenset({Ask.LED, Ask.BUZ, Ask.TEXT})
"""An output does not count: it is armed again every now and then, badge or no badge."""

IDENTITY = ReaderIdentity(b"GAT", 1, 1, b"\x01\x00\x00\x00", b"\x01\x00\x00")

CONFIG = """
[site]
name = "Bench"
zone = "America/Toronto"
[gate]
id = "bench"
state_dir = "."
[clock]
trust = "asserted"
[[line]]
name = "line-1"
path = "port"
kind = "osdp"
[[line.reader]]
name = "R-01"
equipment = "{equipment}"
secure = {secure}
output = 0
[[line.reader]]
name = "R-02"
equipment = "{equipment}"
address = 1
secure = {secure}
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """A command of the host: when it began to arrive (perf_counter seconds), for whom, and which."""

    at: float
    address: int
    code: int


class Port:
    """The readers' end of the line."""

    def __init__(self, link: Path, readers: Sequence[OsdpReader]) -> None:
        self._near, self._far = os.openpty()
        tty.setraw(self._far)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._far))
        self._readers = readers
        self._finder = FrameFinder()
        self.heard: list[Heard] = []

    def close(self) -> None:
        """Take the line away."""
        os.close(self._near)
        os.close(self._far)

    def work(self, seconds: float) -> float | None:
        """Answer what the host says within some seconds; return when the reply was out, None if nothing came."""
        if not select.select([self._near], [], [], seconds)[0]:
            return None
        data = os.read(self._near, 4096)
        at = time.perf_counter()
        self.heard += [Heard(at, frame.address, frame.code) for frame in self._finder.feed(data) if not frame.reply]
        reply = b"".join(reader.receive(data, at) for reader in self._readers)
        if not reply:
            return None
        os.write(self._near, reply)
        return time.perf_counter()

    def settle(self, seconds: float) -> None:
        """Be readers for some time, with nobody there."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.work(left)
        for reader in self._readers:
            reader.take_actions()

    def badge(self, number: str, address: int) -> float:
        """Present a badge; return the milliseconds from its last byte to the answer's first.

        Raises:
            TimeoutError: there was no answer.
        """
        self._readers[address].present(*bits_of(number))
        sent = self._fetched(address)
        first = len(self.heard)
        while time.perf_counter() - sent < ANSWER_S:
            for heard in self.heard[first:]:
                if heard.address == address and heard.code in ANSWERS:
                    return (heard.at - sent) * 1000
            first = len(self.heard)
            self.work(ANSWER_S)
        raise TimeoutError("the gate did not answer a badge")

    def _fetched(self, address: int) -> float:
        """Return when the badge was out: a reader hands it over with the answer to the next poll."""
        while True:
            first = len(self.heard)
            out = self.work(ANSWER_S)
            if any(heard.address == address and heard.code == Ask.POLL for heard in self.heard[first:]):
                return time.perf_counter() if out is None else out


def measure(folder: Path, rounds: int) -> list[Figure]:
    """Return P1 for a plain and for a secure reader."""
    return [_line(folder, rounds, secure=secure) for secure in (False, True)]


def _line(folder: Path, rounds: int, *, secure: bool) -> Figure:
    kind = "secure" if secure else "plain"
    home = folder / f"p1-{kind}"
    home.mkdir(exist_ok=True)
    config = home / "gate.toml"
    text = CONFIG.format(equipment=EQUIPMENT, secure=str(secure).lower())
    config.write_text(text, encoding="utf-8")
    database = load_settings(config).database_path
    badges = rounds + WARM
    people = badges * plant.BLOCKS
    plant.create(database, plant.Size(people=people, equipment=3, records=people * 25, exclusive=True))
    for name in READERS if secure else ():
        write_key(keys_folder(load_settings(config)), name, KEY)
    readers = [OsdpReader(address, IDENTITY, key=KEY if secure else None) for address in range(len(READERS))]
    with closing(Port(home / "port", readers)) as port, echoing(home / "floor") as echo, _gate(config, port):
        floor, times = _in_turn(port, echo, badges)
    _prove(database, badges)
    what = f"badge on a {kind} OSDP line, row durable, answer / pty echo with fdatasync of 4 KiB"
    more: dict[str, int | str] = {"line": kind, "requirements": plant.REQUIREMENTS}
    return ratio_figure("P1", what, floor[WARM:], times[WARM:], MOST, **more)


@contextmanager
def _gate(config: Path, port: Port) -> Iterator[None]:
    """Run the reader process until its reader is online and quiet."""
    command = [sys.executable, "-m", "gate", "--config", str(config), "run"]
    log = (config.parent / "gate.log").open("wb")
    with log, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
        try:
            _wait_until_online(port)
            yield
        finally:
            process.terminate()
            process.wait()


def _wait_until_online(port: Port) -> None:
    end = time.perf_counter() + READY_S
    while {heard.address for heard in port.heard if heard.code == Ask.TEXT} != set(range(len(READERS))):
        if time.perf_counter() > end:
            raise TimeoutError("the gate did not bring its reader online; see gate.log beside the database")
        port.settle(0.05)
    port.settle(0.5)


def _in_turn(port: Port, echo: Echo, badges: int) -> tuple[list[float], list[float]]:
    floor, times = [], []
    for number in range(badges):
        floor.append(echo.round_trip(b"\x53\x80\x0e\x00\x05\x50\x00\x01\x1a\x00\x12\x34\x56\x40"))
        times.append(port.badge(plant.badge_number((number + 1) // 2 * plant.BLOCKS), number % 2))
        port.settle(SETTLE_S)
    return floor, times


def _prove(database: Path, badges: int) -> None:
    """Whatever was answered stands in the trail, denied and allowed in turn, and the trail is whole."""
    engine = open_database(database, read_only=True)
    said = [said_of(row.data) for row in entries(engine, after_seq=0, limit=10**9) if row.kind == Kind.DECISION]
    sound = verify(engine, full=True).sound
    engine.dispose()
    outcomes = Counter(" ".join(entry["reasons"]) for entry in said if entry)
    expected = {"EQ_BUSY": badges // 2, "ALLOW_HANDOVER": (badges - 1) // 2, "ALLOW_CERTIFIED": 1}
    if not sound or outcomes != expected:
        raise AssertionError(f"{badges} badges, decisions {dict(outcomes)}, trail sound: {sound}")
