"""Enrolment by tapping: choose reader and person, wait for the badge, confirm, and go on with the next person."""

from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gate import alive
from gate.badge_enrolment import Enrolled, NewBadge, ask_for_badge, enrol_badge, what_stands_against
from gate.core.roles import Act
from gate.signatures import Signer
from gate.store.reader_requests import ReaderRequest, take_back_request
from gate.store.trail_reading import reader_rows
from gate.web.badge_lend_pages import hows
from gate.web.badge_pages import badge_now, badge_pages, known_now, plain_act, said, shown_badge, tried
from gate.web.badge_reading import ListedPerson, name_of
from gate.web.badge_wish import Wish, is_way, wish_of
from gate.web.formats import visible
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signing_user, typed
from gate.web.view import is_alive
from gate.web.writing import Desk

PEOPLE = 50
"""People on one page."""

POOL = "pool"
FOR_POOL = "for_pool"
"""The button that asks for nobody's badge; every other button of that form names a person."""


@badge_pages.get("/badges/enrol")
@requires(Act.ASSIGN_BADGE)
def enrol() -> ResponseReturnValue:
    """Ask for the reader, the way of checking identity, and the person."""
    return _choose(NO_TROUBLE)


@badge_pages.post("/badges/enrol")
@requires(Act.ASSIGN_BADGE)
def enrol_asked() -> ResponseReturnValue:
    """Ask the reader for the badge and wait, or say what is missing."""
    person, replaces = form_value("person"), form_value("replaces")
    for_pool = form_value(FOR_POOL) == "yes" and not replaces
    how, reader = form_value("how"), form_value("reader")
    going_on = form_value("going_on") == "yes" and not replaces
    wish = Wish(reader, "" if for_pool else person, "" if for_pool else how, replaces, going_on and not for_pool)
    problems = {} if reader in _readers() else {"reader": "badge_unknown_reader"}
    if not for_pool:
        problems |= {} if is_way(how) else {"how": "choose_one"}
        problems |= {} if known_now().people.get(person) else {"person": "badge_people_none"}
    return (_choose(Trouble(problems)), 422) if problems else _asked(wish)


@badge_pages.get("/badges/enrol/<int:request_id>")
@requires(Act.ASSIGN_BADGE)
def waiting(request_id: int) -> ResponseReturnValue:
    """Show what came of the request; the page looks again by itself while it waits."""
    return _waiting(request_id, NO_TROUBLE)


@badge_pages.post("/badges/enrol/<int:request_id>")
@requires(Act.ASSIGN_BADGE)
def answered(request_id: int) -> ResponseReturnValue:
    """Confirm the badge that was read, ask again, go on with the next person, or leave it."""
    found, step = wish_of(site().records.engine(), request_id, signing_user().account_id), form_value("step")
    if found is None:
        return _waiting(request_id, NO_TROUBLE), 422
    asked, wish = found
    if step == "again":
        return _asked(wish)
    if step in {"skip", "cancel"}:
        tried(lambda desk, _: _take_back(desk, asked.id), Act.ASSIGN_BADGE)
        return _next(wish) if step == "skip" else redirect(_choosing(wish), 303)
    return _confirmed(asked, wish) if asked.result else (_waiting(request_id, NO_TROUBLE), 422)


@badge_pages.get("/badges/enrol/type")
@requires(Act.ASSIGN_BADGE)
def type_number() -> ResponseReturnValue:
    """Ask for a number that no reader can read."""
    return _type_form(NO_TROUBLE)


@badge_pages.post("/badges/enrol/type")
@requires(Act.ASSIGN_BADGE)
def number_typed() -> ResponseReturnValue:
    """Enrol a number that was typed, marked as typed."""
    person = form_value("person")
    new = NewBadge(person, form_value("how"), typed=form_value("badge_code") or "?", why=form_value("why"))
    if form_value("confirmed") != "yes":
        return _type_form(Trouble({"confirmed": "badge_confirm_first"})), 422
    done: list[Enrolled] = []
    answer = plain_act(
        lambda desk, who: done.append(enrol_badge(desk.trail, new, who, desk.moment)), Act.ASSIGN_BADGE, _type_form, ""
    )
    return redirect(_choosing(Wish("", person, new.identity), done[0]), 303) if done else answer


# --- one step to the next ---------------------------------------------------------------------------------


def _asked(wish: Wish, enrolled: Enrolled | None = None) -> ResponseReturnValue:
    """Ask the reader and lead to the page that waits."""
    numbers: list[int] = []

    def ask(desk: Desk, who: Signer) -> None:
        numbers.append(ask_for_badge(desk.trail, wish.reader, wish.text(), who, desk.moment))

    trouble = tried(ask, Act.ASSIGN_BADGE)
    if trouble is not None:
        return _choose(trouble, wish, enrolled), 422
    told = {"done": enrolled.id} if enrolled else {}
    return redirect(
        url_for("badge_pages.waiting", request_id=numbers[0], lang=viewer().language, **told),  # type: ignore[arg-type]
        303,
    )


def _confirmed(asked: ReaderRequest, wish: Wish) -> ResponseReturnValue:
    if wish.person and form_value("confirmed") != "yes":
        return _waiting(asked.id, Trouble({"confirmed": "badge_confirm_first"})), 422
    new, done = wish.new_badge(asked.result or {}, confirmed=True), list[Enrolled]()
    trouble = tried(lambda desk, who: done.append(enrol_badge(desk.trail, new, who, desk.moment)), Act.ASSIGN_BADGE)
    if trouble is not None:
        return _waiting(asked.id, trouble), 422
    return _next(wish, done[0]) if wish.going_on else redirect(_choosing(wish, done[0]), 303)


