"""A report as a plain value: its question, its columns and its rows, before any page or file format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Cell = str | int | datetime | None
"""Text, a whole number, an aware instant, or nothing."""

Row = tuple[Cell, ...]


class ColumnKind(StrEnum):
    """How the cells of a column are written."""

    TEXT = "text"
    ID = "id"
    NUMBER = "number"
    SEQ = "seq"
    INSTANT = "instant"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `name` is stable for machines, `title` is for people in the language of the report."""

    name: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class Report:
    """What was asked and the answer; `rows` makes the rows anew each time it is called and never holds all of them."""

    name: str
    """The stable name of the question, such as `access_log`."""
    title: str
    language: str
    filters: tuple[tuple[str, str], ...]
    """What was asked, each as a label and a value for people."""
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]
    total: int
    """How many rows there are; counted, not estimated."""
    head_seq: int
    """The last entry of the trail when it was asked: what came later is not in it."""
    notes: tuple[str, ...] = ()
    """Findings and limits in whole sentences, shown over the rows."""
    signatures: tuple[str, ...] = ()
    """Signature manifestations that belong to it, each as one line of text (21 CFR 11.50)."""
    entries: tuple[int, ...] | None = None
    """The numbers of the entries it rests on, where they are few and known; None: those of the seq column."""
