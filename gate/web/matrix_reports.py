"""The report `matrix`: who can run what, one row for each person, machine and operation somebody has a part in (H9)."""

from collections.abc import Iterator

from gate.core.matrix import who_can_run
from gate.core.report import Column, ColumnKind, Report, Row
from gate.core.terms import Operation
from gate.web.formats import visible
from gate.web.matrix_lot import at_start_of_lot
from gate.web.matrix_question import TODAY, Question, question_of
from gate.web.matrix_reading import QUIET, Matrix, read_matrix
from gate.web.matrix_view import collated, head_count, sentence_of
from gate.web.pages import site
from gate.web.report_makers import Asked, BadQuestionError, add_report
from gate.web.training_area import operation_word, when
from gate.web.view import Viewer

COLUMNS = (
    ("person", ColumnKind.ID),
    ("name", ColumnKind.TEXT),
    ("equipment", ColumnKind.ID),
    ("operation", ColumnKind.TEXT),
    ("state", ColumnKind.TEXT),
    ("meaning", ColumnKind.TEXT),
    ("valid_until", ColumnKind.INSTANT),
    ("days_left", ColumnKind.NUMBER),
    ("reasons", ColumnKind.TEXT),
    ("override", ColumnKind.ID),
)


def matrix_report(asked: Asked, viewer: Viewer) -> Report:
    """Return who can run what, as the page answers it, for every operation with requirements.

    Raises:
        BadQuestionError: an instant, an operation or a lot that makes no sense.
    """
    question = at_start_of_lot(question_of(asked, site().clock.read().at, site().settings.zone), site())
    for key in question.problems.values():
        raise BadQuestionError(viewer.texts[key])
    found = read_matrix(site().records.engine(), site().settings, question)
    texts = viewer.texts
    return Report(
        name="matrix",
        title=texts["matrix"],
        language=viewer.language,
        filters=_filters(found.question, viewer),
        columns=tuple(Column(name, texts[f"mx_c_{name}"], kind) for name, kind in COLUMNS),
        rows=lambda: _rows(found, viewer),
        total=sum(1 for _ in _rows(found, viewer)),
        head_seq=found.head_seq,
        notes=_notes(found, viewer),
        entries=(found.acts_seq,) if found.acts_seq else (),
    )


def _filters(question: Question, view: Viewer) -> tuple[tuple[str, str], ...]:
    texts = view.texts
    asked = [
        (texts["mx_as_of"], when(question.at).text),
        (texts["mx_which"], texts["mx_known_today" if question.known == TODAY else "mx_known_then"]),
        (texts["mx_lot"], question.lot),
        (texts["mx_area"], question.area),
        (texts["mx_machine"], question.machine),
        (texts["mx_operation"], operation_word(question.operation.value, view) if question.operation else ""),
    ]
    return tuple((label, visible(value)) for label, value in asked if value)


def _notes(found: Matrix, view: Viewer) -> tuple[str, ...]:
    minimum = site().settings.training.minimum_certified
    machines = found.asked.crowd.machines
    counts = zip(machines, head_count(found.rows, len(machines)), strict=True)
    short = [f"{machine.equipment.id} ({count})" for machine, count in counts if count < minimum]
    known = view.texts["mx_n_known"].format(seq=found.head_seq if found.question.known == TODAY else found.acts_seq)
    below = view.texts["mx_n_below"].format(m=minimum, ids=visible(", ".join(short)))
    return (known, below) if short else (known,)


def _rows(found: Matrix, view: Viewer) -> Iterator[Row]:
    """Yield the rows person by person; each is judged when it is asked for."""
    crowd = found.asked.crowd
    people = sorted(crowd.people, key=lambda one: (collated(one.person.name), one.person.id))
    operations = [found.question.operation] if found.question.operation else list(Operation)
    demanded = {op for sets in crowd.class_sets.values() for op in sets}
    for somebody in people:
        only = found.asked._replace(crowd=crowd._replace(people=(somebody,)))
        for operation in (one for one in operations if one in demanded):
            ((_, cells),) = who_can_run(only._replace(operation=operation))
            for machine, cell in zip(crowd.machines, cells, strict=True):
                there = operation in crowd.class_sets.get(machine.equipment.class_id, {})
                if there and (found.question.everybody or cell.stand not in QUIET):
                    yield (
                        somebody.person.id,
                        visible(somebody.person.name),
                        machine.equipment.id,
                        operation.value,
                        cell.stand.value,
                        sentence_of(cell, view),
                        cell.until_at,
                        cell.days,
                        " ".join(cell.reasons) or None,
                        cell.override_id or None,
                    )


add_report("matrix", matrix_report)
