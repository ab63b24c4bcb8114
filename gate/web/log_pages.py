"""The access log: QA's page over the audit trail, with everything it was asked in its address."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from gate.core.log_terms import Family, Result, View
from gate.core.reasons import REASONS
from gate.core.roles import Act
from gate.core.terms import Mode, Operation
from gate.store.search_answer import TooManyFitError
from gate.web import log_report
from gate.web.changing import changed_by_form
from gate.web.formats import utc_offset, visible
from gate.web.log_asked import FILTERS, Asked, operation_word
from gate.web.log_bars import Bars, Counts, drawn
from gate.web.log_lookup import machines
from gate.web.log_rows import LogRow, log_rows
from gate.web.log_search import Cursor, Looked, asked_of, look, newer_than, rows_of
from gate.web.log_times import PRESETS
from gate.web.log_views import end, query_of, save, saved_tabs
from gate.web.pages import around, site, viewer
from gate.web.reason_texts import reason_text
from gate.web.session import current_user, requires, to_login
from gate.web.signing import NO_TROUBLE, Trouble, form_value, typed
from gate.web.view import Viewer

__all__ = ["log_pages", "log_report"]

log_pages = Blueprint("log_pages", __name__)

LARGEST = 2**32 - 2
"""No record has a larger number; what an address asks beyond it means the newest."""

OLDEST = {"order": "oldest"}
"""What the address says of a list that is read from its oldest record on; otherwise the newest comes first."""

DONE = {"saved": "log_saved", "ended": "log_ended"}
"""What was done before the page was shown -> the key of the sentence that says so."""

TRIES = 2
"""An index that is found wrong is dropped; the second answer is from what is read anew."""


@log_pages.get("/log")
@requires(Act.VIEW_RECORDS)
def access_log() -> ResponseReturnValue:
    """Show the records that fit what the address asks, newest first."""
    return _answer(NO_TROUBLE)


@log_pages.get("/log/views")
@requires(Act.SAVE_VIEW)
def view_form() -> ResponseReturnValue:
    """Show the log with the form to save a view open, as after a login."""
    return _answer(NO_TROUBLE)


@log_pages.post("/log/views")
@requires(Act.SAVE_VIEW)
def view_saved() -> ResponseReturnValue:
    """Keep what is asked under a name."""
    view = viewer()
    with site().records.engine().connect() as connection:
        asked = asked_of(given(), connection, view)
    query = "" if asked.problems else query_of(asked)
    return changed_by_form(
        lambda desk, user: save(desk, user, form_value("name"), query), _form_again, _url(asked, view, done="saved")
    )


@log_pages.post("/log/views/<view_id>/end")
@requires(Act.SAVE_VIEW)
def view_ended(view_id: str) -> ResponseReturnValue:
    """End a view of one's own."""
    there = url_for("log_pages.access_log", lang=viewer().language, done="ended")
    return changed_by_form(lambda desk, user: end(desk, user, view_id), _form_again, there)


def _form_again(trouble: Trouble) -> str:
    answer, _ = _answer(trouble)
    return answer


def _answer(trouble: Trouble) -> tuple[str, int]:
    view = viewer()
    with site().records.engine().connect() as connection:
        asked = asked_of(given(), connection, view)
        problems = dict(asked.problems)
        looked, rows = None, list[LogRow]()
        if not problems:
            try:
                looked, rows = _searched(connection, asked, view)
            except TooManyFitError:
                problems["q"] = "log_too_many_fit"
        options = _options(connection, view)
        saved = saved_tabs(connection, current_user(), asked, view)
    page = _page(asked, problems, looked, rows, options, view)
    forms = {
        "saved": saved,
        "trouble": trouble,
        "name": typed("name")["name"] if trouble.refused else "",
        "saving": bool(trouble.refused) or request.endpoint == "log_pages.view_form",
        "done": DONE.get(request.args.get("done", ""), ""),
        "save_url": url_for("log_pages.view_saved", **_args(asked, view)),
    }
    return render_template("log.html", **around(view), **page, **forms), 422 if problems else 200


@log_pages.get("/log/newer")
def newer() -> ResponseReturnValue:
    """Tell a list that lies open how many records have come; asking is no activity, so a session ends all the same."""
    user = current_user()
    if user is None:
        return to_login()
    if not user.may(Act.VIEW_RECORDS):
        abort(403)
    with site().records.engine().connect() as connection:
        asked = asked_of(given(), connection, viewer())
    try:
        count = 0 if asked.problems else newer_than(asked, _number("after") or 0)
    except TooManyFitError:
        count = 0
    return Response(viewer().texts["log_new"].format(n=count) if count else "", mimetype="text/plain")


def given() -> dict[str, str]:
    """Return what the address asks; a filter given twice is one with both values."""
    return {name: ",".join(request.args.getlist(name)) for name in ("view", *FILTERS) if name in request.args}


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _searched(connection: sa.Connection, asked: Asked, view: Viewer) -> tuple[Looked, list[LogRow]]:
    """Ask the index and read the records; each is held against the question before it is shown."""
    for _ in range(TRIES):
        looked = look(asked, Cursor(_number("before"), _number("after"), _oldest()), view)
        found = rows_of(connection, looked, asked.whole)
        if found is not None:
            return looked, log_rows(connection, found, view)
    raise ServiceUnavailable


