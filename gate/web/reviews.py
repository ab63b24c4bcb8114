"""Reviews by exception: the periods, and the exceptions of one with their outcomes (requirements H4, H5)."""

from collections.abc import Mapping, Sequence

from flask import abort, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.reviewing import Decided, Reviewer, ReviewOutcome
from gate.core.roles import Act
from gate.review_acts import dispose
from gate.store.granted import asking
from gate.store.review_reading import UnreadableEntryError
from gate.store.reviews import lot_reviews, notes_of
from gate.web.changing import NUMBER, changed_by_form
from gate.web.formats import visible
from gate.web.override_reading import names_of_all
from gate.web.pages import around, site, viewer
from gate.web.review_blueprint import review_pages
from gate.web.review_cases import (
    Listed,
    Opened,
    connect,
    every_period,
    findings,
    open_period,
    today,
)
from gate.web.review_lots import review_id_of
from gate.web.review_opening import find_review, open_review
from gate.web.review_report import NAME
from gate.web.review_sample import replay_counts, sample_rows
from gate.web.review_view import (
    TICK,
    ListedView,
    count_rows,
    exception_view,
    heading,
    listed_view,
    rule_rows,
)
from gate.web.review_words import ReviewNames, ReviewWords, moment_words
from gate.web.session import User, requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signer, signing_user, typed
from gate.web.view import Viewer
from gate.web.writing import Desk

ROWS = 26
"""Periods on one page: half a year of weeks."""

COUNTED_AT_ONCE = 30_000
"""Entries that are looked through to fill in the list: about a second."""

MOST_SHOWN = 100
"""Groups on one page: more than a reviewer looks at in a sitting."""


@review_pages.get("/reviews")
@requires(Act.VIEW_REVIEWS)
def reviews() -> ResponseReturnValue:
    """List the periods, newest first, with what is due and overdue."""
    view, listed = viewer(), every_period()
    page = max(0, int(asked)) if (asked := request.args.get("page", "")).isdecimal() and len(asked) < 5 else 0
    shown = listed[::-1][page * ROWS : (page + 1) * ROWS]
    return render_template(
        "reviews.html",
        **around(view),
        rows=_rows(shown, ReviewWords(view, _names())),
        total=len(listed),
        page=page,
        older=len(listed) > (page + 1) * ROWS,
        days=site().settings.review.due_days,
        lots=_lots(view),
    )


def _lots(view: Viewer) -> list[dict[str, object]]:
    """Return the newest reviews of lots that are on record."""
    with connect() as connection:
        found = lot_reviews(asking(connection), ROWS)
        words = ReviewWords(view, ReviewNames(names_of_all(connection)))
    return [
        {
            "id": one.id,
            "name": words.period(one),
            "signed": f"{words.name(one.reviewer_id)}, {moment_words(one.signed_at, view)}" if one.signed_at else "",
        }
        for one in found
    ]


def _names() -> ReviewNames:
    with connect() as connection:
        return ReviewNames(names_of_all(connection))


def _rows(shown: Sequence[Listed], words: ReviewWords) -> list[ListedView]:
    """What is signed, in memory or quickly counted has its counts; the rest is counted when somebody opens it."""
    rows, on, budget = [], today(), COUNTED_AT_ONCE
    for one in shown:
        review, open_groups = one.review, None
        counts: dict[str, object] = {}
        if review is not None and review.signed:
            with connect() as connection:
                counts = {**review.counts, "notes": len(notes_of(asking(connection), review.id))}
        elif one.period.last_seq is not None:
            first, last = one.period.first_seq, one.period.last_seq
            known = findings().known(first, last, site().settings.review.sample_percent)
            budget -= 0 if known else last - first + 1
            if known or budget >= 0:
                opened = open_period(one, ())
                counts = {"decisions": opened.found.decisions, "exceptions": len(opened.case.groups)}
                open_groups = opened.open
        rows.append(listed_view(one, counts, open_groups, words, on))
    return rows


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


@review_pages.get("/reviews/lot/")
@review_pages.get("/reviews/lot/<path:lot>")
@requires(Act.VIEW_REVIEWS)
def lot_review(lot: str = "") -> ResponseReturnValue:
    """Lead to the review of a lot: the pack that is looked at before its release."""
    wanted = lot or request.args.get("lot", "").strip()
    return redirect(url_for("reviews.review", review_id=review_id_of(wanted), lang=viewer().language), 303)


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
