"""The pages of lots: the list, one window with its history, and the signed forms that record, correct and withdraw."""

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.lotting import LotData
from gate.core.roles import Act
from gate.lot_acts import Recorded, Saying, correct_lot, record_lot, withdraw_lot
from gate.store import lots
from gate.store.lots import Window, WindowFilter
from gate.store.lots_schema import lot_windows
from gate.store.schema import equipment
from gate.web.admin_history import history, shown_history, since
from gate.web.admin_things import choices_of, one
from gate.web.changing import Problems, filled, opened_version
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act
from gate.web.typed_times import time_of, typed_time
from gate.web.view import Viewer

lot_pages = Blueprint("lot_pages", __name__, url_prefix="/lots")

SHOWN = 100
LATEST = 3
EMPTY = {
    "equipment_id": "",
    "lot": "",
    "product": "",
    "from_day": "",
    "from_time": "",
    "until_day": "",
    "until_time": "",
    "overlap": "",
    "justification": "",
    "sign_user": "",
    "version": "",
}
BETWEEN = "~"
"""Stands between the begin and the id in the address of the next page."""


# --- reading ---------------------------------------------------------------------------------------------------


@lot_pages.get("")
@requires(Act.VIEW_RECORDS)
def lot_list() -> str:
    """List the windows, the latest begun first."""
    view = viewer()
    wanted = WindowFilter(
        lot=_asked("lot"),
        equipment_id=_asked("equipment"),
        product=_asked("product"),
        running=_asked("running") == "yes",
    )
    begin, _, window_id = _asked("before").partition(BETWEEN)
    before = (begin, window_id) if begin and window_id else None
    with site().records.engine().connect() as connection:
        found = lots.newest_windows(connection, wanted, before=before, limit=SHOWN + 1)
        total = lots.count_windows(connection, wanted)
    shown = found[:SHOWN]
    return _page(
        "lots.html",
        rows=[shown_window(window, view) for window in shown],
        total=total,
        next_page=_next_page(shown[-1]) if len(found) > SHOWN else "",
        asked={name: visible(_asked(name)) for name in ("lot", "equipment", "product", "running")},
        machines=choices_of(equipment),
    )


@lot_pages.get("/<window_id>")
@requires(Act.VIEW_RECORDS)
def lot(window_id: str) -> str:
    """Show one window, where else the lot was made, and everything that was ever said of it."""
    view = viewer()
    with site().records.engine().connect() as connection:
        found = lots.window(connection, window_id)
        versions = lots.versions_of(connection, window_id)
        if not versions:
            abort(404)
        shown = found or versions[-1]
        others = [other for other in lots.windows_of(connection, shown.lot) if other.id != window_id]
        beside = [
            other
            for other in lots.windows_on(connection, shown.equipment_id, shown.span)
            if other.id != window_id and other.lot != shown.lot
        ]
    return _page(
        "lot.html",
        one=shown_window(shown, view),
        standing=found is not None,
        others=[shown_window(other, view) for other in others],
        beside=[shown_window(other, view) for other in beside],
        changes=shown_history(history(lot_windows, window_id), view),
        done=request.args.get("done", ""),
    )


def latest_lots(equipment_id: str, view: Viewer) -> list[dict[str, Any]]:
    """Return the lots that were begun last on a machine, for its page on the floor."""
    wanted = WindowFilter(equipment_id=equipment_id)
    with site().records.engine().connect() as connection:
        found = lots.newest_windows(connection, wanted, before=None, limit=LATEST)
    return [shown_window(window, view) for window in found]


def shown_window(window: Window, view: Viewer) -> dict[str, Any]:
    """Return a window ready for a template."""
    return {
        "id": window.id,
        "machine": visible(window.equipment_id),
        "equipment_id": window.equipment_id,
        "lot": visible(window.lot),
        "lot_id": window.lot,
        "product": visible(window.product),
        "begin": view.when(window.from_at),
        "end": view.when(window.until_at) if window.until_at else None,
        "seq": window.known_from,
    }


# --- record, correct, withdraw -----------------------------------------------------------------------------------


@lot_pages.get("/new")
@requires(Act.RECORD_LOT)
def new() -> str:
    """Ask for machine, lot, product and times."""
    return _form(None, NO_TROUBLE)


@lot_pages.post("/new")
@requires(Act.RECORD_LOT)
def new_sent() -> ResponseReturnValue:
    """Sign and record."""
    problems: Problems = {}
    saying, pattern = _saying(problems), site().settings.site.lot_pattern
    return signed_act(
        lambda desk, signer: record_lot(desk.trail, saying, signer, desk.moment, pattern=pattern),
        Act.RECORD_LOT,
        lambda trouble: _form(None, trouble),
        _done_recorded,
        problems,
    )


