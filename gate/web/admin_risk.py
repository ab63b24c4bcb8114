"""The page on which QA accepts, or takes back, that a badge alone starts a machine."""

from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.risk_acts import accept_badge_alone, take_back
from gate.store.risk_schema import risk_acceptances
from gate.store.schema import equipment as machines
from gate.web.admin import admin, admin_page
from gate.web.admin_history import history, shown_history
from gate.web.admin_things import one
from gate.web.changing import filled
from gate.web.formats import visible
from gate.web.pages import viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act

EMPTY = dict.fromkeys(("justification", "sign_user"), "")


def accepted(equipment: str) -> dict[str, object] | None:
    """Return who accepted it when and why, as the pages show it; None where nobody has, or it was taken back."""
    if one(risk_acceptances, equipment) is None:
        return None
    return shown_history(history(risk_acceptances, equipment), viewer())[0]


@admin.get("/machine-risk/<path:thing_id>")
@requires(Act.ACCEPT_RISK)
def risk(thing_id: str) -> str:
    """State the risk, and ask for the justification and the signature."""
    return _form(_machine(thing_id), NO_TROUBLE)


@admin.post("/machine-risk/<path:thing_id>")
@requires(Act.ACCEPT_RISK)
def risk_sent(thing_id: str) -> ResponseReturnValue:
    """Sign: accept what nobody has accepted, or take back what stands."""
    found = _machine(thing_id)
    act = accept_badge_alone if form_value("what") == "accept" else take_back
    return signed_act(
        lambda desk, signer: act(desk.trail, thing_id, signer, form_value("justification"), desk.moment),
        Act.ACCEPT_RISK,
        lambda trouble: _form(found, trouble),
        url_for("admin.machine", thing_id=thing_id, done="changed", lang=viewer().language),
    )


def _machine(thing_id: str) -> Any:
    found = one(machines, thing_id)
    if found is None:
        abort(404)
    return found


def _form(found: Any, trouble: Trouble) -> str:
    return admin_page(
        "admin_risk.html",
        id=found.id,
        name=visible(found.name),
        accepted=accepted(found.id),
        typed=filled(EMPTY),
        trouble=trouble,
    )
