"""Who could have: the people certified for a machine and an operation at an instant, as known then and as known now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from gate.core.matrix import COUNTED, Cell, Stand, who_can_run
from gate.core.matrix import Asked as Judging
from gate.core.report import ColumnKind, Report, Row
from gate.core.terms import Operation
from gate.store.crowd import Knowledge, read_crowd
from gate.store.instants import seq_at
from gate.web.asking import Shown, columns_of, filters_of, instant_asked, machine_asked
from gate.web.formats import visible
from gate.web.pages import site
from gate.web.questions import MACHINE, Filter, Question, add_question
from gate.web.reason_texts import reason_text
from gate.web.report_makers import Asked, BadQuestionError
from gate.web.view import Viewer

NAME = "could_have"
LOOKS: Mapping[Stand, str] = {
    Stand.CERTIFIED: "allow",
    Stand.GRACE: "due",
    Stand.OVERRIDE: "over",
    Stand.HELD: "hold",
    Stand.LAPSED: "deny",
    Stand.BARRED: "deny",
    Stand.NOT_YET: "off",
    Stand.NOT_TRAINED: "off",
    Stand.UNSET: "off",
}
COULD = COUNTED | {Stand.OVERRIDE}
COLUMNS = (
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("then", "in_c_then", ColumnKind.TEXT),
    ("then_until", "in_c_until", ColumnKind.INSTANT),
    ("then_reasons", "in_c_against_then", ColumnKind.TEXT),
    ("now", "in_c_now", ColumnKind.TEXT),
    ("now_reasons", "in_c_against_now", ColumnKind.TEXT),
    ("differs", "in_c_differs", ColumnKind.TEXT),
)


@dataclass(frozen=True, slots=True)
class Both:
    """One person as known then and as known now; None: not on record as working here."""

    id: str
    name: str
    then: Cell | None
    now: Cell | None

    @property
    def could(self) -> bool:
        """Whether the person could, as known then or now."""
        return any(cell is not None and cell.stand in COULD for cell in (self.then, self.now))

    @property
    def differs(self) -> bool:
        """Whether the two answers differ in what they allow."""
        return _could(self.then) != _could(self.now)


def _could(cell: Cell | None) -> bool:
    return cell is not None and cell.stand in COULD


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return who could do this there at that instant; with `everybody` also who could not, and why.

    Raises:
        BadQuestionError: there never was such a machine or operation, or the instant makes no sense.
    """
    machine, operation = machine_asked(asked, view, needed=True), _operation(asked, view)
    at = instant_asked(asked, "at", view) or site().clock.read().at
    found = [one for one in both(machine, operation, at) if one.could or asked.get("everybody") == "yes"]
    could = sum(_could(one.then) for one in found)
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(view, asked, ("equipment", "lo_machine"), ("operation", "in_c_operation"), ("at", "in_at")),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: _rows(found, view),
        total=len(found),
        head_seq=site().records.head_seq(),
        notes=(
            view.texts["in_could_note"].format(n=could, time=at.astimezone(view.zone).isoformat(timespec="minutes")),
        ),
    )


def _operation(asked: Asked, view: Viewer) -> Operation | None:
    text = asked.get("operation", "")
    if text and text not in set(Operation):
        raise BadQuestionError(view.texts["in_bad_choice"].format(text=visible(text[:40])))
    return Operation(text) if text else None


def both(machine: str, operation: Operation | None, at: datetime) -> list[Both]:
    """Return everybody known then or now who works here, by name."""
    engine = site().records.engine()
    with engine.connect() as connection:
        then = seq_at(connection, at)
    head = site().records.head_seq()
    before = _cells(machine, operation, at, Knowledge(then, then))
    after = _cells(machine, operation, at, Knowledge(then, head))
    names = {id_: name for cells in (after, before) for id_, (name, _) in cells.items()}
    found = [
        Both(id_, name, before[id_][1] if id_ in before else None, after[id_][1] if id_ in after else None)
        for id_, name in names.items()
    ]
    return sorted(found, key=lambda one: (one.name, one.id))


def _cells(machine: str, operation: Operation | None, at: datetime, known: Knowledge) -> dict[str, tuple[str, Cell]]:
    crowd = read_crowd(site().records.engine(), site().settings.zone, known, equipment_id=machine).crowd
    judged = who_can_run(Judging(crowd, at, operation))
    return {somebody.person.id: (somebody.person.name, cells[0]) for somebody, cells in judged if cells}


def _rows(found: list[Both], view: Viewer) -> Iterator[Row]:
    texts = view.texts
    for one in found:
        yield (
            one.id,
            one.name,
            _stand(one.then, view),
            one.then.until_at if one.then else None,
            _against(one.then, view),
            _stand(one.now, view),
            _against(one.now, view),
            Shown(texts["in_differs"], "due") if one.differs else "",
        )


def _stand(cell: Cell | None, view: Viewer) -> Shown:
    if cell is None:
        return Shown(view.texts["in_not_here"], "off")
    return Shown(view.texts[f"in_stand_{cell.stand}"], LOOKS[cell.stand])


def _against(cell: Cell | None, view: Viewer) -> str:
    if cell is None or cell.stand in COUNTED:
        return ""
    return "; ".join(reason_text(code, view.language) for code in cell.reasons)


def _operations(view: Viewer) -> list[tuple[str, str]]:
    return [(one.value, view.texts[f"operation_{one}"]) for one in Operation]


add_question(
    Question(
        NAME,
        (
            Filter("equipment", MACHINE.label, "machine", needed=True),
            Filter("operation", "in_c_operation", "choice", choices=_operations),
            Filter("at", "in_at", "instant"),
            Filter("everybody", "in_everybody", "flag"),
        ),
        make_report,
    )
)
