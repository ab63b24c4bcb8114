"""One's own PIN, which makes a badge a signature at a kiosk: set after the password was typed again, and removed."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.pin_acts import drop_pin, refuse_pin, set_pin
from gate.store.account_pins import read_pin
from gate.supervision import RefusedError
from gate.web.pages import around, viewer
from gate.web.session import accounts, requires, sign_in
from gate.web.signing import NO_TROUBLE, Trouble, signing_user

pin_pages = Blueprint("pins", __name__)


@pin_pages.get("/account/pin")
@requires(Act.SIGN_AT_KIOSK)
def pin() -> ResponseReturnValue:
    """Ask for a PIN."""
    return _page(NO_TROUBLE)


@pin_pages.post("/account/pin")
@requires(Act.SIGN_AT_KIOSK)
def pin_sent() -> ResponseReturnValue:
    """Set the PIN; the password is checked last, so that a form with another fault costs no try."""
    here, user = accounts(), signing_user()
    new, now = request.form.get("pin", "").strip(), request.form.get("now", "")
    problems = {} if new == request.form.get("again", "").strip() else {"again": "bad_pin_again"}
    if request.form.get("accept") != "yes":
        problems["accept"] = "bad_accept"
    try:
        refuse_pin(new, user.person_id, user.account_id)
        if not problems and not sign_in(user.account_id, now):
            problems["now"] = "sign_in_wrong"
        if not problems:
            encoded = here.passwords.encode(new)
            with here.writer.desk() as desk:
                set_pin(desk.trail, user.account_id, encoded, moment=desk.moment)
    except RefusedError as error:
        fields = {**problems, **({error.field: "see_above"} if error.field else {})}
        return _page(Trouble(fields, error.sentences(viewer().language))), 422
    if problems:
        return _page(Trouble(problems)), 422
    return redirect(url_for("pins.pin", done="set", lang=viewer().language), 303)


@pin_pages.post("/account/pin/remove")
@requires(Act.SIGN_AT_KIOSK)
def pin_removed() -> ResponseReturnValue:
    """Remove the PIN; who has taken a tablet can do no more than make its owner set one again."""
    user = signing_user()
    with accounts().writer.desk() as desk:
        drop_pin(desk.trail, user.account_id, moment=desk.moment)
    return redirect(url_for("pins.pin", done="removed", lang=viewer().language), 303)


def _page(trouble: Trouble) -> str:
    user = signing_user()
    with accounts().records.engine().connect() as connection:
        has_one = read_pin(connection, user.account_id) is not None
    done = request.args.get("done", "")
    return render_template(
        "pin.html", **around(viewer()), trouble=trouble, has_one=has_one, done=done if done in DONE else ""
    )


DONE = ("set", "removed")
