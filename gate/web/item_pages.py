"""The items and their revisions: list, one item, a new item, and a revision signed over who is affected by it."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, redirect
from flask.typing import ResponseReturnValue

from gate.core.effect import Effect, effect, with_revision
from gate.core.records import Item, Revision
from gate.core.roles import Act
from gate.core.terms import ItemKind
from gate.item_acts import NewItem, NewRevision, add_item, add_revision, change_revision
from gate.sights import Sight
from gate.signatures import Signer
from gate.store.picture import Known
from gate.web.effect_view import effect_view
from gate.web.item_view import item_rows, item_view
from gate.web.pages import site, viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.training_area import ANY_ID, Problems, address, known_now, page, training_pages, unsigned_act
from gate.web.typed_days import typed_instant
from gate.web.writing import Desk

ASKS = {"yes": True, "no": False}
"""What the form sends for retraining -> whether the revision asks for it."""

FIELDS = ("revision", "effective_on", "effective_time", "retraining", "why", "sign_user")


@dataclass(frozen=True, slots=True)
class Before:
    """A revision that is to be changed, with its item."""

    revision: Revision
    item: Item


@training_pages.get("/admin/items")
@requires(Act.VIEW_RECORDS)
def items() -> ResponseReturnValue:
    """List what people are trained on."""
    return page("items.html", rows=item_rows(known_now(), _now(), viewer()))


@training_pages.get("/admin/items/of/<path:item_id>", **ANY_ID)
@requires(Act.VIEW_RECORDS)
def item(item_id: str) -> ResponseReturnValue:
    """Show one item: its revisions, who asks for it, for whom it is not current."""
    known = known_now()
    return page("item.html", found=item_view(_item(item_id, known), known, _now(), viewer()))


@training_pages.get("/admin/items/new")
@requires(Act.EDIT_TRAINING)
def item_new() -> ResponseReturnValue:
    """Ask for a new item."""
    return _item_form(NO_TROUBLE)


@training_pages.post("/admin/items/new")
@requires(Act.EDIT_TRAINING)
def item_new_sent() -> ResponseReturnValue:
    """Put the item on record."""
    kind, problems = form_value("kind"), Problems()
    if kind not in set(ItemKind):
        problems["kind"] = "choose_one"
    return unsigned_act(
        lambda desk, author: add_item(
            desk.trail,
            NewItem(form_value("id"), ItemKind(kind), form_value("title"), form_value("why")),
            author,
            desk.moment,
        ),
        Act.EDIT_TRAINING,
        _item_form,
        address("items", done="item_added"),
        problems,
    )


@training_pages.get("/admin/items/revise/<path:item_id>", **ANY_ID)
@requires(Act.EDIT_TRAINING)
def revise(item_id: str) -> ResponseReturnValue:
    """Ask for a new revision."""
    return _revision_form(_item(item_id, known_now()), None, NO_TROUBLE)


@training_pages.post("/admin/items/revise/<path:item_id>", **ANY_ID)
@requires(Act.EDIT_TRAINING)
def revise_sent(item_id: str) -> ResponseReturnValue:
    """Show who is affected, or sign the revision."""
    return _revision_sent(_item(item_id, known_now()), None)


@training_pages.get("/admin/items/revision/<int:version>")
@requires(Act.EDIT_TRAINING)
def revision(version: int) -> ResponseReturnValue:
    """Ask how a revision is to be changed."""
    before = _before(version, known_now())
    return _revision_form(before.item, before.revision, NO_TROUBLE) if before else _changed()


@training_pages.post("/admin/items/revision/<int:version>")
@requires(Act.EDIT_TRAINING)
def revision_sent(version: int) -> ResponseReturnValue:
    """Show who is affected, or sign the change."""
    before = _before(version, known_now())
    return _revision_sent(before.item, before.revision) if before else _changed()


# --- a revision: shown first, then signed ---------------------------------------------------------------------


def _revision_sent(found: Item, before: Revision | None) -> ResponseReturnValue:
    problems: Problems = {}
    new = _typed_revision(found, before, problems)
    if form_value("step") == "show" or not form_value("seen"):
        form = _revision_form(found, before, Trouble(problems), None if problems else new)
        return (form, 422) if problems else form
    return signed_act(
        lambda desk, signer: _sign(desk, signer, new, before),
        _wanted(),
        lambda trouble: _revision_form(found, before, trouble, None if problems else new),
        address("item", item_id=found.id, done="revised"),
        problems,
    )


def _sign(desk: Desk, signer: Signer, new: NewRevision, before: Revision | None) -> int:
    """Work out the effect anew before the transaction: a badge read must not wait for it."""
    known = known_now()
    sight = Sight(_effect_of(new, known, desk.moment.at), known.facts_seq, form_value("seen"))
    act = change_revision if before else add_revision
    return act(desk.trail, new, sight, signer, desk.moment)


def _wanted() -> Act:
    """Whoever is trainer and QA signs as QA, who alone may waive the retraining."""
    as_qa = signing_user().may(Act.APPROVE_REQUIREMENTS)
    return Act.APPROVE_REQUIREMENTS if as_qa else Act.EDIT_TRAINING


def _typed_revision(found: Item, before: Revision | None, problems: Problems) -> NewRevision:
    at = typed_instant(form_value("effective_on"), form_value("effective_time"), site().settings.zone)
    if isinstance(at, str):
        problems["effective_time" if at == "tr_bad_time" else "effective_on"] = at
        at = _now()
    if before and f"{at:%Y%m%d%H%M}" == f"{before.effective_at:%Y%m%d%H%M}":
        at = before.effective_at
    if form_value("retraining") not in ASKS:
        problems["retraining"] = "choose_one"
    name = before.revision if before else form_value("revision")
    if not name:
        problems["revision"] = "tr_no_revision_name"
    return NewRevision(found.id, name, at, ASKS.get(form_value("retraining"), True), form_value("why"))


def _effect_of(new: NewRevision, known: Known, now: datetime) -> Effect:
    """Return what the revision does at its instant; one that is in force already, at once."""
    after = with_revision(
        known.picture, new.item_id, Revision(2**53, new.revision, new.effective_at, retraining=new.retraining)
    )
    return effect(known.picture, after, max(new.effective_at, now))


# --- what the pages show --------------------------------------------------------------------------------------


def _item_form(trouble: Trouble) -> str:
    texts = viewer().texts
    return page(
        "item_new.html",
        trouble=trouble,
        typed=typed("id", "kind", "title", "why"),
        kinds=[(kind.value, texts[f"tr_kind_{kind.value}"]) for kind in ItemKind],
    )


def _revision_form(found: Item, before: Revision | None, trouble: Trouble, new: NewRevision | None = None) -> str:
    known = known_now()
    values = typed(*FIELDS)
    if before and not form_value("effective_on"):
        local = before.effective_at.astimezone(site().settings.zone)
        values |= {
            "effective_on": f"{local:%Y-%m-%d}",
            "effective_time": f"{local:%H:%M}",
            "retraining": "yes" if before.retraining else "no",
        }
    shown = effect_view(_effect_of(new, known, _now()), known, viewer()) if new else None
    return page(
        "revision_form.html",
        found=item_view(found, known, _now(), viewer()),
        before=before,
        trouble=trouble,
        typed=values,
        effect=shown,
    )


def _item(item_id: str, known: Known) -> Item:
    found = known.picture.items.get(item_id)
    if found is None:
        abort(404)
    return found


def _before(version: int, known: Known) -> Before | None:
    every = ((one, found) for found in known.picture.items.values() for one in found.revisions)
    return next((Before(one, found) for one, found in every if one.version == version), None)


def _changed() -> ResponseReturnValue:
    """Somebody else was faster: the revision stands in another version now."""
    return redirect(address("items", done="changed"), 303)


def _now() -> datetime:
    return site().clock.read().at
