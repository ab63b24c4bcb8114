"""The schema: what the migrations make is what the program expects, and nothing else is opened."""

from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlcipher3.dbapi2 as sqlite
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gate.store.account_schema import web_sessions
from gate.store.database import (
    LEAST_SQLITE,
    DatabaseRefusedError,
    check_sqlite_version,
    create_database,
    open_database,
)
from gate.store.facts import FactReader
from gate.store.floor_schema import EVERY_KNOWN_TABLE, FLOOR_TABLES
from gate.store.log_schema import LOG_TABLES
from gate.store.lots_schema import LOT_TABLES, attachment_parts, attachments
from gate.store.migrating import alembic_config
from gate.store.review_schema import REVIEW_TABLES
from gate.store.revision import REVISIONS, wanted_revision
from gate.store.risk_schema import RISK_TABLES
from gate.store.seal_schema import checkpoints, cosignatures, seal_keys
from gate.store.segments import SEGMENT_TABLES
from tests.scenarios.plant import P2, plant
from tests.store.make_fixture import FIXTURES, dump
from tests.store.open_records import TORONTO, Records, run_sql, sql

metadata = web_sessions.metadata
ONCE = ("equipment_uses", "use_members", "batches")
QUALITY_TABLES = (
    *LOT_TABLES,
    *LOG_TABLES,
    *REVIEW_TABLES,
    *RISK_TABLES,
    *SEGMENT_TABLES,
)
KNOWN_NAMES = tuple(table.name for table in (*EVERY_KNOWN_TABLE, *QUALITY_TABLES))
SEALS = (checkpoints.name, seal_keys.name, cosignatures.name)
FROZEN = ("audit_trail", attachments.name, attachment_parts.name, *SEALS)
RECORD_TABLES = (*FROZEN, *KNOWN_NAMES, *ONCE)


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def test_the_migrations_make_exactly_the_schema(records: Records) -> None:
    """A column in one and not in the other is found here, not at three in the morning."""
    engine = open_database(records.path)
    assert differences(engine) == []
    engine.dispose()


def test_a_missing_index_is_seen_as_drift(records: Records) -> None:
    """A comparison that overlooks indexes would let the badge path become slow unseen."""
    run_sql(records.path, "DROP INDEX ix_badges_number")
    engine = open_database(records.path)
    assert "ix_badges_number" in str(differences(engine))
    engine.dispose()


def test_partial_indexes_cover_the_same_rows(records: Records) -> None:
    """alembic does not compare the WHERE of an index, so it is compared here."""
    said = {
        name: text for name, text in records.rows("SELECT name, sql FROM sqlite_master WHERE type = 'index'") if text
    }
    wanted = {
        str(index.name): index.dialect_options["sqlite"]["where"]
        for table in metadata.sorted_tables
        for index in table.indexes
    }
    assert said.keys() == wanted.keys()
    for name, where in wanted.items():
        assert said[name].partition(" WHERE ")[2] == (str(where) if where is not None else ""), name


def test_every_table_is_strict(records: Records) -> None:
    """Without it SQLite would store text in a number column and say nothing."""
    loose = records.rows(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'"
    )
    assert loose == [("alembic_version",)]


def test_creating_twice_changes_nothing(records: Records) -> None:
    """`gate init` is what somebody in doubt types."""
    records.load(plant())
    records.trail.close()
    before = dump(records.path)
    create_database(records.path, gate_id="gate-1")
    assert dump(records.path) == before
    assert records.rows("SELECT gate_id FROM gate_identity") == [("gate-1",)]


@pytest.mark.parametrize("folder", ["plain", "100% sure?", "a#b"])
def test_records_can_lie_in_any_folder(tmp_path: Path, folder: str) -> None:
    """A sign in the path must not make SQLite open another file."""
    path = tmp_path / folder / "deep" / "gate.db"
    create_database(path, gate_id="gate-1")
    open_database(path, read_only=True).dispose()
    assert path.stat().st_size > 0
    assert [found.name for found in tmp_path.iterdir()] == [folder]


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    """A typing error in the path must not become an empty history."""
    with pytest.raises(DatabaseRefusedError, match="no records here yet"):
        open_database(tmp_path / "gate.db")
    assert not (tmp_path / "gate.db").exists()


