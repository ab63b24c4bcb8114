"""The override pages: what stands and what has ended, one override with its signatures, and revoking it."""

from datetime import timedelta

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.calendar import EARLIEST
from gate.core.disposing import still_stands
from gate.core.overrides import Phase
from gate.core.records import Moment
from gate.core.roles import Act
from gate.override_acts import revoke_override
from gate.store.granted import Story, asking, count_undisposed, stories_since
from gate.web import override_delegates, override_granting, override_queue
from gate.web.formats import visible
from gate.web.override_blueprint import override_pages
from gate.web.override_reading import Denied, denied_lately, machine, names_of_all
from gate.web.override_views import OverrideView, look, moment_now, override_view, signature_views, stamp
from gate.web.pages import around, site, viewer
from gate.web.reason_texts import reason_text
from gate.web.session import current_user, requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, typed
from gate.web.view import Viewer

__all__ = ["PAGES", "override_pages"]

PAGES = (override_granting, override_queue, override_delegates)
"""The other modules whose pages stand on the same blueprint, from their import on."""

SHOWN = timedelta(days=30)
MOST = 200
"""Overrides on one page; the rest is in the records."""
DONE = frozenset({"granted", "revoked", "referenced", "disposed"})


@override_pages.get("/overrides")
@requires(Act.VIEW_RECORDS)
def overrides() -> ResponseReturnValue:
    """Show which overrides stand, who was denied lately, and what has ended within 30 days."""
    view, moment = viewer(), moment_now()
    with site().records.engine().connect() as connection:
        ask = asking(connection)
        names = names_of_all(connection)
        found = stories_since(ask, moment.at - SHOWN, MOST)
        shown = [override_view(one, names, view, moment) for one in found]
        standing = [one for one in shown if one.phase in (Phase.ACTIVE, Phase.AHEAD)]
        places = {one.machine: machine(connection, one.machine) for one in standing}
        denials = _unhandled(denied_lately(connection, moment.at), found, moment)
        waiting = count_undisposed(ask, moment.at)
    return render_template(
        "overrides.html",
        **around(view),
        denials=[_denial(one, view) for one in denials],
        standing=sorted(standing, key=lambda one: one.left_s),
        places=places,
        ended=[one for one in shown if one not in standing],
        cut=len(found) == MOST,
        lede=view.texts["ov_lede"].format(active=len(standing), month=len(found)),
        as_of=stamp(moment.at),
        tab="overrides",
        waiting=waiting,
    )


@override_pages.get("/overrides/<override_id>")
@requires(Act.VIEW_RECORDS)
def detail(override_id: str) -> ResponseReturnValue:
    """Show one override with every signature about it, and what is still owed."""
    found, shown = look(override_id)
    done = request.args.get("done", "")
    view = viewer()
    return render_template(
        "override.html",
        **around(view),
        one=shown,
        signatures=signature_views(found, shown, view),
        done=done if done in DONE else "",
        takes_part=(user := current_user()) is not None and user.person_id in found.granted.takers,
    )


@override_pages.get("/overrides/<override_id>/revoke")
@requires(Act.REVOKE_OVERRIDE)
def revoke(override_id: str) -> ResponseReturnValue:
    """Ask why, and for the signature; what is over has nothing to revoke."""
    shown = look(override_id)[1]
    if shown.phase not in (Phase.ACTIVE, Phase.AHEAD):
        abort(404)
    return _revoke_form(shown, NO_TROUBLE)


@override_pages.post("/overrides/<override_id>/revoke")
@requires(Act.REVOKE_OVERRIDE)
def revoke_sent(override_id: str) -> ResponseReturnValue:
    """Sign and revoke; it counts no more from the next second on."""
    shown, why = look(override_id)[1], form_value("justification")
    return signed_act(
        lambda desk, signer: revoke_override(desk.trail, override_id, signer, why, desk.moment),
        Act.REVOKE_OVERRIDE,
        lambda trouble: _revoke_form(shown, trouble),
        url_for("overrides.detail", override_id=override_id, done="revoked", lang=viewer().language),
    )


def _revoke_form(shown: OverrideView, trouble: Trouble) -> str:
    view = viewer()
    return render_template(
        "override_revoke.html",
        **around(view),
        one=shown,
        trouble=trouble,
        typed=typed("justification", "sign_user"),
    )


def _unhandled(denials: list[Denied], granted: list[Story], moment: Moment) -> list[Denied]:
    """Leave out a denial for which an override was granted since, as long as that stands."""
    stands = {
        (one.granted.person_id, one.equipment_id): one.granted.granted_at
        for one in reversed(granted)
        if still_stands(one.granted, moment)
    }
    return [d for d in denials if stands.get((d.person_id, d.equipment), EARLIEST) < d.at]


def _denial(found: Denied, view: Viewer) -> dict[str, object]:
    return {
        "seq": found.seq,
        "at": stamp(found.at),
        "person": visible(found.person),
        "machine": visible(found.equipment),
        "reasons": [reason_text(code, view.language) for code in found.reasons],
        "liftable": found.liftable,
    }
