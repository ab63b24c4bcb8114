"""The duty calendar: who is on duty for which area, a week at a time; supervisors and QA put on and end."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.calendar import start_of_day
from gate.core.roles import Act
from gate.duty_acts import ON_DUTY, DutyPlan, end_duty, plan_duty
from gate.store.accounts import read_accounts
from gate.store.duty_rows import SWITCH, Duty, duties_between, on_duty, read_areas
from gate.supervision import RefusedError
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.session import accounts, requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signing_user, typed

duty_pages = Blueprint("duty", __name__)

DAYS = 7
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
DONE = ("added", "ended")
FORM = ("person", "area", "from", "to")
DEFAULT = timedelta(hours=8)


@duty_pages.get("/duty")
@requires(Act.VIEW_RECORDS)
def week() -> ResponseReturnValue:
    """Show who is on duty now and in the week asked for."""
    return _page(NO_TROUBLE)


@duty_pages.post("/duty")
@requires(Act.PLAN_DUTY)
def added() -> ResponseReturnValue:
    """Put somebody on duty; the form comes back with what stands against it."""
    starts_at, ends_at = _instant("from"), _instant("to")
    problems = {name: "bad_time" for name, at in (("from", starts_at), ("to", ends_at)) if at is None}
    if starts_at is None or ends_at is None:
        return _page(Trouble(problems)), 422
    plan = DutyPlan(form_value("person"), form_value("area"), starts_at, ends_at)
    try:
        with accounts().writer.desk() as desk:
            plan_duty(desk.trail, plan, by=signing_user().account_id, moment=desk.moment)
    except RefusedError as error:
        return _page(_trouble(error)), 422
    return redirect(_back("added", starts_at), 303)


@duty_pages.post("/duty/<duty_id>/end")
@requires(Act.PLAN_DUTY)
def ended(duty_id: str) -> ResponseReturnValue:
    """End a duty, or take out one that has not begun."""
    try:
        with accounts().writer.desk() as desk:
            end_duty(desk.trail, duty_id, by=signing_user().account_id, moment=desk.moment)
            now = desk.moment.at
    except RefusedError as error:
        return _page(_trouble(error)), 422
    return redirect(_back("ended", now), 303)


def _trouble(error: RefusedError) -> Trouble:
    return Trouble({error.field: "see_above"} if error.field else {}, error.sentences(viewer().language))


def _back(done: str, at: datetime) -> str:
    monday = _monday(at.astimezone(site().settings.zone).date())
    return url_for("duty.week", done=done, week=monday.isoformat(), lang=viewer().language)


def _page(trouble: Trouble) -> str:
    view, now, zone = viewer(), site().clock.read().at, site().settings.zone
    today = now.astimezone(zone).date()
    monday = _monday(_asked_day() or today)
    days = [monday + timedelta(days=count) for count in range(DAYS)]
    edges = [start_of_day(day, zone) for day in (*days, monday + timedelta(days=DAYS))]
    with accounts().records.engine().connect() as connection:
        areas = read_areas(connection)
        found = duties_between(connection, edges[0], edges[-1])
        present = on_duty(connection, now)
        people = [one for one in read_accounts(connection) if one.active and one.roles & ON_DUTY]
    back = typed(*FORM)
    return render_template(
        "duty.html",
        **around(view),
        rows=[(visible(areas[area]), _now(present, area), _cells(found, area, edges, now)) for area in areas],
        days=[(view.texts[f"day_{day.weekday()}"], day.isoformat(), day == today) for day in days],
        monday=monday.isoformat(),
        before=_shifted(monday, -DAYS),
        after=_shifted(monday, DAYS),
        people=[(one.person_id, visible(one.name)) for one in people],
        areas=[(area, visible(name)) for area, name in areas.items()],
        typed=back if any(back.values()) else {**back, "from": _said(now), "to": _said(now + DEFAULT)},
        zone=site().settings.site.zone,
        done=request.args.get("done") if request.args.get("done") in DONE else "",
        trouble=trouble,
    )


def _now(present: Iterable[Duty], area: str) -> list[str]:
    return list(dict.fromkeys(visible(duty.name) for duty in present if duty.area_id == area))


def _cells(found: Iterable[Duty], area: str, edges: list[datetime], now: datetime) -> list[list[dict[str, object]]]:
    """Return for each day what meets it; a duty over midnight stands in both days, with the part of each."""
    mine = [duty for duty in found if duty.area_id == area]
    return [
        [
            {
                "id": duty.id,
                "name": visible(duty.name),
                "time": f"{_clock(max(duty.starts_at, begins))}–{_clock(min(duty.ends_at, ends), end=True)}",
                "switched": duty.origin == SWITCH,
                "open": duty.ends_at > now,
                "now": duty.starts_at <= now < duty.ends_at,
            }
            for duty in mine
            if duty.starts_at < ends and duty.ends_at > begins
        ]
        for begins, ends in pairwise(edges)
    ]


def _clock(at: datetime, *, end: bool = False) -> str:
    """Return hours and minutes; a day ends at 24:00, not at the 00:00 of the next."""
    text = at.astimezone(site().settings.zone).strftime("%H:%M")
    return "24:00" if end and text == "00:00" else text


def _said(at: datetime) -> str:
    return at.astimezone(site().settings.zone).strftime("%Y-%m-%d %H:00")


def _instant(name: str) -> datetime | None:
    """Return a time as typed, of the site; where the clock shows it twice, the first."""
    try:
        local = datetime.strptime(form_value(name), "%Y-%m-%d %H:%M").replace(tzinfo=site().settings.zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _asked_day() -> date | None:
    """Return the day of the address; a day that no calendar of a plant reaches is none."""
    try:
        day = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _shifted(monday: date, days: int) -> str:
    return (monday + timedelta(days=days)).isoformat()
