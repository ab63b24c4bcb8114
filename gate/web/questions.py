"""The standard questions of an inspection in one table: each is one page, one report, and some filters (H9)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from gate.core.report import Report
from gate.core.roles import Act
from gate.web.report_makers import Asked, add_report
from gate.web.view import Viewer

FieldKind = Literal["text", "machine", "instant", "choice", "flag"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a question: the parameter of the address, the key of its label, and how it is typed."""

    name: str
    label: str
    kind: FieldKind = "text"
    hint: str = ""
    choices: Callable[[Viewer], Sequence[tuple[str, str]]] | None = None
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `name` is that of its report and its address; the texts are `in_q_NAME` and `in_q_NAME_lede`."""

    name: str
    filters: tuple[Filter, ...]
    make: Callable[[Asked, Viewer], Report]
    act: Act = Act.EXPORT_RECORDS
    paged_by: str = ""
    """The column whose last value leads to the next page; empty: all rows are shown up to the most."""
    own_page: str = ""
    """The endpoint of a page of its own, where the common one is not enough."""
    recorded: bool = False
    """Whether each opening by somebody is recorded (DESIGN 19: pages about one person)."""


_QUESTIONS: dict[str, Question] = {}

MACHINE = Filter("equipment", "lo_machine", "machine")
PERSON = Filter("person", "in_person", hint="in_person_hint")
FROM = Filter("from", "in_from", "instant")
TO = Filter("to", "in_to", "instant")
SPAN = (FROM, TO)


def add_question(question: Question) -> None:
    """Let a question be asked on its page and exported as a report; the modules of the questions do so."""
    add_report(question.name, question.make, question.act)
    _QUESTIONS[question.name] = question


def question(name: str) -> Question | None:
    """Return a question by its name."""
    return _QUESTIONS.get(name)


def questions() -> tuple[Question, ...]:
    """Return every question, in the order of the modules."""
    return tuple(_QUESTIONS.values())
