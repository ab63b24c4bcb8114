"""What the rules find in a period, worked out once and kept in memory: the entries of a period that is over stay."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

from gate.core.audit import Json, Kind
from gate.core.exception_groups import Group, grouped
from gate.core.exception_memory import Finding, Said, finding, stamp_of
from gate.core.exceptions import Finder, found_in
from gate.core.review_periods import Sample
from gate.core.review_rules import Counted
from gate.replay import Verdict
from gate.store.review_periods import Bounds
from gate.store.review_reading import BEFORE, Connect, config_before, count_between, entries_between, leaf_of

Again = Callable[[tuple[int, ...]], Mapping[int, str]]
"""Decides decisions again and returns what each came to."""

KEPT = 16
"""Periods that are kept in memory: those that somebody works on."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules found between two entries, both included."""

    groups: tuple[Group, ...]
    counts: Mapping[str, Json]
    """How many entries were routine by what they were, with `decisions` and `entries`."""
    sample: tuple[int, ...]
    last_leaf: str
    replayed: Mapping[int, str]
    """Decision of the sample -> what deciding it again came to, a word of `gate.replay.Verdict`."""

    @property
    def decisions(self) -> int:
        """How many decisions there were."""
        found = self.counts["decisions"]
        return found if isinstance(found, int) else 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked at; `keep` leaves out what does not touch the lot, `key` names it."""

    first: int
    last: int
    percent: int
    key: str = ""
    keep: Callable[[Said], bool] | None = None
    also: tuple[int, ...] = ()
    """Entries beyond the bounds that are about the lot: what was entered late."""


_Key = tuple[int, int, int, str, str]


class Findings:
    """Finds, and remembers the last few periods; two who ask for the same one wait for one answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._working = threading.Lock()
        self._found: OrderedDict[_Key, Found] = OrderedDict()
        self.bounds: Bounds = {}

    def found(self, connect: Connect, wanted: Wanted, again: Again) -> Found:
        """Return what the rules find; the decisions of the sample are decided again.

        Raises:
            UnreadableEntryError: an entry cannot be read.
            STORE_FAULTS: the records cannot be read now.
        """
        key: _Key = (wanted.first, wanted.last, wanted.percent, wanted.key, leaf_of(connect, wanted.last).hex())
        known = self._kept(key)
        if known is None:
            with self._working:
                known = self._kept(key) or _find(connect, wanted, key[-1], again)
                self._keep(key, known)
        return known

    def _kept(self, key: _Key) -> Found | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def _keep(self, key: _Key, found: Found) -> None:
        with self._lock:
            self._found[key] = found
            while len(self._found) > KEPT:
                self._found.popitem(last=False)

    def known(self, first: int, last: int, percent: int) -> Found | None:
        """Return what is in memory already of the whole gate between two entries."""
        with self._lock:
            keys = [key for key in self._found if key[:4] == (first, last, percent, "")]
            return self._found[keys[-1]] if keys else None


@dataclass(slots=True)
class _Drawing:
    """Lets entries pass and takes the decisions of the period into the sample on the way."""

    wanted: Wanted
    sample: Sample
    replayed: Mapping[int, str] = field(default_factory=dict)

    def drawn(self) -> tuple[int, ...]:
        return self.sample.drawn(self.wanted.percent)

    def passing(self, entries: Iterator[Said]) -> Iterator[Said]:
        for said in entries:
            if self.wanted.keep is not None and not self.wanted.keep(said):
                continue
            if said["kind"] == Kind.DECISION and said["seq"] >= self.wanted.first:
                self.sample.offer(said["seq"])
            yield said


def _find(connect: Connect, wanted: Wanted, last_leaf: str, again: Again) -> Found:
    finder = Finder(wanted.first, config_before(connect, wanted.first))
    drawing = _Drawing(wanted, Sample(bytes.fromhex(last_leaf)))
    within = entries_between(connect, max(1, wanted.first - BEFORE), wanted.last)
    later = (said for seq in wanted.also for said in entries_between(connect, seq, seq))
    entries = chain(within, later)
    of_rules = found_in(finder, drawing.passing(entries))
    groups = grouped(chain(of_rules, _missing(connect, wanted), _differing(connect, drawing, again)))
    counts: dict[str, Json] = {name.value: finder.counts.get(name, 0) for name in Counted}
    counts |= {"decisions": drawing.sample.offered, "entries": wanted.last - wanted.first + 1}
    return Found(groups, counts, drawing.drawn(), last_leaf, drawing.replayed)


def _differing(connect: Connect, drawing: _Drawing, again: Again) -> Iterator[Finding]:
    """Once all have passed: a decision of the sample that does not come out the same is looked at by itself."""
    drawing.replayed = again(drawing.drawn())
    for seq in [seq for seq, verdict in drawing.replayed.items() if verdict == Verdict.DIFFERENT]:
        for said in entries_between(connect, seq, seq):
            who = (str(said["person"]),) if said.get("person") else ()
            yield finding("REPLAY_DIFFERS", [stamp_of(said)], who=who, machine=str(said.get("equipment", "")))


def _missing(connect: Connect, wanted: Wanted) -> list[Finding]:
    """Numbers run without a gap; one that is not there was taken away."""
    missing = wanted.last - wanted.first + 1 - count_between(connect, wanted.first, wanted.last)
    if not missing:
        return []
    with_time = next(entries_between(connect, wanted.last, wanted.last), None)
    at = datetime.fromisoformat(with_time["at"]) if with_time else datetime.min.replace(tzinfo=UTC)
    what = f"missing {missing}"
    return [Finding("TRAIL_UNSOUND", wanted.last, (wanted.last,), at, at, what=what, twin="missing", like=("missing",))]
