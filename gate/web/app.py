"""Make the web application: wiring, no rules."""

from flask import Flask, current_app, g, render_template
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from gate.clock import Clock
from gate.settings import Settings
from gate.web.admin_pages import admin
from gate.web.alert_pages import alert_pages
from gate.web.alerting import Alerting
from gate.web.badge_routes import badge_pages
from gate.web.board import Board
from gate.web.duty import duty_pages
from gate.web.entry_routes import record_pages
from gate.web.export_pages import export_pages
from gate.web.floor_acts import floor_pages
from gate.web.floor_messages import Floors
from gate.web.floor_words import MachineConverter
from gate.web.head_keeping import HEADS, HeadKeeper
from gate.web.inspection import access_review, inspection_pages
from gate.web.integrity_pages import integrity_pages
from gate.web.kiosk_messages import Kiosks
from gate.web.kiosk_wiring import add_kiosk_pages
from gate.web.late_pages import late_pages
from gate.web.live_guard import guard_live_page
from gate.web.log_pages import log_pages
from gate.web.log_searching import Searching
from gate.web.lot_pages import lot_pages
from gate.web.matrix_pages import matrix_pages
from gate.web.metrics import metrics_page
from gate.web.overrides import override_pages
from gate.web.pages import around, pages, viewer
from gate.web.paper_pages import paper_pages
from gate.web.parts import Parts
from gate.web.pins import pin_pages
from gate.web.protection import protect
from gate.web.reader_pages import reader_pages
from gate.web.reading import UNREADABLE, Records
from gate.web.review_routes import review_pages
from gate.web.segment_pages import segment_pages
from gate.web.session import PARTS
from gate.web.shift_pages import shift_pages
from gate.web.signing_in import add_signing_in, tell_refusal
from gate.web.site import Site
from gate.web.streams import Streams
from gate.web.tail import Tail
from gate.web.texts import PAGE_TEXTS
from gate.web.training_pages import training_pages
from gate.web.trend_pages import trend_pages

PAGES = (
    integrity_pages,
    record_pages,
    training_pages,
    pin_pages,
    duty_pages,
    admin,
    badge_pages,
    pages,
    override_pages,
    reader_pages,
    floor_pages,
    alert_pages,
    shift_pages,
    review_pages,
    export_pages,
    paper_pages,
    metrics_page,
    matrix_pages,
    trend_pages,
    lot_pages,
    late_pages,
    inspection_pages,
    access_review,
    log_pages,
    segment_pages,
)

EXPLAINED = frozenset({400, 403, 404, 405, 413, 421, 500, 503})


def create_app(settings: Settings, clock: Clock, key: str | None = None) -> Flask:
    """Return the application; `key` decrypts the records, which are opened by the first request."""
    app = Flask(__name__)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    records, board, parts = Records(settings, key), Board(), Parts(settings, app.jinja_env)
    alive_path = settings.gate.state_dir / "run" / "alive.json"
    kiosks = Kiosks(settings, records, app.jinja_env)
    app.url_map.converters["machine"] = MachineConverter
    floors = Floors(settings, records, app.jinja_env, app.url_map)
    tail = Tail(records, parts, board, clock, alive_path, kiosks, floors)
    alerting = Alerting(settings, records, clock, key, alive_path)
    streams = Streams(board)
    app.extensions["gate"] = Site(
        settings,
        clock,
        records,
        parts,
        streams,
        tail,
        alive_path,
        kiosks,
        floors,
        alerting,
        Searching(settings, records, key),
    )
    protect(app, settings.web)
    add_signing_in(app, settings, clock, key, records)
    app.extensions[HEADS] = HeadKeeper(settings, records, app.extensions[PARTS].writer, clock)
    add_kiosk_pages(app)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    guard_live_page(app, settings.web)
    app.register_error_handler(HTTPException, _problem)
    for fault in UNREADABLE:
        if issubclass(fault, Exception):
            app.register_error_handler(fault, _unreadable)
    return app


def _unreadable(error: Exception) -> tuple[str, int]:
    """The records cannot be read or written now; nothing was done."""
    current_app.logger.warning("the records cannot be used: %s", error)
    return _problem(ServiceUnavailable())


def _problem(error: HTTPException) -> tuple[str, int]:
    """Say in plain words what went wrong and what to do; details stay in the application log."""
    tell_refusal(error)
    g.pop("kept_form", None)
    code = error.code if error.code in EXPLAINED else 500
    view = viewer()
    title = PAGE_TEXTS[view.language][f"page_{code}"]
    return render_template("problem.html", **around(view), title=title), error.code or 500
