"""Read a kept head as somebody hands it to a command, and compare it with the records from the first leaf on."""

import sys
from pathlib import Path

from gate.desk_opening import database_key
from gate.head_check import LONGEST, Comparison, KeptHead, compare, parse_kept
from gate.settings import Settings
from gate.store.database import open_database

LONGEST_NAME = 1000


def head_of_text(given: str) -> KeptHead:
    """Return the head in a file, on standard input for `-`, or in the text itself.

    Raises:
        NoHeadError: there is none.
        OSError: the file cannot be read.
    """
    return parse_kept(_text(given))


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read(LONGEST + 1)
    if len(given) < LONGEST_NAME and "\n" not in given and "\0" not in given and Path(given).is_file():
        with Path(given).open(encoding="utf-8", errors="replace") as file:
            return file.read(LONGEST + 1)
    return given


def compare_kept(settings: Settings, kept: KeptHead) -> Comparison:
    """Compare with the records of this gate, thoroughly.

    Raises:
        DatabaseRefusedError, STORE_FAULTS: the records cannot be read.
    """
    engine = open_database(settings.database_path, key=database_key(settings), read_only=True)
    try:
        return compare(engine, kept, thorough=True)
    finally:
        engine.dispose()
