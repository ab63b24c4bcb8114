"""A whole site as it is deployed: simulated readers on a pty, `gate run`, gunicorn, and accounts of real people."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gate.accounts import NewAccount, create_account, make_setup_code, set_password
from gate.clock import SystemClock
from gate.core.records import Moment
from gate.core.roles import Role
from gate.demo_badges import wiegand26
from gate.desk_opening import open_desk
from gate.pin_acts import set_pin
from gate.settings import load_settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.plant_load import load_plant
from gate.web.kiosk_key import kiosk_address
from gate.web.passwords import Passwords
from gate.wiring import plan_of
from tests.faults.shop import WAIT_S, until
from tests.scenarios.plant import P1, P2, Plant, plant, plant_file, record
from tests.scenarios.world import HEADER, line
from tests.store.fresh import fresh_database
from tests.web.served import free_port, served

PIN = "482915"
PASSWORD = "correct horse battery"
SUPERVISOR_BADGE = wiegand26(118, 2001)
NOBODY = wiegand26(118, 4242)
ROLES = {"S1": Role.SUPERVISOR, "S2": Role.SUPERVISOR, "Q1": Role.QA, "A1": Role.SYSADMIN}
LOGINS = {"S1": "sam", "S2": "simone", "Q1": "quinn", "A1": "alex"}
NAMES = {"S1": "Sam Overseer", "S2": "Simone Surveillance", "Q1": "Quinn Quality", "A1": "Alex Admin"}


def people_and_machines() -> Plant:
    """E1's training has expired, E2 is certified; TP-01 enforces, TP-02 is in trial; account holders are people."""
    found = plant()
    found["equipment"][1] = {**found["equipment"][1], "mode": "shadow"}
    found["person"] += [{"id": id_, "name": name} for id_, name in NAMES.items()]
    found["badge"].append({"id": "BS1", "number": SUPERVISOR_BADGE, "person": "S1"})
    found["training_record"] = [record("E1", expires_on=date(2026, 1, 31)), record("E2")]
    return found


@dataclass(frozen=True, slots=True)
class ReaderDid:
    """One thing that the gate made a reader do."""

    reader: str
    what: str
    detail: dict[str, Any]


class WholeSite:
    """Everything at work until `close`; badges are bytes on a pty, pages are served by gunicorn."""

    def __init__(self, folder: Path, *, accounts: bool = True, plant_: Plant | None = None, more: str = "") -> None:
        self.folder = folder
        self.config = folder / "gate.toml"
        web = f"[web]\nport = {free_port()}\n"
        self.config.write_text(
            HEADER + web + more + line("line-1", [("R1", "TP-01"), ("R2", "TP-02")], secure=False), encoding="utf-8"
        )
        self.settings = load_settings(self.config)
        self.did: list[ReaderDid] = []
        fresh_database(self.settings.database_path)
        self._load(plant_ or people_and_machines())
        if accounts:
            self._make_accounts()
        self._running = ExitStack()
        self.simulator = self._simulator()
        self.gate = self._gate()
        self._running.enter_context(served(self.config, self.settings.web.port))
        until(lambda: {e.get("reader") for e in self.trail("reader_online")} >= {"R1", "R2"})

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.settings.web.port}"

    def kiosk(self, *equipment: str) -> str:
        """Return the address that opens a kiosk."""
        return kiosk_address(self.settings, equipment)

    def setup_code(self) -> str:
        """Print a code for the first account, as `gate setup-code` does."""
        code = "ABCD-EFGH-JKMN-PQRS-TVWX"
        trail = self._trail()
        make_setup_code(trail, code, moment=_moment())
        trail.close()
        return code

    def badge(self, reader: str, number: str) -> None:
        """Hold a badge to a reader."""
        self.tell(f"@{reader} badge {number}")

    def tell(self, command: str) -> None:
        """Give the simulated readers a command."""
        assert self.simulator.stdin is not None
        self.simulator.stdin.write(command + "\n")
        self.simulator.stdin.flush()

    def trail(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what the entries say, oldest first."""
        engine = open_database(self.settings.database_path, read_only=True)
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT data FROM audit_trail ORDER BY seq").all()
        engine.dispose()
        said = [json.loads(row[0]) for row in rows]
        return [entry for entry in said if kind is None or entry["kind"] == kind]

    def decided(self, count: int) -> dict[str, Any]:
        """Wait for so many decisions in all and return the last."""
        until(lambda: len(self.trail("decision")) >= count)
        return self.trail("decision")[-1]

    def output(self, reader: str) -> bool:
        """Whether the reader's relay was last told to be closed."""
        states = [did.detail["on"] for did in self.did if did.reader == reader and did.what == "OutputChanged"]
        return bool(states and states[-1])

    def close(self) -> None:
        """End everything."""
        self._running.close()
        os.killpg(self.gate.pid, signal.SIGTERM)
        self.gate.wait(WAIT_S)
        self.simulator.kill()
        self.simulator.wait()
        for pipe in (self.simulator.stdin, self.simulator.stdout):
            if pipe is not None:
                pipe.close()

    def _trail(self) -> Trail:
        return Trail(open_database(self.settings.database_path), "gate-1", self.settings.zone)

    def _load(self, found: Plant) -> None:
        desk = open_desk(self.settings, plan_of(self.settings))
        load_plant(desk.trail, plant_file(found), by="test", why="e2e", os_user="tester", moment=_moment())
        desk.trail.close()

    def _make_accounts(self) -> None:
        trail, encoded = self._trail(), Passwords().encode(PASSWORD)
        for person, role in ROLES.items():
            login = LOGINS[person]
            new = NewAccount(login, person, NAMES[person], frozenset({role}), identity="test")
            create_account(trail, new, encoded, by="test", why="e2e", moment=_moment())
            set_password(trail, login, encoded, by=login, moment=_moment(), accepted=True)
            if role is Role.SUPERVISOR:
                set_pin(trail, login, Passwords().encode(PIN), moment=_moment())
        trail.close()

    def _simulator(self) -> subprocess.Popen[str]:
        port = self.folder / "ports" / "line-1"
        process = subprocess.Popen(
            [sys.executable, "-m", "firmware_protocol.simulator", f"R1=osdp:{port}:0", f"R2=osdp:{port}:1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        until(port.exists)
        return process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for text in process.stdout:
            said = json.loads(text)
            if "did" in said:
                self.did.append(ReaderDid(said["reader"], said["did"], said))

    def _gate(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "gate", "--config", str(self.config), "run"]
        with (self.folder / "gate.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, process_group=0)


def _moment() -> Moment:
    reading = SystemClock().read()
    return Moment(reading.at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")


__all__ = ["LOGINS", "NAMES", "NOBODY", "P1", "P2", "PASSWORD", "PIN", "SUPERVISOR_BADGE", "WholeSite"]
