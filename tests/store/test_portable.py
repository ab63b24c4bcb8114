"""Nothing outside database.py and triggers.py says what only one database understands (another may come)."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

import gate.store
from gate.core.terms import Mode, Operation
from gate.store import registry, trail_reading
from gate.store.database import open_database
from gate.store.facts import FactReader
from gate.store.person_queries import training_records_of
from gate.store.reader_state import note_unknown_badge, set_reader_state
from gate.store.schema import metadata
from gate.store.verify import verify
from tests.scenarios.plant import P1, plant
from tests.store.open_records import NOON, TORONTO, Records

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
STATEMENTS = sa.sql.expression.Executable


def kept_in_modules() -> dict[str, sa.sql.ClauseElement]:
    """Every statement that stands at the top of a module of the store."""
    found: dict[str, sa.sql.ClauseElement] = {}
    for module_info in pkgutil.iter_modules(gate.store.__path__):
        module = importlib.import_module(f"gate.store.{module_info.name}")
        for name, value in vars(module).items():
            if isinstance(value, STATEMENTS) and isinstance(value, sa.sql.ClauseElement):
                found[f"{module_info.name}.{name}"] = value
    return found


def compiled(statement: sa.sql.ClauseElement) -> str:
    return str(statement.compile(dialect=DIALECT))


@pytest.mark.parametrize("name", sorted(kept_in_modules()))
def test_a_prepared_statement_can_be_said_to_postgresql(name: str) -> None:
    """The badge path's statements are the ones nobody wants to rewrite."""
    said = compiled(kept_in_modules()[name])
    assert said.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert "?" not in said


def test_the_walk_finds_the_statements_of_the_badge_path() -> None:
    """A walk that finds nothing would pass for ever."""
    assert {"person_queries.BADGE_BY_NUMBER", "uses._ADD", "audit_trail._UPDATE_HEAD", "equipment_facts._SETS"} <= set(
        kept_in_modules()
    )


@pytest.fixture
def executed(records: Records) -> Iterator[list[sa.sql.ClauseElement]]:
    """Every Core statement that the store builds when it is used, not when it is imported."""
    found: list[sa.sql.ClauseElement] = []
    engine = open_database(records.path, read_only=True)
    event.listen(engine, "before_execute", lambda _c, statement, *_: found.append(statement))
    records.load(plant())
    verify(engine, full=True)
    trail_reading.entries(engine, after_seq=0, limit=10)
    trail_reading.reader_rows(engine)
    trail_reading.last_entry_at(engine)
    trail_reading.last_trusted_reading(engine)
    trail_reading.head_seq(engine)
    engine.dispose()
    trail = records.trail
    trail.begin()
    FactReader(trail, TORONTO).facts(P1, "TP-01", Operation.USE)
    registry.set_mode(trail, "TP-01", Mode.OFF, 1)
    set_reader_state(trail, "R1", "online", "", NOON)
    note_unknown_badge(trail, "unknown:1", "txt:1")
    trail.rollback()
    yield [*found, *trail._compiled, *registry._STATEMENTS.values(), training_records_of(3)]


def test_what_is_built_while_running_can_be_said_to_postgresql_too(executed: list[sa.sql.ClauseElement]) -> None:
    """Statements made from a table at hand are as much part of the store as the prepared ones."""
    statements = [statement for statement in executed if isinstance(statement, sa.sql.ClauseElement)]
    assert len(statements) > 40
    for statement in statements:
        assert not isinstance(statement, sa.TextClause), f"plain SQL: {statement}"
        assert compiled(statement)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_a_table_can_be_made_in_postgresql(table: sa.Table) -> None:
    """Types and partial indexes too."""
    said = compiled(CreateTable(table))
    assert "STRICT" not in said
    for index in table.indexes:
        assert ("WHERE" in compiled(CreateIndex(index))) == bool(index.dialect_options["sqlite"]["where"] is not None)


def test_no_module_but_two_knows_which_database_it_is() -> None:
    """A dialect imported anywhere else is where the next special case grows."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in Path(gate.store.__path__[0]).glob("*.py")}
    knowing = {name for name, text in sources.items() if "sqlcipher3" in text or "sqlalchemy.dialects" in text}
    assert knowing == {"database.py", "database_files.py"}
