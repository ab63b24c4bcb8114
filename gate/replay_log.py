"""Decide the whole log again, in order, in short read transactions and flat memory (requirement E7, scenario 30)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.audit import Json, Kind
from gate.core.uses_told import TOLD, UsesTold
from gate.replay import Replayed, Replayer, Verdict
from gate.store.audit_trail import Trail
from gate.store.past_facts import PastFacts, changes_of_equipment
from gate.store.schema import audit_trail
from gate.store.trail_bytes import Said, said_of

PAGE = 1000
"""Entries in one read transaction: a fifth of a second of deciding, so that the write-ahead log does not grow."""

NAMED = 100
"""Differences that are told one by one; all are counted."""

Progress = Callable[[int, int], None]

_PAGE = (
    sa.select(audit_trail.c.seq, audit_trail.c.data)
    .where(
        audit_trail.c.seq > sa.bindparam("after", type_=sa.Integer),
        audit_trail.c.seq <= sa.bindparam("until", type_=sa.Integer),
        audit_trail.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted({*TOLD, Kind.START.value})]),
    )
    .order_by(audit_trail.c.seq)
    .limit(sa.literal_column(str(PAGE)))
)


@dataclass(slots=True)
class Replay:
    """What deciding the log again came to, up to the entry `until_seq`."""

    until_seq: int = 0
    counts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    found: list[tuple[int, str]] = field(default_factory=list)
    """The first differences: the entry, and what differs in words."""

    @property
    def all_same(self) -> bool:
        """Whether no decision comes out differently."""
        return self.counts[Verdict.DIFFERENT] == 0

    def as_json(self) -> dict[str, Json]:
        """Return the result as plain values."""
        return {
            "until_seq": self.until_seq,
            "decisions": sum(self.counts.values()),
            **{verdict.value: count for verdict, count in self.counts.items()},
            "first_different_seq": self.found[0][0] if self.found else None,
            "differences": [{"seq": seq, "what": what} for seq, what in self.found],
        }

    def in_words(self) -> list[str]:
        """Return the result as lines: the first says it all."""
        count = self.counts
        made = count[Verdict.SAME] + count[Verdict.DIFFERENT]
        apart = [f"{count[Verdict.REFUSED]} refused before the rules were asked"]
        if count[Verdict.NOT_REPLAYABLE]:
            apart.append(f"{count[Verdict.NOT_REPLAYABLE]} not replayable: an earlier release kept too little of them")
        said = f"{made} decisions decided again up to entry {self.until_seq} ({'; '.join(apart)})"
        if not made:
            return [f"nothing to decide again: {said}"]
        if self.all_same:
            return [f"same: {said}, every answer is the same"]
        lines = [f"DIFFERENT: {said}, {count[Verdict.DIFFERENT]} came out differently, the first is {self.found[0][0]}"]
        return [*lines, *(f"  entry {seq}: {what}" for seq, what in self.found)]

    def take(self, one: Replayed) -> None:
        """Count one decision."""
        self.counts[one.verdict] += 1
        if one.verdict is Verdict.DIFFERENT and len(self.found) < NAMED:
            self.found.append((one.seq, one.in_words()))


def replay_log(engine: sa.Engine, zone: ZoneInfo, progress: Progress | None = None) -> Replay:
    """Decide every decision of the log again.

    Raises:
        STORE_FAULTS: the file cannot be read.
    """
    trail = Trail(engine, "", zone)
    try:
        return _all(trail, zone, progress)
    finally:
        trail.close()


def _all(trail: Trail, zone: ZoneInfo, progress: Progress | None) -> Replay:
    trail.look()
    head, changed = trail.head.seq, changes_of_equipment(trail)
    trail.rollback()
    walk = _Walk(trail, zone, changed)
    after = 0
    while rows := _page(trail, after, head):
        for row in rows:
            walk.step(said_of(row[1]), row[0])
        trail.rollback()
        after = rows[-1][0]
        if progress:
            progress(after, head)
    trail.rollback()
    walk.result.until_seq = head
    return walk.result


def _page(trail: Trail, after: int, until: int) -> Sequence[Any]:
    trail.look()
    rows: Sequence[Any] = trail.run(_PAGE, {"after": after, "until": until}).fetchall()
    return rows


class _Walk:
    """One walk along the log, entry by entry: the uses grow with it, each decision is made just before it counts."""

    def __init__(self, trail: Trail, zone: ZoneInfo, changed: Sequence[int]) -> None:
        self.result = Replay()
        self._uses = UsesTold()
        self._replayer = Replayer(trail, PastFacts(trail, zone, self._uses, changed))
        self._started: int | None = None
        """The last start whose decisions carry what is needed."""

    def step(self, said: Said | None, seq: int) -> None:
        """Take one entry."""
        if said is None:
            self.result.take(Replayed(seq, Verdict.DIFFERENT, (("entry", "unreadable", None),)))
            return
        if said["kind"] == Kind.START:
            self._started = seq if "plan" in (said.get("detail") or {}) else None
        elif said["kind"] == Kind.DECISION:
            self.result.take(self._checked(said))
        self._uses.take(said)

    def _checked(self, said: Said) -> Replayed:
        """Decide again; an entry that hides what it was made under, or names another start, is no earlier release's."""
        one = self._replayer.again(said)
        if one.verdict is Verdict.NOT_REPLAYABLE and self._started is not None:
            return Replayed(one.seq, Verdict.DIFFERENT, (("start", "missing", self._started),))
        if one.verdict is Verdict.SAME and said["evidence"]["start"] != self._started:
            return Replayed(one.seq, Verdict.DIFFERENT, (("start", said["evidence"]["start"], self._started),))
        return one
