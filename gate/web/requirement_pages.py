"""The requirement sets: what each operation and area asks for, drafts, and the approval with who is affected."""

from datetime import datetime

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from gate.core.effect import Effect, Scope, effect, with_set
from gate.core.records import RequirementSet
from gate.core.roles import Act
from gate.core.terms import Operation, RevisionPolicy
from gate.requirement_acts import Draft, approve_set, draft_set, take_back_draft
from gate.sights import Sight
from gate.signatures import Signer
from gate.store.picture import Known
from gate.web.effect_view import effect_view
from gate.web.pages import site, viewer
from gate.web.requirement_reading import Version, Versions, all_versions, version_of_set
from gate.web.requirement_view import rows_of_sets, scope_title, version_view, versions_view
from gate.web.session import requires
from gate.web.set_form import Rows, filled, groups_of, one_more, rows_of, shown
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act, signing_user, typed
from gate.web.training_area import (
    ANY_ID,
    Problems,
    address,
    known_now,
    operation_word,
    page,
    training_pages,
    unsigned_act,
)
from gate.web.typed_days import typed_instant, typed_number
from gate.web.writing import Desk

NOTHING_YET = Versions(None, (), (), ())
POLICIES = tuple(policy.value for policy in RevisionPolicy)


@training_pages.get("/admin/requirements")
@requires(Act.VIEW_RECORDS)
def requirements() -> ResponseReturnValue:
    """List what each operation on each class, and each area, asks for now and next."""
    known, view = known_now(), viewer()
    found = all_versions(site().records.engine(), _now())
    return page("requirements.html", rows=rows_of_sets(found, known, view))


@training_pages.get("/admin/requirements/of/<kind>/<operation>/<path:scope_id>", **ANY_ID)
@requires(Act.VIEW_RECORDS)
def requirement(kind: str, operation: str, scope_id: str) -> ResponseReturnValue:
    """Show every version of one set: in force, to come, proposed, and earlier."""
    known, scope = known_now(), _scope(kind, operation, scope_id)
    _be_known(scope, known)
    found = all_versions(site().records.engine(), _now()).get(scope, NOTHING_YET)
    return page(
        "requirement.html",
        title=scope_title(scope, known, viewer()),
        scope=scope,
        operation=operation,
        operations=_operations(scope),
        versions=versions_view(found, known, viewer()),
    )


@training_pages.get("/admin/requirements/draft/<kind>/<operation>/<path:scope_id>", **ANY_ID)
@requires(Act.EDIT_TRAINING)
def draft(kind: str, operation: str, scope_id: str) -> ResponseReturnValue:
    """Ask for a whole version, beginning with the draft that is to be changed, or with what is in force."""
    scope = _scope(kind, operation, scope_id)
    if form_value("groups"):
        return _draft_form(scope, rows_of(form_value), NO_TROUBLE)
    return _draft_form(scope, None, NO_TROUBLE)


@training_pages.post("/admin/requirements/draft/<kind>/<operation>/<path:scope_id>", **ANY_ID)
@requires(Act.EDIT_TRAINING)
def draft_sent(kind: str, operation: str, scope_id: str) -> ResponseReturnValue:
    """Show one more row, or put the draft on record, or show the form again with everything that is wrong."""
    scope, rows = _scope(kind, operation, scope_id), rows_of(form_value)
    more = form_value("more")
    if more:
        return _draft_form(scope, one_more(rows, more), NO_TROUBLE)
    problems: Problems = {}
    at = _instant(problems)
    groups = groups_of(rows, form_value, problems)
    if not groups and not problems:
        problems["g1m1_item"] = "tr_no_groups"
    replaces = typed_number(form_value("replaces"), 2**53) if form_value("replaces") else None
    return unsigned_act(
        lambda desk, author: draft_set(
            desk.trail, Draft(scope, at, groups, form_value("why"), replaces), author, desk.moment
        ),
        Act.EDIT_TRAINING,
        lambda trouble: _draft_form(scope, rows, trouble),
        address("requirement", kind=kind, operation=operation, scope_id=scope_id, done="drafted"),
        problems,
    )


@training_pages.get("/admin/requirements/back/<int:version>")
@requires(Act.EDIT_TRAINING)
def take_back(version: int) -> ResponseReturnValue:
    """Ask why the draft is to end."""
    found = _version(version)
    return _back_form(found, NO_TROUBLE) if found.is_draft else redirect(_address_of(found.scope, "changed"), 303)


@training_pages.post("/admin/requirements/back/<int:version>")
@requires(Act.EDIT_TRAINING)
def take_back_sent(version: int) -> ResponseReturnValue:
    """Let the draft end."""
    found = _version(version)
    return unsigned_act(
        lambda desk, author: take_back_draft(desk.trail, version, form_value("why"), author, desk.moment),
        Act.EDIT_TRAINING,
        lambda trouble: _back_form(found, trouble),
        _address_of(found.scope, "taken_back"),
        {},
    )


@training_pages.get("/admin/requirements/approve/<int:version>")
@requires(Act.APPROVE_REQUIREMENTS)
def approve(version: int) -> ResponseReturnValue:
    """Show the draft beside what is in force, who is affected, and ask for the signature."""
    found = _version(version)
    return _approve_form(found, NO_TROUBLE) if found.is_draft else redirect(_address_of(found.scope, "changed"), 303)


