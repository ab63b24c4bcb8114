"""The page on which QA signs for damaged records: look at everything, read the findings, sign with a second person."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act, Role, may
from gate.examining import Examined, examined_path, last_examined
from gate.seal import latest_checkpoint
from gate.segment_acts import Kept, sign_segment
from gate.signatures import Signer
from gate.store.accounts import read_account
from gate.store.database import STORE_FAULTS
from gate.store.segments import segments_of
from gate.supervision import RefusedError
from gate.verified import (
    Verified,
    last_verified,
    proven_path,
    restored_path,
    tell_proven,
    tell_verified,
    verified_path,
)
from gate.web.changing import filled
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.segment_texts import finding
from gate.web.session import accounts, requires, sign_in
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signature_problems, signer, signing_user
from gate.web.texts import PAGE_TEXTS
from gate.web.verifying import start_child, under_way
from gate.web.view import Viewer

segment_pages = Blueprint("segment_pages", __name__)

EMPTY = dict.fromkeys(("justification", "cosign_user", "sign_user"), "")
SHOWN_BREAKS = 50


@segment_pages.post("/integrity/verify")
@requires(Act.VERIFY_RECORDS)
def verify_now() -> ResponseReturnValue:
    """Start a full verification, unless one is under way; the page it leads back to shows how far it is."""
    if under_way(viewer()) is None:
        start_child("verify", "--full", "--record", "--by", signing_user().person_id)
    return redirect(_back(), 303)


def _back() -> str:
    known = "integrity_pages.page" in current_app.view_functions
    return url_for("integrity_pages.page" if known else "segment_pages.segment", lang=viewer().language)


@segment_pages.post("/integrity/examine")
@requires(Act.SIGN_SEGMENT)
def examine_now() -> ResponseReturnValue:
    """Keep the file as it is and look at all of it, in a process of its own."""
    if under_way(viewer()) is None:
        start_child("examine", "--by", signing_user().person_id)
    return redirect(url_for("segment_pages.segment", lang=viewer().language), 303)


@segment_pages.get("/integrity/segment")
@requires(Act.SIGN_SEGMENT)
def segment() -> str:
    """Show what is wrong, what was found, and the form with two signatures."""
    return _page(NO_TROUBLE)


@segment_pages.post("/integrity/segment")
@requires(Act.SIGN_SEGMENT)
def segment_sent() -> ResponseReturnValue:
    """Sign: the one signature that is possible while the chain is broken."""
    user, problems = signing_user(), dict[str, str]()
    found, texts = last_examined(site().settings.gate.state_dir), PAGE_TEXTS[viewer().language]
    if found is None or found.kept_sha256 != form_value("kept"):
        return _page(Trouble(refused=(texts["sg_changed"],))), 409
    second = _second(problems)
    problems |= signature_problems(user)
    if problems or second is None:
        return _page(Trouble(problems=problems)), 422
    try:
        number, seq = _signed(found, signer(user, Act.SIGN_SEGMENT), second)
    except RefusedError as error:
        fields = {error.field: "see_above"} if error.field else {}
        return _page(Trouble(fields, error.sentences(viewer().language))), 422
    except STORE_FAULTS:
        return _page(Trouble(refused=(texts["busy_records"],))), 503
    return redirect(url_for("segment_pages.segment", signed=f"{number}-{seq}", lang=viewer().language), 303)


def _second(problems: dict[str, str]) -> Signer | None:
    """Return who signs second, after the password has been checked as at the login."""
    name = form_value("cosign_user").lower()
    with accounts().records.engine().connect() as connection:
        found = read_account(connection, name)
    fits = sign_in(name, request.form.get("cosign_password", ""))
    account = found[0] if found else None
    role = next((role for role in Role if account and may(account.roles & {role}, Act.CONFIRM_SEGMENT)), None)
    if not fits or account is None or role is None or not may(account.roles, Act.CONFIRM_SEGMENT):
        problems["cosign_user"] = "sg_wrong_second"
        return None
    return Signer(account.person_id, account.id, account.name, role.value)


def _signed(found: Examined, first: Signer, second: Signer) -> tuple[int, int]:
    """Sign, and let pages and gate know at once that the records hold again."""
    here, state_dir = site(), site().settings.gate.state_dir
    engine = here.records.engine()
    checkpoint = latest_checkpoint(engine)
    more = {"checkpoint": checkpoint.note} if checkpoint else {}
    with accounts().writer.desk(broken=True) as desk:
        done = sign_segment(
            desk.trail,
            engine,
            found.damage,
            Kept(found.kept, found.kept_sha256),
            first,
            second,
            why=form_value("justification"),
            moment=desk.moment,
            claimed=found.claimed,
            more=more,
        )
    tell_proven(proven_path(state_dir), done.seq, done.leaf, done.frontier)
    tell_verified(verified_path(state_dir), Verified(here.clock.read().at, done.seq, sound=True))
    for path in (examined_path(state_dir), restored_path(state_dir)):
        path.unlink(missing_ok=True)
    return done.number, done.seq


# --- what is shown ------------------------------------------------------------------------------------------


def _page(trouble: Trouble) -> str:
    here, view = site(), viewer()
    state_dir = here.settings.gate.state_dir
    examined = last_examined(state_dir)
    signed = request.args.get("signed", "").partition("-")
    return render_template(
        "segment.html",
        **around(view),
        verified=_verified(view),
        running=under_way(view),
        examined=_examined(examined, view) if examined else None,
        segments=_segments(view),
        signed=(signed[0], signed[2]) if signed[0].isdecimal() and signed[2].isdecimal() else None,
        trouble=trouble,
        typed=filled(EMPTY),
    )


def _verified(view: Viewer) -> dict[str, Any] | None:
    found = last_verified(verified_path(site().settings.gate.state_dir))
    if found is None:
        return None
    return {
        "sound": found.sound,
        "head_sound": found.head_sound,
        "first": found.first_bad_seq,
        "what": visible(finding(found.what, view.language)),
        "when": view.when(found.at),
    }


def _examined(found: Examined, view: Viewer) -> dict[str, Any]:
    damage = found.damage
    rows = [
        {"first": one.first, "last": one.last, "what": visible(finding(one.what, view.language))}
        for one in damage.breaks[:SHOWN_BREAKS]
    ]
    return {
        "when": view.when(found.at),
        "by": visible(found.by),
        "breaks": rows,
        "more": max(0, len(damage.breaks) - SHOWN_BREAKS),
        "lost": (damage.seq + 1, found.claimed) if found.claimed > damage.seq else None,
        "whole": damage.whole and found.claimed <= damage.seq,
        "last": damage.seq,
        "kept": visible(found.kept),
        "sha256": found.kept_sha256,
    }


def _segments(view: Viewer) -> list[dict[str, Any]]:
    found = []
    for one in segments_of(site().records.engine()):
        names = [visible(str(sign.get("name", ""))) for sign in one.said.get("detail", {}).get("signatures", [])]
        at = datetime.fromisoformat(one.said["at"])
        kept = visible(str(one.said["new"].get("kept", {}).get("name", "")))
        found.append({"number": one.number, "seq": one.seq, "when": view.when(at), "names": names, "kept": kept})
    return found
