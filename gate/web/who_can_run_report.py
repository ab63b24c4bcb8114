"""The report `who_can_run`: for each machine and operation everybody who may do it at an instant, by the real rules."""

from collections.abc import Iterator
from datetime import datetime

from gate.core.matrix import Asked as Question
from gate.core.matrix import Cell, Stand, who_can_run
from gate.core.report import Column, ColumnKind, Report, Row
from gate.core.roles import Act
from gate.core.terms import Operation
from gate.store.crowd import CrowdKnown, Knowledge, read_crowd
from gate.web.pages import site
from gate.web.report_makers import Asked, BadQuestionError, add_report
from gate.web.view import Viewer

MAY = frozenset({Stand.CERTIFIED, Stand.GRACE, Stand.OVERRIDE, Stand.HELD})

COLUMNS = (
    ("machine", ColumnKind.ID),
    ("machine_name", ColumnKind.TEXT),
    ("area", ColumnKind.TEXT),
    ("operation", ColumnKind.TEXT),
    ("person", ColumnKind.ID),
    ("name", ColumnKind.TEXT),
    ("until", ColumnKind.INSTANT),
    ("remark", ColumnKind.TEXT),
)


def who_can_run_report(asked: Asked, viewer: Viewer) -> Report:
    """Return who may run what at the instant `at` (local, or with an offset), now without one.

    Raises:
        BadQuestionError: `at` is no instant.
    """
    here = site()
    head = here.records.head_seq()
    known = read_crowd(here.records.engine(), here.settings.zone, Knowledge(head, head))
    at = _instant(asked.get("at", ""), viewer) or here.clock.read().at
    rows = sorted(_rows(known, at, viewer), key=lambda row: (str(row[2]), str(row[0])))
    texts = viewer.texts
    when = viewer.when(at)
    return Report(
        name="who_can_run",
        title=texts["wr_title"],
        language=viewer.language,
        filters=((texts["wr_at"], f"{when.day} {when.time}"),),
        columns=tuple(Column(name, texts[f"wr_c_{name}"], kind) for name, kind in COLUMNS),
        rows=lambda: iter(rows),
        total=len(rows),
        head_seq=head,
        notes=(texts["wr_note"],),
        entries=(),
    )


def _instant(text: str, viewer: Viewer) -> datetime | None:
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=found.tzinfo or viewer.zone).astimezone(viewer.zone)
    except (ValueError, OverflowError) as error:
        raise BadQuestionError(viewer.texts["wr_no_instant"]) from error


def _rows(known: CrowdKnown, at: datetime, viewer: Viewer) -> Iterator[Row]:
    crowd = known.crowd
    for operation in Operation:
        machines = tuple(
            machine for machine in crowd.machines if operation in crowd.class_sets.get(machine.equipment.class_id, {})
        )
        question = Question(crowd._replace(machines=machines), at, operation)
        judged = who_can_run(question) if machines else iter(())
        for somebody, cells in sorted(judged, key=lambda one: one[0].person.name):
            for machine, cell in zip(machines, cells, strict=True):
                if cell.stand in MAY:
                    one = machine.equipment
                    yield (
                        one.id,
                        known.machine_names.get(one.id, one.id),
                        known.area_names.get(one.area_id, one.area_id),
                        viewer.texts[f"op_{operation.value}"],
                        somebody.person.id,
                        somebody.person.name,
                        cell.until_at,
                        _remark(cell, viewer),
                    )


def _remark(cell: Cell, viewer: Viewer) -> str | None:
    return None if cell.stand is Stand.CERTIFIED else viewer.texts[f"wr_{cell.stand.value}"]


add_report("who_can_run", who_can_run_report, Act.VIEW_RECORDS)
