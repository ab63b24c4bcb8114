"""The badge pages: find a badge and its story, report it lost, take it back, let it serve again."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.badge_acts import block_badge, find_badge, return_badge
from gate.core.roles import Act
from gate.core.terms import BadgeState
from gate.signatures import Signer
from gate.store.database import STORE_FAULTS
from gate.supervision import RefusedError
from gate.web.badge_history import Happening, Lending, history, last_four_of, lendings
from gate.web.badge_reading import Known, ListedBadge, Wanted, known, one_badge
from gate.web.formats import day_and_offset, visible
from gate.web.pages import around, site, viewer
from gate.web.session import accounts, requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signer, signing_user, typed
from gate.web.texts import PAGE_TEXTS
from gate.web.view import Tag
from gate.web.writing import Desk

badge_pages = Blueprint("badge_pages", __name__)

SHOWN = 100
"""Badges in one list."""

LOOKS = {
    BadgeState.ACTIVE: "plain",
    BadgeState.LOST: "deny",
    BadgeState.REPLACED: "off",
    BadgeState.RETURNED: "off",
}
DONE = ("lost", "returned", "found", "lent")

PlainAct = Callable[[Desk, Signer], object]


@badge_pages.get("/badges")
@requires(Act.BLOCK_BADGE)
def badges() -> ResponseReturnValue:
    """Show the badges that fit, the pool, and what was lent."""
    view, state = viewer(), request.args.get("state", "")
    text, kept = request.args.get("q", "")[:SHOWN], state if state in set(BadgeState) else ""
    wanted = Wanted(text, kept, _asked_for("pool"), _asked_for("typed"))
    here = known_now()
    found = here.found(wanted)
    return render_template(
        "badges.html",
        **around(view),
        wanted=wanted,
        typed={"q": visible(wanted.text), "state": wanted.state},
        states=[(state.value, view.texts[f"badge_{state}"]) for state in BadgeState],
        total=len(found),
        shown=SHOWN,
        found=[shown_badge(badge) for badge in found[:SHOWN]],
        pool=[shown_badge(badge) for badge in here.pool()],
        lendings=[_lending(lent) for lent in lendings(site().records.engine())],
    )


@badge_pages.get("/badges/one/<path:badge_id>")
@requires(Act.BLOCK_BADGE)
def badge(badge_id: str) -> ResponseReturnValue:
    """Show one badge with everything that was changed about it."""
    engine, view = site().records.engine(), viewer()
    last4 = last_four_of(engine, badge_id)
    if last4 is None:
        abort(404)
    found, done = badge_now(badge_id), request.args.get("done", "")
    return render_template(
        "badge.html",
        **around(view),
        badge_id=badge_id,
        last4=visible(last4),
        found=shown_badge(found) if found else None,
        happenings=[_happening(one) for one in history(engine, badge_id)],
        done=view.texts[f"badge_done_{done}"] if done in DONE else "",
    )


@badge_pages.get("/badges/lost/<path:badge_id>")
@requires(Act.BLOCK_BADGE)
def lost(badge_id: str) -> ResponseReturnValue:
    """Ask what happened to it."""
    return _act_form("lost", badge_id, NO_TROUBLE)


@badge_pages.post("/badges/lost/<path:badge_id>")
@requires(Act.BLOCK_BADGE)
def lost_sent(badge_id: str) -> ResponseReturnValue:
    """Report it lost; every reader refuses it from now on."""
    why = form_value("why")
    return plain_act(
        lambda desk, who: block_badge(desk.trail, badge_id, why, who, desk.moment),
        Act.BLOCK_BADGE,
        lambda trouble: _act_form("lost", badge_id, trouble),
        _one(badge_id, "lost"),
    )


@badge_pages.get("/badges/return/<path:badge_id>")
@requires(Act.BLOCK_BADGE)
def back(badge_id: str) -> ResponseReturnValue:
    """Ask why it comes back."""
    return _act_form("return", badge_id, NO_TROUBLE)


@badge_pages.post("/badges/return/<path:badge_id>")
@requires(Act.BLOCK_BADGE)
def back_sent(badge_id: str) -> ResponseReturnValue:
    """Take it back; it is nobody's from now on."""
    why = form_value("why")
    return plain_act(
        lambda desk, who: return_badge(desk.trail, badge_id, why, who, desk.moment),
        Act.BLOCK_BADGE,
        lambda trouble: _act_form("return", badge_id, trouble),
        _one(badge_id, "returned"),
    )


@badge_pages.get("/badges/found/<path:badge_id>")
@requires(Act.UNBLOCK_BADGE)
def found_again(badge_id: str) -> ResponseReturnValue:
    """Ask where it was, and for the signature."""
    return _act_form("found", badge_id, NO_TROUBLE)


