"""A real gate process on real pseudo-terminals, with many people badging at simulated readers."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

from gate.clock import SystemClock
from gate.core.records import Moment
from gate.demo_badges import wiegand26
from gate.desk_opening import open_desk
from gate.settings import load_settings
from gate.store.database import open_database
from gate.store.plant_load import load_plant
from gate.store.verify import verify
from gate.wiring import plan_of
from tests.scenarios.plant import Row, plant, plant_file, record
from tests.scenarios.world import HEADER, line
from tests.store.fresh import fresh_database

READERS = ("R1", "R2", "R3", "R4")
PEOPLE = 800
WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody whose answer can be told from everybody else's: by the date in it, or by its being an allow."""

    id: str
    number: str
    expired_on: date | None


def visitors() -> list[Visitor]:
    """Three of four are denied, each with a day of their own."""
    first = date(2015, 1, 1)
    return [
        Visitor(f"V{n}", wiegand26(9, 1000 + n), None if n % 4 == 3 else first + timedelta(days=n))
        for n in range(PEOPLE)
    ]


class Shop:
    """One gate on one line of four plain readers."""

    def __init__(self, folder: Path, more: str = "") -> None:
        """`more` stands at the end of the configuration."""
        self.folder = folder
        self.config = folder / "gate.toml"
        names = [(reader, f"M-{reader}") for reader in READERS]
        self.config.write_text(HEADER + line("line-1", names, secure=False) + more, encoding="utf-8")
        self.settings = load_settings(self.config)
        self.port = folder / "ports" / "line-1"
        self.visitors = visitors()
        self.shown: list[tuple[str, str, str]] = []
        """Reader and both lines of every text but the idle one."""
        fresh_database(self.settings.database_path)
        self._load()
        self._simulator = self._start_simulator()
        self._gate: subprocess.Popen[str] | None = None
        self._begun_after = 0

    def _load(self) -> None:
        found = plant()
        machine = found["equipment"][0]
        found["equipment"] = [{**machine, "id": f"M-{reader}", "name": reader} for reader in READERS]
        found["person"] = [{"id": v.id, "name": f"Visitor {v.id}"} for v in self.visitors]
        found["badge"] = [{"id": f"B{v.id}", "number": v.number, "person": v.id} for v in self.visitors]
        found["training_record"] = [_training(visitor) for visitor in self.visitors]
        desk = open_desk(self.settings, plan_of(self.settings))
        reading = SystemClock().read()
        moment = Moment(reading.at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")
        load_plant(desk.trail, plant_file(found), by="test", why="faults", os_user="tester", moment=moment)
        desk.trail.close()

    def _start_simulator(self) -> subprocess.Popen[str]:
        specs = [f"{reader}=osdp:{self.port}:{address}" for address, reader in enumerate(READERS)]
        process = subprocess.Popen(
            [sys.executable, "-m", "firmware_protocol.simulator", *specs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        until(self.port.exists)
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for text in process.stdout:
            said = json.loads(text)
            if said.get("did") == "TextShown" and said["line1"] != "BADGE TO START":
                self.shown.append((said["reader"], said["line1"], said["line2"]))

    # --- the gate --------------------------------------------------------------------------------------

    def start(self, *faults: str, tracer: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start the gate, with faults or under a tracer."""
        self._begun_after = max((entry["seq"] for entry in self.trail()), default=0)
        program = ["-m", "tests.faults.program", *faults, "--"] if faults else ["-m", "gate"]
        command = [*tracer, sys.executable, *program, "--config", str(self.config), "run"]
        with (self.folder / "gate.log").open("a", encoding="utf-8") as log:
            self._gate = subprocess.Popen(command, stdout=log, stderr=log, text=True, process_group=0)
        return self._gate

    def wait_ready(self) -> None:
        """Wait until the readers have been greeted in this run."""
        until(self._online)

    def _online(self) -> bool:
        trail = [entry for entry in self.trail() if entry["seq"] > self._begun_after]
        online = {entry["reader"] for entry in trail if entry["kind"] == "reader_online"}
        return online == set(READERS)

    def kill(self) -> None:
        """End the gate as a power cut does."""
        if self._gate is not None and self._gate.poll() is None:
            os.killpg(self._gate.pid, signal.SIGKILL)
            self._gate.wait()

    def stop(self) -> int:
        """Ask the gate to stop and return its exit status."""
        if self._gate is None:
            return 0
        os.killpg(self._gate.pid, signal.SIGTERM)
        return self._gate.wait(WAIT_S)

    def close(self) -> None:
        """End everything."""
        self.kill()
        self._simulator.kill()
        self._simulator.wait()
        for pipe in (self._simulator.stdin, self._simulator.stdout):
            if pipe is not None:
                pipe.close()

    def tell(self, command: str) -> None:
        """Give the simulator a command."""
        assert self._simulator.stdin is not None
        self._simulator.stdin.write(command + "\n")
        self._simulator.stdin.flush()

    def badge(self, reader: str, visitor: Visitor) -> None:
        """Let somebody badge."""
        self.tell(f"@{reader} badge {visitor.number}")

    # --- what is on record -----------------------------------------------------------------------------

    def trail(self) -> list[dict[str, Any]]:
        """Return what every entry says, read past the program."""
        connection = sqlite.connect(f"file:{self.settings.database_path}?mode=ro", uri=True, timeout=WAIT_S)
        try:
            return [json.loads(row[0]) for row in connection.execute("SELECT data FROM audit_trail ORDER BY seq")]
        finally:
            connection.close()

    def kinds(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.trail() if entry["kind"] == kind]

    def sound(self) -> bool:
        """Whether the trail verifies in full."""
        engine = open_database(self.settings.database_path, read_only=True)
        try:
            return verify(engine, full=True).sound
        finally:
            engine.dispose()

    def shown_but_lost(self) -> list[str]:
        """Return every answer that a reader showed and the trail does not have: there must be none."""
        decisions = self.kinds("decision")
        persons = {entry.get("person") for entry in decisions}
        by_day = {str(v.expired_on): v.id for v in self.visitors if v.expired_on}
        lost = [day for _, line1, day in self.shown if line1 == "TRAINING EXPIRED" and by_day[day] not in persons]
        for reader in READERS:
            allows = sum(1 for r, line1, _ in self.shown if r == reader and line1.startswith("OK"))
            rows = sum(1 for e in decisions if e["reader"] == reader and e["outcome"] == "allow")
            lost += [f"{allows - rows} allows on {reader}"] if allows > rows else []
        return lost


def _training(visitor: Visitor) -> Row:
    ends: Row = {"expires_on": visitor.expired_on} if visitor.expired_on else {}
    return record(visitor.id, completed_on=date(2014, 1, 1)) | ends


def until(condition: Any, seconds: float = WAIT_S) -> None:
    """Wait until something holds; fail loudly if it does not come to."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.02)
