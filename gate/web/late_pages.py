"""The pages of late entries: the list, one with its scan, and the signed forms that enter and verify."""

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.late_entry import Claim, LateCause, LateState
from gate.core.roles import Act
from gate.core.scans import LARGEST_SCAN, media_type
from gate.core.terms import Operation
from gate.late_acts import Entered, Paper, enter_late, verify_late
from gate.store import attachments
from gate.store.late_entries import LateEntry, LateFilter, count_late, late_entry, newest_late
from gate.store.lots_schema import late_entries
from gate.store.schema import equipment, people
from gate.web.admin_history import history, shown_history
from gate.web.admin_things import choices_of
from gate.web.changing import NUMBER, Problems, filled
from gate.web.formats import visible
from gate.web.log_lookup import names_of_persons
from gate.web.pages import around, site, viewer
from gate.web.people_names import said_name
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user
from gate.web.typed_times import time_of
from gate.web.view import Viewer

late_pages = Blueprint("late_pages", __name__, url_prefix="/late-entries")

SHOWN = 100
MOST_PEOPLE = 1000
EMPTY = {
    "equipment_id": "",
    "person_id": "",
    "operation": Operation.USE.value,
    "lot": "",
    "from_day": "",
    "from_time": "",
    "until_day": "",
    "until_time": "",
    "cause": "",
    "justification": "",
    "sign_user": "",
}
SCAN_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
}


# --- reading ---------------------------------------------------------------------------------------------------


@late_pages.get("")
@requires(Act.VIEW_RECORDS)
def late_list() -> str:
    """List the late entries, the last entered first, and how many wait."""
    view = viewer()
    asked = {name: request.args.get(name, "").strip()[:200] for name in ("equipment", "person", "lot", "state")}
    before = request.args.get("before", "")
    wanted = LateFilter(asked["equipment"], asked["person"], asked["lot"], asked["state"])
    with site().records.engine().connect() as connection:
        limit, last = SHOWN + 1, int(before) if NUMBER.fullmatch(before) else None
        found = newest_late(connection, wanted, before=last, limit=limit)
        total, waiting = count_late(connection, wanted), count_late(connection, LateFilter(state="entered"))
        names = names_of_persons(connection, {id_ for one in found for id_ in _people(one)})
    return _page(
        "late_list.html",
        rows=[shown_late(one, names, view) for one in found[:SHOWN]],
        total=total,
        waiting=waiting,
        next_page=found[SHOWN - 1].entered_seq if len(found) > SHOWN else 0,
        asked={name: visible(value) for name, value in asked.items()},
        machines=choices_of(equipment),
        states=[(state.value, view.texts[f"la_state_{state}"]) for state in LateState],
    )


@late_pages.get("/<late_id>")
@requires(Act.VIEW_RECORDS)
def late(late_id: str) -> str:
    """Show one late entry: what is claimed, on what paper, who entered and who verified it."""
    return _one_page("late_one.html", _found(late_id))


@late_pages.get("/<late_id>/scan")
@requires(Act.VIEW_RECORDS)
def scan(late_id: str) -> Response:
    """Hand out the scan as a file; no browser opens it as a page of this place."""
    one, engine = _found(late_id), site().records.engine()
    with engine.connect() as connection:
        stored = attachments.scan(connection, one.scan_sha256)
    if stored is None:
        abort(404)
    answer = Response(attachments.content(engine, stored), mimetype=stored.media_type.value)
    answer.headers["Content-Disposition"] = f'attachment; filename="{one.scan_name}"'
    answer.headers["Content-Length"] = str(stored.size)
    for name, value in SCAN_HEADERS.items():
        answer.headers[name] = value
    return answer


def shown_late(one: LateEntry, names: Any, view: Viewer) -> dict[str, Any]:
    """Return a late entry ready for a template."""
    return {
        "id": one.id,
        "seq": one.entered_seq,
        "machine": visible(one.equipment_id),
        "person": said_name(one.person_id, names),
        "operation": view.texts.get(f"operation_{one.operation}", one.operation),
        "lot": visible(one.lot),
        "begin": view.when(one.from_at),
        "end": view.when(one.until_at) if one.until_at else None,
        "cause": view.texts[f"la_cause_{one.cause}"],
        "why": visible(one.why),
        "state": one.state.value,
        "entered_by": said_name(one.entered_by, names),
        "entered_at": view.when(one.entered_at),
        "verified_by": said_name(one.verified_by, names),
        "verified_at": view.when(one.verified_at) if one.verified_at else None,
        "scan_name": one.scan_name,
        "scan_sha256": one.scan_sha256,
    }


def _people(one: LateEntry) -> tuple[str, ...]:
    return (one.person_id, one.entered_by, one.verified_by)


def _found(late_id: str) -> LateEntry:
    with site().records.engine().connect() as connection:
        return late_entry(connection, late_id) or abort(404)


