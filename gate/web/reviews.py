"""One review by exception: what the rules found, and the outcomes that it is given (requirements H4, H5)."""

from collections.abc import Mapping

from flask import abort, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.reviewing import Decided, Reviewer, ReviewOutcome
from gate.core.roles import Act
from gate.review_acts import dispose
from gate.store.review_reading import UnreadableEntryError
from gate.web.changing import NUMBER, changed_by_form
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.review_blueprint import review_pages
from gate.web.review_cases import Opened, connect
from gate.web.review_opening import find_review, open_review
from gate.web.review_report import NAME
from gate.web.review_sample import replay_counts, sample_rows
from gate.web.review_view import (
    TICK,
    count_rows,
    exception_view,
    heading,
    rule_rows,
)
from gate.web.review_words import ReviewWords
from gate.web.session import User, requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signer, signing_user, typed
from gate.web.view import Viewer
from gate.web.writing import Desk

MOST_SHOWN = 100
"""Groups on one page: more than a reviewer looks at in a sitting."""


@review_pages.get("/reviews/<review_id>")
@requires(Act.VIEW_REVIEWS)
def review(review_id: str) -> ResponseReturnValue:
    """Show the exceptions of a period, each with its outcome, and what was routine."""
    found = find_review(review_id)
    if isinstance(found, Opened):
        return _page(found, NO_TROUBLE)
    if found is None:
        abort(404)
    view = viewer()
    name = view.texts["rv_lot"].format(lot=visible(found.lot)) if found.lot else found.id
    return render_template("review_running.html", **around(view), name=name, day=found.until_on)


@review_pages.post("/reviews/<review_id>")
@requires(Act.SIGN_REVIEW)
def outcome_sent(review_id: str) -> ResponseReturnValue:
    """Give what is ticked one outcome."""
    opened = open_review(review_id)
    words = ReviewWords(viewer(), opened.names)
    decided = Decided(form_value("outcome"), form_value("reference"), form_value("comment"))
    names = {group.id: words.headline(group) for group in opened.case.groups}
    pattern = site().settings.overrides.reference_pattern

    def act(desk: Desk, user: User) -> int | None:
        who = signer(user, Act.SIGN_REVIEW)
        ticked = ticks()
        return dispose(desk.trail, opened.case, ticked, decided, who, names=names, moment=desk.moment, pattern=pattern)

    return changed_by_form(
        act,
        lambda trouble: _page(open_review(review_id), trouble),
        url_for("reviews.review", review_id=review_id, done="given", show=_asked_show(), lang=viewer().language),
        {} if decided.outcome in set(ReviewOutcome) else {"outcome": "rv_choose_outcome"},
    )


@review_pages.app_errorhandler(UnreadableEntryError)
def unreadable(_: UnreadableEntryError) -> tuple[str, int]:
    """A record cannot be read: nothing is reviewed before the whole chain was verified."""
    view = viewer()
    return render_template("problem.html", **around(view), title=view.texts["rv_unreadable"]), 409


def ticks() -> dict[str, int]:
    """Return what is ticked, with the entry of the outcome that each showed."""
    kept: Mapping[str, str] = g.get("kept_form") or request.form
    named = {name.removeprefix(TICK): value for name, value in kept.items() if name.startswith(TICK)}
    return {name: int(value) if NUMBER.fullmatch(value) else -1 for name, value in named.items()}


def reviewer_of_user() -> Reviewer:
    """Return who looks at the page, under every name that entries know the person by."""
    user = signing_user()
    return Reviewer(user.person_id, user.account_id, "")


def export_url(opened: Opened, view: Viewer) -> str:
    """Return where the report of a review is exported, empty where that is not to be had."""
    if "export_pages.export" not in current_app.view_functions or not signing_user().may(Act.EXPORT_RECORDS):
        return ""
    return url_for("export_pages.export", name=NAME, review=opened.review.id, lang=view.language)


def _asked_show() -> str:
    asked = request.args.get("show", "")
    return asked if asked in {"todo", "done", "all"} else ""


def _page(opened: Opened, trouble: Trouble) -> str:
    view, user = viewer(), signing_user()
    words = ReviewWords(view, opened.names)
    reviewer = reviewer_of_user()
    show = _asked_show() or ("todo" if opened.open else "all")
    every = [exception_view(group, opened, words, reviewer) for group in opened.case.groups]
    wanted = [row for row in every if show == "all" or row.done == (show == "done")]
    with connect() as connection:
        sample = sample_rows(connection, opened.found, view)
    return render_template(
        "review.html",
        **around(view),
        **heading(opened, words),
        rows=wanted[:MOST_SHOWN],
        of=len(wanted),
        show=show,
        done_now=request.args.get("done", ""),
        rules=rule_rows(opened, view),
        counts=count_rows(opened, view),
        sample=sample,
        replayed=replay_counts(opened.found, view),
        export_url=export_url(opened, view),
        percent=site().settings.review.sample_percent,
        outcomes=[(one.value, view.texts[f"rv_outcome_{one.value}"]) for one in ReviewOutcome],
        may_decide=user.may(Act.SIGN_REVIEW) and not opened.review.signed,
        ticked=ticks(),
        trouble=trouble,
        typed=typed("outcome", "reference", "comment"),
    )