@training_pages.post("/admin/requirements/approve/<int:version>")
@requires(Act.APPROVE_REQUIREMENTS)
def approve_sent(version: int) -> ResponseReturnValue:
    """Sign and approve what was shown, or show the form again with who is affected now."""
    found = _version(version)
    return signed_act(
        lambda desk, signer: _approve(desk, signer, found),
        Act.APPROVE_REQUIREMENTS,
        lambda trouble: _approve_form(found, trouble),
        _address_of(found.scope, "approved"),
    )


def _approve(desk: Desk, signer: Signer, found: Version) -> int:
    """Work out the effect anew before the transaction: a badge read must not wait for it."""
    known = _known_of(found.scope)
    sight = Sight(_effect_of(found, known), known.facts_seq, form_value("seen"))
    return approve_set(desk.trail, found.set.version, sight, signer, desk.moment)


# --- what the pages show --------------------------------------------------------------------------------------


def _draft_form(scope: Scope, rows: Rows | None, trouble: Trouble) -> str:
    known = known_now()
    _be_known(scope, known)
    versions = all_versions(site().records.engine(), _now()).get(scope, NOTHING_YET)
    begins = next((one for one in versions.drafts if str(one.set.version) == request.args.get("from")), None)
    values = shown(rows, form_value) if rows else filled(_beginning(begins, versions))
    replaced = begins.set.version if begins and not rows else form_value("replaces")
    more = typed("effective_on", "effective_time", "why")
    if begins and not rows:
        local = begins.set.effective_at.astimezone(site().settings.zone)
        more |= {"effective_on": f"{local:%Y-%m-%d}", "effective_time": f"{local:%H:%M}"}
    members = rows.members if rows else tuple(int(values[f"members{n}"]) for n in range(1, int(values["groups"]) + 1))
    return page(
        "requirement_draft.html",
        title=scope_title(scope, known, viewer()),
        trouble=trouble,
        typed={**values, **more, "replaces": str(replaced)},
        members=members,
        items=[(item.id, item.title) for item in known.picture.items.values()],
        policies=POLICIES,
        back=_address_of(scope),
    )


def _beginning(begins: Version | None, versions: Versions) -> RequirementSet | None:
    found = begins or versions.current
    return found.set if found else None


def _back_form(found: Version, trouble: Trouble) -> str:
    known = known_now()
    return page(
        "requirement_back.html",
        title=scope_title(found.scope, known, viewer()),
        draft=version_view(found, known, viewer()),
        trouble=trouble,
        typed=typed("why"),
        back=_address_of(found.scope),
    )


def _approve_form(found: Version, trouble: Trouble) -> str:
    known, view, user = _known_of(found.scope), viewer(), signing_user()
    current = all_versions(site().records.engine(), _now()).get(found.scope, NOTHING_YET).current
    return page(
        "requirement_approve.html",
        title=scope_title(found.scope, known, view),
        draft=version_view(found, known, view),
        current=version_view(current, known, view) if current else None,
        effect=effect_view(_effect_of(found, known), known, view),
        own=user.person_id in found.drafters,
        trouble=trouble,
        typed=typed("sign_user"),
        back=_address_of(found.scope),
    )


def _effect_of(found: Version, known: Known) -> Effect:
    after = with_set(known.picture, found.scope, found.set)
    return effect(known.picture, after, found.set.effective_at)


def _operations(scope: Scope) -> list[tuple[str, str]]:
    """Return the operations of a class with their words; an area has none."""
    if scope.operation is None:
        return []
    return [(operation.value, operation_word(operation.value, viewer())) for operation in Operation]


# --- what was asked for ---------------------------------------------------------------------------------------


def _scope(kind: str, operation: str, scope_id: str) -> Scope:
    """Return what the address names; an area has no operation, which the address writes as a hyphen."""
    if kind == "area" and operation == "-":
        return Scope(kind, scope_id, None)
    if kind != "class" or operation not in set(Operation):
        abort(404)
    return Scope(kind, scope_id, Operation(operation))


def _be_known(scope: Scope, known: Known) -> None:
    if scope.id not in (known.classes if scope.kind == "class" else known.areas):
        abort(404)


def _version(version: int) -> Version:
    """Return the version; whether it is still a draft is the act's to judge, which puts a refusal on record."""
    found = version_of_set(site().records.engine(), version) if version < 2**53 else None
    if found is None:
        abort(404)
    return found


def _known_of(scope: Scope) -> Known:
    return known_now(class_id=scope.id) if scope.kind == "class" else known_now(area_id=scope.id)


def _instant(problems: Problems) -> datetime:
    found = typed_instant(form_value("effective_on"), form_value("effective_time"), site().settings.zone)
    if isinstance(found, str):
        problems["effective_time" if found == "tr_bad_time" else "effective_on"] = found
        return _now()
    return found


def _now() -> datetime:
    return site().clock.read().at


def _address_of(scope: Scope, done: str = "") -> str:
    more = {"done": done} if done else {}
    operation = scope.operation.value if scope.operation else "-"
    return address("requirement", kind=scope.kind, operation=operation, scope_id=scope.id, **more)
