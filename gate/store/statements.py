"""Core statements compiled once and run on a bare cursor: the badge path builds no statement and checks out no pool."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa


class Statement:
    """One compiled statement; `run` takes a value for each of its named parameters."""

    __slots__ = ("_fixed", "_names", "sql")

    def __init__(self, statement: sa.sql.ClauseElement, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._names = tuple(getattr(compiled, "positiontup", None) or ())
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    def run(self, cursor: Any, values: Mapping[str, Any]) -> Any:
        """Execute on a DBAPI cursor and return it.

        Raises:
            KeyError: a parameter has no value.
        """
        fixed = self._fixed
        return cursor.execute(self.sql, [values[name] if name in values else fixed[name] for name in self._names])


def known_at(table: sa.Table, seq: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Return the condition that a row was known as of the entry `seq`."""
    return sa.and_(table.c.known_from <= seq, sa.or_(table.c.known_to.is_(None), table.c.known_to > seq))
