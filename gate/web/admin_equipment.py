"""The pages of equipment: every machine, one with its history, and the forms of machines, areas and classes."""

from typing import Any

from flask import abort, current_app, request, url_for
from flask.typing import ResponseReturnValue

from gate import equipment_acts
from gate.core.roles import Act
from gate.equipment_acts import Hands
from gate.signatures import Signer
from gate.store.schema import areas, equipment_classes
from gate.store.schema import equipment as machines
from gate.web.admin import admin, admin_page
from gate.web.admin_forms import AREA, CLASS, FORMS, MACHINE, ThingForm
from gate.web.admin_history import history, said, shown_history, since
from gate.web.admin_risk import accepted
from gate.web.admin_things import every, one, readers_of
from gate.web.changing import Problems, cosigner, filled, opened_version
from gate.web.formats import visible
from gate.web.pages import viewer
from gate.web.session import requires
from gate.web.signing import NO_TROUBLE, Trouble, form_value, signed_act
from gate.web.writing import Desk

COLUMNS = (
    "class_id",
    "area_id",
    "mode",
    "permissive",
    "default_operation",
    "exclusive",
    "excluding",
    "critical",
    "calibration_due_on",
    "maintenance_due_on",
    "qualified_until_on",
)


@admin.get("/equipment")
@requires(Act.VIEW_RECORDS)
def equipment() -> str:
    """List machines, areas and classes."""
    view = viewer()
    names = {table: {row.id: row.name for row in every(table)} for table in (areas, equipment_classes)}
    rows = [
        {
            "id": row.id,
            "name": visible(row.name),
            "class": visible(names[equipment_classes].get(row.class_id, row.class_id)),
            "area": visible(names[areas].get(row.area_id, row.area_id)),
            "readers": [(name, state) for name, state in readers_of(row.id)],
            "mode": said("mode", row.mode, view),
            "trial": row.mode == "shadow",
        }
        for row in every(machines)
    ]
    shown = {
        form.word: [
            {"id": row.id, "name": visible(row.name), "sterile": bool(getattr(row, "sterile", 0))}
            for row in every(form.table)
        ]
        for form in (AREA, CLASS)
    }
    return admin_page(
        "admin_equipment.html",
        rows=rows,
        done=request.args.get("done", ""),
        area=shown["area"],
        classes_shown=shown["class"],
    )


@admin.get("/machine/<path:thing_id>")
@requires(Act.VIEW_RECORDS)
def machine(thing_id: str) -> str:
    """Show one machine: what is known now, its readers, and every change."""
    found, view = _found(MACHINE, thing_id), viewer()
    names = {"class_id": equipment_classes, "area_id": areas}
    named = {name: one(table, getattr(found, name)) for name, table in names.items()}
    rows = [(view.texts[f"field_{name}"], said(name, getattr(found, name), view)) for name in COLUMNS]
    return admin_page(
        "admin_machine.html",
        id=thing_id,
        name=visible(found.name),
        lede=[visible(row.name if row is not None else getattr(found, name)) for name, row in named.items()],
        rows=[(name, value or view.texts["none"]) for name, value in rows],
        window_s=found.window_s if found.permissive == "window" else None,
        longest_use_h=f"{found.longest_use_s / 3600:g}",
        readers=[(name, view.texts.get(state or "never_seen", state)) for name, state in readers_of(thing_id)],
        floor=_floor(thing_id),
        accepted=accepted(thing_id),
        history=shown_history(history(machines, thing_id), view),
        done=request.args.get("done", ""),
    )


@admin.get("/<any(machine, area, class):kind>-new")
@requires(Act.MANAGE_EQUIPMENT)
def new_thing(kind: str) -> str:
    """Ask for everything that is to be known of something new."""
    return _form(FORMS[kind], None, NO_TROUBLE)


@admin.post("/<any(machine, area, class):kind>-new")
@requires(Act.MANAGE_EQUIPMENT)
def new_thing_sent(kind: str) -> ResponseReturnValue:
    """Sign and add, or show the form again."""
    return _sent(FORMS[kind], None)


@admin.get("/<any(machine, area, class):kind>-change/<path:thing_id>")
@requires(Act.MANAGE_EQUIPMENT)
def change_thing(kind: str, thing_id: str) -> str:
    """Show what is known, to be changed."""
    return _form(FORMS[kind], _found(FORMS[kind], thing_id), NO_TROUBLE)


@admin.post("/<any(machine, area, class):kind>-change/<path:thing_id>")
@requires(Act.MANAGE_EQUIPMENT)
def change_thing_sent(kind: str, thing_id: str) -> ResponseReturnValue:
    """Sign and change, or show the form again; nothing typed but passwords is lost."""
    return _sent(FORMS[kind], _found(FORMS[kind], thing_id))


def _sent(form: ThingForm, found: Any | None) -> ResponseReturnValue:
    problems: Problems = {}
    data = form.read(problems)
    thing_id = found.id if found is not None else form_value("id")
    approver = None if problems else cosigner(Act.APPROVE_EQUIPMENT, problems)

    def act(desk: Desk, signer: Signer) -> int:
        hands = Hands(signer, approver, form_value("why"), desk.moment)
        if found is None:
            return equipment_acts.add(desk.trail, thing_id, data, hands)
        return equipment_acts.change(desk.trail, thing_id, data, hands, opened=opened_version())

    language = viewer().language
    where = url_for("admin.equipment", done="changed", lang=language)
    if form is MACHINE and found is not None:
        where = url_for("admin.machine", thing_id=thing_id, done="changed", lang=language)
    return signed_act(act, Act.MANAGE_EQUIPMENT, lambda trouble: _form(form, found, trouble), where, problems)


def _form(form: ThingForm, found: Any | None, trouble: Trouble) -> str:
    view = viewer()
    typed, opened = filled(form.on_record(found)), opened_version()
    meanwhile = []
    if "version" in trouble.problems and found is not None:
        now = one(form.table, found.id)
        typed["version"] = str(now.version) if now is not None else ""
        meanwhile = shown_history(since(history(form.table, found.id), opened), view)
    return admin_page(
        f"admin_{form.word}_form.html",
        id=found.id if found is not None else "",
        title=visible(found.name) if found is not None else "",
        typed=typed,
        trouble=trouble,
        meanwhile=meanwhile,
        **form.choices(view),
    )


def _found(form: ThingForm, thing_id: str) -> Any:
    found = one(form.table, thing_id)
    if found is None:
        abort(404)
    return found


def _floor(thing_id: str) -> str:
    """Return the address of the machine's page on the floor, where mode and holds are changed."""
    return f"/floor/{thing_id}?lang={viewer().language}" if "floor" in current_app.blueprints else ""
