"""Do what the pages asked of a reader: hold the next badge out to a page, take a chosen operation, test the light.

A badge that is held out to a page is identification only: it decides nothing, opens no use and enables nothing. It is
on record like everything a reader says.
"""

from datetime import timedelta

from gate.core.audit import Entry, Json, Kind
from gate.core.indication import Indication
from gate.core.records import Facts, Moment
from gate.core.terms import Operation
from gate.desk import Desk
from gate.entries import last_four
from gate.readers.orders import Order, Read, Show, WatchLine
from gate.store.reader_requests import (
    ReaderRequest,
    RequestKind,
    answer_request,
    every_waiting_request,
    forget_requests_before,
    waiting_requests,
)
from gate.store.reader_state import note_unknown_badge, unknown_badge_mark

KEPT = timedelta(minutes=5)
"""How long after its end a request is kept for the page that asked."""

READ_S, TEST_S, WATCH_S = 3.0, 3.0, 60.0
WORDS = {
    "present": {"en": ("PRESENT BADGE", "SEE THE SCREEN"), "fr": ("PASSEZ LE BADGE", "VOIR L ECRAN")},
    "read": {"en": ("BADGE READ", "SEE THE SCREEN"), "fr": ("BADGE LU", "VOIR L ECRAN")},
    "test": {"en": ("TEST", "NOTHING ENABLED"), "fr": ("ESSAI LECTEUR", "RIEN DE PERMIS")},
}
"""What the reader says; amber, because it is neither an allow nor a deny."""


def requested(desk: Desk, read: Read, moment: Moment) -> tuple[ReaderRequest | None, Operation | None]:
    """Return the request that this badge answers, and the operation that was chosen on a page for it."""
    waiting = waiting_requests(desk.trail, read.reader, moment.at)
    if not waiting:
        return None, None
    page = next((request for request in waiting if request.kind is RequestKind.IDENTIFY), None)
    chosen = next((request for request in waiting if request.kind is RequestKind.OPERATION), None)
    if page is not None or chosen is None or chosen.about not in Operation.__members__:
        return page, None
    answer_request(desk.trail, chosen.id, {"taken": True})
    return None, Operation(chosen.about)


def hold_out(desk: Desk, request: ReaderRequest, read: Read, facts: Facts, moment: Moment) -> tuple[Order, ...]:
    """Record the badge, tell the page whose it is, and say on the reader where to look; nothing else comes of it."""
    result: dict[str, Json] = {"last4": last_four(read.number)}
    badge, person = facts.badge, facts.person
    if badge is not None:
        result |= {"badge": badge.id, "state": badge.state.value, "person": person.id if person else None}
    else:
        mark = unknown_badge_mark(desk.plan.badge_secret, read.number or "")
        note_unknown_badge(desk.trail, mark, read.number or "")
        result |= {"mark": mark}
    entry = Entry(
        kind=Kind.SECURITY,
        moment=moment,
        person=person.id if person else None,
        badge=badge.id if badge else None,
        last4=last_four(read.number),
        reader=read.reader,
        equipment=read.equipment,
        subject=str(result["mark"]) if "mark" in result else None,
        by=request.asked_by,
        detail={"what": "badge_held_out", "state": result.get("state", "unknown")},
    )
    answer_request(desk.trail, request.id, {**result, "seq": desk.trail.append(entry)})
    language = person.language if person else desk.plan.language
    return (Show(read.reader, _indication("read", language, READ_S), read),)


def attend(desk: Desk, moment: Moment) -> list[Order]:
    """Show at each reader what is asked of it, do the tests, and forget what is over; once a second."""
    orders: list[Order] = []
    for request in every_waiting_request(desk.trail, moment.at):
        if request.kind is RequestKind.IDENTIFY:
            orders.append(Show(request.reader, _indication("present", desk.plan.language, READ_S, beeps=0)))
        elif request.kind is RequestKind.TEST:
            orders.append(Show(request.reader, _indication("test", desk.plan.language, TEST_S, beeps=2)))
            detail: dict[str, Json] = {"what": "reader_tested"}
            entry = Entry(kind=Kind.SECURITY, moment=moment, reader=request.reader, by=request.asked_by, detail=detail)
            answer_request(desk.trail, request.id, {"seq": desk.trail.append(entry)})
        elif request.kind is RequestKind.WATCH:
            orders.append(WatchLine(request.reader, WATCH_S))
            answer_request(desk.trail, request.id, {"watching": True})
    forget_requests_before(desk.trail, moment.at - KEPT)
    return orders


def _indication(what: str, language: str, seconds: float, beeps: int = 1) -> Indication:
    line1, line2 = WORDS[what].get(language, WORDS[what]["en"])
    return Indication("amber", beeps, line1, line2, seconds)
