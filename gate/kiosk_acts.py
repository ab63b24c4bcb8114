"""What people at a kiosk can ask for: an operation, a supervisor, and that the next badge be held out to the screen."""

from collections.abc import Sequence
from datetime import timedelta

from gate.core.audit import Entry, Json, Kind
from gate.core.records import Moment
from gate.core.terms import Operation
from gate.store import kiosk_rows
from gate.store.audit_trail import Trail
from gate.store.reader_requests import RequestKind, ask_reader, take_back_request, waiting_requests
from gate.supervision import RefusedError

OPERATION_S = 15
"""As long as an operation keyed in at the reader waits for its badge."""
BADGE_S = 30
ASK_WITHIN = timedelta(minutes=10)
"""Nobody stands any more at a kiosk whose denial is older."""

WHAT = "kiosk:{equipment}"


def asked_by(equipment: str, purpose: str = "") -> str:
    """Return how the reader and the trail name who asks: this machine's kiosk, and what for."""
    return f"{WHAT.format(equipment=equipment)} {purpose}".strip()


def choose_operation(
    trail: Trail, equipment: str, readers: Sequence[str], operation: str, moment: Moment
) -> tuple[int, ...]:
    """Let the next badge at the machine be decided for this operation, for 15 s; return the requests' numbers.

    Raises:
        RefusedError: the operation has no requirement set in effect for this machine.
    """
    with trail.transaction():
        if operation not in kiosk_rows.others_of(trail, equipment, moment.at):
            raise RefusedError(
                f"{operation} cannot be chosen at {equipment}.", f"{operation} ne se choisit pas à {equipment}."
            )
        ends = moment.at + timedelta(seconds=OPERATION_S)
        by, about = asked_by(equipment), Operation(operation).value
        return tuple(
            ask_reader(trail, reader, RequestKind.OPERATION, asked_by=by, expires_at=ends, about=about)
            for reader in readers
        )


def ask_for_badge(trail: Trail, equipment: str, reader: str, purpose: str, moment: Moment) -> int:
    """Let the next badge at the reader be held out to the kiosk for this purpose, for 30 s; return the number.

    An operation chosen there before waits no more: the next badge is not for a machine.
    """
    with trail.transaction():
        _take_back(trail, equipment, [reader], moment)
        ends = moment.at + timedelta(seconds=BADGE_S)
        by = asked_by(equipment, purpose)
        return ask_reader(trail, reader, RequestKind.IDENTIFY, asked_by=by, expires_at=ends)


def take_back(trail: Trail, equipment: str, readers: Sequence[str], moment: Moment) -> int:
    """Let nothing wait any more that this machine's kiosk asked for; return how many waited."""
    with trail.transaction():
        return _take_back(trail, equipment, readers, moment)


def ask_for_supervisor(trail: Trail, equipment: str, seq: int, told: Sequence[str], moment: Moment) -> int | None:
    """Put on record that somebody denied here asks for a supervisor; `told` are the person ids on duty.

    Returns the entry's number, None if help was asked for after this denial already: a second tap tells nobody more.

    Raises:
        RefusedError: that entry is no denial at this machine, or it is too old.
    """
    with trail.transaction():
        found = kiosk_rows.denial(trail, seq)
        if found is None or found[0] != equipment or not timedelta(0) <= moment.at - found[1] <= ASK_WITHIN:
            raise RefusedError(
                "Nobody was just denied here. Badge again, then ask.",
                "Il n’y a pas de refus récent ici. Repassez le badge, puis demandez.",
            )
        if kiosk_rows.already_asked(trail, equipment, seq):
            return None
        detail: dict[str, Json] = {"what": kiosk_rows.ASKED, "told": list(told)}
        by = asked_by(equipment)
        return trail.append(
            Entry(kind=Kind.SECURITY, moment=moment, equipment=equipment, ref=seq, by=by, detail=detail)
        )


def _take_back(trail: Trail, equipment: str, readers: Sequence[str], moment: Moment) -> int:
    mine = asked_by(equipment)
    waiting = [
        request
        for reader in readers
        for request in waiting_requests(trail, reader, moment.at)
        if request.asked_by == mine or request.asked_by.startswith(f"{mine} ")
    ]
    for request in waiting:
        take_back_request(trail, request.id)
    return len(waiting)