@badge_pages.post("/badges/found/<path:badge_id>")
@requires(Act.UNBLOCK_BADGE)
def found_sent(badge_id: str) -> ResponseReturnValue:
    """Sign, and let it serve again."""
    why = form_value("why")
    return signed_act(
        lambda desk, who: find_badge(desk.trail, badge_id, why, who, desk.moment),
        Act.UNBLOCK_BADGE,
        lambda trouble: _act_form("found", badge_id, trouble),
        _one(badge_id, "found"),
    )


# --- shared with enrolment and lending --------------------------------------------------------------------


def known_now() -> Known:
    """Return every badge and person as known now."""
    return known(site().records.engine(), site().clock.read().at)


def badge_now(badge_id: str) -> ListedBadge | None:
    """Return one badge as known now, None for one that is not on record."""
    return one_badge(site().records.engine(), badge_id, site().clock.read().at)


def plain_act(act: PlainAct, wanted: Act, again: Callable[[Trouble], str], done: str) -> ResponseReturnValue:
    """Do an act that takes no signature; what stands against it comes back with the form."""
    trouble = tried(act, wanted)
    return redirect(done, 303) if trouble is None else (again(trouble), 503 if "" in trouble.problems else 422)


def tried(act: PlainAct, wanted: Act) -> Trouble | None:
    """Do an act in the name of who is signed in; None: it is done. The field "" stands for records that are busy."""
    try:
        with accounts().writer.desk() as desk:
            act(desk, signer(signing_user(), wanted))
    except RefusedError as error:
        fields = {error.field: "see_above"} if error.field else {}
        return Trouble(fields, error.sentences(viewer().language))
    except STORE_FAULTS:
        return Trouble({"": "busy_records"}, (PAGE_TEXTS[viewer().language]["busy_records"],))
    return None


def said(trouble: Trouble) -> Trouble:
    """Return what stands against it as the page shows it: names made visible, each once."""
    problems = {name: key for name, key in trouble.problems.items() if name}
    return Trouble(problems, tuple(visible(sentence) for sentence in trouble.refused))


def time_of(at: datetime) -> str:
    """Return the site's time of day with the date and its distance from UTC."""
    zone = site().settings.zone
    return f"{at.astimezone(zone):%H:%M} {day_and_offset(at, zone)}"


def shown_badge(badge: ListedBadge) -> Mapping[str, object]:
    """Return what the pages show of a badge."""
    view = viewer()
    return {
        "id": badge.id,
        "last4": visible(badge.last4),
        "tag": Tag(LOOKS[badge.state], view.texts[f"badge_{badge.state}"]),
        "lost": badge.state is BadgeState.LOST,
        "pool": badge.pool,
        "typed": badge.typed,
        "person_id": badge.person_id,
        "person": visible(badge.person),
        "until": time_of(badge.until_at) if badge.until_at else "",
        "expires_on": badge.expires_on,
        "replaceable": badge.replaceable,
        "returnable": badge.returnable,
        "lendable": badge.lendable,
    }


def _asked_for(what: str) -> bool:
    return request.args.get(what) == "1"


def _one(badge_id: str, done: str) -> str:
    return url_for("badge_pages.badge", badge_id=badge_id, done=done, lang=viewer().language)


def _act_form(what: str, badge_id: str, trouble: Trouble) -> str:
    last4 = last_four_of(site().records.engine(), badge_id)
    if last4 is None:
        abort(404)
    found, view = badge_now(badge_id), viewer()
    values = typed("why", "sign_user")
    if what == "return" and request.method == "GET" and not values["why"]:
        values["why"] = view.texts["badge_return_usual"]
    return render_template(
        "badge_act.html",
        **around(view),
        what=what,
        badge_id=badge_id,
        last4=visible(last4),
        found=shown_badge(found) if found else None,
        trouble=said(trouble),
        typed=values,
    )


def _happening(one: Happening) -> Mapping[str, object]:
    texts = viewer().texts
    how = texts.get(f"badge_how_{one.identity}", visible(one.identity))
    return {
        "seq": one.seq,
        "at": time_of(one.at),
        "what": texts[one.what],
        "person": visible(one.person),
        "by": visible(one.by),
        "why": visible(one.why),
        "until": time_of(one.until_at) if one.until_at else "",
        "identity": texts["badge_verified"].format(how=how) if one.identity else "",
        "typed": one.typed,
        "signed": one.signed,
    }


def _lending(lent: Lending) -> Mapping[str, object]:
    texts, now = viewer().texts, site().clock.read().at
    if lent.back_at is not None:
        came_back = texts["badge_back_at"].format(time=time_of(lent.back_at))
    else:
        came_back = texts["badge_out_still" if now < lent.until_at else "badge_ended_itself"]
    return {
        "badge": lent.badge_id,
        "last4": visible(lent.last4),
        "person": visible(lent.person),
        "by": visible(lent.by),
        "from": time_of(lent.from_at),
        "until": time_of(lent.until_at),
        "came_back": came_back,
        "out": lent.back_at is None and now < lent.until_at,
        "seq": lent.seq,
    }
