"""What the rules of review by exception find, and the little they keep in mind from one entry to the next."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

Said = Mapping[str, Any]
"""What an entry says: its canonical bytes, parsed."""

NOBODY = ""


class Stamp(NamedTuple):
    """When an entry was made, on the wall clock and on the boot clock."""

    seq: int
    at: datetime
    boot: str
    boot_us: int


def stamp_of(said: Said) -> Stamp:
    """Return when an entry was made."""
    return Stamp(said["seq"], datetime.fromisoformat(said["at"]), said["boot"], said["boot_us"])


def elapsed(before: Stamp, after: Stamp) -> timedelta:
    """Return the time between two entries; of the boot clock where both belong to one boot, else without a sign."""
    if before.boot == after.boot:
        return timedelta(microseconds=abs(after.boot_us - before.boot_us))
    return abs(after.at - before.at)


@dataclass(frozen=True, slots=True)
class Finding:
    """One exception: `seq` is the entry that completes it."""

    rule: str
    seq: int
    seqs: tuple[int, ...]
    """The entries that show it, in order."""
    since: datetime
    until: datetime
    who: tuple[str, ...] = ()
    """The people it is about, by id."""
    other: str = NOBODY
    machine: str = ""
    reader: str = ""
    what: str = ""
    """A code or a name that the headline shows."""
    times: int = 1
    lasted_s: int = 0
    reasons: tuple[str, ...] = ()
    """Why somebody was denied."""
    why: str = ""
    """What was said for it: the justification of a change."""
    parts: frozenset[str] = frozenset()
    """Everybody who had a part in it: none of them reviews it (requirement H5)."""
    twin: str = ""
    """What tells it apart from others of its rule that the same entry completes, as the end of a period does."""
    like: tuple[str, ...] = ()
    """What it must share with another to be like it, beside the rule; empty: people, machine and reader."""

    @property
    def mark(self) -> str:
        """What names it for good under its rule, in a period of whatever bounds."""
        return f"{self.seq}.{hashlib.sha256(self.twin.encode()).hexdigest()[:8]}" if self.twin else str(self.seq)

    @property
    def key(self) -> tuple[str, ...]:
        """What exceptions that are like each other have in common."""
        return (self.rule, *(self.like or ("/".join(self.who), self.machine, self.reader)))


def finding(rule: str, stamps: Iterable[Stamp], **told: Any) -> Finding:
    """Return an exception that these entries show, completed by the last of them unless `seq` says otherwise."""
    shown = tuple(stamps)
    parts = told.pop("parts", None)
    named = [*told.get("who", ()), told.get("other", NOBODY)] if parts is None else parts
    return Finding(
        rule=rule,
        seq=told.pop("seq", shown[-1].seq),
        seqs=tuple(stamp.seq for stamp in shown),
        since=shown[0].at,
        until=told.pop("until", shown[-1].at),
        parts=frozenset(name for name in named if name),
        **told,
    )


@dataclass(slots=True)
class Stretch:
    """A run of entries that count as one exception: its first and last, how many, and the first ones by name."""

    first: Stamp
    last: Stamp
    shown: list[Stamp]
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the exception will say of people and places."""
    times: int = 1

    def add(self, now: Stamp, most: int) -> None:
        """Count one more entry; only the first `most` are named."""
        self.last = now
        self.times += 1
        if len(self.shown) < most:
            self.shown.append(now)


@dataclass(slots=True)
class Memory:
    """What the rules keep in mind; each part is bounded by people, machines, readers and items, not by entries."""

    first_seq: int = 1
    """Entries before it only prepare: what they complete belongs to an earlier period, and they are not counted."""
    config: str = ""
    """SHA-256 of the configuration at the last start before."""
    denied: dict[tuple[str, str], Stretch] = field(default_factory=dict)
    refused: dict[str, list[tuple[Stamp, str]]] = field(default_factory=dict)
    at_work: dict[tuple[str, str], Stamp] = field(default_factory=dict)
    silent: dict[str, Stamp] = field(default_factory=dict)
    stale: Stretch | None = None
    revisions: dict[str, Stretch] = field(default_factory=dict)
    revision_people: dict[str, set[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    counting: bool = False
    swept: int = 0
    """Decisions since what is over was last swept out."""

    def count(self, what: str) -> None:
        """Count an entry of the period."""
        if self.counting:
            self.counts[what] += 1

    def on_revision(self, item: str, now: Stamp, person: str | None, most: int) -> None:
        """Remember a denial of the period for want of a new revision of this version of an item."""
        if not self.counting:
            return
        if item in self.revisions:
            self.revisions[item].add(now, most)
        else:
            self.revisions[item] = Stretch(now, now, [now])
        self.revision_people.setdefault(item, set()).update({person} if person else ())
