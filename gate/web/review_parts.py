"""The review of one lot before its release, of one machine in some days, and of either once more (requirement H5)."""

from datetime import UTC, timedelta

import sqlalchemy as sa

from gate.core.review_names import LOT, ReviewName
from gate.core.review_periods import begin_of_day
from gate.review_acts import Again
from gate.store.granted import asking
from gate.store.late_entries import LateFilter, find_late
from gate.store.lots import Window, windows_of
from gate.store.review_changes import Changed, Since, late_changes, training_changes, window_changes
from gate.store.reviews import Review, review_of
from gate.store.schema import equipment
from gate.store.trail_reading import head_seq
from gate.web.pages import site
from gate.web.review_cases import Later, Opened, connect, opened
from gate.web.review_selection import Selection, review_as_found, wanted_of


def find_selection(name: ReviewName) -> Selection | None:
    """Return what a review is of, None where there is no such lot or machine; once signed, as it was known then."""
    with connect() as connection:
        review = review_of(asking(connection), name.id)
        signed = review if review is not None and review.signed else None
        known = signed.signed_seq if signed else None
        windows = windows_of(connection, name.of, known=known) if name.scope == LOT else _days_of(connection, name)
        late = _late_of(connection, name, windows, known) if windows else ()
    return Selection(name, windows, late, signed) if windows else None


def _days_of(connection: sa.Connection, name: ReviewName) -> tuple[Window, ...]:
    """The days of a machine as one window, empty where there never was such a machine."""
    if name.first_on is None or name.last_on is None:
        return ()
    if connection.execute(sa.select(equipment.c.id).where(equipment.c.id == name.of).limit(1)).first() is None:
        return ()
    zone = site().settings.zone
    begin, end = (begin_of_day(day, zone).astimezone(UTC) for day in (name.first_on, name.last_on + timedelta(days=1)))
    return (Window("", 0, name.of, "", "", begin, end, 0),)


def _late_of(
    connection: sa.Connection, name: ReviewName, windows: tuple[Window, ...], known: int | None
) -> tuple[int, ...]:
    """Entries that tell of uses of the lot, or of the machine in these days, that were entered late."""
    if name.scope == LOT:
        found = find_late(connection, LateFilter(lot=name.of), known=known)
    else:
        found = find_late(connection, LateFilter(equipment_id=name.of, span=windows[0].span), known=known)
    return tuple(sorted(one.entered_seq for one in found))


def open_part(selection: Selection) -> Opened | None:
    """Return everything about a review of a part that is over.

    None: it is one more review of something of which nothing has changed since the signature before it.
    """
    if selection.over_at is None:
        raise AssertionError("a lot that runs has no review")
    again, before = None, selection.name.before
    if before is not None:
        again = _again(before, selection)
        if again is None:
            return None
    review = selection.signed or review_as_found(selection, selection.over_at)
    wanted = wanted_of(selection, review)
    later = _later(selection, selection.signed) if selection.signed else None
    return opened(review, (), None, wanted, selection.windows, again, later)


def _again(before: ReviewName, selection: Selection) -> Again | None:
    earlier = find_selection(before)
    if earlier is None or earlier.signed is None or earlier.signed.signed_seq is None:
        return None
    until = selection.signed.signed_seq if selection.signed else None
    changed = changed_since(earlier, earlier.signed, until)
    return Again(before.id, earlier.signed.signed_seq, tuple(one.seq for one in changed)) if changed else None


def _later(selection: Selection, signed: Review) -> Later:
    further = selection.name.further
    with connect() as connection:
        known = review_of(asking(connection), further.id)
    until = known.signed_seq if known is not None else None
    there = find_selection(further) is not None
    return Later(changed_since(selection, signed, until), further.id if there else "", until)


def changed_since(selection: Selection, signed: Review, until: int | None) -> tuple[Changed, ...]:
    """Return what changed about something after its review was signed, in order; `until` None: up to now."""
    if signed.signed_seq is None:
        return ()
    since = Since(signed.signed_seq, until or head_seq(site().records.engine()))
    lot = selection.name.of if selection.name.scope == LOT else ""
    with connect() as connection:
        found = late_changes(connection, since, lot=lot, windows=selection.windows)
        found += window_changes(connection, lot, since) if lot else []
        found += training_changes(connection, selection.windows, (signed.first_seq, signed.last_seq), since)
    return tuple(sorted({one.seq: one for one in found}.values(), key=lambda one: one.seq))