@lot_pages.get("/<window_id>/change")
@requires(Act.RECORD_LOT)
def change(window_id: str) -> str:
    """Show what is on record in a form."""
    return _form(_standing(window_id), NO_TROUBLE)


@lot_pages.post("/<window_id>/change")
@requires(Act.RECORD_LOT)
def change_sent(window_id: str) -> ResponseReturnValue:
    """Sign and give the window a new version."""
    found, problems = _standing(window_id), Problems()
    saying, pattern, opened = _saying(problems), site().settings.site.lot_pattern, opened_version()
    return signed_act(
        lambda desk, signer: correct_lot(
            desk.trail, window_id, saying, signer, desk.moment, pattern=pattern, opened=opened
        ),
        Act.RECORD_LOT,
        lambda trouble: _form(found, trouble),
        _done_recorded,
        problems,
    )


@lot_pages.get("/<window_id>/withdraw")
@requires(Act.RECORD_LOT)
def withdraw(window_id: str) -> str:
    """Ask why this never should have been on record."""
    return _withdrawal(_standing(window_id), NO_TROUBLE)


@lot_pages.post("/<window_id>/withdraw")
@requires(Act.RECORD_LOT)
def withdraw_sent(window_id: str) -> ResponseReturnValue:
    """Sign and withdraw."""
    found, opened, why = _standing(window_id), opened_version(), form_value("justification")
    return signed_act(
        lambda desk, signer: withdraw_lot(desk.trail, window_id, why, signer, desk.moment, opened=opened),
        Act.RECORD_LOT,
        lambda trouble: _withdrawal(found, trouble),
        url_for("lot_pages.lot", window_id=window_id, done="withdrawn", lang=viewer().language),
    )


def _standing(window_id: str) -> Any:
    return one(lot_windows, window_id) or abort(404)


def _saying(problems: Problems) -> Saying:
    zone = site().settings.zone
    data = LotData(
        equipment_id=form_value("equipment_id"),
        lot=form_value("lot"),
        product=form_value("product"),
        from_at=time_of("from", problems, zone),
        until_at=time_of("until", problems, zone, last=True),
    )
    return Saying(data, form_value("justification"), overlap=form_value("overlap") == "yes")


def _form(found: Any | None, trouble: Trouble) -> str:
    view = viewer()
    values = {**EMPTY, "equipment_id": _asked("equipment"), "lot": _asked("lot")}
    if found is not None:
        window = lots.window_of_row(found)
        values |= {name: getattr(found, name) for name in ("equipment_id", "lot", "product")}
        values |= typed_time("from", window.from_at, view) | typed_time("until", window.until_at, view)
        values["version"] = str(found.version)
    typed = filled(values)
    return _page(
        "lot_form.html",
        trouble=trouble,
        typed=typed,
        found=shown_window(lots.window_of_row(found), view) if found is not None else None,
        machines=choices_of(equipment),
        ask_overlap="overlap" in trouble.problems or typed["overlap"] == "yes",
        **_meanwhile(found, trouble, typed),
    )


def _meanwhile(found: Any | None, trouble: Trouble, typed: dict[str, str]) -> dict[str, object]:
    """Return what changed since the form was opened; sent again, it then goes on from what is on record now."""
    if found is None or "version" not in trouble.problems:
        return {"meanwhile": ()}
    changes = since(history(lot_windows, found.id), opened_version())
    typed["version"] = str(found.version)
    return {"meanwhile": shown_history(changes, viewer())}


def _withdrawal(found: Any, trouble: Trouble) -> str:
    typed = filled({"justification": "", "sign_user": "", "version": str(found.version)})
    shown = shown_window(lots.window_of_row(found), viewer())
    more = _meanwhile(found, trouble, typed)
    return _page("lot_withdraw.html", trouble=trouble, typed=typed, found=shown, **more)


def _done_recorded(made: Recorded) -> str:
    return url_for("lot_pages.lot", window_id=made.id, done="recorded", lang=viewer().language)


def _next_page(last: Window) -> str:
    return f"{lots.stored_begin(last)}{BETWEEN}{last.id}"


def _asked(name: str) -> str:
    return request.args.get(name, "").strip()[:200]


def _page(template: str, **more: object) -> str:
    return render_template(template, **around(viewer()), **more)
