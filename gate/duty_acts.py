"""Plan who is on duty where, and switch oneself on duty by a badge at a kiosk: each change on record."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.records import Moment
from gate.core.roles import Role
from gate.held_out import BadgeRefusedError, Presented, Wanted, look
from gate.override_acts import new_id
from gate.store import accounts as stored
from gate.store import duty_rows
from gate.store.audit_trail import Trail
from gate.store.duty_rows import CALENDAR, SWITCH
from gate.store.held_badges import use_up
from gate.supervision import RefusedError

ON_DUTY = frozenset({Role.SUPERVISOR, Role.QA})
LONGEST = timedelta(days=14)
AHEAD = timedelta(days=366)
LONGEST_SWITCH_H = 12
"""Nobody is switched on for longer than a long shift: who forgets to switch off is off the next day."""


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """Who is to be on duty for which area between two instants (aware)."""

    person_id: str
    area_id: str
    starts_at: datetime
    ends_at: datetime


def plan_duty(trail: Trail, plan: DutyPlan, *, by: str, moment: Moment) -> str:
    """Put a duty into the calendar and return its id.

    Raises:
        RefusedError: the person has no account that can help, there is no such area, or the time cannot be.
    """
    with trail.transaction():
        _refuse(trail, plan, moment)
        duty_id = new_id(moment.at)
        values = _values(plan.person_id, plan.area_id, plan.starts_at, plan.ends_at, CALENDAR)
        seq = _changed(trail, duty_id, None, values, by, moment)
        duty_rows.put_duty(trail, duty_id, values, seq)
        return duty_id


def end_duty(trail: Trail, duty_id: str, *, by: str, moment: Moment) -> int:
    """End a duty now, or take it out of the calendar if it has not begun; return the entry's number.

    Raises:
        RefusedError: there is no such duty, or it is over.
    """
    with trail.transaction():
        found = duty_rows.duty_known(trail, duty_id)
        now = timestamp(moment.at)
        if found is None or found["ends_at"] <= now:
            raise RefusedError(
                "This duty is over or was removed already. Nothing was changed.",
                "Cette garde est finie ou déjà retirée. Rien n’a été changé.",
            )
        if found["starts_at"] > now:
            seq = _changed(trail, duty_id, found, None, by, moment)
            duty_rows.close_duty(trail, duty_id, seq)
            return seq
        return _ended(trail, duty_id, found, by, moment)


def switch_on(trail: Trail, wanted: Wanted, area_id: str, hours: int, moment: Moment) -> str:
    """Put whoever presented the badge on duty for the area from now on; return the printed name.

    What stood for this person in this area ends: the new time holds, longer or shorter.

    Raises:
        BadgeRefusedError: the badge cannot be used (any more).
        RefusedError: the hours are none that are offered.
    """
    if not 1 <= hours <= LONGEST_SWITCH_H:
        raise RefusedError("Choose how long, 12 h at most.", "Choisissez la durée, 12 h au plus.", "hours")
    with trail.transaction():
        found, codes = look(trail, wanted, moment)
        if isinstance(found, Presented):
            use_up(trail, wanted.request_id)
            _end_all(trail, found, area_id, moment)
            duty_id = new_id(moment.at)
            ends = moment.at + timedelta(hours=hours)
            values = _values(found.person_id, area_id, moment.at, ends, SWITCH)
            seq = _changed(trail, duty_id, None, values, wanted.asked_by, moment, ref=found.held.seq)
            duty_rows.put_duty(trail, duty_id, values, seq)
    if not isinstance(found, Presented):
        raise BadgeRefusedError(codes)
    return found.account.name


def switch_off(trail: Trail, wanted: Wanted, area_id: str, moment: Moment) -> str:
    """End every duty of whoever presented the badge in this area; return the printed name.

    Raises:
        BadgeRefusedError: the badge cannot be used (any more).
    """
    with trail.transaction():
        found, codes = look(trail, wanted, moment)
        if isinstance(found, Presented):
            use_up(trail, wanted.request_id)
            _end_all(trail, found, area_id, moment)
    if not isinstance(found, Presented):
        raise BadgeRefusedError(codes)
    return found.account.name


def _end_all(trail: Trail, found: Presented, area_id: str, moment: Moment) -> None:
    for duty_id, values in duty_rows.standing(trail, found.person_id, area_id, moment.at).items():
        _ended(trail, duty_id, values, found.held.asked_by, moment, ref=found.held.seq)


def _ended(
    trail: Trail, duty_id: str, values: duty_rows.DutyValues, by: str, moment: Moment, ref: int | None = None
) -> int:
    ended = {**values, "ends_at": timestamp(moment.at)}
    seq = _changed(trail, duty_id, values, ended, by, moment, ref=ref)
    duty_rows.put_duty(trail, duty_id, ended, seq)
    return seq


def _refuse(trail: Trail, plan: DutyPlan, moment: Moment) -> None:
    account_id = stored.active_account_of_person(trail, plan.person_id)
    account = stored.account_of(trail, account_id) if account_id else None
    if account is None or not account.roles & ON_DUTY:
        raise RefusedError(
            "Only somebody with an account as supervisor or QA can be on duty. Choose from the list.",
            "Seule une personne avec un compte de supervision ou d’AQ peut être de garde. Choisissez dans la liste.",
            "person",
        )
    if not duty_rows.area_known(trail, plan.area_id):
        raise RefusedError(
            "There is no such area. Choose from the list.", "Ce secteur n’existe pas. Choisissez dans la liste.", "area"
        )
    if not moment.at < plan.ends_at or not plan.starts_at < plan.ends_at:
        raise RefusedError(
            "It would end before it starts, or is over already. Give a later end.",
            "Elle finirait avant de commencer, ou est déjà finie. Donnez une fin plus tardive.",
            "to",
        )
    if plan.ends_at - plan.starts_at > LONGEST or plan.starts_at - moment.at > AHEAD:
        raise RefusedError(
            "A duty lasts 14 days at most and starts within a year. Give other dates.",
            "Une garde dure 14 jours au plus et commence d’ici un an. Donnez d’autres dates.",
            "to",
        )


def _values(person_id: str, area_id: str, starts_at: datetime, ends_at: datetime, origin: str) -> dict[str, str]:
    return {
        "person_id": person_id,
        "area_id": area_id,
        "starts_at": timestamp(starts_at),
        "ends_at": timestamp(ends_at),
        "origin": origin,
    }


def _changed(
    trail: Trail,
    duty_id: str,
    old: duty_rows.DutyValues | None,
    new: duty_rows.DutyValues | None,
    by: str,
    moment: Moment,
    ref: int | None = None,
) -> int:
    person = (new or old or {}).get("person_id")
    return trail.append(
        Entry(
            kind=Kind.CHANGE,
            moment=moment,
            person=person,
            subject=f"duty:{duty_id}",
            old=_said(old),
            new=_said(new),
            ref=ref,
            by=by,
        )
    )


def _said(values: duty_rows.DutyValues | None) -> Json:
    return {name: value for name, value in values.items() if name != "person_id"} if values else None
