"""The page Alerts: what calls for somebody, what to do, who was told, and the word that it was handled."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.alert_acts import handle_alert
from gate.core.alert_routes import TRIES
from gate.core.alert_rules import RANK
from gate.core.roles import Act
from gate.store.alert_deliveries import Delivery
from gate.store.alerts import Alert, open_alerts
from gate.supervision import RefusedError
from gate.web.alert_reading import MOST_PAST, AlertsNow, alerts_now
from gate.web.alert_sending import OVER
from gate.web.alert_words import title, to_do
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.session import accounts, current_user, requires, to_login
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signing_user, typed
from gate.web.view import Tag, Viewer, When

alert_pages = Blueprint("alert_pages", __name__)

LOOKS = {"critical": "deny", "high": "over", "notice": "due"}
"""Severity -> the drawing and style of its tag."""

FILTERS = ("area", "severity")


@alert_pages.get("/alerts")
@requires(Act.VIEW_RECORDS)
def alerts() -> ResponseReturnValue:
    """Show what calls for somebody, the gravest and then the oldest first."""
    return _page(NO_TROUBLE, 0)


@alert_pages.get("/alerts/state")
def state() -> ResponseReturnValue:
    """Tell a page that lies open whether it is still true; asking is no activity, so a session ends all the same."""
    user = current_user()
    if user is None:
        return to_login()
    if not user.may(Act.VIEW_RECORDS):
        abort(403)
    with site().records.engine().connect() as connection:
        return Response(_state(open_alerts(connection)), mimetype="text/plain")


@alert_pages.get("/alerts/<int:alert_id>/handled")
@requires(Act.HANDLE_ALERT)
def handled(alert_id: int) -> ResponseReturnValue:
    """Show the page with the form of one alert filled in again, as after a login."""
    return _page(NO_TROUBLE, alert_id)


@alert_pages.post("/alerts/<int:alert_id>/handled")
@requires(Act.HANDLE_ALERT)
def handled_sent(alert_id: int) -> ResponseReturnValue:
    """Record who has dealt with an alert and what was done."""
    user, why = signing_user(), form_value("why")
    try:
        accounts().writer.write(
            lambda desk: handle_alert(desk.trail, alert_id, by=user.account_id, why=why, moment=desk.moment)
        )
    except RefusedError as error:
        fields = {error.field: "see_above"} if error.field else {}
        return _page(Trouble(fields, error.sentences(viewer().language)), alert_id), 422
    return redirect(url_for("alert_pages.alerts", done="handled", lang=viewer().language), 303)


def _state(found: list[Alert]) -> str:
    """Return what differs as soon as the open alerts do."""
    told = repr([(alert.id, alert.times, alert.ended_at is None) for alert in found])
    return sha256(told.encode("ascii")).hexdigest()[:16]


def _page(trouble: Trouble, about: int) -> str:
    view, now = viewer(), site().clock.read().at
    area, severity = request.args.get("area", ""), request.args.get("severity", "")
    severity = severity if severity in RANK else ""
    found = alerts_now(site().records.engine(), now, area=area, severity=severity)
    area = area if area in {known for known, _ in found.areas} else ""
    return render_template(
        "alerts.html",
        **around(view),
        open=[_shown(alert, found, view) for alert in found.open],
        past=[_past(alert, found, view) for alert in found.past],
        past_most=len(found.past) == MOST_PAST and MOST_PAST,
        deliveries=[_delivery(delivery, view) for delivery in found.deliveries],
        told=bool(site().settings.alerts.route),
        areas=[(known, visible(name)) for known, name in found.areas],
        severities=[(name, view.texts[f"severity_{name}"]) for name in RANK],
        chosen={"area": area, "severity": severity},
        now=_when(now, view),
        done=request.args.get("done", ""),
        state=_state(found.every_open),
        about=about,
        trouble=trouble,
        typed=typed("why"),
    )


def _shown(alert: Alert, found: AlertsNow, view: Viewer) -> dict[str, object]:
    person = str(alert.detail.get("person", ""))
    over = alert.ended_at is not None
    return {
        "id": alert.id,
        "tag": Tag(LOOKS[alert.severity], view.texts[f"severity_{alert.severity}"]),
        "severity": alert.severity,
        "title": title(alert, view.texts),
        "to_do": to_do(alert, view.texts),
        "equipment": visible(alert.equipment_id) if alert.equipment_id else "",
        "area": visible(dict(found.areas).get(alert.area_id or "", alert.area_id or "")),
        "person": visible(found.people.get(person, person)),
        "since": _when(alert.raised_at, view),
        "last": _when(alert.last_at, view) if alert.times > 1 else None,
        "times": alert.times,
        "seq": alert.first_seq,
        "state": view.texts["alert_not_handled" if over else "alert_lasts"],
        "over": over,
    }


def _past(alert: Alert, found: AlertsNow, view: Viewer) -> dict[str, object]:
    who = found.handled.get(alert.handled_seq or 0)
    texts = view.texts
    return {
        **_shown(alert, found, view),
        "ended": _when(alert.ended_at, view) if alert.ended_at else None,
        "how": texts["alert_handled_by"].format(name=visible(who.name)) if who else texts["alert_ended_by_itself"],
        "why": visible(who.why) if who else "",
        "at": _when(who.at, view) if who else None,
        "lasts": who is not None and alert.ended_at is None,
    }


def _delivery(delivery: Delivery, view: Viewer) -> dict[str, object]:
    return {
        "to": visible(delivery.target),
        "channel": view.texts[f"channel_{delivery.channel}"],
        "subject": visible(delivery.subject),
        "fate": _fate(delivery, view.texts, lambda at: _time(at, view)),
        "why": visible(delivery.failure) if delivery.failure and delivery.failure != OVER else "",
        "tag": _fate_tag(delivery),
    }


def _when(at: datetime, view: Viewer) -> When:
    """Show an instant to the second: whoever is called needs no milliseconds; the entry has them."""
    shown = view.when(at)
    return replace(shown, time=f"{at.astimezone(view.zone):%H:%M:%S}")


def _time(at: datetime, view: Viewer) -> str:
    shown = _when(at, view)
    return f"{shown.time} {shown.day}"


def _fate(delivery: Delivery, texts: Mapping[str, str], time: Callable[[datetime], str]) -> str:
    if delivery.sent_at is not None:
        return texts["delivery_sent"].format(at=time(delivery.sent_at))
    if delivery.next_at is not None:
        key = "delivery_again" if delivery.tries else "delivery_waits"
        return texts[key].format(n=delivery.tries, most=TRIES, at=time(delivery.next_at))
    return texts["delivery_over" if delivery.failure == OVER else "delivery_given_up"].format(n=delivery.tries)


def _fate_tag(delivery: Delivery) -> str:
    if delivery.sent_at is not None:
        return "allow"
    if delivery.next_at is not None:
        return "due"
    return "off" if delivery.failure == OVER else "deny"
