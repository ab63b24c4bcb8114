"""Exports that call everybody by their person number: whether this is one, and what of it no query can hide."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context

from gate.core.number_for_name import known_names, names_somebody, number_for_name
from gate.core.report import Cell, ColumnKind, Report, Row
from gate.store.schema import accounts, people
from gate.web.formats import visible

TYPED = ("person", "trainer", "q")
"""Parameters of an address in which people are searched by a part of their name."""


def by_number() -> bool:
    """Return whether what is asked for now is an export without names."""
    return has_app_context() and bool(g.get("by_number"))


def ask_by_number(*, wanted: bool = True) -> None:
    """Let everything that is asked for from here on in this context be without names."""
    g.by_number = wanted


def signer_of(signature: Mapping[str, Any]) -> str:
    """Return who signed: the printed name, in an export without names the person number."""
    return str(signature.get("person" if by_number() else "name", ""))


def account_of(signature: Mapping[str, Any]) -> str:
    """Return the account that signed; a login is made of a name often, so an export without names has none."""
    return signer_of(signature) if by_number() else str(signature.get("account", ""))


def names_known(engine: sa.Engine) -> Mapping[str, str]:
    """Return every name that ever was on record with the number of whoever bears it; `engine` knows the names."""
    wanted = (sa.select(people.c.name, people.c.id), sa.select(accounts.c.name, accounts.c.person_id))
    with engine.connect() as connection:
        return known_names((name, number) for one in wanted for name, number in connection.execute(one.distinct()))


def holds_a_name(asked: Mapping[str, str], names: Mapping[str, str]) -> bool:
    """Return whether what an address asks for holds the name of somebody, so that the file would hold it too."""
    numbers = {number.casefold() for number in names.values()}
    for key in TYPED:
        text = asked.get(key, "").strip()
        is_part = key != "q" and any(text.casefold() in name.casefold() for name in names)
        if text and text.casefold() not in numbers and (is_part or names_somebody(text, names)):
            return True
    return False


def numbered(report: Report, names: Mapping[str, str]) -> Report:
    """Return the report with numbers also where names stand in the texts of its records and of its own head."""
    text = number_for_name({form: number for name, number in names.items() for form in _forms(name)})
    places = [place for place, column in enumerate(report.columns) if column.kind is ColumnKind.TEXT]

    def rows() -> Iterator[Row]:
        for row in report.rows():
            yield _row(row, places, text)

    return replace(
        report,
        title=text(report.title),
        filters=tuple((label, text(value)) for label, value in report.filters),
        rows=rows,
        notes=tuple(text(note) for note in report.notes),
        signatures=tuple(text(one) for one in report.signatures),
    )


def _row(row: Row, places: list[int], text: Callable[[str], str]) -> Row:
    cells: list[Cell] = list(row)
    for place in places:
        cell = cells[place]
        if isinstance(cell, str):
            cells[place] = text(cell)
    return tuple(cells)


def _forms(name: str) -> set[str]:
    """Return a name as it is, as pages show it, and as it stands in JSON."""
    return {name, visible(name), json.dumps(name, ensure_ascii=False)[1:-1]}