def test_an_empty_file_is_refused_and_can_be_made(tmp_path: Path) -> None:
    """What a disk that filled up during the first start leaves behind."""
    (tmp_path / "gate.db").touch()
    with pytest.raises(DatabaseRefusedError, match=r"is empty\. Keep it, call QA"):
        open_database(tmp_path / "gate.db")
    create_database(tmp_path / "gate.db", gate_id="gate-1")
    open_database(tmp_path / "gate.db").dispose()


def test_a_newer_schema_is_refused_by_name_and_untouched(records: Records) -> None:
    """An older program on newer records could lose what it does not know."""
    records.trail.close()
    run_sql(records.path, "UPDATE alembic_version SET version_num = '9999'")
    before = dump(records.path)
    for act in (lambda: open_database(records.path), lambda: create_database(records.path, gate_id="gate-1")):
        with pytest.raises(DatabaseRefusedError, match="its schema 9999 is newer than this program, which knows up to"):
            act()
    assert dump(records.path) == before


def test_records_of_another_gate_are_refused_by_name(records: Records) -> None:
    """Two gates' entries in one chain would belong to neither."""
    with pytest.raises(DatabaseRefusedError, match="records of gate gate-1, not gate-2"):
        create_database(records.path, gate_id="gate-2")
    assert records.rows("SELECT gate_id FROM gate_identity") == [("gate-1",)]


def test_a_sqlite_that_can_lose_records_is_refused_by_name() -> None:
    """The library of the operating system is the usual wrong one."""
    with pytest.raises(DatabaseRefusedError, match=r"SQLite 3\.40\.1 .* 3\.51\.3 or later"):
        check_sqlite_version((3, 40, 1))
    check_sqlite_version(LEAST_SQLITE)
    check_sqlite_version()


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """The file may be a picture."""
    (tmp_path / "gate.db").write_bytes(b"GIF89a" * 2000)
    with pytest.raises(DatabaseRefusedError, match="no database of ours or its key is wrong"):
        open_database(tmp_path / "gate.db")
    with pytest.raises(DatabaseRefusedError, match="no database of ours or its key is wrong"):
        create_database(tmp_path / "gate.db", gate_id="gate-1")


@pytest.mark.parametrize("key", [None, "other", "it's"])
def test_encrypted_records_open_with_their_key_alone(tmp_path: Path, key: str | None) -> None:
    """A stolen disk must not tell who may run what."""
    path = tmp_path / "gate.db"
    create_database(path, key="it's a secret", gate_id="gate-1")
    assert b"SQLite format 3" not in path.read_bytes()
    open_database(path, key="it's a secret").dispose()
    with pytest.raises(DatabaseRefusedError, match="its key is wrong"):
        open_database(path, key=key)
    with pytest.raises(DatabaseRefusedError, match="its key is wrong"):
        create_database(path, key=key, gate_id="gate-1")


def test_reading_only_is_enforced_by_the_database(records: Records) -> None:
    """The pages and the verification must not be able to write, whatever is wrong in them."""
    engine = open_database(records.path, read_only=True)
    with engine.connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM reader_status")
    engine.dispose()


ENTRIES = {"schema_0001": 6, "schema_0002": 7, "schema_0003": 7, "schema_0004": 7}
"""Kept records -> entries in them."""


@pytest.mark.parametrize("schema", sorted(path.stem for path in FIXTURES.glob("schema_*.sql")))
def test_records_of_an_earlier_release_open_and_verify(tmp_path: Path, schema: str) -> None:
    """Ten years of records outlive every program that wrote them."""
    records = _restored(tmp_path, schema)
    found = records.verify()
    assert (found.sound, found.checked) == (True, ENTRIES[schema])
    records.trail.begin()
    facts = FactReader(records.trail, TORONTO)
    now, then = facts.facts(P2, "TP-01", None), facts.facts(P2, "TP-01", None, known=1)
    records.trail.rollback()
    assert now.person is not None
    assert then.person is not None
    assert (then.person.name, now.person.name) == ("Bo Deux", "Bo Trois")
    assert records.append() == ENTRIES[schema] + 1
    assert records.verify().sound
    records.close()


def _restored(folder: Path, schema: str) -> Records:
    connection = sqlite.connect(str(folder / "gate.db"))
    connection.executescript((FIXTURES / f"{schema}.sql").read_text(encoding="utf-8"))
    connection.close()
    return Records(folder)


