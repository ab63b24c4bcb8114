"""The reviews: every period with what is due, and the way to the review of one lot or one machine (H4, H5)."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.review_names import LOT, MACHINE, ReviewName, days_problem, lot_name
from gate.core.roles import Act
from gate.store.granted import asking
from gate.store.reviews import notes_of, reviews_of_parts
from gate.store.schema import equipment
from gate.web.formats import visible
from gate.web.override_reading import names_of_all
from gate.web.pages import around, site, viewer
from gate.web.review_blueprint import review_pages
from gate.web.review_cases import Listed, connect, every_period, findings, open_period, today
from gate.web.review_view import ListedView, listed_view
from gate.web.review_words import ReviewNames, ReviewWords, moment_words
from gate.web.session import requires
from gate.web.typed_days import typed_day
from gate.web.view import Viewer

ROWS = 26
"""Periods on one page: half a year of weeks."""

COUNTED_AT_ONCE = 30_000
"""Entries that are looked through to fill in the list: about a second."""

ASKED = ("machine", "first", "last")
"""What is asked for the review of a machine."""


@review_pages.get("/reviews")
@requires(Act.VIEW_REVIEWS)
def reviews() -> ResponseReturnValue:
    """List the periods, newest first, with what is due and overdue."""
    return _list_page({})


def _list_page(problems: Mapping[str, str]) -> str:
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
        lots=_of_parts(LOT, view),
        of_machines=_of_parts(MACHINE, view),
        machines=[(one, visible(one)) for one in _machines()],
        problems=problems,
        typed={name: request.args.get(name, "") for name in ASKED},
    )


def _machines() -> list[str]:
    """Return every machine that is or was on record: history never dies with its subject."""
    with connect() as connection:
        return list(connection.execute(sa.select(equipment.c.id).distinct().order_by(equipment.c.id)).scalars())


def _of_parts(scope: str, view: Viewer) -> list[dict[str, object]]:
    """Return the newest reviews of lots, or of machines, that are on record."""
    with connect() as connection:
        found = reviews_of_parts(asking(connection), scope, ROWS)
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


@review_pages.get("/reviews/lot/")
@review_pages.get("/reviews/lot/<path:lot>")
@requires(Act.VIEW_REVIEWS)
def lot_review(lot: str = "") -> ResponseReturnValue:
    """Lead to the review of a lot: the pack that is looked at before its release."""
    wanted = lot or request.args.get("lot", "").strip()
    return redirect(url_for("reviews.review", review_id=lot_name(wanted).id, lang=viewer().language), 303)


@review_pages.get("/reviews/machine/")
@requires(Act.VIEW_REVIEWS)
def machine_review() -> ResponseReturnValue:
    """Lead to the review of one machine in some days, or say what is wrong with what was asked."""
    machine, first, last = (request.args.get(name, "").strip() for name in ASKED)
    first_on, last_on = typed_day(first), typed_day(last)
    problems = {} if machine in _machines() else {"machine": "rv_no_machine"}
    if code := days_problem(first_on, last_on):
        problems["first" if first_on is None else "last"] = f"rv_{code}"
    if problems:
        return _list_page(problems), 422
    name = ReviewName(MACHINE, machine, first_on, last_on)
    return redirect(url_for("reviews.review", review_id=name.id, lang=viewer().language), 303)
