"""Who can run what as words and looks: headings, cells, the head-count, ready for a template."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gate.core.matrix import COUNTED, Cell, Machine, Stand, against_everybody
from gate.web.formats import visible
from gate.web.matrix_question import TODAY
from gate.web.matrix_reading import QUIET, Matrix, Row, differs
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer

PEOPLE_A_PAGE = 100
SOON_DAYS, NEAR_DAYS = 90, 30
"""Within these the number of days is shown, and within the second with an edge."""

LOOKS = {
    Stand.CERTIFIED: ("c-ok", "check"),
    Stand.GRACE: ("c-30", "clock"),
    Stand.OVERRIDE: ("c-ov", "over"),
    Stand.HELD: ("c-hold", "hold"),
    Stand.LAPSED: ("c-x", "cross"),
    Stand.BARRED: ("c-bar", "bar"),
    Stand.NOT_YET: ("c-wait", "clock"),
    Stand.NOT_TRAINED: ("c-none", ""),
    Stand.UNSET: ("c-unset", "unset"),
}
"""How somebody stands -> style and drawing."""

REASONED = frozenset({Stand.LAPSED, Stand.BARRED, Stand.HELD, Stand.NOT_YET})
RUNS = frozenset({Stand.CERTIFIED, Stand.GRACE, Stand.OVERRIDE})
"""Who would be allowed."""

Link = Callable[[str, str], str]
"""Person id and equipment id -> the address of the page behind the cell."""


class CellView(NamedTuple):
    """One cell: where it leads, how it looks, and the whole sentence."""

    href: str
    look: str
    icon: str
    text: str
    sentence: str
    late: bool
    """Whether the other knowledge says another word; the sentence tells it."""


@dataclass(frozen=True, slots=True)
class HeadView:
    """The heading of one machine, with what stops it for everybody and its head-count."""

    id: str
    name: str
    kind: str
    against: tuple[str, ...]
    count: str
    short: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One person."""

    id: str
    name: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class MatrixView:
    """The table, one page of people; counts are of all of them."""

    heads: tuple[HeadView, ...]
    rows: tuple[RowView, ...]
    first: int
    last: int
    count: int
    hidden: int
    """People left out because they have no training here."""
    next_after: str
    looks: frozenset[str]
    """The styles that appear, for the legend."""
    any_late: bool
    any_short: bool


def matrix_view(found: Matrix, minimum: int, link: Link, view: Viewer) -> MatrixView:
    """Show the answer; `minimum` is how many certified people this site asks for at a machine, 0 for no limit."""
    there = [row for row in found.rows if found.question.everybody or _has_part(row)]
    there.sort(key=lambda row: (collated(row.who.person.name), row.who.person.id))
    start = _start(there, found.question.after)
    page = there[start : start + PEOPLE_A_PAGE]
    rows = tuple(_row(row, found, link, view) for row in page)
    heads = heads_of(found, minimum, view)
    more = start + len(page) < len(there)
    return MatrixView(
        heads=heads,
        rows=rows,
        first=start + 1 if page else 0,
        last=start + len(page),
        count=len(there),
        hidden=len(found.rows) - len(there),
        next_after=page[-1].who.person.id if page and more else "",
        looks=frozenset(cell.look for row in rows for cell in row.cells),
        any_late=any(cell.late for row in rows for cell in row.cells),
        any_short=any(head.short for head in heads),
    )


def collated(name: str) -> str:
    """Return a name as dictionaries sort it: Élise beside Elise."""
    return "".join(char for char in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(char))


def beside(id_: str, name: str) -> str:
    """Return what a name says besides the id that stands next to it."""
    return " ".join(name.replace(id_, " ").split())


def _has_part(row: Row) -> bool:
    return any(cell.stand not in QUIET for cell in (*row.cells, *row.others))


def _start(rows: list[Row], after: str) -> int:
    """Return the place behind a person; of somebody who is not in it, the beginning."""
    return next((number for number, row in enumerate(rows, 1) if row.who.person.id == after), 0) if after else 0


