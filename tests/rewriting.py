"""What root can do to the trail: change what an entry says and compute the chain anew, so that verify is content."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlite

from gate.core.audit import NO_LEAF, canonical, grown, leaf_hash
from gate.store.trail_bytes import COLUMNS
from tests.store.open_records import tamper


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Let `change` do as it likes with what each entry says; hashes, columns and head are made to fit again."""
    tamper(path)
    connection = sqlite.connect(str(path), isolation_level=None)
    try:
        leaf = NO_LEAF
        frontier: tuple[bytes, ...] = ()
        rows = connection.execute("SELECT seq, data FROM audit_trail ORDER BY seq").fetchall()
        for seq, data in rows:
            said = json.loads(data)
            change(said)
            said["prev"] = leaf.hex()
            text = canonical(said)
            leaf = leaf_hash(text)
            frontier = grown(frontier, seq - 1, leaf)
            names = ", ".join(f"{column} = ?" for column in COLUMNS)
            reasons = said.get("reasons") or [None]
            values = [text.decode(), leaf, reasons[0], *(_scalar(said.get(key)) for key in COLUMNS.values()), seq]
            statement = " ".join(["UPDATE audit_trail SET data = ?, leaf = ?, reason = ?,", names, "WHERE seq = ?"])
            connection.execute(statement, values)
        connection.execute("UPDATE trail_head SET leaf = ?, frontier = ?", (leaf, b"".join(frontier)))
    finally:
        connection.close()


def on_entry(seq: int, change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """Change one entry only."""
    return lambda said: change(said) if said["seq"] == seq else None


def _scalar(value: object) -> str | int | None:
    return value if value is None or isinstance(value, str | int) else str(value)
