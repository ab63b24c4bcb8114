"""P1: from the last byte of a badge on the line to the first byte of the answer, through a real gate process.

The bench plays an OSDP reader on a pseudo-terminal. Before every badge the floor is measured: another process that
reads a pseudo-terminal, makes 4 KiB durable, and answers. All people are certified and the machine is exclusive: in
turn a badge is denied, because somebody else is there, and the same badge again takes the machine over. Nobody else
writes to the records meanwhile, for that would make the gate read its pages anew.
"""

import os
import select
import subprocess
import sys
import time
import tty
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
READER = "R-01"
EQUIPMENT = plant.equipment_id(0)
READY_S = 15.0
ANSWER_S = 2.0
SETTLE_S = 0.12
"""After an answer the reader is left alone for so long: the output is confirmed and recorded meanwhile."""

ANSWERS = frozenset({Ask.LED, Ask.BUZ, Ask.TEXT, Ask.OUT})
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
name = "{reader}"
equipment = "{equipment}"
secure = {secure}
output = 0
"""


class Port:
    """The reader's end of the line, with the instant at which each command of the host began to arrive."""

    def __init__(self, link: Path, reader: OsdpReader) -> None:
        self._near, self._far = os.openpty()
        tty.setraw(self._far)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._far))
        self._reader = reader
        self._finder = FrameFinder()
        self.heard: list[tuple[float, int]] = []
        """When a command arrived (perf_counter seconds), and its code."""

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
        self.heard += [(at, frame.code) for frame in self._finder.feed(data) if not frame.reply]
        reply = self._reader.receive(data, at)
        if not reply:
            return None
        os.write(self._near, reply)
        return time.perf_counter()

    def settle(self, seconds: float) -> None:
        """Be a reader for some time, with nobody there."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.work(left)
        self._reader.take_actions()

    def badge(self, number: str) -> float:
        """Present a badge; return the milliseconds from its last byte to the answer's first.

        Raises:
            TimeoutError: there was no answer.
        """
        self._reader.present(*bits_of(number))
        sent: float | None = None
        while sent is None or not self._waiting_is_over(sent):
            before = len(self.heard)
            replied = self.work(ANSWER_S)
            if sent is None and any(code == Ask.POLL for _, code in self.heard[before:]):
                sent = replied
        return (next(at for at, code in self.heard if at > sent and code in ANSWERS) - sent) * 1000

    def _waiting_is_over(self, sent: float) -> bool:
        if time.perf_counter() - sent > ANSWER_S:
            raise TimeoutError("the gate did not answer a badge")
        return any(at > sent and code in ANSWERS for at, code in self.heard[-8:])


def measure(folder: Path, rounds: int) -> list[Figure]:
    """Return P1 for a plain and for a secure reader."""
    return [_line(folder, rounds, secure=secure) for secure in (False, True)]


def _line(folder: Path, rounds: int, *, secure: bool) -> Figure:
    kind = "secure" if secure else "plain"
    home = folder / f"p1-{kind}"
    home.mkdir(exist_ok=True)
    config = home / "gate.toml"
    text = CONFIG.format(reader=READER, equipment=EQUIPMENT, secure=str(secure).lower())
    config.write_text(text, encoding="utf-8")
    database = load_settings(config).database_path
    badges = rounds + WARM
    people = badges * plant.BLOCKS
    plant.create(database, plant.Size(people=people, equipment=3, records=people * 25, exclusive=True))
    if secure:
        (keys_folder(load_settings(config)) / f"{READER}.key").unlink(missing_ok=True)
        write_key(keys_folder(load_settings(config)), READER, KEY)
    reader = OsdpReader(0, IDENTITY, key=KEY if secure else None)
    with closing(Port(home / "port", reader)) as port, echoing(home / "floor") as echo, _gate(config, port):
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
    while not any(code == Ask.TEXT for _, code in port.heard):
        if time.perf_counter() > end:
            raise TimeoutError("the gate did not bring its reader online; see gate.log beside the database")
        port.settle(0.05)
    port.settle(0.5)


def _in_turn(port: Port, echo: Echo, badges: int) -> tuple[list[float], list[float]]:
    floor, times = [], []
    for number in range(badges):
        floor.append(echo.round_trip(b"\x53\x80\x0e\x00\x05\x50\x00\x01\x1a\x00\x12\x34\x56\x40"))
        times.append(port.badge(plant.badge_number((number + 1) // 2 * plant.BLOCKS)))
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