def _one_page(template: str, one: LateEntry, **more: object) -> str:
    view, engine, user = viewer(), site().records.engine(), signing_user()
    with engine.connect() as connection:
        stored = attachments.scan(connection, one.scan_sha256)
        names = names_of_persons(connection, _people(one))
    return _page(
        template,
        one=shown_late(one, names, view),
        scan=stored,
        scan_whole=stored is not None and attachments.is_whole(engine, stored),
        changes=shown_history(history(late_entries, one.id), view),
        own=user.person_id in {one.entered_by, one.person_id},
        done=request.args.get("done", ""),
        **more,
    )


# --- enter -----------------------------------------------------------------------------------------------------


@late_pages.get("/new")
@requires(Act.ENTER_LATE)
def new() -> str:
    """Ask who used what, from when until when, why the gate did not see it, and for the scan."""
    return _form(NO_TROUBLE)


@late_pages.post("/new")
@requires(Act.ENTER_LATE)
def new_sent() -> ResponseReturnValue:
    """Sign and enter."""
    problems: Problems = {}
    claim, paper, pattern = _claim(problems), _paper(problems), site().settings.site.lot_pattern
    return signed_act(
        lambda desk, signer: enter_late(desk.trail, claim, paper or abort(400), signer, desk.moment, pattern=pattern),
        Act.ENTER_LATE,
        _form,
        _done_entered,
        problems,
    )


def _claim(problems: Problems) -> Claim:
    zone = site().settings.zone
    return Claim(
        equipment_id=form_value("equipment_id"),
        person_id=form_value("person_id"),
        operation=form_value("operation"),
        lot=form_value("lot"),
        from_at=time_of("from", problems, zone),
        until_at=time_of("until", problems, zone, last=True),
        cause=form_value("cause"),
        why=form_value("justification"),
    )


def _paper(problems: Problems) -> Paper | None:
    sent = request.files.get("scan")
    data = sent.stream.read(LARGEST_SCAN + 1) if sent is not None else b""
    kind = media_type(data)
    if not data:
        problems["scan"] = "la_no_scan"
    elif len(data) > LARGEST_SCAN:
        problems["scan"] = "la_large_scan"
    elif kind is None:
        problems["scan"] = "la_bad_scan"
    return Paper(data, kind, (sent.filename if sent else "") or "") if kind is not None else None


def _form(trouble: Trouble) -> str:
    view = viewer()
    with site().records.engine().connect() as connection:
        known = connection.execute(
            people.select().where(people.c.known_to.is_(None)).order_by(people.c.name, people.c.id).limit(MOST_PEOPLE)
        ).all()
    asked = {name: request.args.get(name, "").strip()[:80] for name in ("equipment", "lot", "person")}
    begun = {**EMPTY, "equipment_id": asked["equipment"], "lot": asked["lot"], "person_id": asked["person"]}
    return _page(
        "late_form.html",
        trouble=trouble,
        typed=filled(begun),
        machines=choices_of(equipment),
        people=[(row.id, visible(row.name)) for row in known],
        operations=[(op.value, view.texts[f"operation_{op}"]) for op in Operation],
        causes=[(cause.value, view.texts[f"la_cause_{cause}"], "") for cause in LateCause],
        megabytes=LARGEST_SCAN // 1024 // 1024,
    )


def _done_entered(made: Entered) -> str:
    return url_for("late_pages.late", late_id=made.id, done="entered", lang=viewer().language)


# --- verify ----------------------------------------------------------------------------------------------------


@late_pages.get("/<late_id>/verify")
@requires(Act.VERIFY_LATE)
def verify(late_id: str) -> str:
    """Show entry and paper side by side, and ask whether they agree."""
    return _verifying(_found(late_id), NO_TROUBLE)


@late_pages.post("/<late_id>/verify")
@requires(Act.VERIFY_LATE)
def verify_sent(late_id: str) -> ResponseReturnValue:
    """Sign what the paper says of the entry."""
    one, answer, words = _found(late_id), form_value("answer"), form_value("justification")
    return signed_act(
        lambda desk, signer: verify_late(desk.trail, late_id, answer, words, signer, desk.moment),
        Act.VERIFY_LATE,
        lambda trouble: _verifying(one, trouble),
        url_for("late_pages.late", late_id=late_id, done="verified", lang=viewer().language),
    )


def _verifying(one: LateEntry, trouble: Trouble) -> str:
    texts = viewer().texts
    answers = [(state.value, texts[f"la_answer_{state}"], "") for state in (LateState.VERIFIED, LateState.REJECTED)]
    typed = filled({"answer": "", "justification": "", "sign_user": ""})
    return _one_page("late_verify.html", one, trouble=trouble, typed=typed, answers=answers)


def _page(template: str, **more: object) -> str:
    return render_template(template, **around(viewer()), **more)
