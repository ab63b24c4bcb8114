"""The review of one lot before its release: the entries of its machines while it ran there (requirement H5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gate.core.audit import Kind
from gate.core.exception_memory import Said
from gate.store.granted import asking
from gate.store.late_entries import LateFilter, find_late
from gate.store.lots import Window, windows_of
from gate.store.review_reading import first_since
from gate.store.reviews import LOT, Review, review_of
from gate.store.trail_reading import head_seq
from gate.web.pages import site
from gate.web.review_cases import Opened, connect, opened
from gate.web.review_finding import Wanted

PREFIX = "lot:"

BEFORE = timedelta(hours=24)
"""No override lasts longer: one that counted while the lot ran was granted within it."""

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
class LotSpan:
    """Where and when a lot was made, and the entries beyond that are about it."""

    lot: str
    windows: tuple[Window, ...]
    late: tuple[int, ...]
    """The entries that tell of uses entered late."""
    signed: Review | None

    @property
    def over_at(self) -> datetime | None:
        """When its making ended, None while it runs."""
        ends = [window.until_at for window in self.windows]
        return None if None in ends else max(end for end in ends if end is not None)


def lot_id(review_id: str) -> str | None:
    """Return the lot that the id of a review names, None for a period; a slash stands in it as a tilde."""
    return review_id.removeprefix(PREFIX).replace("~", "/") if review_id.startswith(PREFIX) else None


def review_id_of(lot: str) -> str:
    """Return the id of the review of a lot, as it stands in an address."""
    return PREFIX + lot.replace("/", "~")


def lot_span(lot: str) -> LotSpan | None:
    """Return where and when a lot was made, None where no window names it; once signed, as it was known then."""
    with connect() as connection:
        review = review_of(asking(connection), review_id_of(lot))
        signed = review if review is not None and review.signed else None
        known = signed.signed_seq if signed else None
        windows = windows_of(connection, lot, known=known)
        late = find_late(connection, LateFilter(lot=lot), known=known)
    seqs = tuple(sorted(one.entered_seq for one in late if one.lot == lot))
    return LotSpan(lot, windows, seqs, signed) if windows else None


def open_lot(span: LotSpan, over_at: datetime) -> Opened:
    """Return everything about the review of a lot whose making is over."""
    review = span.signed or _as_review(span, over_at)
    also = tuple(seq for seq in span.late if seq > review.last_seq)
    percent = site().settings.review.sample_percent
    wanted = Wanted(review.first_seq, review.last_seq, percent, _key(span, also), _keeping(span), also)
    return opened(review, (), None, wanted, span.windows)


def _as_review(span: LotSpan, over_at: datetime) -> Review:
    head = head_seq(site().records.engine())
    begin = min(window.from_at for window in span.windows) - BEFORE
    first = first_since(connect, 0, head, begin) or head
    behind = first_since(connect, first - 1, head, over_at)
    last = max(first, (behind or head + 1) - 1)
    return Review(review_id_of(span.lot), LOT, first, last, scope_id=span.lot)


def _key(span: LotSpan, also: Sequence[int]) -> str:
    """Name the selection: another version of a window, or a later entry, makes another."""
    return f"{span.lot} {[window.version for window in span.windows]} {list(also)}"


def _keeping(span: LotSpan) -> Callable[[Said], bool]:
    """Return which entries touch the lot: those of its machines while it ran there, and what concerns them all."""
    machines = {window.equipment_id for window in span.windows}
    readers = {reader.name for line in site().settings.line for reader in line.reader if reader.equipment in machines}
    kept: set[int] = set()

    def keep(said: Said) -> bool:
        at = datetime.fromisoformat(said["at"])
        machine = said.get("equipment")
        if machine is not None:
            found = machine in machines and _touches(span, said, machine, at)
            if found and said["kind"] == Kind.DECISION:
                kept.add(said["seq"])
            return found
        if said.get("ref") in kept:
            return True
        if not any(window.span.covers(at) for window in span.windows):
            return False
        return said["kind"] in OF_THE_GATE or _of_rules(said) or _of_reader(said, readers)

    return keep


def _touches(span: LotSpan, said: Said, machine: str, at: datetime) -> bool:
    windows = [window for window in span.windows if window.equipment_id == machine]
    if said["kind"] == Kind.LATE_ENTRY:
        return (said.get("new") or {}).get("lot") == span.lot
    if said["kind"] == Kind.OVERRIDE_GRANTED:
        return any(window.span.covers(at) or window.from_at - BEFORE <= at < window.from_at for window in windows)
    return any(window.span.covers(at) for window in windows)


def _of_rules(said: Said) -> bool:
    return said["kind"] == Kind.CHANGE and str(said.get("subject", "")).startswith(OF_RULES)


def _of_reader(said: Said, readers: set[str]) -> bool:
    return said["kind"] in OF_READERS and said.get("reader") in readers
