"""The reports that pages can show and export, by name: one maker each, which is handed what the address asks."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gate.core.report import Report
from gate.core.roles import Act
from gate.web.view import Viewer

Asked = Mapping[str, str]
"""The parameters of the address: everything that the page was asked, and nothing else."""


class BadQuestionError(Exception):
    """What was asked makes no sense; the text says what is wrong and what to do, in the language of the viewer."""


class ReportMaker(NamedTuple):
    """How a report is made from what was asked, and what it takes to see it."""

    make: Callable[[Asked, Viewer], Report]
    act: Act = Act.VIEW_RECORDS


_MAKERS: dict[str, ReportMaker] = {}


def add_report(name: str, make: Callable[[Asked, Viewer], Report], act: Act = Act.VIEW_RECORDS) -> None:
    """Let a report be shown and exported under this name; the modules of the pages do so when they are imported.

    Raises:
        ValueError: the name is taken.
    """
    if name in _MAKERS:
        raise ValueError(f"there is a report {name} already; give this one another name")
    _MAKERS[name] = ReportMaker(make, act)


def report_maker(name: str) -> ReportMaker | None:
    """Return the maker of a report, None where there is no such report."""
    return _MAKERS.get(name)


def report_names() -> tuple[str, ...]:
    """Return the names of all reports."""
    return tuple(sorted(_MAKERS))