def _next(wish: Wish, enrolled: Enrolled | None = None) -> ResponseReturnValue:
    """Ask for the badge of the next person without one; behind the last, back to the choice."""
    person = known_now().after(wish.person)
    if person is None:
        return redirect(_choosing(wish, enrolled, over="yes"), 303)
    return _asked(replace(wish, person=person.id, replaces=""), enrolled)


def _take_back(desk: Desk, request_id: int) -> None:
    with desk.trail.transaction():
        take_back_request(desk.trail, request_id)


def _choosing(wish: Wish, enrolled: Enrolled | None = None, **more: str) -> str:
    """Return where the next person is chosen, with the reader and the way of checking as they were."""
    told = {"reader": wish.reader, "how": wish.how, **({"done": enrolled.id} if enrolled else {}), **more}
    if wish.going_on:
        told["going_on"] = "yes"
    return url_for("badge_pages.enrol", lang=viewer().language, **told)  # type: ignore[arg-type]


# --- pages ------------------------------------------------------------------------------------------------


def _choose(trouble: Trouble, wish: Wish | None = None, enrolled: Enrolled | None = None) -> str:
    here, view = known_now(), viewer()
    text = request.args.get("q", "")[:80]
    people = here.people_like(text) if text.strip() else here.without_badge()
    replaces = badge_now(form_value("replaces") or request.args.get("replaces", ""))
    chosen = {name: form_value(name) or request.args.get(name, "") for name in ("reader", "how", "going_on")}
    if wish is not None:
        chosen |= {"reader": wish.reader, "how": wish.how, "going_on": "yes" if wish.going_on else ""}
    return render_template(
        "badge_enrol.html",
        **around(view),
        replaces=shown_badge(replaces) if replaces and replaces.replaceable else None,
        readers=list(_readers().items()),
        hows=hows(),
        typed={name: visible(value) for name, value in chosen.items()},
        going_on=chosen["going_on"] == "yes",
        text=visible(text),
        people=[_person(one) for one in people[:PEOPLE]],
        total=len(people),
        most=PEOPLE,
        trouble=said(trouble),
        done=_done(enrolled.id if enrolled else request.args.get("done", "")),
        over=request.args.get("over") == "yes",
    )


def _waiting(request_id: int, trouble: Trouble) -> str:
    view, now = viewer(), site().clock.read().at
    found = wish_of(site().records.engine(), request_id, signing_user().account_id)
    asked, wish = found or (None, Wish(""))
    refused = said(trouble).refused
    state = _state(asked)
    if asked is not None and state == "read" and not trouble.refused:
        refused = _against(wish.new_badge(asked.result or {}, confirmed=True))
    return render_template(
        "badge_wait.html",
        **around(view),
        state="refused" if refused else state,
        wish=wish,
        person=visible(name_of(site().records.engine(), wish.person)) if wish.person else "",
        old=badge_now(wish.replaces),
        how=view.texts.get(f"badge_how_{wish.how}", ""),
        last4=visible(str((asked.result or {}).get("last4") or "")) if asked else "",
        left=max(0, round((asked.expires_at - now).total_seconds())) if asked else 0,
        silent=not is_alive(alive.last_alive(site().alive_path), now),
        trouble=Trouble(said(trouble).problems, refused),
        done=_done(request.args.get("done", "")),
    )


def _state(asked: ReaderRequest | None) -> str:
    """Return `wait`, `read`, `late` (nobody came) or `over` (taken back, forgotten, or never this account's)."""
    if asked is None or asked.result == {}:
        return "over"
    if asked.result:
        return "read"
    return "wait" if site().clock.read().at < asked.expires_at else "late"


def _against(new: NewBadge) -> tuple[str, ...]:
    """Return why the badge that was read cannot be enrolled; the act judges it again."""
    user, view = signing_user(), viewer()
    who = Signer(user.person_id, user.account_id, user.name, "")
    found: list[str] = []

    def look(desk: Desk, _: Signer) -> None:
        error = what_stands_against(desk.trail, new, who, desk.moment)
        found.extend(error.sentences(view.language) if error else ())

    trouble = tried(look, Act.ASSIGN_BADGE)
    return tuple(visible(sentence) for sentence in (trouble.refused if trouble else found))


def _type_form(trouble: Trouble) -> str:
    here, view = known_now(), viewer()
    person = here.people.get(form_value("person") or request.args.get("person", ""))
    if person is None:
        abort(404)
    values = typed("why", "how")
    return render_template(
        "badge_type.html",
        **around(view),
        person=_person(person),
        hows=hows(),
        trouble=said(trouble),
        typed={**values, "how": values["how"] or visible(request.args.get("how", ""))},
    )


def _person(one: ListedPerson) -> dict[str, object]:
    return {"id": one.id, "name": visible(one.name), "badges": one.badges}


def _readers() -> dict[str, str]:
    """Return the readers of the configuration with the words that say where they are and whether they answer."""
    states = {row.reader_id: row.state for row in reader_rows(site().records.engine())}
    texts, found = viewer().texts, {}
    for line in site().settings.line:
        for reader in line.reader:
            word = "badge_reader_off" if states.get(reader.name) == "offline" else "badge_reader_at"
            found[reader.name] = texts[word].format(reader=reader.name, equipment=reader.equipment)
    return found


def _done(badge_id: str) -> str:
    """Say whose badge was enrolled a moment ago, as the records know it."""
    badge, texts = badge_now(badge_id), viewer().texts
    if badge is None or not (badge.person or badge.pool):
        return ""
    if badge.pool:
        return texts["badge_done_pool"].format(id=badge.id)
    return texts["badge_done_enrolled"].format(id=badge.id, person=visible(badge.person))
