"""Write audit entries by the hundred thousand: exact bytes from templates made by the product, one chain."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from gate.core.audit import FACT_KINDS, Entry, entry_bytes, timestamp
from gate.core.records import Moment
from gate.store.audit_trail import Head, Trail

CHUNK = 20_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_MS = 3_600_000

MARK_AT = datetime(9990, 1, 1, tzinfo=UTC)
MARK_UNTIL = datetime(9991, 1, 1, tzinfo=UTC)
MARK_AS_OF = datetime(9992, 1, 1, tzinfo=UTC)
MARK_BOOT_US, MARK_SEQ, MARK_REF, MARK_USE = 999_001, 999_002, 999_003, 999_004
MARKED = Moment(MARK_AT, "@boot", MARK_BOOT_US, trusted=True, clock="ntp")

_HOLES = (
    (f'"at":"{timestamp(MARK_AT)}"', '"at":"%(at)s"'),
    ('"boot":"@boot"', '"boot":"%(boot)s"'),
    (f'"boot_us":{MARK_BOOT_US}', '"boot_us":%(boot_us)d'),
    (f'"{timestamp(MARK_AS_OF)}"', '"%(as_of)s"'),
    (f'"until":"{timestamp(MARK_UNTIL)}"', '"until":"%(until)s"'),
    (f'"prev":"{"00" * 32}"', '"prev":"%(prev)s"'),
    (f'"seq":{MARK_SEQ}', '"seq":%(seq)d'),
    (f'"ref":{MARK_REF}', '"ref":%(ref)d'),
    (f'"use":{MARK_USE}', '"use":%(use)d'),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with holes where each instance differs, and what its searchable columns say."""

    text: str
    kind: str
    person: str | None
    equipment: str | None
    reader: str | None
    badge: str | None
    outcome: str | None
    reason: str | None


class Writer:
    """The growing trail in one open transaction: number, chain, columns and frontier of every row are right."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._zone: ZoneInfo = trail.zone
        self._rows: list[tuple[Any, ...]] = []
        self._frontier = list(trail.head.frontier)
        self._hours: dict[int, tuple[str, str]] = {}
        self.seq = trail.head.seq
        self.leaf = trail.head.leaf
        self.facts_seq = trail.head.facts_seq
        self.boot = ("boot-0", 0)
        """Boot id, and when it booted, in ms since 1970."""

    @property
    def frontier(self) -> tuple[bytes, ...]:
        """Return the Merkle frontier of what is written."""
        return tuple(self._frontier)

    def line(self, entry: Entry) -> Line:
        """Turn an entry at the marked moment into a template."""
        data = entry_bytes(entry, seq=MARK_SEQ, gate="bench", zone=self._zone, previous=bytes(32))
        text = data.decode().replace("%", "%%")
        offset = text.index('"offset":"') + len('"offset":"')
        text = f"{text[:offset]}%(offset)s{text[offset + 6 :]}"
        for marked, hole in _HOLES:
            text = text.replace(marked, hole)
        reason = entry.reasons[0] if entry.reasons else None
        outcome = str(entry.outcome) if entry.outcome is not None else None
        return Line(text, entry.kind.value, entry.person, entry.equipment, entry.reader, entry.badge, outcome, reason)

    def add(
        self, line: Line, at_ms: int, *, ref: int | None = None, use: int = 0, until_ms: int = 0, as_of: str = ""
    ) -> int:
        """Write one instance of a template and return its number."""
        at, offset = self.time_of(at_ms)
        boot, since = self.boot
        seq = self.seq + 1
        data = line.text % {
            "at": at,
            "as_of": as_of,
            "boot": boot,
            "boot_us": (at_ms - since) * 1000,
            "offset": offset,
            "prev": self.leaf.hex(),
            "seq": seq,
            "ref": ref or 0,
            "use": use,
            "until": self.time_of(until_ms)[0] if until_ms else "",
        }
        return self._row(line, at, ref, data)

    def tell(self, entry: Entry) -> int:
        """Write one entry of its own and return its number."""
        data = entry_bytes(entry, seq=self.seq + 1, gate="bench", zone=self._zone, previous=self.leaf)
        if entry.kind in FACT_KINDS:
            self.facts_seq = self.seq + 1
        line = replace(self.line(replace(entry, moment=MARKED)), text="")
        return self._row(line, timestamp(entry.moment.at), entry.ref, data.decode())

    def _row(self, line: Line, at: str, ref: int | None, data: str) -> int:
        size = self.seq
        self.seq = seq = size + 1
        self.leaf = leaf = sha256(b"\x00" + data.encode()).digest()
        self._rows.append(
            (
                seq,
                line.kind,
                at,
                line.person,
                line.equipment,
                line.reader,
                line.badge,
                line.outcome,
                line.reason,
                ref,
                data,
                leaf,
            )
        )
        nodes = self._frontier
        while size & 1:
            leaf = sha256(b"\x01" + nodes.pop() + leaf).digest()
            size >>= 1
        nodes.append(leaf)
        if len(self._rows) >= CHUNK:
            self.flush()
        return seq

    def time_of(self, at_ms: int) -> tuple[str, str]:
        """Return a time as it is stored, and the site's offset then; offsets change on the hour only."""
        hour, rest = divmod(at_ms, HOUR_MS)
        found = self._hours.get(hour)
        if found is None:
            at = EPOCH + timedelta(hours=hour)
            found = self._hours[hour] = (f"{at:%Y-%m-%dT%H}:", at.astimezone(self._zone).isoformat()[-6:])
        seconds, ms = divmod(rest, 1000)
        return f"{found[0]}{seconds // 60:02d}:{seconds % 60:02d}.{ms:03d}Z", found[1]

    def moment(self, at_ms: int) -> Moment:
        """Return an instant as the product's own functions take it."""
        boot, since = self.boot
        at = EPOCH + timedelta(milliseconds=at_ms)
        return Moment(at, boot, (at_ms - since) * 1000, trusted=True, clock="ntp")

    def flush(self) -> None:
        """Hand the rows that wait to the database."""
        marks = ", ".join("?" * 12)
        self._trail.cursor.executemany(f"INSERT INTO audit_trail VALUES ({marks})", self._rows)  # noqa: S608
        self._rows.clear()
        self._trail.head = Head(self.seq, self.leaf, self.frontier, self.facts_seq)


@contextmanager
def in_bulk(trail: Trail) -> Iterator[None]:
    """Write without indexes, refusals and waiting for the disk; all of them are back afterwards."""
    cursor = trail.cursor
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL "
        "AND tbl_name IN ('audit_trail', 'use_members', 'equipment_uses')"
    )
    put_back = cursor.fetchall()
    for kind, name, _ in put_back:
        cursor.execute(f'DROP {kind} "{name}"')
    trail.begin()
    yield
    trail.commit()
    for _, _, statement in put_back:
        cursor.execute(statement)
    cursor.execute("PRAGMA journal_mode = WAL")
