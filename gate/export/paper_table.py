"""Lay a report out for paper: which columns fit, how wide each is, and what is shortened."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gate.core.report import Column, ColumnKind, Report, Row
from gate.export.cells import shown
from gate.export.paper_glyphs import printable
from gate.export.paper_texts import paper_text

LONGEST_CELL = 400
"""Characters of one cell on paper; the attached CSV has the whole text."""

PORTRAIT, LANDSCAPE = 108, 158
"""Characters of the text size that a line of the paper holds, margins and gutters taken off."""

GUTTER = 2
WIDEST, NARROWEST = 60, 5
LONGEST_WORD = 24
"""A longer word may be broken, so that one fingerprint does not push a column off the paper."""

KEPT_SHARE = 0.6
"""Share of the line for columns of their own where not all of them fit; the others follow as one column of pairs."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BREAK = "\u200b"


@dataclass(frozen=True, slots=True)
class Layout:
    """A report ready to be set; a cell is a text, and the last one pairs of title and text where `paired`."""

    landscape: bool
    titles: tuple[str, ...]
    numbers: tuple[bool, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    details: tuple[tuple[tuple[str, str], ...], ...]
    """By row: what has no column of its own; empty where every column fits."""
    remarks: tuple[str, ...]


def laid_out(report: Report, zone: ZoneInfo) -> Layout:
    """Return the layout of a report that is small enough for paper."""
    texts = _Texts(report.language)
    rows = [texts.row(row, zone) for row in report.rows()]
    filled = [any(row[place] for row in rows) for place in range(len(report.columns))]
    if not rows:
        filled = [True] * len(report.columns)
    names = {column.name for column in report.columns}
    twins = [column.name.removesuffix("_utc") in names - {column.name} for column in report.columns]
    kept = [place for place, is_filled in enumerate(filled) if is_filled and not twins[place]]
    left_out = [column.title for column, is_filled in zip(report.columns, filled, strict=True) if not is_filled]
    columns = [report.columns[place] for place in kept]
    rows = [tuple(row[place] for place in kept) for row in rows]
    return _fitted(columns, rows, texts.remarks(left_out))


def _fitted(columns: list[Column], rows: list[tuple[str, ...]], remarks: tuple[str, ...]) -> Layout:
    natural, least = _needs(columns, rows)
    gutters = GUTTER * len(columns)
    landscape = sum(natural) + gutters > PORTRAIT
    room = LANDSCAPE if landscape else PORTRAIT
    own = len(columns) if sum(least) + gutters <= room else _own(least, int(room * KEPT_SHARE))
    titles = [printable(column.title) for column in columns]
    pairs = tuple(
        tuple((title, cell) for title, cell in zip(titles[own:], row[own:], strict=True) if cell) for row in rows
    )
    return Layout(
        landscape=landscape,
        titles=tuple(titles[:own]),
        numbers=tuple(column.kind in {ColumnKind.NUMBER, ColumnKind.SEQ} for column in columns[:own]),
        widths=_widths(columns[:own], natural[:own], least[:own], room, is_whole=own == len(columns)),
        rows=tuple(row[:own] for row in rows),
        details=pairs if own < len(columns) else (),
        remarks=remarks,
    )


def _needs(columns: list[Column], rows: list[tuple[str, ...]]) -> tuple[list[int], list[int]]:
    """Return for each column how wide it would like to be, and how narrow it can be."""
    natural, least = [], []
    for place, column in enumerate(columns):
        cells = [column.title, *(row[place] for row in rows)]
        words = [min(len(word), LONGEST_WORD) for cell in cells for word in re.split(f"[ {_BREAK}]", cell)]
        least.append(max(NARROWEST, *words))
        natural.append(max(least[-1], min(WIDEST, _usual([len(cell.replace(_BREAK, "")) for cell in cells]))))
    return natural, least


def _usual(lengths: list[int]) -> int:
    """Return the length that nine cells of ten do not exceed: one long text must not starve the other columns."""
    return sorted(lengths)[(len(lengths) - 1) * 9 // 10]


def _own(least: list[int], room: int) -> int:
    """Return how many columns, from the first, get a place of their own."""
    used = 0
    for place, width in enumerate(least):
        used += width + GUTTER
        if used > room:
            return max(1, place)
    return len(least)


def _widths(
    columns: list[Column], natural: list[int], least: list[int], room: int, *, is_whole: bool
) -> tuple[int, ...]:
    """Share the line: everybody gets what is needed, those who would like more share the rest, then running text."""
    gutters = [GUTTER] * len(least)
    if not is_whole:
        return (*map(sum, zip(least, gutters, strict=True)), room - sum(least) - sum(gutters))
    spare = room - sum(gutters) - sum(least)
    wishes = [wish - need for wish, need in zip(natural, least, strict=True)]
    if sum(wishes) > spare:
        return tuple(need + GUTTER + spare * wish // sum(wishes) for need, wish in zip(least, wishes, strict=True))
    words = [column.kind is ColumnKind.TEXT for column in columns]
    left = (spare - sum(wishes)) // max(1, sum(words))
    return tuple(wish + GUTTER + (left if is_words else 0) for wish, is_words in zip(natural, words, strict=True))


class _Texts:
    """Makes cells for paper, and remembers what had to be shortened or escaped."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.cut = self.escaped = False

    def row(self, row: Row, zone: ZoneInfo) -> tuple[str, ...]:
        return tuple(self._cell(shown(cell, zone)) for cell in row)

    def _cell(self, text: str) -> str:
        if _DIGEST.fullmatch(text):
            self.cut = True
            return f"{text[:8]}…{text[-8:]}"
        if len(text) > LONGEST_CELL:
            self.cut = True
            text = text[:LONGEST_CELL] + paper_text("more", self.language).format(n=len(text))
        found = printable(text)
        self.escaped = self.escaped or found != text
        return breakable(found)

    def remarks(self, left_out: Iterable[str]) -> tuple[str, ...]:
        names = ", ".join(left_out)
        found = [paper_text("empty_columns", self.language).format(names=names)] if names else []
        found += [paper_text("cut", self.language)] if self.cut else []
        found += [paper_text("escaped", self.language)] if self.escaped else []
        return tuple(printable(text) for text in found)


def breakable(text: str) -> str:
    """Return the text with places to break in every word that is too long for a column."""
    if len(text) <= LONGEST_WORD:
        return text
    return " ".join(_broken(word) if len(word) > LONGEST_WORD else word for word in text.split(" "))


def _broken(word: str) -> str:
    parts = re.findall(rf".{{1,{LONGEST_WORD // 2}}}", word)
    return _BREAK.join(parts)
