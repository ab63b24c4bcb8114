"""QA's queue: every override without a disposition, what is overdue, and the signed disposition (D9)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from gate.core.disposing import Disposition
from gate.core.overrides import Phase
from gate.core.roles import Act
from gate.override_followup import add_reference, dispose_override
from gate.store.granted import Story, asking, count_undisposed, stories_since, undisposed
from gate.web.override_blueprint import override_pages
from gate.web.override_reading import names_of_all
from gate.web.override_views import (
    OverrideView,
    look,
    moment_now,
    name_of,
    override_view,
    signature_views,
    stamp,
)
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.view import Viewer

MOST = 200
"""Rows of the queue on one page; the page says how many there are."""
TREND = timedelta(days=90)
MOST_COUNTED = 2000


@override_pages.get("/overrides/queue")
@requires(Act.DISPOSE_OVERRIDE)
def queue() -> ResponseReturnValue:
    """Show what waits for QA, oldest first, and how often overrides are granted where, to whom, for what, by whom."""
    view, moment = viewer(), moment_now()
    with site().records.engine().connect() as connection:
        ask = asking(connection)
        names = names_of_all(connection)
        waiting = undisposed(ask, moment.at, MOST)
        count = count_undisposed(ask, moment.at)
        lately = stories_since(ask, moment.at - TREND, MOST_COUNTED)
    rows = [override_view(one, names, view, moment) for one in waiting]
    own = {one.override.id for one in waiting if signing_user().person_id in one.granted.takers}
    return render_template(
        "override_queue.html",
        **around(view),
        rows=rows,
        own=own,
        count=count,
        overdue=sum(
            row.disposition_due.overdue or bool(row.reference_due and row.reference_due.overdue) for row in rows
        ),
        days=site().settings.overrides.disposition_days,
        trends=_trends(lately, names, view),
        cut=len(lately) == MOST_COUNTED,
        tab="queue",
        waiting=count,
        as_of=stamp(moment.at),
    )


def _trends(lately: Sequence[Story], names: Mapping[str, str], view: Viewer) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return four counts, each in the order of its names: a list that ranks people would be one of shame."""
    counts = {
        "ov_by_machine": Counter(one.equipment_id for one in lately),
        "ov_by_person": Counter(name_of(one.granted.person_id, names) for one in lately),
        "ov_by_class": Counter(view.texts[f"class_{one.override.override_class.value}"] for one in lately),
        "ov_by_approver": Counter(
            name_of(one.granted.approver_id, names) or view.texts["ov_by_load"] for one in lately
        ),
    }
    return [(view.texts[key], sorted(found.items())) for key, found in counts.items()]


@override_pages.get("/overrides/<override_id>/disposition")
@requires(Act.DISPOSE_OVERRIDE)
def dispose(override_id: str) -> ResponseReturnValue:
    """Show the whole story and ask for QA's decision."""
    return _disposition_form(*look(override_id), NO_TROUBLE)


@override_pages.post("/overrides/<override_id>/disposition")
@requires(Act.DISPOSE_OVERRIDE)
def dispose_sent(override_id: str) -> ResponseReturnValue:
    """Sign the disposition, once and for good."""
    found, shown = look(override_id)
    disposition, statement = form_value("disposition"), form_value("statement")
    problems = {} if disposition in set(Disposition) else {"disposition": "ov_choose_disposition"}
    return signed_act(
        lambda desk, signer: dispose_override(
            desk.trail, override_id, disposition, statement, signer, moment=desk.moment
        ),
        Act.DISPOSE_OVERRIDE,
        lambda trouble: _disposition_form(found, shown, trouble),
        url_for("overrides.detail", override_id=override_id, done="disposed", lang=viewer().language),
        problems,
    )


def _disposition_form(found: Story, shown: OverrideView, trouble: Trouble) -> str:
    view = viewer()
    return render_template(
        "override_disposition.html",
        **around(view),
        one=shown,
        signatures=signature_views(found, shown, view),
        choices=[(one.value, view.texts[f"ov_disposition_{one.value}"]) for one in Disposition],
        stands=shown.phase == Phase.ACTIVE,
        own=signing_user().person_id in found.granted.takers,
        trouble=trouble,
        typed=typed("disposition", "statement", "sign_user"),
    )


@override_pages.get("/overrides/<override_id>/reference")
@requires(Act.ADD_REFERENCE)
def reference(override_id: str) -> ResponseReturnValue:
    """Ask for the reference that an emergency lacked."""
    return _reference_form(look(override_id)[1], NO_TROUBLE)


@override_pages.post("/overrides/<override_id>/reference")
@requires(Act.ADD_REFERENCE)
def reference_sent(override_id: str) -> ResponseReturnValue:
    """Sign the reference; the entry says when it was added, and nothing can be dated back."""
    shown, given, why = look(override_id)[1], form_value("reference"), form_value("justification")
    pattern = site().settings.overrides.reference_pattern
    return signed_act(
        lambda desk, signer: add_reference(
            desk.trail, override_id, given, why, signer, moment=desk.moment, pattern=pattern
        ),
        Act.ADD_REFERENCE,
        lambda trouble: _reference_form(shown, trouble),
        url_for("overrides.detail", override_id=override_id, done="referenced", lang=viewer().language),
    )


def _reference_form(shown: OverrideView, trouble: Trouble) -> str:
    return render_template(
        "override_reference.html",
        **around(viewer()),
        one=shown,
        trouble=trouble,
        typed=typed("reference", "justification", "sign_user"),
    )
