"""The reports behind the trends: what ends, denials by week and reason, overrides by machine and by approver."""

from collections.abc import Iterable, Sequence

from gate.core.report import Column, ColumnKind, Report, Row
from gate.core.weeks import Week
from gate.web.forecast_view import cause_words
from gate.web.formats import visible
from gate.web.pages import site
from gate.web.reason_texts import reason_text
from gate.web.report_makers import Asked, BadQuestionError, add_report
from gate.web.trend_asked import days_asked, forecasts, weeks_asked, weeks_of
from gate.web.trend_reading import overrides, weekly_reasons
from gate.web.trend_view import scaled_limit
from gate.web.view import Viewer

TEXT, ID, NUMBER, INSTANT = ColumnKind.TEXT, ColumnKind.ID, ColumnKind.NUMBER, ColumnKind.INSTANT


def expiring_report(asked: Asked, view: Viewer) -> Report:
    """Return who loses which machine within some days, one row for each machine (B13).

    Raises:
        BadQuestionError: the days or the area make no sense.
    """
    now, days, area = site().clock.read().at, days_asked(asked), asked.get("area", "")
    found = forecasts().get(site().records.engine(), site().settings, now)
    if days is None or (area and area not in dict(found.areas)):
        raise BadQuestionError(view.texts["tn_bad_days"])
    rows: list[Row] = []
    for loss in found.losses:
        ahead = (loss.ends_at - now).total_seconds() / 86400
        causes = "; ".join(cause_words(cause, found, view) for cause in loss.causes)
        codes = " ".join(dict.fromkeys(cause.reason for cause in loss.causes))
        for machine in loss.machines:
            if 0 < ahead <= days and area in ("", found.area_of[machine]):
                rows.append((loss.person_id, visible(loss.name), machine, loss.ends_at, causes, codes))
    filters = [(view.texts["tn_within"], view.texts["tn_days"].format(n=days))]
    if area:
        filters.append((view.texts["tn_area"], visible(dict(found.areas)[area])))
    columns = (
        ("person", ID),
        ("name", TEXT),
        ("equipment", ID),
        ("ends_at", INSTANT),
        ("missing", TEXT),
        ("reasons", TEXT),
    )
    return _report("expiring", "tn_expiring", filters, columns, rows, found.head_seq, view)


def denials_report(asked: Asked, view: Viewer) -> Report:
    """Return the denials of each week by their first reason; trial included.

    Raises:
        BadQuestionError: the number of weeks makes no sense.
    """
    weeks = _weeks(asked, view)[0]
    head = site().records.head_seq()
    counted = site().searching.ask(lambda lists: (lists.from_seq, weekly_reasons(lists, weeks)))
    rows: list[Row] = [
        (f"{week.year}-W{week.number:02d}", week.from_at, week.until_at, code, reason_text(code, view.language), number)
        for week, code, number in counted[1]
    ]
    columns = (
        ("week", ID),
        ("from", INSTANT),
        ("until", INSTANT),
        ("reason", ID),
        ("meaning", TEXT),
        ("number", NUMBER),
    )
    notes = [view.texts["tn_denials_hint"]]
    if counted[0] > 1:
        notes.append(view.texts["tn_indexing"].format(n=counted[0]))
    return _report("denials_by_reason", "tn_denials", _span(weeks, view), columns, rows, head, view, notes)


def machines_report(asked: Asked, view: Viewer) -> Report:
    """Return how many overrides began at each machine, with the limit of this site.

    Raises:
        BadQuestionError: the number of weeks makes no sense.
    """
    weeks, before = _weeks(asked, view)
    head = site().records.head_seq()
    limit = scaled_limit(site().settings.overrides.machine_limit, len(weeks))
    found = overrides(site().records.engine(), weeks, before)
    rows: list[Row] = [(id_, visible(name), number, limit or None) for id_, name, number in found.machines]
    columns = (("equipment", ID), ("name", TEXT), ("number", NUMBER), ("limit", NUMBER))
    return _report("overrides_by_machine", "tn_over", _span(weeks, view), columns, rows, head, view)


def approvers_report(asked: Asked, view: Viewer) -> Report:
    """Return how many overrides each person granted, in the order of names.

    Raises:
        BadQuestionError: the number of weeks makes no sense.
    """
    weeks, before = _weeks(asked, view)
    head = site().records.head_seq()
    found = overrides(site().records.engine(), weeks, before)
    rows: list[Row] = [(visible(name), number) for name, number in found.approvers]
    notes = [view.texts["tn_approvers_hint"]]
    if found.loaded:
        notes.append(view.texts["tn_loaded"].format(n=found.loaded))
    columns = (("granted_by", TEXT), ("number", NUMBER))
    return _report("overrides_by_approver", "tn_approvers", _span(weeks, view), columns, rows, head, view, notes)


def _weeks(asked: Asked, view: Viewer) -> tuple[tuple[Week, ...], tuple[Week, ...]]:
    count = weeks_asked(asked)
    if count is None:
        raise BadQuestionError(view.texts["tn_bad_weeks"])
    return weeks_of(site().clock.read().at, count)


def _span(weeks: Sequence[Week], view: Viewer) -> list[tuple[str, str]]:
    from_on, until_on = (at.astimezone(view.zone).date() for at in (weeks[0].from_at, weeks[-1].until_at))
    return [(view.texts["tn_period"], f"{from_on} – {until_on}")]


def _report(
    name: str,
    title: str,
    filters: Iterable[tuple[str, str]],
    columns: Sequence[tuple[str, ColumnKind]],
    rows: Sequence[Row],
    head_seq: int,
    view: Viewer,
    notes: Iterable[str] = (),
) -> Report:
    return Report(
        name=name,
        title=view.texts[title],
        language=view.language,
        filters=tuple(filters),
        columns=tuple(Column(column, view.texts[f"tn_c_{column}"], kind) for column, kind in columns),
        rows=lambda: iter(rows),
        total=len(rows),
        head_seq=head_seq,
        notes=tuple(notes),
        entries=(),
    )


add_report("expiring", expiring_report)
add_report("denials_by_reason", denials_report)
add_report("overrides_by_machine", machines_report)
add_report("overrides_by_approver", approvers_report)