def test_the_revisions_that_the_program_knows_are_those_of_its_migrations() -> None:
    """A start asks the list, not the migrations; a list that forgets one would refuse every gate after an upgrade."""
    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == REVISIONS


def test_every_schema_has_its_records_kept() -> None:
    """The release that adds a schema adds its fixture."""
    assert (FIXTURES / f"schema_{wanted_revision()}.sql").exists()


def test_the_kept_records_have_a_row_in_the_tables_that_matter(tmp_path: Path) -> None:
    """A fixture of empty tables would open for ever."""
    records = _restored(tmp_path, f"schema_{wanted_revision()}")
    empty = {table for table in metadata.tables if records.rows(sql("SELECT count(*) FROM", table)) == [(0,)]}
    assert empty == {
        *("batches", "holds", "overrides", "reader_requests", "suspensions"),
        *("login_failures", "setup_codes", "web_sessions"),
        *("account_pins", "alerts", "alert_deliveries", *(table.name for table in (*FLOOR_TABLES, *QUALITY_TABLES))),
        *(*FROZEN[1:], "witnesses", "hash_tiles"),
    }
    records.close()


def _fill(records: Records, table: str) -> None:
    """Put one row into a table, every value NULL that may be."""
    columns = [column for column in metadata.tables[table].columns if not column.nullable]
    values = ["x''" if isinstance(column.type, sa.LargeBinary) else "1" for column in columns]
    names = ", ".join(f'"{column.name}"' for column in columns)
    run_sql(records.path, sql("INSERT INTO", table, f"({names})", f"VALUES ({', '.join(values)})"))


@pytest.mark.req("E3")
@pytest.mark.parametrize("table", RECORD_TABLES)
def test_the_database_refuses_to_forget(records: Records, table: str) -> None:
    """Whatever program asks, and however: a delete, or an insert that replaces."""
    _fill(records, table)
    before = records.rows(sql("SELECT * FROM", table))
    for statement, words in (
        (sql("DELETE FROM", table), "delete is refused"),
        (sql("INSERT OR REPLACE INTO", table, "SELECT * FROM", table), "replace is refused"),
    ):
        with pytest.raises(sa.exc.IntegrityError, match=f"{table}: {words}, history only grows"):
            run_sql(records.path, statement)
    assert records.rows(sql("SELECT * FROM", table)) == before


EVERY_COLUMN = [(table, column.name) for table in RECORD_TABLES for column in metadata.tables[table].columns]
CLOSING = {
    *((table, "known_to") for table in KNOWN_NAMES),
    ("equipment_uses", "ended_seq"),
    *(("use_members", column) for column in ("dropped_seq", "dropped_cause", "left_seq", "answered")),
    ("batches", "published_seq"),
}


@pytest.mark.req("E3")
@pytest.mark.parametrize("table", RECORD_TABLES)
def test_the_database_refuses_to_rewrite_any_column(records: Records, table: str) -> None:
    """A corrected value is a new row; the old one stays to be seen."""
    _fill(records, table)
    for name in [name for found, name in EVERY_COLUMN if found == table and (found, name) not in CLOSING]:
        value = "x'00'" if isinstance(metadata.tables[table].c[name].type, sa.LargeBinary) else "7"
        with pytest.raises(sa.exc.IntegrityError, match=f"{table}: update is refused"):
            run_sql(records.path, sql("UPDATE", table, f'SET "{name}" = {value}'))


@pytest.mark.req("E3", "I6")
@pytest.mark.parametrize(("table", "column"), sorted(CLOSING))
def test_the_database_allows_exactly_one_closing(records: Records, table: str, column: str) -> None:
    """From nothing to a value once; neither another value nor back to nothing."""
    _fill(records, table)
    close = sql("UPDATE", table, f'SET "{column}" = ')
    run_sql(records.path, close + "8")
    for again in ("9", "NULL"):
        with pytest.raises(sa.exc.IntegrityError, match=f"{table}: update is refused, a row can only be closed"):
            run_sql(records.path, close + again)
    assert [str(value) for (value,) in records.rows(sql("SELECT", column, "FROM", table))] == ["8"]


def test_a_plain_python_sqlite_is_refused_by_the_triggers_too(records: Records) -> None:
    """The refusals live in the file, not in this program's connections."""
    records.append()
    connection = sqlite.connect(str(records.path))
    with pytest.raises(sqlite.IntegrityError, match="history only grows"):
        connection.execute("DELETE FROM audit_trail")
    connection.close()
