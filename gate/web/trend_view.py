"""The trends as words and geometry: every chart with its finding in a sentence, its numbers, and where they lead."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from gate.core.forecast import Loss
from gate.core.weeks import Week
from gate.web.charts import Columns, Strip, columns, strips
from gate.web.formats import visible
from gate.web.matrix_view import beside
from gate.web.reason_texts import reason_text
from gate.web.trend_reading import GROUPS, OTHER, Denials, Lacking, Overrides
from gate.web.view import Viewer

SERIES = (*(name for name, _ in GROUPS), OTHER)
SHOWN_MACHINES = 12
LIMIT_WEEKS = 12
"""The limit of the configuration is for so many weeks; for others it is scaled."""

BANDS = ((0, 30), (30, 60), (60, 90))

LogLink = Callable[..., str]
"""Filters of the access log -> the address of the rows behind a number; empty where the log is not served."""


class Number(NamedTuple):
    """A number with the rows behind it."""

    value: int
    url: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One week of the table: its numbers in the order of the series, and all together."""

    label: str
    running: bool
    cells: tuple[Number, ...]
    total: Number


@dataclass(frozen=True, slots=True)
class DenialsView:
    """The chart of denials with its table."""

    chart: Columns
    finding: str
    described: str
    weeks: tuple[WeekRow, ...]
    reasons: tuple[tuple[str, str, Number], ...]
    """Code, words, number."""
    percent: str
    percent_before: str


class BarRow(NamedTuple):
    """One bar with its name and number."""

    id: str
    name: str
    strip: Strip
    number: Number


@dataclass(frozen=True, slots=True)
class BarsView:
    """A list of bars with the finding."""

    rows: tuple[BarRow, ...]
    limit_at: float | None
    limit: int
    finding: str
    described: str


def week_label(week: Week) -> str:
    """Return the short name of a week; S in French would be another letter for the same thing, ISO says W."""
    return f"W{week.number:02d}"


def denials_view(found: Denials, weeks: Sequence[Week], now: datetime, log: LogLink, view: Viewer) -> DenialsView:
    """Show the denials."""
    texts = view.texts
    chart = columns(found.by_group, [week_label(week) for week in weeks])
    rows = tuple(_week_row(week, numbers, now, log) for week, numbers in zip(weeks, found.by_group, strict=True))
    all_weeks = {"from_": weeks[0].from_at, "to": weeks[-1].until_at}
    reasons = tuple(
        (code, reason_text(code, view.language), Number(number, log(reason=code, **all_weeks)))
        for code, number in found.by_reason
    )
    totals = [sum(numbers) for numbers in found.by_group]
    described = texts["tn_denials_alt"].format(
        first=week_label(weeks[0]), last=week_label(weeks[-1]), from_n=totals[0], to_n=totals[-1], most=max(totals)
    )
    return DenialsView(
        chart=chart,
        finding=_finding(found, weeks, totals, view),
        described=described,
        weeks=rows,
        reasons=reasons,
        percent=percent(found.denied, found.decided, view),
        percent_before=percent(found.denied_before, found.decided_before, view),
    )


def _week_row(week: Week, numbers: Sequence[int], now: datetime, log: LogLink) -> WeekRow:
    span = {"from_": week.from_at, "to": week.until_at}
    codes = [*(",".join(sorted(codes)) for _, codes in GROUPS), ""]
    cells = tuple(
        Number(number, log(reason=reason, **span) if reason else "")
        for number, reason in zip(numbers, codes, strict=True)
    )
    return WeekRow(f"{week.year} {week_label(week)}", week.until_at > now, cells, Number(sum(numbers), log(**span)))


