"""The forms of machines, areas and classes as a table: what each shows, reads and offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gate.core.terms import Operation, Permissive
from gate.equipment_acts import AreaData, ClassData, Data, EquipmentData
from gate.store.schema import areas, equipment, equipment_classes
from gate.web.admin_things import choices_of
from gate.web.changing import Problems, day_of, number_of
from gate.web.signing import form_value
from gate.web.view import Viewer

YES = "yes"
FLAGS = ("exclusive", "excluding", "critical", "sterile")
SIGNING = {"why": "", "version": "", "sign_user": "", "cosign_user": ""}


@dataclass(frozen=True, slots=True)
class ThingForm:
    """One kind of thing: the table, its fields as an empty form has them, and the two readings of a form."""

    word: str
    table: sa.Table
    empty: Mapping[str, str]
    read: Callable[[Problems], Data]
    choices: Callable[[Viewer], Mapping[str, object]]

    def on_record(self, found: Any | None) -> dict[str, str]:
        """Return the fields of a form before anybody typed."""
        if found is None:
            return {**self.empty, **SIGNING, "id": ""}
        values = {name: _shown(name, found) for name in self.empty}
        return {**values, **SIGNING, "version": str(found.version)}


def _shown(name: str, found: Any) -> str:
    if name == "longest_use_h":
        return f"{found.longest_use_s // 3600}"
    value = getattr(found, name)
    if name in FLAGS:
        return YES if value else ""
    return "" if value is None else str(value)


def _machine(problems: Problems) -> EquipmentData:
    permissive, operation = form_value("permissive"), form_value("default_operation")
    for name, value, offered in (
        ("permissive", permissive, tuple(Permissive)),
        ("default_operation", operation, tuple(Operation)),
    ):
        if value not in offered:
            problems[name] = "choose_one"
    return EquipmentData(
        name=form_value("name"),
        class_id=form_value("class_id"),
        area_id=form_value("area_id"),
        permissive=Permissive.HELD if "permissive" in problems else Permissive(permissive),
        window_s=number_of("window_s", problems),
        longest_use_h=number_of("longest_use_h", problems),
        exclusive=_is("exclusive"),
        excluding=_is("excluding"),
        default_operation=Operation.USE if "default_operation" in problems else Operation(operation),
        calibration_due_on=day_of("calibration_due_on", problems),
        maintenance_due_on=day_of("maintenance_due_on", problems),
        qualified_until_on=day_of("qualified_until_on", problems),
        critical=_is("critical"),
    )


def _is(name: str) -> bool:
    return form_value(name) == YES


def _machine_choices(view: Viewer) -> dict[str, object]:
    return {
        "class_rows": choices_of(equipment_classes),
        "area_rows": choices_of(areas),
        "permissives": [(kind.value, view.texts[f"permissive_{kind}"]) for kind in Permissive],
        "operations": [(op.value, view.texts[f"operation_{op}"]) for op in Operation],
    }


def _nothing(_view: Viewer) -> dict[str, object]:
    return {}


MACHINE = ThingForm(
    "machine",
    equipment,
    {
        "name": "",
        "class_id": "",
        "area_id": "",
        "permissive": Permissive.HELD.value,
        "window_s": "60",
        "longest_use_h": "13",
        "exclusive": "",
        "excluding": "",
        "default_operation": Operation.USE.value,
        "calibration_due_on": "",
        "maintenance_due_on": "",
        "qualified_until_on": "",
        "critical": "",
    },
    _machine,
    _machine_choices,
)
AREA = ThingForm(
    "area",
    areas,
    {"name": "", "sterile": ""},
    lambda _problems: AreaData(form_value("name"), sterile=_is("sterile")),
    _nothing,
)
CLASS = ThingForm("class", equipment_classes, {"name": ""}, lambda _problems: ClassData(form_value("name")), _nothing)

FORMS = {form.word: form for form in (MACHINE, AREA, CLASS)}
