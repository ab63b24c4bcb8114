"""The pages of people: who there is, one person with everything known and its history, adding and changing."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.core.terms import PersonKind, PersonState
from gate.people_acts import LANGUAGES, PersonData, add_person, change_person
from gate.store.schema import people as people_table
from gate.web.admin import admin, admin_page
from gate.web.admin_history import history, said, shown_history, since
from gate.web.admin_people_reading import (
    PAGE,
    badges_of,
    name_of,
    people_like,
    person,
    signed_in_at,
    suspensions_of,
)
from gate.web.admin_suspensions import shown_suspension
from gate.web.changing import Problems, changed_by_form, day_of, filled, opened_version
from gate.web.formats import visible
from gate.web.pages import site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value

FILTERS = (*(state.value for state in PersonState), "suspended")
EMPTY = {
    "id": "",
    "name": "",
    "kind": PersonKind.EMPLOYEE.value,
    "state": PersonState.ACTIVE.value,
    "language": "fr",
    "contract_from_on": "",
    "contract_until_on": "",
    "supervisor_id": "",
    "why": "",
    "version": "",
}


@admin.get("/people")
@requires(Act.VIEW_RECORDS)
def people() -> str:
    """List the people, fifty a page; the address holds what was asked."""
    asked, state = request.args.get("q", "").strip()[:80], request.args.get("state", "")
    state = state if state in FILTERS else ""
    rows = people_like(site().records.engine(), asked, state)
    page = request.args.get("page", "1")
    number = min(int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1, (len(rows) - 1) // PAGE + 1)
    start = (max(number, 1) - 1) * PAGE
    view = viewer()
    return admin_page(
        "admin_people.html",
        rows=[_row(row, view) for row in rows[start : start + PAGE]],
        count=len(rows),
        first=start + 1 if rows else 0,
        last=min(start + PAGE, len(rows)),
        before=_page_url(asked, state, number - 1) if start else "",
        after=_page_url(asked, state, number + 1) if start + PAGE < len(rows) else "",
        asked=visible(asked),
        states=[(value, view.texts[f"state_{value}"]) for value in FILTERS],
        state=state,
    )


@admin.get("/person/<path:person_id>")
@requires(Act.VIEW_RECORDS)
def person_page(person_id: str) -> str:
    """Show one person: what is known now, badges by their last 4 characters, suspensions, and every change."""
    found, engine, view = _found(person_id), site().records.engine(), viewer()
    return admin_page(
        "admin_person.html",
        found=_shown(found),
        id=person_id,
        supervisor=visible(name_of(engine, found.supervisor_id)),
        badges=[(badge, view.texts[f"badge_{badge.state}"]) for badge in badges_of(engine, person_id)],
        suspensions=[shown_suspension(row, view) for row in suspensions_of(engine, person_id)],
        signed_in=signed_in_at(engine, person_id),
        history=shown_history(history(people_table, person_id), view),
        done=request.args.get("done", ""),
    )


@admin.get("/people/new")
@requires(Act.MANAGE_PEOPLE)
def new_person() -> str:
    """Ask for everything that is to be known of somebody new."""
    return _form(None, NO_TROUBLE)


@admin.post("/people/new")
@requires(Act.MANAGE_PEOPLE)
def new_person_sent() -> ResponseReturnValue:
    """Put somebody on record, or show the form again."""
    problems: Problems = {}
    data, person_id = _data(problems), form_value("id")
    return changed_by_form(
        lambda desk, user: add_person(
            desk.trail, person_id, data, by=user.person_id, why=form_value("why"), moment=desk.moment
        ),
        lambda trouble: _form(None, trouble),
        url_for("admin.people", q=person_id, lang=viewer().language),
        problems,
    )


@admin.get("/person-change/<path:person_id>")
@requires(Act.MANAGE_PEOPLE)
def change_person_page(person_id: str) -> str:
    """Show what is known, to be changed."""
    return _form(_found(person_id), NO_TROUBLE)


@admin.post("/person-change/<path:person_id>")
@requires(Act.MANAGE_PEOPLE)
def change_person_sent(person_id: str) -> ResponseReturnValue:
    """Change what is known of a person, or show the form again; nothing typed is lost."""
    problems: Problems = {}
    found, data, opened = _found(person_id), _data(problems), opened_version()
    return changed_by_form(
        lambda desk, user: change_person(
            desk.trail,
            person_id,
            data,
            opened=opened,
            by=user.person_id,
            why=form_value("why"),
            moment=desk.moment,
        ),
        lambda trouble: _form(found, trouble),
        url_for("admin.person_page", person_id=person_id, done="changed", lang=viewer().language),
        problems,
    )


def _data(problems: Problems) -> PersonData:
    """Read the fields that the form has, and no other."""
    kind, state, language = form_value("kind"), form_value("state"), form_value("language")
    for name, value, offered in (
        ("kind", kind, tuple(PersonKind)),
        ("state", state, tuple(PersonState)),
        ("language", language, LANGUAGES),
    ):
        if value not in offered:
            problems[name] = "choose_one"
    return PersonData(
        name=form_value("name"),
        kind=PersonKind.EMPLOYEE if "kind" in problems else PersonKind(kind),
        state=PersonState.INACTIVE if "state" in problems else PersonState(state),
        language=language,
        contract_from_on=day_of("contract_from_on", problems),
        contract_until_on=day_of("contract_until_on", problems),
        supervisor_id=form_value("supervisor_id") or None,
    )


def _found(person_id: str) -> Any:
    found = person(site().records.engine(), person_id)
    if found is None:
        abort(404)
    return found


def _form(found: Any | None, trouble: Trouble) -> str:
    view = viewer()
    on_record = {**EMPTY, "language": site().settings.site.language}
    if found is not None:
        on_record |= {name: str(getattr(found, name) or "") for name in EMPTY if name != "why"}
    typed, opened = filled(on_record), opened_version()
    meanwhile = []
    if "version" in trouble.problems and found is not None:
        now = person(site().records.engine(), found.id)
        typed["version"] = str(now.version) if now else ""
        meanwhile = shown_history(since(history(people_table, found.id), opened), view)
    return admin_page(
        "admin_person_form.html",
        id=found.id if found is not None else "",
        title=visible(found.name) if found is not None else "",
        typed=typed,
        trouble=trouble,
        meanwhile=meanwhile,
        signed_in=signed_in_at(site().records.engine(), found.id) if found is not None else [],
        kinds=[(kind.value, view.texts[f"kind_{kind}"]) for kind in PersonKind],
        states=[(state.value, view.texts[f"state_{state}"]) for state in PersonState],
        languages=[("fr", view.texts["language_fr"]), ("en", view.texts["language_en"])],
    )


def _row(row: Any, view: Any) -> dict[str, object]:
    return {
        "id": row.id,
        "name": visible(row.name),
        "kind": said("kind", row.kind, view),
        "state": said("state", row.state, view),
        "active": row.state == PersonState.ACTIVE.value,
        "language": said("language", row.language, view),
        "badges": row.badges,
        "suspended": row.suspended,
    }


def _shown(found: Any) -> dict[str, str]:
    view = viewer()
    names = ("name", "kind", "state", "language", "contract_from_on", "contract_until_on", "supervisor_id")
    return {name: said(name, getattr(found, name), view) for name in names}


def _page_url(asked: str, state: str, number: int) -> str:
    given = {"q": asked, "state": state}
    chosen = {name: value for name, value in given.items() if value}
    return url_for("admin.people", page=number, lang=viewer().language, **chosen)  # type: ignore[arg-type]
