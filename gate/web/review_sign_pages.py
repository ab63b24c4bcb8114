"""Sign a review, read its report, add signed notes to it later (requirement H5; 21 CFR 11.50)."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.review_rules import RULES_VERSION
from gate.core.roles import Act
from gate.review_acts import fingerprint
from gate.review_signing import Reviewing, add_note, sign_review
from gate.signatures import Signer
from gate.web.changing import Problems, cosigner
from gate.web.pages import around, site, viewer
from gate.web.review_blueprint import review_pages
from gate.web.review_cases import Opened, chain_whole, next_due
from gate.web.review_opening import open_review
from gate.web.review_report import filter_words, report_rows
from gate.web.review_sample import replay_counts
from gate.web.review_signed import signatures_of_review
from gate.web.review_view import count_rows, heading, mine, outcome_counts
from gate.web.review_words import ReviewWords
from gate.web.reviews import reviewer_of_user
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.writing import Desk

NAMED = 5
"""Exceptions that the page names of those in which the reviewer had a part."""


@review_pages.get("/reviews/<review_id>/sign")
@requires(Act.SIGN_REVIEW)
def sign(review_id: str) -> ResponseReturnValue:
    """Ask for the signature, once every exception has an outcome."""
    opened = open_review(review_id)
    if opened.review.signed:
        return redirect(url_for("reviews.report", review_id=review_id, lang=viewer().language), 303)
    return _sign_form(opened, NO_TROUBLE)


@review_pages.post("/reviews/<review_id>/sign")
@requires(Act.SIGN_REVIEW)
def sign_sent(review_id: str) -> ResponseReturnValue:
    """Sign the review, once and for good."""
    opened = open_review(review_id)
    problems: Problems = {}
    second = _second(opened, problems)
    return signed_act(
        lambda desk, signer: sign_review(desk.trail, _reviewing(opened), signer, second, desk.moment),
        Act.SIGN_REVIEW,
        lambda trouble: _sign_form(open_review(review_id), trouble),
        url_for("reviews.report", review_id=review_id, done="signed", lang=viewer().language),
        problems,
    )


def _second(opened: Opened, problems: Problems) -> Signer | None:
    """Return the second reviewer, asked for only where the first had a part in something."""
    own = mine(opened.case.groups, reviewer_of_user())
    return cosigner(Act.SIGN_REVIEW, problems) if own else None


def _reviewing(opened: Opened) -> Reviewing:
    words = ReviewWords(viewer(), opened.names)
    return Reviewing(
        case=opened.case,
        counts=opened.found.counts,
        sample=opened.found.sample,
        last_leaf=opened.found.last_leaf,
        seen=form_value("seen"),
        over=True,
        chain_whole=chain_whole(opened.review),
        next_due_on=None if opened.windows else next_due(site().clock.read().at),
        names={group.id: words.headline(group) for group in opened.case.groups},
    )


def _sign_form(opened: Opened, trouble: Trouble) -> str:
    view = viewer()
    words = ReviewWords(view, opened.names)
    own = mine(opened.case.groups, reviewer_of_user())
    return render_template(
        "review_sign.html",
        **around(view),
        **heading(opened, words),
        outcomes=outcome_counts(opened, words),
        fingerprint=fingerprint(opened.case, opened.found.counts, opened.decided),
        own=[words.headline(group) for group in own[:NAMED]],
        own_count=len(own),
        trouble=trouble,
        typed=typed("sign_user", "cosign_user"),
    )


@review_pages.get("/reviews/<review_id>/report")
@requires(Act.VIEW_REVIEWS)
def report(review_id: str) -> ResponseReturnValue:
    """Show the review as it is printed: exceptions with outcomes, signatures, later notes."""
    return _report(open_review(review_id), NO_TROUBLE)


@review_pages.post("/reviews/<review_id>/report")
@requires(Act.SIGN_REVIEW)
def note_sent(review_id: str) -> ResponseReturnValue:
    """Add a signed note to a signed review."""
    opened = open_review(review_id)
    note = form_value("note")

    def act(desk: Desk, signer: Signer) -> int:
        return add_note(desk.trail, review_id, note, signer, desk.moment)

    return signed_act(
        act,
        Act.SIGN_REVIEW,
        lambda trouble: _report(opened, trouble),
        url_for("reviews.report", review_id=review_id, done="noted", lang=viewer().language),
    )


def _report(opened: Opened, trouble: Trouble) -> str:
    view = viewer()
    words = ReviewWords(view, opened.names)
    user = signing_user()
    return render_template(
        "review_report.html",
        **around(view),
        **heading(opened, words),
        **signatures_of_review(opened, words),
        counts=count_rows(opened, view),
        filter=filter_words(opened, view),
        outcomes=outcome_counts(opened, words),
        rules_version=RULES_VERSION,
        sample=opened.found.sample,
        replayed=replay_counts(opened.found, view),
        rows=report_rows(opened, words),
        gate=site().settings.gate.id,
        fingerprint=fingerprint(opened.case, opened.found.counts, opened.decided),
        may_note=opened.review.signed and user.may(Act.SIGN_REVIEW),
        done_now=request.args.get("done", ""),
        trouble=trouble,
        typed=typed("note", "sign_user"),
    )
