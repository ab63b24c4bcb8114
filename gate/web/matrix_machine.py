"""One machine as a list: who can run it, the first to end first, and who cannot and why."""

from dataclasses import dataclass

from gate.core.calendar import LATEST
from gate.web.formats import visible
from gate.web.matrix_question import TODAY
from gate.web.matrix_reading import QUIET, Matrix, Row
from gate.web.matrix_view import RUNS, CellView, HeadView, Link, cell_view, collated, heads_of
from gate.web.view import Viewer


@dataclass(frozen=True, slots=True)
class LineView:
    """One person with the cell and what it says without name and machine."""

    id: str
    name: str
    cell: CellView
    word: str


@dataclass(frozen=True, slots=True)
class MachineView:
    """The machine with who can and who cannot."""

    head: HeadView
    can: tuple[LineView, ...]
    cannot: tuple[LineView, ...]
    minimum: int


def machine_view(found: Matrix, minimum: int, link: Link, view: Viewer) -> MachineView:
    """Show the only machine of the answer."""
    able = [row for row in found.rows if row.cells[0].stand in RUNS]
    able.sort(key=lambda row: (row.cells[0].until_at or LATEST, collated(row.who.person.name), row.who.person.id))
    others = [row for row in found.rows if row.cells[0].stand not in RUNS]
    shown = [row for row in others if found.question.everybody or row.cells[0].stand not in QUIET]
    shown.sort(key=lambda row: (collated(row.who.person.name), row.who.person.id))
    return MachineView(
        head=heads_of(found, minimum, view)[0],
        can=tuple(_line(row, found, link, view) for row in able),
        cannot=tuple(_line(row, found, link, view) for row in shown),
        minimum=minimum,
    )


def _line(row: Row, found: Matrix, link: Link, view: Viewer) -> LineView:
    person, machine = row.who.person, found.asked.crowd.machines[0].equipment.id
    other = "mx_then_word" if found.question.known == TODAY else "mx_today_word"
    cell = cell_view(row.cells[0], row.others[0], (person.id, person.name, machine), other, link, view)
    head = view.texts["mx_cell"].format(who=visible(person.name), machine=visible(machine), word="")
    return LineView(person.id, visible(person.name), cell, cell.sentence.removeprefix(head))
