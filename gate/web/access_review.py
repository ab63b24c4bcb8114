"""The pages of access reviews: which were signed, what was to be revoked and was, and the form of a new one (A9)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.access_review_acts import review_access
from gate.core.access_review import Decided
from gate.core.roles import Act
from gate.store.access_reviews import AccessReview, reviews, revoked_since
from gate.store.accounts import Account, read_accounts
from gate.web.changing import filled
from gate.web.formats import visible
from gate.web.inspection_pages import record_url
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user
from gate.web.view import Viewer

access_review = Blueprint("access_review", __name__, url_prefix="/access-reviews")

PREFIX = "account-"


@access_review.get("")
@requires(Act.EXPORT_RECORDS)
def access_reviews() -> str:
    """List the reviews, the last one first, and when the next is due."""
    view, now = viewer(), site().clock.read().at
    with site().records.engine().connect() as connection:
        found = reviews(connection)
        rows = [_shown(one, revoked_since(connection, one), view) for one in found]
    every = timedelta(days=site().settings.site.access_review_days)
    due = found[0].at + every if found else now
    return render_template(
        "access_reviews.html",
        **around(view),
        rows=rows,
        due=view.when(due),
        overdue=due <= now,
        done=request.args.get("done", ""),
    )


def _shown(one: AccessReview, revoked: Mapping[str, bool], view: Viewer) -> dict[str, Any]:
    return {
        "seq": one.seq,
        "url": record_url(one.seq, view),
        "when": view.when(one.at),
        "reviewer": visible(one.reviewer),
        "reviewed": one.reviewed,
        "statement": visible(one.statement),
        "revoke": [(visible(login), was) for login, was in revoked.items()],
    }


@access_review.get("/new")
@requires(Act.REVIEW_ACCESS)
def new() -> str:
    """Show every account with its roles, and ask for a decision of each."""
    return _form(NO_TROUBLE)


@access_review.post("/new")
@requires(Act.REVIEW_ACCESS)
def new_sent() -> ResponseReturnValue:
    """Sign what was decided."""
    decided = {
        name.removeprefix(PREFIX): value.strip() for name, value in request.form.items() if name.startswith(PREFIX)
    }
    own = {one.id for one in _active() if one.person_id == signing_user().person_id}
    decided |= dict.fromkeys(own, Decided.OWN.value)
    statement = form_value("justification")
    return signed_act(
        lambda desk, signer: review_access(desk.trail, decided, statement, signer, desk.moment),
        Act.REVIEW_ACCESS,
        _form,
        url_for("access_review.access_reviews", done="signed", lang=viewer().language),
    )


def _active() -> list[Account]:
    with site().records.engine().connect() as connection:
        return [one for one in read_accounts(connection) if one.active]


def _form(trouble: Trouble) -> str:
    view, user = viewer(), signing_user()
    accounts = _active()
    fields = {f"{PREFIX}{one.id}": "" for one in accounts}
    return render_template(
        "access_review_new.html",
        **around(view),
        trouble=trouble,
        typed=filled({**fields, "justification": "", "sign_user": ""}),
        accounts=[
            {
                "id": one.id,
                "field": f"{PREFIX}{one.id}",
                "name": visible(one.name),
                "roles": ", ".join(sorted(view.texts.get(f"role_{role}", role.value) for role in one.roles)),
                "expires": view.when(one.expires_at) if one.expires_at else None,
                "own": one.person_id == user.person_id,
            }
            for one in accounts
        ],
    )