def _finding(found: Denials, weeks: Sequence[Week], totals: Sequence[int], view: Viewer) -> str:
    """Say which week had the most and why; nothing is said of an even row of zeros."""
    if not found.denied:
        return view.texts["tn_denials_none"]
    peak = max(range(len(weeks)), key=lambda place: (totals[place], place))
    series = max(range(len(SERIES)), key=lambda place: found.by_group[peak][place])
    word = view.texts[f"tn_s_{SERIES[series]}"]
    return view.texts["tn_denials_peak"].format(
        week=week_label(weeks[peak]), n=totals[peak], m=found.by_group[peak][series], what=word
    )


def percent(part: int, whole: int, view: Viewer) -> str:
    """Return a share with one decimal in the marks of the language; without anything to share, a dash."""
    if not whole:
        return "–"
    text = f"{100 * part / whole:.1f}"
    return f"{text.replace('.', ',') if view.language == 'fr' else text}\u00a0%"


def lacking_finding(found: Sequence[Lacking], view: Viewer) -> str:
    """Say which procedure to train first."""
    if not found:
        return view.texts["tn_lacking_none"]
    first = found[0]
    key = "tn_lacking_one" if first.people == 1 else "tn_lacking_first"
    return view.texts[key].format(item=visible(f"{first.item_id} {first.title}"), n=first.people, m=first.denials)


# --- overrides -------------------------------------------------------------------------------------------------


def scaled_limit(limit: int, weeks: int) -> int:
    """Return the limit of the configuration for another number of weeks, at least 1; 0 stays none."""
    return max(1, (limit * weeks + LIMIT_WEEKS // 2) // LIMIT_WEEKS) if limit else 0


def machines_view(found: Overrides, limit: int, log: LogLink, span: Mapping[str, datetime], view: Viewer) -> BarsView:
    """Show overrides by machine, those with the fewest together at the end."""
    texts = view.texts
    shown, rest = found.machines[:SHOWN_MACHINES], found.machines[SHOWN_MACHINES:]
    rows = [(id_, visible(beside(id_, name)), number, log(equipment=id_, **span)) for id_, name, number in shown]
    if rest:
        rows.append(("", texts["tn_other_machines"].format(n=len(rest)), sum(row[2] for row in rest), ""))
    laid = strips([row[2] for row in rows], limit)
    over = [id_ for id_, _, number in found.machines if limit and number > limit]
    finding = (
        texts["tn_over_none"]
        if not over
        else texts["tn_over_limit"].format(n=len(over), ids=visible(", ".join(over[:6])))
    )
    return BarsView(
        rows=tuple(
            BarRow(id_, name, strip, Number(number, url))
            for (id_, name, number, url), strip in zip(rows, laid.strips, strict=True)
        ),
        limit_at=laid.limit_at,
        limit=limit,
        finding=finding if found.total else texts["tn_no_overrides"],
        described=", ".join(f"{id_ or name} {number}" for id_, name, number, _ in rows),
    )


# --- what ends -------------------------------------------------------------------------------------------------


def bands_view(losses: Iterable[Loss], now: datetime, url: Callable[[int], str], view: Viewer) -> BarsView:
    """Show how many people lose a machine within 30, 60 and 90 days, each counted where the first ends."""
    first: dict[str, int] = {}
    for loss in losses:
        if loss.ends_at > now:
            first.setdefault(loss.person_id, (loss.ends_at - now).days)
    numbers = [sum(low <= days < high for days in first.values()) for low, high in BANDS]
    laid = strips(numbers)
    names = [view.texts["tn_band_30"], view.texts["tn_band_60"], view.texts["tn_band_90"]]
    rows = tuple(
        BarRow("", name, Strip(strip.percent, place == 0 and number > 0), Number(number, url(BANDS[place][1])))
        for place, (name, strip, number) in enumerate(zip(names, laid.strips, numbers, strict=True))
    )
    key = "tn_ends_none" if not numbers[0] else ("tn_ends_one" if numbers[0] == 1 else "tn_ends_some")
    described = ", ".join(f"{row.name} {row.number.value}" for row in rows)
    return BarsView(rows, None, 0, view.texts[key].format(n=numbers[0]), described)
