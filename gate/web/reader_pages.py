"""The pages of readers: their health, what goes over their line, a test of light and tone, a test of a badge."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate import alive
from gate.core.decision import decide
from gate.core.roles import Act
from gate.core.terms import Outcome
from gate.line_watch import read_seen, watch_path
from gate.settings import LineSettings, ReaderSettings
from gate.store.facts import FactReader
from gate.store.reader_requests import ReaderRequest, RequestKind, ask_reader, read_request
from gate.web.formats import day_and_offset, visible
from gate.web.line_quality import Quality, fault_of_silence, quality
from gate.web.pages import around, site, viewer
from gate.web.reader_reading import of_late, reported
from gate.web.reason_texts import reason_text
from gate.web.session import accounts, requires
from gate.web.signing import signing_user
from gate.web.view import ReaderView, Viewer, is_alive

reader_pages = Blueprint("reader_pages", __name__)

ASKED_S = {RequestKind.IDENTIFY: 30, RequestKind.TEST: 10, RequestKind.WATCH: 10}
"""How long a request waits for the reader process, or for a badge."""

ACTS = {"watch": RequestKind.WATCH, "test": RequestKind.TEST, "badge": RequestKind.IDENTIFY}


@reader_pages.get("/admin/readers")
@requires(Act.VIEW_RECORDS)
def readers() -> ResponseReturnValue:
    """Show every reader of the configuration with its health."""
    here, view = site(), viewer()
    now = here.clock.read().at
    shown, late = _views(view), of_late(here.records.engine(), now)
    rows = [
        {"view": shown[reader.name], "port": line.path.name, "line": line, "reader": reader}
        for line, reader in _configured()
    ]
    bad = sum(1 for row in shown.values() if row.tag.look not in {"online", "port"})
    return render_template("readers.html", **around(view), rows=rows, late=late, bad=bad)


@reader_pages.get("/admin/readers/<name>")
@requires(Act.VIEW_RECORDS)
def reader(name: str) -> ResponseReturnValue:
    """Show one reader, and what goes over its line while somebody watches."""
    line, found = _found(name)
    here, view = site(), viewer()
    asked = _asked()
    waiting = asked is not None and asked.result is None and here.clock.read().at < asked.expires_at
    seen, shown = _seen(line, found), _views(view)[name]
    return render_template(
        "reader.html",
        **around(view),
        reader=shown,
        line=line,
        port=str(line.path),
        events=[
            {"seq": e.seq, "at": view.when(e.at), "what": visible(f"{e.kind} {e.what}".strip())}
            for e in reported(here.records.engine(), name)
        ],
        seen=seen,
        silence=fault_of_silence(shown.cause) if shown.offline else "",
        watching=request.args.get("asked") == "watch" and seen is None,
        tested=request.args.get("asked") == "test",
        asked=asked,
        waiting=waiting,
        held_out=_held_out(asked, found, view) if asked is not None and not waiting else None,
        refresh=waiting or seen is not None or request.args.get("asked") == "watch",
    )


@reader_pages.post("/admin/readers/<name>/<what>")
@requires(Act.COMMISSION_READER)
def ask(name: str, what: str) -> ResponseReturnValue:
    """Ask the reader process for something; the page shows what comes of it."""
    _, found = _found(name)
    kind = ACTS.get(what)
    if kind is None:
        abort(404)
    user = signing_user()
    request_id = accounts().writer.write(
        lambda desk: ask_reader(
            desk.trail,
            found.name,
            kind,
            asked_by=user.account_id,
            expires_at=desk.moment.at + timedelta(seconds=ASKED_S[kind]),
        )
    )
    more = {"request": request_id} if kind is RequestKind.IDENTIFY else {"asked": what}
    return redirect(url_for("reader_pages.reader", name=name, lang=viewer().language, **more), 303)


def _configured() -> list[tuple[LineSettings, ReaderSettings]]:
    return [(line, reader) for line in site().settings.line for reader in line.reader]


def _found(name: str) -> tuple[LineSettings, ReaderSettings]:
    found = next(((line, reader) for line, reader in _configured() if reader.name == name), None)
    if found is None:
        abort(404)
    return found


def _views(view: Viewer) -> dict[str, ReaderView]:
    here = site()
    look, now = here.records.look(here.records.head_seq(), 1), here.clock.read().at
    shown = here.parts.readers(look, view, alive=is_alive(alive.last_alive(here.alive_path), now))
    return {row.name: row for row in shown}


def _seen(line: LineSettings, found: ReaderSettings) -> Quality | None:
    seen = read_seen(watch_path(site().settings.gate.state_dir)).get(line.name)
    return quality(seen, found.address, osdp=line.kind == "osdp") if seen else None


def _asked() -> ReaderRequest | None:
    """Return the badge test that this page waits for; only whoever asked sees what came of it."""
    number = request.args.get("request", "")
    if not number.isascii() or not number.isdecimal() or len(number) > 15:
        return None
    with site().records.engine().connect() as connection:
        found = read_request(connection, int(number))
    mine = found is not None and found.asked_by == signing_user().account_id
    return found if mine and found is not None and found.kind is RequestKind.IDENTIFY else None


def _held_out(asked: ReaderRequest, found: ReaderSettings, view: Viewer) -> dict[str, Any]:
    """Say whose badge it was and what a read of it would come to."""
    result = asked.result
    if not result:
        return {"nothing": True}
    shown: dict[str, Any] = {
        "nothing": False,
        "last4": visible(str(result.get("last4") or "")),
        "at": f"#{result['seq']} {day_and_offset(asked.expires_at, view.zone)}",
        "person": "",
        "outcome": "",
        "reasons": [],
    }
    person, badge = result.get("person"), result.get("badge")
    if person and badge:
        name, outcome, reasons = _would_be(str(person), str(badge), found)
        texts = view.texts
        shown |= {
            "person": visible(name),
            "outcome": texts["allowed"] if outcome is Outcome.ALLOW else texts["denied"],
            "reasons": [reason_text(code, view.language) for code in reasons],
        }
    return shown


def _would_be(person: str, badge: str, found: ReaderSettings) -> tuple[str, Outcome, tuple[str, ...]]:
    with accounts().writer.desk() as desk:
        desk.trail.begin()
        try:
            facts = FactReader(desk.trail, desk.trail.zone).facts_of_person(person, badge, found.equipment, None)
        finally:
            desk.trail.rollback()
        decision = decide(facts, desk.moment)
    return facts.person.name if facts.person else person, decision.outcome, decision.reasons