def heads_of(found: Matrix, minimum: int, view: Viewer) -> tuple[HeadView, ...]:
    """Return the headings, with the head-count of everybody, shown or not."""
    counts = head_count(found.rows, len(found.asked.crowd.machines))
    return tuple(
        _head(machine, found, count, minimum, view)
        for machine, count in zip(found.asked.crowd.machines, counts, strict=True)
    )


def head_count(rows: Iterable[Row], machines: int) -> list[int]:
    """Return how many people are certified at each machine."""
    counts = [0] * machines
    for row in rows:
        for number, cell in enumerate(row.cells):
            counts[number] += cell.stand in COUNTED
    return counts


def _head(machine: Machine, found: Matrix, count: int, minimum: int, view: Viewer) -> HeadView:
    equipment = machine.equipment
    short = count < minimum
    name = found.names.machine_names.get(equipment.id, equipment.id)
    return HeadView(
        id=equipment.id,
        name=visible(name),
        kind=visible(found.names.class_names.get(equipment.class_id, name)),
        against=tuple(reason_text(code, view.language) for code in against_everybody(found.asked, machine)),
        count=view.texts["mx_n_of_m"].format(n=count, m=minimum) if short else str(count),
        short=short,
    )


def _row(row: Row, found: Matrix, link: Link, view: Viewer) -> RowView:
    person = row.who.person
    machines = [machine.equipment.id for machine in found.asked.crowd.machines]
    other = "mx_then_word" if found.question.known == TODAY else "mx_today_word"
    cells = tuple(
        cell_view(cell, there, (person.id, person.name, machine), other, link, view)
        for cell, there, machine in zip(row.cells, row.others, machines, strict=True)
    )
    return RowView(person.id, visible(person.name), cells)


def cell_view(cell: Cell, there: Cell, of: tuple[str, str, str], other: str, link: Link, view: Viewer) -> CellView:
    """Show one cell; `of` is person, name and machine, `other` the key of how the other knowledge is told."""
    person, name, machine = of
    look, icon, text = look_of(cell, view)
    word, late = sentence_of(cell, view), differs(cell, there)
    if late:
        word = f"{word}; {view.texts[other].format(word=sentence_of(there, view))}"
    told = view.texts["mx_cell"].format(who=visible(name), machine=visible(machine), word=word)
    return CellView(link(person, machine), look, icon, text, told, late)


def look_of(cell: Cell, view: Viewer) -> tuple[str, str, str]:
    """Return style, drawing and text of a cell; certified with few days left, the number takes the drawing's place."""
    look, icon = LOOKS[cell.stand]
    if cell.stand is Stand.CERTIFIED and cell.days is not None and cell.days <= SOON_DAYS:
        return ("c-30" if cell.days <= NEAR_DAYS else "c-90"), "", view.texts["mx_days"].format(n=cell.days)
    return look, icon, "" if icon else "–"


def sentence_of(cell: Cell, view: Viewer) -> str:
    """Return the state in words with its days or reasons."""
    if cell.stand is Stand.OVERRIDE and cell.until_at is not None:
        return view.texts["mx_override_until"].format(time=f"{cell.until_at.astimezone(view.zone):%Y-%m-%d %H:%M}")
    word = view.texts[f"mx_{cell.stand.value}"]
    if cell.stand in RUNS and cell.days is not None:
        return f"{word}, {days_left(cell.days, view)}"
    if cell.stand in REASONED:
        return f"{word} ({'; '.join(reason_text(code, view.language) for code in cell.reasons)})"
    return word


def days_left(days: int, view: Viewer) -> str:
    """Return how many days are left, 0 being the last one."""
    if days == 0:
        return view.texts["mx_last_day"]
    return view.texts["mx_one_day_left"] if days == 1 else view.texts["mx_days_left"].format(n=days)
