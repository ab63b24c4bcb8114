"""What relied on something that is in doubt now: one page, its question in the address, and its export (E11)."""

from typing import Any, NamedTuple

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.impact import Relied, Without
from gate.web.entry_evidence import moment_words
from gate.web.entry_pages import record_pages
from gate.web.formats import visible
from gate.web.impact_report import NAME, Answer, Question, answer, names_of, notes, question
from gate.web.pages import around, viewer
from gate.web.reason_texts import reason_text
from gate.web.report_makers import BadQuestionError
from gate.web.session import current_user, requires
from gate.web.view import Tag, Viewer, When

FIELDS = ("about", "record", "trainer", "item", "revision", "badge", "from", "to", "off_by")

LOOKS = {
    Without.STILL_ALLOWED: "allow",
    Without.WOULD_BE_DENIED: "deny",
    Without.STILL_DENIED: "plain",
    Without.WOULD_BE_ALLOWED: "due",
    Without.NOT_KNOWN: "off",
}
"""What is found -> shape and style of its tag."""


class ImpactRow(NamedTuple):
    """One decision as a row of the page."""

    seq: int
    when: When
    name: str
    person_id: str
    machine: str
    answer: str
    without: Tag
    why: str
    until: str
    lots: str


@record_pages.get("/impact")
@requires(Act.VIEW_RECORDS)
def impact() -> ResponseReturnValue:
    """Ask about one thing, and show what relied on it."""
    view = viewer()
    asked = {name: request.args[name] for name in FIELDS if name in request.args}
    problem, wanted, found = "", None, None
    try:
        wanted = question(asked, view)
        found = answer(wanted.subject) if wanted else None
    except BadQuestionError as error:
        problem = str(error)
    shown = {
        "typed": {name: visible(text) for name, text in asked.items()},
        "problem": problem,
        "wanted": wanted,
        **_found(wanted, found, asked, view),
    }
    return render_template("impact.html", **around(view), **shown), 422 if problem else 200


def _found(wanted: Question | None, found: Answer | None, asked: dict[str, str], view: Viewer) -> dict[str, object]:
    if wanted is None or found is None:
        return {"found": None, "rows": [], "notes": (), "export": ""}
    names = names_of({one.person_id for one in found.rows})
    return {
        "found": found.tally,
        "rows": [_row(one, names, view) for one in found.rows],
        "notes": notes(found.tally, view),
        "export": _export_url(asked, view) if found.tally.decisions else "",
    }


def _row(one: Relied, names: dict[str, str], view: Viewer) -> ImpactRow:
    texts = view.texts
    until = ""
    if one.outcome == "allow":
        until = moment_words(one.left_at, view) if one.left_at else texts["imp_still_there"]
    return ImpactRow(
        seq=one.seq,
        when=view.when(one.at),
        name=visible(names.get(one.person_id, one.person_id)),
        person_id=visible(one.person_id),
        machine=visible(one.equipment_id),
        answer=_answer(one, view),
        without=Tag(LOOKS[one.without], texts[f"imp_{one.without.value}"]),
        why="; ".join(reason_text(code, view.language) for code in one.reasons_without),
        until=until,
        lots=", ".join(map(visible, one.lots)),
    )


def _export_url(asked: dict[str, Any], view: Viewer) -> str:
    user = current_user()
    if "export_pages.export" not in current_app.view_functions or user is None or not user.may(Act.EXPORT_RECORDS):
        return ""
    return url_for("export_pages.export", name=NAME, **asked, lang=view.language)


def _answer(one: Relied, view: Viewer) -> str:
    word = view.texts.get(f"rec_outcome_{one.outcome}", one.outcome)
    return f"{word}, {view.texts['trial']}" if one.mode == "shadow" else word
