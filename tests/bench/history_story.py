"""What happens in a made history: arrivals by the hour, uses, denials, overrides, the gate's own days."""

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Entry, Kind, timestamp, tree_root
from gate.core.clock_trust import Step
from gate.core.records import Override
from gate.core.terms import Operation
from gate.desk import Desk
from gate.entries import step_entry
from gate.store import registry
from gate.store.reader_state import unknown_badge_mark
from gate.store.schema import data_sources, equipment_uses, overrides, unknown_badges, use_members
from tests.bench import plant
from tests.bench.history_lines import EPOCH, HOUR_MS, Writer
from tests.bench.history_overrides import SUPERVISORS, grant
from tests.bench.history_templates import Templates

DAY_MS = 24 * HOUR_MS
MACHINES_A_PERSON = 6
SHIFTS = (3,) * 6 + (10,) * 12 + (6,) * 6
"""How busy each hour of a site-local day is; nights are thin."""
WEEKEND = 0.3

LONGEST_USE_MS = 13 * HOUR_MS
UNCERTIFIED, UNKNOWN, UNREADABLE, LENT_HAND, OVERRIDDEN = 0.05, 0.004, 0.006, 0.3, 0.12
ROWS_AN_ARRIVAL = 2.78
PRESENT = 0.6
"""People at each machine, on an average."""


@dataclass(slots=True)
class _Use:
    """An open use: its row's id, and who is in it."""

    id: int
    opened_seq: int
    people: set[int] = field(default_factory=set)