def _page(
    asked: Asked,
    problems: Mapping[str, str],
    looked: Looked | None,
    rows: list[LogRow],
    options: Mapping[str, object],
    view: Viewer,
) -> dict[str, object]:
    bars = drawn(looked.bars if looked else Counts((), ()), view)
    return {
        "asked": asked,
        "problems": problems,
        "tabs": _tabs(asked, looked, view),
        "chips": [{**chip._asdict(), "url": _url(asked, view, without=chip.name)} for chip in asked.chips],
        "clear": _url(asked, view, without=FILTERS),
        "typed": {name: visible(text) for name, text in asked.given.items()},
        "words_of": {chip.name: chip.value for chip in asked.chips},
        "more_open": any(name in asked.given or name in problems for name in _MORE),
        "looked": looked,
        "rows": rows,
        "links": _record_urls(asked, view, [row.seq for row in rows]),
        "bars": bars,
        "bar_urls": _bar_urls(asked, bars, view),
        "zone": _zone(site().clock.read().at, view),
        **_pager(asked, looked, rows, view),
        "turned": _url(asked, view, ("order",), **({} if _oldest() else OLDEST)),
        "oldest_first": _oldest(),
        "newer_url": url_for("log_pages.newer", **_args(asked, view), after=looked.head_seq if looked else 0),
        "newest": _url(asked, view, ("order",)),
        "export": _export_url(asked, view),
        **options,
    }


_MORE = ("from", "to", "badge", "reader", "operation", "mode", "override", "reviewed", "family")


def _options(connection: sa.Connection, view: Viewer) -> dict[str, object]:
    texts = view.texts
    readers = [reader.name for line in site().settings.line for reader in line.reader]
    return {
        "presets": [(name, texts[f"log_time_{name}"]) for name in PRESETS],
        "machine_options": [(id_, _named(id_, name)) for id_, name in machines(connection)],
        "outcomes": [
            ("denied,would_deny,override", texts["log_denied_or_override"]),
            *[(one.value, texts[f"log_result_{one}"]) for one in Result],
        ],
        "reasons": sorted(((code, reason_text(code, view.language)) for code in REASONS), key=lambda row: row[1]),
        "operations": [(one.value, operation_word(one.value, view)) for one in Operation],
        "modes": [(one.value, texts[f"log_mode_{one}"]) for one in Mode],
        "reviewed_options": [(word, texts[f"log_reviewed_{word}"]) for word in ("yes", "no")],
        "families": [(one.value, texts[f"log_family_{one}"]) for one in Family],
        "reader_options": [(name, visible(name)) for name in sorted(readers)],
    }


def _named(id_: str, name: str) -> str:
    return visible(id_) if name == id_ else f"{visible(id_)}: {visible(name)}"


def _tabs(asked: Asked, looked: Looked | None, view: Viewer) -> list[dict[str, object]]:
    return [
        {
            "word": view.texts[f"log_view_{one}"],
            "url": url_for("log_pages.access_log", **_args(replace(asked, view=one), view)),
            "count": looked.views[one] if looked else None,
            "more": looked is not None and not looked.complete,
            "here": one is asked.view,
        }
        for one in View
    ]


def _view(view: View) -> dict[str, Any]:
    return {} if view is View.EVERYTHING else {"view": view.value}


def _args(asked: Asked, view: Viewer) -> dict[str, Any]:
    return {**asked.given, **_view(asked.view), **(OLDEST if _oldest() else {}), "lang": view.language}


def _oldest() -> bool:
    return request.args.get("order") == OLDEST["order"]


def _pager(asked: Asked, looked: Looked | None, rows: list[LogRow], view: Viewer) -> dict[str, str]:
    """Return the addresses of the pages before and after this one, in its order; empty: there is none."""
    back, on = ("before", "after") if _oldest() else ("after", "before")
    if not looked or not rows:
        return {"back": "", "on": ""}
    first: dict[str, Any] = {back: rows[0].seq}
    last: dict[str, Any] = {on: rows[-1].seq}
    return {
        "back": _url(asked, view, **first) if looked.first > 1 else "",
        "on": _url(asked, view, **last) if looked.last < looked.total else "",
    }


def _url(asked: Asked, view: Viewer, without: str | Iterable[str] = (), **more: Any) -> str:
    gone = {without} if isinstance(without, str) else set(without)
    kept = {name: value for name, value in _args(asked, view).items() if name not in gone}
    return url_for("log_pages.access_log", **kept, **more)


def _bar_urls(asked: Asked, bars: Bars, view: Viewer) -> dict[str, str]:
    """Return the address behind each bar by its begin: the same question within its time."""
    base = _url(asked, view, ("time", "from", "to"))
    return {bar.since: f"{base}&{urlencode({'from': bar.since, 'to': bar.until})}" for bar in bars.shown}


def _record_urls(asked: Asked, view: Viewer, seqs: Iterable[int]) -> dict[int, str]:
    """Return the address of each record, which goes on within the same question."""
    if "record_pages.record" not in current_app.view_functions:
        return dict.fromkeys(seqs, "")
    query = urlencode(_args(asked, view))
    return {seq: f"{url_for('record_pages.record', seq=seq)}?{query}" for seq in seqs}


def _export_url(asked: Asked, view: Viewer) -> str:
    user = current_user()
    if "export_pages.export" not in current_app.view_functions or user is None or not user.may(Act.EXPORT_RECORDS):
        return ""
    return url_for("export_pages.export", name="access_log", **_args(asked, view))


def _zone(now: datetime, view: Viewer) -> str:
    local = now.astimezone(view.zone)
    return f"{local:%Z} ({utc_offset(local)})"
