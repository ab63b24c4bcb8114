"""Training by person: what somebody may do and why, a record added from its evidence, a record that ends."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from gate.core.effect import Effect, effect, with_records, without_records
from gate.core.records import TrainingRecord
from gate.core.roles import Act
from gate.core.terms import RecordState
from gate.store.facts import day
from gate.store.picture import Known
from gate.store.schema import training_records
from gate.training_acts import BY_HAND, Ending, NewRecord, add_record, end_record
from gate.web.effect_view import effect_view
from gate.web.formats import visible
from gate.web.pages import site, viewer
from gate.web.record_view import may_do, person_rows, read_evidence, read_person, worths
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.training_area import ANY_ID, Problems, address, known_now, page, training_pages
from gate.web.typed_days import typed_day

MOST_PEOPLE = 500
DAYS = ("completed_on", "valid_from_on", "expires_on", "due_on")
FIELDS = ("item", "state", "revision", *DAYS, "evidence", "sign_user")


@dataclass(frozen=True, slots=True)
class Held:
    """One version of a record; `standing` False: another has followed."""

    version: int
    standing: bool
    values: dict[str, Any]


@training_pages.get("/admin/training/people")
@requires(Act.VIEW_RECORDS)
def training() -> ResponseReturnValue:
    """List active people with what they are certified for; `q` looks for a name or an id."""
    wanted = _words()
    rows = person_rows(known_now(), _now(), viewer(), wanted)
    return page("training_people.html", rows=rows[:MOST_PEOPLE], more=max(0, len(rows) - MOST_PEOPLE), wanted=wanted)


@training_pages.get("/admin/training/people/<path:person_id>", **ANY_ID)
@requires(Act.VIEW_RECORDS)
def person(person_id: str) -> ResponseReturnValue:
    """Show what one person may do now, what each item is worth now, and every record."""
    found, known, view = _person(person_id), known_now(person_id=person_id), viewer()
    evidence = read_evidence(site().records.engine(), person_id)
    return page(
        "training_person.html",
        person_id=person_id,
        name=visible(found[0]),
        state=found[1],
        may_do=may_do(person_id, known, _now(), view),
        worths=worths(person_id, known, evidence, _now(), view),
        own=_is_own(person_id),
    )


@training_pages.get("/admin/training/add/<path:person_id>", **ANY_ID)
@requires(Act.EDIT_TRAINING)
def add(person_id: str) -> ResponseReturnValue:
    """Ask for one training as its evidence shows it."""
    return _add_form(person_id, NO_TROUBLE)


@training_pages.post("/admin/training/add/<path:person_id>", **ANY_ID)
@requires(Act.EDIT_TRAINING)
def add_sent(person_id: str) -> ResponseReturnValue:
    """Sign the record, or show the form again with everything that stands against it."""
    _person(person_id)
    problems: Problems = {}
    new = _typed_record(person_id, problems)
    return signed_act(
        lambda desk, signer: add_record(desk.trail, new, signer, desk.moment),
        _wanted(),
        lambda trouble: _add_form(person_id, trouble),
        address("person", person_id=person_id, done="recorded"),
        problems,
    )


@training_pages.get("/admin/training/record/<int:version>")
@requires(Act.EDIT_TRAINING)
def end(version: int) -> ResponseReturnValue:
    """Ask how a record ends, with what the person loses by it."""
    held = _held(version)
    if not held.standing:
        return redirect(address("person", person_id=held.values["person_id"], done="changed"), 303)
    return _end_form(held, NO_TROUBLE)


@training_pages.post("/admin/training/record/<int:version>")
@requires(Act.EDIT_TRAINING)
def end_sent(version: int) -> ResponseReturnValue:
    """Sign the end of the record."""
    held, wanted = _held(version), form_value("ending")
    problems = {} if wanted in set(Ending) else {"ending": "choose_one"}
    return signed_act(
        lambda desk, signer: end_record(
            desk.trail, held.values["id"], version, Ending(wanted), form_value("why"), signer, desk.moment
        ),
        _wanted(),
        lambda trouble: _end_form(held, trouble),
        address("person", person_id=held.values["person_id"], done="ended"),
        problems,
    )


# --- what was typed -------------------------------------------------------------------------------------------


def _typed_record(person_id: str, problems: Problems) -> NewRecord:
    state = form_value("state")
    if state not in BY_HAND:
        problems["state"] = "choose_one"
    if not form_value("item"):
        problems["item"] = "tr_no_item"
    days: dict[str, date | None] = {}
    for name in DAYS:
        days[name] = typed_day(form_value(name))
        if form_value(name) and days[name] is None:
            problems[name] = "tr_bad_day"
    return NewRecord(
        person_id=person_id,
        item_id=form_value("item"),
        state=RecordState(state) if state in BY_HAND else RecordState.UNVERIFIED,
        evidence=form_value("evidence"),
        revision=form_value("revision") or None,
        **days,
    )


def _wanted() -> Act:
    """Whoever is trainer and QA signs as QA, who may do more here."""
    return Act.APPROVE_REQUIREMENTS if signing_user().may(Act.APPROVE_REQUIREMENTS) else Act.EDIT_TRAINING


# --- what the pages show --------------------------------------------------------------------------------------


def _add_form(person_id: str, trouble: Trouble) -> str:
    found, known, texts = _person(person_id), known_now(person_id=person_id), viewer().texts
    items = known.picture.items
    return page(
        "training_add.html",
        person_id=person_id,
        name=visible(found[0]),
        own=_is_own(person_id),
        trouble=trouble,
        typed=typed(*FIELDS),
        items=[(item.id, f"{item.id}: {visible(item.title)}") for item in items.values()],
        revisions=sorted({visible(one.revision) for item in items.values() for one in item.revisions}),
        states=[(state.value, texts[f"tr_state_{state.value}"], texts[f"tr_hint_{state.value}"]) for state in BY_HAND],
    )


def _end_form(held: Held, trouble: Trouble) -> str:
    values, view = held.values, viewer()
    known = known_now(person_id=values["person_id"])
    item = known.picture.items.get(values["item_id"])
    ways = {ending: _effect_of(held, ending, known) for ending in Ending}
    return page(
        "training_end.html",
        held=held,
        item=visible(f"{values['item_id']} {item.title if item else ''}".strip()),
        name=visible(_person(values["person_id"])[0]),
        person_id=values["person_id"],
        state=view.texts[f"tr_state_{values['state']}"],
        own=_is_own(values["person_id"]),
        is_qa=signing_user().may(Act.APPROVE_REQUIREMENTS),
        effects={ending.value: effect_view(found, known, view) for ending, found in ways.items()},
        trouble=trouble,
        typed=typed("ending", "why", "sign_user"),
    )


def _effect_of(held: Held, ending: Ending, known: Known) -> Effect:
    """Return what the person loses, or gets back, at once."""
    values, now = held.values, _now()
    picture = known.picture
    after = without_records(picture, values["person_id"], frozenset({values["id"]}))
    if ending is Ending.WITHDRAWN:
        completed_on = day(values["completed_on"]) or now.astimezone(site().settings.zone).date()
        gone = TrainingRecord(2**53, values["id"], values["item_id"], RecordState.WITHDRAWN, completed_on=completed_on)
        after = with_records(picture, values["person_id"], (gone,))
    return effect(picture, after, now)


# --- what was asked for ---------------------------------------------------------------------------------------


def _person(person_id: str) -> tuple[str, str]:
    found = read_person(site().records.engine(), person_id)
    if found is None:
        abort(404)
    return found


def _held(version: int) -> Held:
    wanted = sa.select(training_records).where(training_records.c.version == version)
    with site().records.engine().connect() as connection:
        row = connection.execute(wanted).first() if version < 2**53 else None
    if row is None:
        abort(404)
    return Held(version, row.known_to is None, dict(row._mapping))


def _is_own(person_id: str) -> bool:
    return signing_user().person_id == person_id


def _words() -> str:
    """Return what is looked for, short enough to be a name."""
    return request.args.get("q", "").strip()[:80]


def _now() -> datetime:
    return site().clock.read().at
