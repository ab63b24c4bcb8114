#!/usr/bin/env python3
"""Check a backup of a gate without the gate: standard library only, one minute to read.

    python3 verify_records.py [FOLDER]

Checks the hashes of the manifest; then of every audit entry number, SHA-256 leaf, chain, and that the searchable
columns say what its bytes say; then the head. Exit 0: all holds. 1: the first entry or file that does not is named.
2: it could not be checked (an encrypted database needs the gate's own `gate verify`).
"""

import hashlib
import json
import pathlib
import sqlite3
import sys

COLUMNS = {"kind": "kind", "at": "at", "person_id": "person", "equipment_id": "equipment", "reader_id": "reader",
           "badge_id": "badge", "outcome": "outcome", "ref_seq": "ref"}  # fmt: skip


def sha256_of(path: pathlib.Path) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest()


def check(folder: pathlib.Path) -> "str | None":
    """Return what is wrong, or None."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, told in manifest["files"].items():
        if sha256_of(folder / name) != told["sha256"]:
            return f"{name} is not the file that was backed up"
    records = sqlite3.connect(f"file:{folder / 'gate.db'}?mode=ro&immutable=1", uri=True)
    records.row_factory = sqlite3.Row
    excused = [tuple(pair) for pair in manifest.get("acknowledged", [])]
    seq, leaf, known = 0, bytes(32), True
    for row in records.execute("SELECT * FROM audit_trail ORDER BY seq"):
        fault = None
        said = json.loads(row["data"])
        if row["seq"] != seq + 1 and known:
            fault = "entries before it are missing"
        elif hashlib.sha256(b"\x00" + row["data"].encode()).digest() != row["leaf"]:
            fault = "its bytes do not match its hash"
        elif said["seq"] != row["seq"] or (known and said["prev"] != leaf.hex()):
            fault = "it does not continue the chain"
        elif any(row[column] != said.get(key) for column, key in COLUMNS.items()):
            fault = "its columns do not say what its bytes say"
        excuse = any(first <= row["seq"] <= last + 1 for first, last in excused)
        if fault and not excuse:
            return f"entry {row['seq']}: {fault}"
        seq, leaf, known = row["seq"], row["leaf"], not fault
    head = records.execute("SELECT seq, leaf FROM trail_head").fetchone()
    if (head["seq"], head["leaf"].hex()) != (manifest["head"]["seq"], manifest["head"]["leaf"]) or head["seq"] != seq:
        return "the head is not the last entry"
    print(f"sound: {seq} entries, head {leaf.hex()}, gate {manifest['gate']}, made {manifest['made_at']}")
    return None


if __name__ == "__main__":
    try:
        wrong = check(pathlib.Path(sys.argv[1] if sys.argv[1:] else "."))
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        print(f"could not check: {error}")
        sys.exit(2)
    if wrong:
        print(f"UNSOUND: {wrong}")
    sys.exit(1 if wrong else 0)
