"""A second process that appends to somebody's trail: `python -m tests.store.appending_process FILE COUNT`."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.store.audit_trail import Trail
from gate.store.database import STORE_FAULTS, open_database
from tests.store.open_records import TORONTO

MOMENT = Moment(datetime(2026, 11, 23, 17, 0, tzinfo=UTC), "boot-1", 1, trusted=True, clock="asserted")


def append_patiently(trail: Trail, who: str, count: int) -> None:
    """Append so many entries, each in a transaction of its own, whoever else holds the lock meanwhile."""
    written = 0
    while written < count:
        with suppress(*STORE_FAULTS):
            trail.begin()
            trail.append(Entry(kind=Kind.SECURITY, moment=MOMENT, by=who))
            trail.commit()
            written += 1


def main(path: str, count: str) -> None:
    trail = Trail(open_database(Path(path)), "gate-1", TORONTO)
    sys.stdout.write("open\n")
    sys.stdout.flush()
    append_patiently(trail, "second", int(count))
    trail.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
