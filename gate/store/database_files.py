"""Whole database files: copy one while it is in use, ask whether one can be opened, read one that cannot be written."""

import hashlib
import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

from gate.store.database import STORE_FAULTS, make_engine

STEP_PAGES = 2048
"""Pages copied before a breath is taken: 8 MB."""

WAL_LIMIT = 48 * 2**20
"""Bytes: the copy reads one snapshot, which holds back the write-ahead log; it gives up before that grows further."""

CHUNK = 2**20

Say = Callable[[int, int], None]
"""Told how many pages are done, of how many."""


class CopyHeldBackError(Exception):
    """So much was written meanwhile that the copy would have let the write-ahead log grow; try again later."""


def side_files(path: Path) -> tuple[Path, Path]:
    """Return where the write-ahead log and its index lie."""
    return Path(f"{path}-wal"), Path(f"{path}-shm")


def copy_online(source: Path, target: Path, *, key: str | None, say: Say | None = None) -> None:
    """Copy a database that others write, as it is at one instant, in small steps; the copy is durable.

    Raises:
        CopyHeldBackError: the write-ahead log has grown too far meanwhile.
        STORE_FAULTS: the source cannot be read or the target not be written.
    """
    engine, copy_engine = (make_engine(path, key=key, read_only=False) for path in (source, target))
    wal = side_files(source)[0]

    def progress(_status: int, left: int, pages: int) -> None:
        if wal.exists() and wal.stat().st_size > WAL_LIMIT:
            raise CopyHeldBackError(
                f"{source}: too much was written while the copy was made, so it was given up. Try at a quieter time."
            )
        if say is not None:
            say(pages - left, pages)

    with closing(engine.raw_connection()) as reading, closing(copy_engine.raw_connection()) as writing:
        source_connection: Any = reading.driver_connection
        target_connection: Any = writing.driver_connection
        source_connection.execute("BEGIN")
        source_connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source_connection.backup(target_connection, pages=STEP_PAGES, progress=progress, sleep=0.005)
        source_connection.execute("ROLLBACK")
        target_connection.execute("PRAGMA journal_mode = DELETE")
    synced(target)


def readable(path: Path, key: str | None) -> str | None:
    """Return None where the file is a database that can be read with this key, else what is wrong with it."""
    if not path.exists():
        return "it is not there"
    if path.stat().st_size == 0:
        return "it is empty"
    engine = make_engine(path, key=key, read_only=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM audit_trail WHERE seq < 2").scalar()
    except STORE_FAULTS as error:
        return str(error.__cause__ or error)
    finally:
        engine.dispose()
    return None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def synced(path: Path) -> None:
    """Make a file and its name durable."""
    for name, flags in ((path, os.O_RDONLY), (path.parent, os.O_RDONLY | os.O_DIRECTORY)):
        handle = os.open(name, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def without_side_files(path: Path) -> None:
    """Remove the write-ahead log of a copy that nobody has open; a log of other records would be taken for its own."""
    for side in side_files(path):
        with suppress(FileNotFoundError):
            side.unlink()


def is_other_file(path: Path, opened: os.stat_result) -> bool:
    """Whether the file that was opened has been replaced by another one."""
    with suppress(sqlite.Error, OSError):
        now = path.stat()
        return (now.st_dev, now.st_ino) != (opened.st_dev, opened.st_ino)
    return True


def schema_sql(path: Path, key: str | None) -> str:
    """Return every table, index and refusal of a database as SQL.

    Raises:
        STORE_FAULTS: it cannot be read.
    """
    engine = make_engine(path, key=key, read_only=True)
    try:
        with engine.connect() as connection:
            made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type <> 'table', name"
            return "".join(f"{text};\n" for text in connection.exec_driver_sql(made).scalars())
    finally:
        engine.dispose()
