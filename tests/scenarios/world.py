"""A whole gate on an injected clock: real records, real codecs of both roles, bytes carried between them in memory."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from firmware_protocol.badge import bits_of
from firmware_protocol.osdp.reader import LightShown, OsdpReader, OutputChanged, ReaderIdentity, TextShown, ToneHeard
from gate import alive
from gate.core.records import Moment
from gate.desk_opening import open_desk
from gate.edge import Edge
from gate.evidence import EvidenceReader
from gate.keys import write_key
from gate.reader_requests import attend
from gate.readers.station import IDLE_TEXT
from gate.replay import Verdict
from gate.replay_log import Replay, replay_log
from gate.settings import load_settings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.plant_load import load_plant
from gate.store.reader_requests import ReaderRequest, RequestKind, ask_reader, read_request
from gate.store.trail_reading import entries
from gate.store.verify import verify
from gate.use_watch import watch
from gate.wiring import keys_folder, line_specs, plan_of
from tests.manual_clock import ManualClock
from tests.scenarios.memory_lines import MemoryLine, MemoryLines
from tests.scenarios.plant import Plant, plant, plant_file
from tests.store.fresh import fresh_database

TORONTO = ZoneInfo("America/Toronto")
KEY = bytes(range(16))
STEP_S = 0.01
SETTLE_S = 1.0
"""How long the lines take to come up, or an answer to be all out, on the injected clock."""

HEADER = """
[site]
name = "Test plant"
zone = "America/Toronto"
[gate]
id = "gate-1"
state_dir = "state"
[clock]
trust = "asserted"
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader did for one badge."""

    color: str
    beeps: int
    line1: str
    line2: str
    after_s: float
    """From the presentation to the first byte of the answer."""


def line(name: str, readers: Sequence[tuple[str, str]], *, secure: bool = True) -> str:
    """Return the configuration of an OSDP line; `readers` are (name, equipment id) in the order of addresses."""
    rows = [f'[[line]]\nname = "{name}"\npath = "ports/{name}"\nkind = "osdp"']
    for address, (reader, equipment) in enumerate(readers):
        rows.append(
            f'[[line.reader]]\nname = "{reader}"\nequipment = "{equipment}"\naddress = {address}\n'
            f"secure = {str(secure).lower()}\noutput = 0"
        )
    return "\n".join(rows)


def plain_line(name: str, kind: str, reader: str, equipment: str) -> str:
    return (
        f'[[line]]\nname = "{name}"\npath = "ports/{name}"\nkind = "{kind}"\nsupervision = "port-only"\n'
        f'[[line.reader]]\nname = "{reader}"\nequipment = "{equipment}"'
    )


DEFAULT_LINES = (line("line-1", [("R1", "TP-01"), ("R2", "TP-02")]),)


def local(text: str) -> datetime:
    """Return a site-local time."""
    return datetime.fromisoformat(text).replace(tzinfo=TORONTO)


class World:
    """One gate with its readers; time passes only in `run`, `go_to` and what calls them."""

    def __init__(
        self, folder: Path, at: datetime, plant_: Plant | None = None, lines: Sequence[str] = DEFAULT_LINES
    ) -> None:
        self.clock = ManualClock(at)
        self.replays = True
        """Whether the log this gate leaves is to be decided again at the end of the test; False for spoilt records."""
        self.config = folder / "gate.toml"
        self.config.write_text(HEADER + "\n".join(lines), encoding="utf-8")
        self.settings = load_settings(self.config)
        fresh_database(self.settings.database_path)
        secure = [reader for line_ in self.settings.line for reader in line_.reader if reader.secure]
        for reader in secure:
            write_key(keys_folder(self.settings), reader.name, KEY)
        self.readers: dict[str, OsdpReader] = {}
        self.lines = MemoryLines(self._lines(), self.clock)
        self.load(plant_ if plant_ is not None else plant())
        self.edge = self._start()
        self.run(SETTLE_S)

    def _lines(self) -> dict[str, MemoryLine]:
        codecs = {spec.name: spec.codec for spec in line_specs(self.settings)}
        made = {name: MemoryLine(codec) for name, codec in codecs.items()}
        for line_ in self.settings.line:
            for number, reader in enumerate(line_.reader if line_.kind == "osdp" else ()):
                if reader.name not in self.readers:
                    identity = ReaderIdentity(b"GAT", 1, 1, (number + 1).to_bytes(4, "little"), b"\x01\x00\x00")
                    key = KEY if reader.secure else None
                    self.readers[reader.name] = OsdpReader(reader.address, identity, key=key)
                made[line_.name].readers[reader.name] = self.readers[reader.name]
        return made

    def _start(self) -> Edge:
        edge = Edge(self.settings, self.config, self.clock, self.lines)
        edge.begin()
        return edge

    def load(self, plant_: Plant) -> int:
        """Load a plant as another process would; return the entry's number."""
        desk = open_desk(self.settings, plan_of(self.settings))
        try:
            return load_plant(
                desk.trail,
                plant_file(plant_),
                by="test",
                why="scenario",
                os_user="tester",
                moment=moment_now(self.clock),
            ).seq
        finally:
            desk.trail.close()

    # --- time ------------------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let time pass with everything at work, the watch of uses every second included."""
        end = self.clock.seconds + seconds
        watch_at = self.clock.seconds
        while self.clock.seconds < end - 1e-9:
            if self.clock.seconds >= watch_at:
                watch_at += 1.0
                self.edge.gate.submit(watch)
                self.edge.gate.submit(attend)
            self.turn()
            self.clock.advance(min(STEP_S, end - self.clock.seconds))
        self.turn()

    def turn(self) -> None:
        """Let both threads have their turn without time passing."""
        self.edge.lines.step(0)
        self.edge.gate.step(0)
        self.edge.lines.step(0)

    def go_to(self, at: datetime) -> None:
        """Let time pass until shortly before, without a poll meanwhile, and then with everything at work."""
        rest = (at - self.clock.at).total_seconds()
        if rest > 3 * SETTLE_S:
            self.clock.advance(rest - 3 * SETTLE_S)
        self.run((at - self.clock.at).total_seconds())

    # --- what people do --------------------------------------------------------------------------------

    def badge(self, reader: str, number: str, wait_s: float = 1.2) -> Shown | None:
        """Present a badge, let enough time pass for the next one, and return what the reader did, if anything."""
        at = self.clock.seconds
        self.readers[reader].present(*bits_of(number))
        self.run(wait_s)
        return self.shown(reader, at)

    def shown(self, reader: str, since: float) -> Shown | None:
        """Return what the reader did since an instant, the last of each kind."""
        done = [(t, action) for t, action in self.lines.actions[reader] if t >= since]
        lights = [(t, a) for t, a in done if isinstance(a, LightShown) and a.seconds]
        tones = [a for _, a in done if isinstance(a, ToneHeard)]
        texts = [a for _, a in done if isinstance(a, TextShown) and a.line1 != IDLE_TEXT.line1]
        if not lights or not tones or not texts:
            return None
        text = texts[-1]
        return Shown(lights[-1][1].color, tones[-1].count, text.line1, text.line2, lights[0][0] - since)

    def output(self, reader: str) -> bool:
        """Whether the reader's relay is closed now."""
        self.readers[reader].advance(self.clock.seconds)
        now = self.clock.seconds
        self.lines.actions[reader] += [(now, action) for action in self.readers[reader].take_actions()]
        states = [a.on for _, a in self.lines.actions[reader] if isinstance(a, OutputChanged)]
        return bool(states and states[-1])

    def ask(self, reader: str, kind: RequestKind, about: str = "", seconds: float = 30) -> int:
        """Ask something of a reader as a page would; return the request's id."""
        engine = open_database(self.settings.database_path)
        trail = Trail(engine, "gate-1", self.settings.zone)
        with trail.transaction():
            ends = self.clock.at + timedelta(seconds=seconds)
            found = ask_reader(trail, reader, kind, asked_by="page", expires_at=ends, about=about)
        trail.close()
        return found

    def asked(self, request_id: int) -> ReaderRequest | None:
        """Return what became of a request."""
        engine = open_database(self.settings.database_path, read_only=True)
        with engine.connect() as connection:
            found = read_request(connection, request_id)
        engine.dispose()
        return found

    # --- what stays ------------------------------------------------------------------------------------

    def trail(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what the entries say, oldest first."""
        engine = open_database(self.settings.database_path, read_only=True)
        said = [json.loads(row.data) for row in entries(engine, after_seq=0, limit=100_000)]
        engine.dispose()
        return [entry for entry in said if kind is None or entry["kind"] == kind]

    def decisions(self) -> list[dict[str, Any]]:
        return self.trail("decision")

    def reasons(self) -> list[str]:
        """Return the reasons of the last decision."""
        found: list[str] = self.decisions()[-1]["reasons"]
        return found

    def sound(self) -> bool:
        """Whether the trail verifies in full."""
        engine = open_database(self.settings.database_path, read_only=True)
        try:
            return verify(engine, full=True).sound
        finally:
            engine.dispose()

    def replay(self) -> Replay:
        """Decide the whole log again with what was known at each entry."""
        engine = open_database(self.settings.database_path, read_only=True)
        return replay_log(engine, self.settings.zone)

    def replayed_otherwise_alone(self, most: int = 12) -> list[str]:
        """Return what differs when the last decisions are made again one by one, as their pages do."""
        engine = open_database(self.settings.database_path, read_only=True)
        found = []
        with EvidenceReader(engine, TORONTO) as reader:
            for said in self.decisions()[-most:]:
                told = reader.of(said["seq"])
                if told is None or told.replayed.verdict not in {Verdict.SAME, Verdict.REFUSED}:
                    found.append(f"{said['seq']}: {told.replayed.in_words() if told else 'nothing'}")
        return found

    # --- the process -----------------------------------------------------------------------------------

    def kill(self) -> None:
        """End the gate as a power cut does: no stop entry, nothing answered."""
        self.edge.gate.close()

    def restart(self, blind_s: float, *, reboot: bool = False) -> None:
        """Kill the gate if it lives, let time pass, and start it again on the same records."""
        alive_path = self.settings.gate.state_dir / "run" / "alive.json"
        alive_path.parent.mkdir(parents=True, exist_ok=True)
        alive.tell_alive(alive_path, self.clock.read(), self.edge.gate.committed_seq)
        self.kill()
        self.clock.advance(blind_s)
        if reboot:
            self.clock.boot_id += "+"
        self.lines = MemoryLines(self._lines(), self.clock)
        self.edge = self._start()
        self.run(SETTLE_S)


def moment_now(clock: ManualClock) -> Moment:
    """Return this instant, trusted."""
    reading = clock.read()
    return Moment(reading.at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")
