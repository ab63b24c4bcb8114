"""Which entries the review of a lot or of a machine looks at: those that touch it, and what concerns every machine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gate.core.audit import Kind
from gate.core.exception_memory import Said
from gate.core.review_names import MACHINE, ReviewName
from gate.store.lots import Window
from gate.store.review_reading import first_since
from gate.store.reviews import Review
from gate.store.trail_reading import head_seq
from gate.web.pages import site
from gate.web.review_cases import connect
from gate.web.review_finding import Wanted

BEFORE = timedelta(hours=24)
"""No override lasts longer: one that counted in a window was granted within it."""

OF_THE_GATE = frozenset(
    {
        Kind.START,
        Kind.CLOCK_STEP,
        Kind.CLOCK_UNTRUSTED,
        Kind.CLOCK_TRUSTED,
        Kind.VERIFY,
        Kind.SEGMENT,
        Kind.LOAD,
        Kind.CONFIG,
        Kind.KEY,
    }
)
"""Kinds that concern every machine."""

OF_READERS = frozenset({Kind.READER_OFFLINE, Kind.READER_ONLINE, Kind.READER_TAMPER, Kind.READER_POWER, Kind.SECURITY})

OF_RULES = ("requirement_set:", "item:", "item_revision:", "data_source:", "equipment_class:", "area:")


@dataclass(frozen=True, slots=True)
class Selection:
    """What a review is of, where and when that was, and the entries that tell late of it."""

    name: ReviewName
    windows: tuple[Window, ...]
    """Those of the lot; of a machine one, without a lot."""
    late: tuple[int, ...]
    signed: Review | None
    """The review itself, once it is signed; windows and late entries are then those that were known."""

    @property
    def over_at(self) -> datetime | None:
        """When it ended, None while it runs."""
        ends = [window.until_at for window in self.windows]
        return None if None in ends else max(end for end in ends if end is not None)

    @property
    def machines(self) -> frozenset[str]:
        """The machines that it touches."""
        return frozenset(window.equipment_id for window in self.windows)


def review_as_found(selection: Selection, over_at: datetime) -> Review:
    """Return the review as it would be signed: its bounds are those of the first and the last window."""
    head = head_seq(site().records.engine())
    begin = min(window.from_at for window in selection.windows) - BEFORE
    first = first_since(connect, 0, head, begin) or head
    behind = first_since(connect, first - 1, head, over_at)
    last = max(first, (behind or head + 1) - 1)
    name = selection.name
    until_on = name.last_on + timedelta(days=1) if name.last_on else None
    return Review(name.id, name.scope, first, last, scope_id=name.of, from_on=name.first_on, until_on=until_on)


def wanted_of(selection: Selection, review: Review) -> Wanted:
    """Return which entries are looked at; another version of a window, or a later entry, makes another selection."""
    also = tuple(seq for seq in selection.late if seq > review.last_seq)
    name = selection.name
    versions = [(window.equipment_id, window.from_at, window.until_at) for window in selection.windows]
    key = f"{name.scope} {name.of} {versions} {selection.late}"
    percent = site().settings.review.sample_percent
    return Wanted(review.first_seq, review.last_seq, percent, key, _keeping(selection), also)


def _keeping(selection: Selection) -> Callable[[Said], bool]:
    machines = selection.machines
    readers = {reader.name for line in site().settings.line for reader in line.reader if reader.equipment in machines}
    kept: set[int] = set()

    def keep(said: Said) -> bool:
        if said["kind"] == Kind.LATE_ENTRY and (said["seq"] in selection.late or selection.name.scope != MACHINE):
            return said["seq"] in selection.late
        at = datetime.fromisoformat(said["at"])
        machine = said.get("equipment")
        if machine is not None:
            found = machine in machines and _touches(selection, said, machine, at)
            if found and said["kind"] == Kind.DECISION:
                kept.add(said["seq"])
            return found
        if said.get("ref") in kept:
            return True
        if not any(window.span.covers(at) for window in selection.windows):
            return False
        return said["kind"] in OF_THE_GATE or _of_rules(said) or _of_reader(said, readers)

    return keep


def _touches(selection: Selection, said: Said, machine: str, at: datetime) -> bool:
    windows = [window for window in selection.windows if window.equipment_id == machine]
    if said["kind"] == Kind.OVERRIDE_GRANTED:
        return any(window.span.covers(at) or window.from_at - BEFORE <= at < window.from_at for window in windows)
    return any(window.span.covers(at) for window in windows)


def _of_rules(said: Said) -> bool:
    return said["kind"] == Kind.CHANGE and str(said.get("subject", "")).startswith(OF_RULES)


def _of_reader(said: Said, readers: set[str]) -> bool:
    return said["kind"] in OF_READERS and said.get("reader") in readers
