"""Open and create the database: the only place that knows which database it is."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import event
from sqlalchemy.pool import NullPool

LEAST_SQLITE = (3, 51, 3)
"""Before it, a WAL database can be corrupted when two connections write and checkpoint at once."""

BUSY_MS = 300
"""Wait for the other process's write lock this long, well inside the 500 ms deadline."""

WAL_PAGES = 1000
"""Checkpoint at about 4 MB, so that the log stays small between two badge reads."""

STORE_FAULTS: tuple[type[BaseException], ...] = (OSError, sqlite.Error, sa.exc.DBAPIError)
"""What a full disk, a lock, a torn file or a lost mount look like from here."""


class DatabaseRefusedError(Exception):
    """The database cannot be used; the text says which, why and what to do."""


class DamagedDatabaseError(DatabaseRefusedError):
    """The file is there but is no database that can be read, or it is gone; records may have been lost."""


def is_damage(error: BaseException) -> bool:
    """Whether the file itself is at fault, and not a lock, a full disk or a lost mount."""
    cause = getattr(error, "orig", None) or error
    return isinstance(cause, DamagedDatabaseError) or (
        isinstance(cause, sqlite.DatabaseError) and not isinstance(cause, sqlite.OperationalError)
    )


def check_sqlite_version(version: tuple[int, ...] = sqlite.sqlite_version_info) -> None:
    """Refuse a SQLite that can lose records.

    Raises:
        DatabaseRefusedError: it is older than 3.51.3.
    """
    if version < LEAST_SQLITE:
        found, least = (".".join(map(str, numbers)) for numbers in (version, LEAST_SQLITE))
        raise DatabaseRefusedError(
            f"SQLite {found} can corrupt a database that two processes write; {least} or later is needed. "
            "Install the sqlcipher3 package of requirements/base.txt."
        )


def open_database(path: Path, *, key: str | None = None, read_only: bool = False) -> sa.Engine:
    """Return an engine on an existing database of exactly this program's schema.

    Raises:
        DatabaseRefusedError: there is none, the key is wrong, or its schema is older or newer than the program.
    """
    if not path.exists():
        raise DatabaseRefusedError(f"{path}: there are no records here yet. Run: gate init.")
    if path.stat().st_size == 0:
        raise DamagedDatabaseError(
            f"{path}: is empty. Keep it, call QA, and restore a backup: gate restore. A new one: gate init."
        )
    engine = make_engine(path, key=key, read_only=read_only)
    try:
        _check_schema(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return engine


def make_engine(path: Path, *, key: str | None, read_only: bool) -> sa.Engine:
    """Return an engine without looking at what is in the file."""
    check_sqlite_version()
    engine = sa.create_engine(
        "sqlite://", module=sqlite, creator=_connector(path, key, read_only=read_only), poolclass=NullPool
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _connector(path: Path, key: str | None, *, read_only: bool) -> Callable[[], Any]:
    def connect() -> Any:
        if not read_only:
            return _connected(path, key, "mode=rwc", read_only=False)
        try:
            return _connected(path, key, "mode=ro", read_only=True)
        except sqlite.OperationalError as error:
            if "unable to open" not in str(error) or os.access(path.parent, os.W_OK):
                raise
            return _connected(path, key, "mode=ro&immutable=1", read_only=True)

    return connect


def _connected(path: Path, key: str | None, how: str, *, read_only: bool) -> Any:
    """`immutable` is for a file system that cannot be written: no write-ahead log can be shared there."""
    connection = sqlite.connect(
        f"file:{quote(str(path))}?{how}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_MS / 1000,
    )
    try:
        for pragma in _pragmas(key, read_only=read_only):
            connection.execute(pragma)
        if read_only and not os.access(path.parent, os.W_OK):
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _pragmas(key: str | None, *, read_only: bool) -> list[str]:
    first = [f"PRAGMA key = '{key.replace(chr(39), chr(39) * 2)}'"] if key else []
    every = [f"PRAGMA busy_timeout = {BUSY_MS}", "PRAGMA foreign_keys = ON"]
    writing = ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", f"PRAGMA wal_autocheckpoint = {WAL_PAGES}"]
    return [*first, *every, "PRAGMA query_only = ON"] if read_only else [*first, *every, *writing]


def see_views(engine: sa.Engine, views: Mapping[str, str]) -> None:
    """Let every connection of a reading engine see a query's rows (name -> SELECT) instead of the table of that name.

    The query names the table itself as `main.name`. The views lie in the connection's memory; nothing is written.
    """

    def begin(connection: Any, record: object) -> None:
        del record
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA query_only = OFF")
        for name, query in views.items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
        connection.execute("PRAGMA query_only = ON")

    event.listen(engine, "connect", begin)


def begin_writing(cursor: Any) -> None:
    """Take the write lock now, so that the head read next cannot move under the transaction."""
    cursor.execute("BEGIN IMMEDIATE")


def data_version(connection: Any) -> int:
    """Return a number that changes when another connection has committed."""
    return int(connection.exec_driver_sql("PRAGMA data_version").scalar())


def create_database(path: Path, *, key: str | None = None, gate_id: str) -> None:
    """Create the records, or bring older ones up to this program's schema; the gate's identity is set once.

    Raises:
        DatabaseRefusedError: the records are another gate's, newer than the program, or the key is wrong.
    """
    from gate.store.migrating import upgrade

    path.parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(path, key=key, read_only=False)
    try:
        with _foreign_file_refused(path):
            upgrade(engine, path)
        _set_identity(engine, path, gate_id)
    finally:
        engine.dispose()


def _set_identity(engine: sa.Engine, path: Path, gate_id: str) -> None:
    from gate.store.schema import gate_identity

    with engine.begin() as connection:
        known = connection.execute(sa.select(gate_identity.c.gate_id)).scalar()
        if known is None:
            connection.execute(gate_identity.insert().values(gate_id=gate_id))
        elif known != gate_id:
            raise DatabaseRefusedError(
                f"{path}: these are the records of gate {known}, not {gate_id}. Give the right database or gate id."
            )


def _check_schema(engine: sa.Engine, path: Path) -> None:
    from gate.store.revision import refuse_other_schema

    with _foreign_file_refused(path):
        refuse_other_schema(engine, path)


@contextmanager
def _foreign_file_refused(path: Path) -> Iterator[None]:
    try:
        yield
    except sa.exc.DatabaseError as error:
        if "not a database" not in str(error):
            raise
        raise DamagedDatabaseError(
            f"{path}: is no database of ours or its key is wrong. Give the right file and database_key_file."
        ) from error