class Story:
    """One history, told into the writer until it has as many rows as were asked for."""

    def __init__(
        self, desk: Desk, writer: Writer, size: plant.Size, rows: int, seed: int, begins_at: datetime, days: int
    ) -> None:
        self._desk, self._writer, self._size, self._rows = desk, writer, size, rows
        self._random = random.Random(seed)
        self._begin_ms = (begins_at - EPOCH) // timedelta(milliseconds=1)
        self._days = days
        self._due: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._turn = 0
        self._uses: dict[int, _Use] = {}
        self._busy: set[int] = set()
        self._use_rows: list[tuple[Any, ...]] = []
        self._member_rows: dict[tuple[int, int], list[Any]] = {}
        self._members: list[list[Any]] = []
        self._as_of = timestamp(begins_at)
        self._override_rows = 0
        self._unknown: set[str] = set()
        arrivals = rows / ROWS_AN_ARRIVAL
        free = days * DAY_MS * min(size.people * 0.5, size.equipment * PRESENT) / arrivals
        self._longest_ms = int(min(8 * HOUR_MS, max(2 * free, 60_000)))
        self._line = Templates(desk, writer, size, begins_at).line

    def tell(self) -> None:
        """Write entries in order of time until there are enough of them."""
        writer, due = self._writer, self._due
        writer.boot = ("bench-boot-000", self._begin_ms - 60_000)
        self._at(self._begin_ms + 1000, self._start, 0)
        for day in range(self._days):
            self._day(self._begin_ms + day * DAY_MS, day)
        for at_ms in self._arrivals():
            while due and due[0][0] <= at_ms and writer.seq < self._rows:
                then, _, act, what = heapq.heappop(due)
                act(then, *what)
            if writer.seq >= self._rows:
                break
            self._arrival(at_ms)
        self._write_uses()

    def _arrivals(self) -> Iterator[int]:
        """Instants over the days, more by day than by night; at the end as many as are still wanted."""
        hours = range(self._begin_ms // HOUR_MS, (self._begin_ms + self._days * DAY_MS) // HOUR_MS)
        weights = [_busy(hour, self._writer) for hour in hours]
        each = self._rows / ROWS_AN_ARRIVAL / sum(weights)
        owed = 0.0
        for hour, weight in zip(hours, weights, strict=True):
            owed += weight * each
            many, owed = int(owed), owed % 1
            base = hour * HOUR_MS
            yield from sorted(base + self._random.randrange(HOUR_MS) for _ in range(many))
        last_ms = (self._begin_ms + self._days * DAY_MS) - 1
        while True:
            yield last_ms

    def _at(self, at_ms: int, act: Callable[..., None], *what: Any) -> None:
        self._turn += 1
        heapq.heappush(self._due, (at_ms, self._turn, act, what))

    # --- at the machines --------------------------------------------------------------------------------------

    def _arrival(self, at_ms: int) -> None:
        chance = self._random.random()
        if chance < UNREADABLE:
            self._writer.add(self._line("unreadable", 0, self._machine()), at_ms)
        elif chance < UNREADABLE + UNKNOWN:
            self._unknown_badge(at_ms, self._machine())
        elif chance < UNREADABLE + UNKNOWN + UNCERTIFIED:
            self._turned_away(at_ms, self._free_person())
        else:
            person = self._free_person()
            own = list(range(person % plant.BLOCKS, self._size.equipment, plant.BLOCKS))
            first = person // plant.BLOCKS * 7 % len(own)
            machines = [own[(first + n) % len(own)] for n in range(min(MACHINES_A_PERSON, len(own)))]
            self._allowed(at_ms, person, self._random.choice(machines), "allow", None)

    def _machine(self) -> int:
        return self._random.randrange(self._size.equipment)

    def _free_person(self) -> int:
        for _ in range(20):
            person = self._random.randrange(self._size.people)
            if person not in self._busy:
                break
        return person

    def _allowed(self, at_ms: int, person: int, machine: int, how: str, override: Override | None) -> None:
        use = self._uses.get(machine)
        if person in self._busy:
            return
        line = self._line(f"{how}_join" if use else how, person, machine, override)
        seq = self._writer.add(line, at_ms, until_ms=at_ms + LONGEST_USE_MS, as_of=self._as_of)
        if use is None:
            use = self._uses[machine] = _Use(len(self._use_rows) + 1, seq)
            self._use_rows.append((use.id, plant.equipment_id(machine), seq))
        use.people.add(person)
        self._busy.add(person)
        member = [
            len(self._members) + 1,
            use.id,
            plant.person_id(person),
            f"B{person}",
            Operation.USE.value,
            seq,
            self._writer.time_of(at_ms)[0],
            None,
            self._writer.time_of(at_ms + LONGEST_USE_MS)[0],
            None,
            None,
            None,
            "no_output",
        ]
        self._members.append(member)
        if machine < self._size.equipment - self._size.shadow:
            self._at(at_ms + self._random.randrange(60, 180), self._actuated, seq, member)
        stays = self._random.randrange(30_000, self._longest_ms)
        self._at(at_ms + stays, self._leaves, person, machine, seq, member)

    def _actuated(self, at_ms: int, seq: int, member: list[Any]) -> None:
        self._writer.add(self._line("actuated", 0, 0), at_ms, ref=seq)
        member[12] = "actuated"

    def _leaves(self, at_ms: int, person: int, machine: int, joined_seq: int, member: list[Any]) -> None:
        use = self._uses[machine]
        use.people.discard(person)
        self._busy.discard(person)
        how = "left" if use.people else "ended"
        member[11] = seq = self._writer.add(self._line(how, person, machine), at_ms, ref=joined_seq, use=use.id)
        if not use.people:
            del self._uses[machine]
            self._use_rows[use.id - 1] += (seq,)

    def _turned_away(self, at_ms: int, person: int) -> None:
        """Somebody who is not certified; sometimes a colleague comes instead, sometimes an override is granted."""
        if person in self._busy:
            return
        machine = self._machine()
        machine += (person + 1 - machine) % plant.BLOCKS
        machine %= self._size.equipment
        if (machine - person) % plant.BLOCKS == 0:
            return
        self._writer.add(self._line("deny", person, machine), at_ms, as_of=self._as_of)
        chance = self._random.random()
        if chance < LENT_HAND:
            helper = machine % plant.BLOCKS + plant.BLOCKS * self._random.randrange(self._size.people // plant.BLOCKS)
            self._at(at_ms + self._random.randrange(15_000, 200_000), self._allowed, helper, machine, "allow", None)
        elif chance < LENT_HAND + OVERRIDDEN:
            self._at(at_ms + self._random.randrange(120_000, 900_000), self._granted, person, machine)

    def _unknown_badge(self, at_ms: int, machine: int) -> None:
        number = plant.badge_number(0x800000 + self._random.randrange(50))
        mark = unknown_badge_mark(b"bench", number)
        seq = self._writer.add(self._line(f"unknown {number} {mark}", 0, machine), at_ms)
        if mark not in self._unknown:
            self._unknown.add(mark)
            self._desk.trail.run(sa.insert(unknown_badges), {"badge_hmac": mark, "number": number, "first_seq": seq})

    # --- overrides --------------------------------------------------------------------------------------------

    def _granted(self, at_ms: int, person: int, machine: int) -> None:
        self._override_rows += 1
        signer, moment = self._random.choice(SUPERVISORS), self._writer.moment(at_ms)
        made = grant(self._override_rows, person, machine, signer, moment, self._desk.trail.zone)
        seq = self._writer.tell(made.entry)
        registry.put(self._desk.trail, overrides, made.override.id, made.values, seq)
        soon = at_ms + self._random.randrange(20_000, 300_000)
        self._at(soon, self._allowed, person, machine, "override", made.override)

    # --- the gate's own entries -------------------------------------------------------------------------------

    def _day(self, midnight_ms: int, day: int) -> None:
        self._at(midnight_ms + 2 * HOUR_MS, self._loaded)
        self._at(midnight_ms + 3 * HOUR_MS, self._verified)
        if day % 7 == 3:
            self._at(midnight_ms + self._random.randrange(DAY_MS), self._stepped)
        if day % 30 == 20:
            self._at(midnight_ms + 4 * HOUR_MS, self._tell, Kind.STOP, {})
            self._at(midnight_ms + 4 * HOUR_MS + 45_000, self._start, day)
        if day % 3 == 1:
            lost_ms, machine = midnight_ms + self._random.randrange(DAY_MS // 2), self._machine()
            self._at(lost_ms, self._tell, Kind.READER_OFFLINE, {"reader": f"R-{machine:04d}", "detail": _LOST})
            back_ms = lost_ms + self._random.randrange(2_000, 600_000)
            self._at(back_ms, self._tell, Kind.READER_ONLINE, {"reader": f"R-{machine:04d}", "detail": _BACK})

    def _tell(self, at_ms: int, kind: Kind, said: dict[str, Any]) -> None:
        self._writer.tell(Entry(kind=kind, moment=self._writer.moment(at_ms), **said))

    def _start(self, at_ms: int, day: int) -> None:
        self._writer.boot = (f"bench-boot-{day:03d}", at_ms - 30_000)
        detail = {"software": "bench", "config_sha256": "0" * 64, "tzdata": "2026.1", "sqlite": "3.51.3", "blind_ms": 0}
        self._tell(at_ms, Kind.START, {"detail": detail})

    def _loaded(self, at_ms: int) -> None:
        self._tell(at_ms, Kind.LOAD, {"by": "lms", "why": "nightly data", "detail": {"added": 0, "unchanged": 1}})
        self._as_of = self._writer.time_of(at_ms)[0]
        values = {"kind": "csv", "last_good_at": self._as_of, "attested_until_at": None}
        registry.put(self._desk.trail, data_sources, "lms", values, self._writer.seq)

    def _verified(self, at_ms: int) -> None:
        writer = self._writer
        root = tree_root(writer.frontier).hex()
        head = {"head_seq": writer.seq, "head_leaf": writer.leaf.hex(), "root": root}
        self._tell(at_ms, Kind.VERIFY, {"detail": {"sound": True, "full": True, "checked": writer.seq, **head}})

    def _stepped(self, at_ms: int) -> None:
        moment = self._writer.moment(at_ms)
        self._writer.tell(step_entry(Step(moment.at - timedelta(milliseconds=1300), moment.at), moment))

    def _write_uses(self) -> None:
        cursor = self._desk.trail.cursor
        uses = [row if len(row) == 4 else (*row, None) for row in self._use_rows]
        names = ", ".join(column.name for column in equipment_uses.columns)
        cursor.executemany(f"INSERT INTO equipment_uses ({names}) VALUES (?, ?, ?, ?)", uses)  # noqa: S608
        names = ", ".join(column.name for column in use_members.columns)
        marks = ", ".join("?" * len(use_members.columns))
        cursor.executemany(f"INSERT INTO use_members ({names}) VALUES ({marks})", self._members)  # noqa: S608


_LOST = {"line": "line-1", "what": "no_answer"}
_BACK = {"line": "line-1", "what": "answers"}


def _busy(hour: int, writer: Writer) -> float:
    local = (EPOCH + timedelta(hours=hour)).astimezone(writer._zone)
    return SHIFTS[local.hour] * (WEEKEND if local.weekday() >= 5 else 1.0)
