"""The pages of trends: three charts that each end in something to do, and the list of certifications that end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.calendar import local_day
from gate.core.forecast import HORIZONS
from gate.core.roles import Act
from gate.core.weeks import Week
from gate.web import trend_reports
from gate.web.forecast_view import Link, forecast_view
from gate.web.formats import day_and_offset
from gate.web.log_times import as_typed
from gate.web.pages import around, site, viewer
from gate.web.session import current_user, requires
from gate.web.trend_asked import days_asked, forecasts, weeks_asked, weeks_of
from gate.web.trend_reading import denials, lacking, overrides, span_of
from gate.web.trend_view import (
    SERIES,
    bands_view,
    denials_view,
    lacking_finding,
    machines_view,
    scaled_limit,
)
from gate.web.view import Viewer

__all__ = ["trend_pages", "trend_reports"]

trend_pages = Blueprint("trend_pages", __name__)

OFFERED = ((4, "tn_4_weeks"), (12, "tn_12_weeks"), (52, "tn_1_year"))
LACKING_SHOWN = 10


@trend_pages.get("/trends")
@requires(Act.VIEW_RECORDS)
def trends() -> ResponseReturnValue:
    """Show the trends of the last weeks, the current one included."""
    view, now = viewer(), site().clock.read().at
    count = weeks_asked(request.args)
    if count is None:
        return render_template("trends.html", **around(view), **_periods(0, view), problem="tn_bad_weeks"), 422
    weeks, before = weeks_of(now, count)
    from_at, until_at = span_of(weeks, now)
    losses = forecasts().get(site().records.engine(), site().settings, now).losses
    return render_template(
        "trends.html",
        **around(view),
        **_periods(count, view),
        **_denied(weeks, before, now, view),
        **_lifted(weeks, before, view),
        problem="",
        weeks_count=count,
        until=local_day(until_at, view.zone),
        since=local_day(from_at, view.zone),
        bands=bands_view(losses, now, lambda days: expiring_url(view, days=days), view),
        list_url=expiring_url(view),
        exports={name: export_url(name, view, weeks=count) for name in EXPORTED},
    )


Weeks = Sequence[Week]


def _denied(weeks: Weeks, before: Weeks, now: datetime, view: Viewer) -> dict[str, object]:
    """Return the chart of denials, and what stood behind them."""
    found = site().searching.ask(lambda lists: denials(lists, weeks, before))
    behind = lacking(site().records.engine(), found.seqs)
    return {
        "series": SERIES,
        "denials": denials_view(found, weeks, now, lambda **more: log_url(view, view_="denied", **more), view),
        "counted_from": found.from_seq,
        "lacking": behind[:LACKING_SHOWN],
        "lacking_finding": lacking_finding(behind, view),
    }


def _lifted(weeks: Weeks, before: Weeks, view: Viewer) -> dict[str, object]:
    """Return the overrides by machine and by approver."""
    found = overrides(site().records.engine(), weeks, before)
    limit = site().settings.overrides.machine_limit
    span = {"from_": weeks[0].from_at, "to": weeks[-1].until_at}

    def log(**more: str | datetime) -> str:
        return log_url(view, view_="overrides", family="changes", **more)  # type: ignore[arg-type]

    shown = machines_view(found, scaled_limit(limit, len(weeks)), log, span, view)
    return {"lifted": found, "machines": shown, "site_limit": limit}


EXPORTED = ("denials_by_reason", "overrides_by_machine", "overrides_by_approver")


@trend_pages.get("/trends/expiring")
@requires(Act.VIEW_RECORDS)
def expiring() -> ResponseReturnValue:
    """List who loses which machine within some days, and how many certified people each machine has ahead."""
    view, now = viewer(), site().clock.read().at
    days, area = days_asked(request.args), request.args.get("area", "")
    found = forecasts().get(site().records.engine(), site().settings, now)
    if area and area not in dict(found.areas):
        days = None
    minimum = site().settings.training.minimum_certified
    shown = forecast_view(found, days or HORIZONS[1], area if days else "", minimum, now, _one(view), view)
    return render_template(
        "trend_expiring.html",
        **around(view),
        problem="" if days else "tn_bad_days",
        found=shown,
        days=days or HORIZONS[1],
        horizons=[(one, expiring_url(view, days=one, area=area)) for one in HORIZONS],
        area=area,
        areas=found.areas,
        minimum=minimum,
        now=f"{now.astimezone(view.zone):%Y-%m-%d %H:%M} {day_and_offset(now, view.zone).split(' ')[1]}",
        head_seq=found.head_seq,
        export=export_url("expiring", view, days=days or HORIZONS[1], area=area),
    ), (200 if days else 422)


def log_url(view: Viewer, *, view_: str, from_: datetime, to: datetime, **more: str) -> str:
    """Return the address of the rows behind a number; empty where the log is not served."""
    if "log_pages.access_log" not in current_app.view_functions:
        return ""
    asked = {"view": view_, **more, "from": as_typed(from_, view.zone), "to": as_typed(to, view.zone)}
    return f"{url_for('log_pages.access_log')}?{urlencode({**asked, 'lang': view.language})}"


def expiring_url(view: Viewer, *, days: int = HORIZONS[1], area: str = "") -> str:
    """Return the address of the list of what ends."""
    asked: dict[str, str] = {"area": area} if area else {}
    return url_for("trend_pages.expiring", lang=view.language, days=days, **asked)  # type: ignore[arg-type]


def export_url(name: str, view: Viewer, **asked: int | str) -> str:
    """Return the address that exports a report; empty for those who may not, and where exports are not served."""
    user = current_user()
    if "export_pages.export" not in current_app.view_functions or user is None or not user.may(Act.EXPORT_RECORDS):
        return ""
    given = {key: value for key, value in asked.items() if value != ""}
    return url_for("export_pages.export", name=name, lang=view.language, **given)  # type: ignore[arg-type]


def _one(view: Viewer) -> Link:
    base = url_for("matrix_pages.one")
    return lambda person, machine: f"{base}?{urlencode({'person': person, 'machine': machine, 'lang': view.language})}"


def _periods(count: int, view: Viewer) -> Mapping[str, object]:
    urls = [
        (key, url_for("trend_pages.trends", lang=view.language, weeks=weeks), weeks == count) for weeks, key in OFFERED
    ]
    return {"periods": urls}
