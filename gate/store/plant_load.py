"""Load a plant file: all or nothing, idempotent, and told in the trail with who, why and the file's SHA-256."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from gate.core.audit import Entry, Kind, timestamp
from gate.core.records import Moment
from gate.store.audit_trail import Trail
from gate.store.plant_file import Plant, PlantRefusedError, read_plant
from gate.store.plant_rows import as_utc, plant_rows
from gate.store.registry import Values, close, current_rows, differences, put
from gate.store.schema import data_sources

__all__ = ["LoadResult", "PlantRefusedError", "load_plant"]

SOURCE = "load"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load came to; `seq` is its entry."""

    seq: int
    added: int
    changed: int
    closed: int
    unchanged: int
    sha256: str


def load_plant(trail: Trail, data: bytes, *, by: str, why: str, os_user: str, moment: Moment) -> LoadResult:
    """Bring what is known to what the file says; a section that is absent is untouched.

    Raises:
        PlantRefusedError: the file is wrong somewhere, or no justification is given; nothing was loaded.
    """
    if not why.strip():
        raise PlantRefusedError("A load needs a justification. Say why with --why.")
    plant = read_plant(data)
    with trail.transaction():
        return _load(trail, plant, hashlib.sha256(data).hexdigest(), by=by, why=why, os_user=os_user, moment=moment)


def _load(trail: Trail, plant: Plant, sha256: str, *, by: str, why: str, os_user: str, moment: Moment) -> LoadResult:
    known: dict[str, dict[str, Values]] = {}

    def known_of(table: sa.Table) -> dict[str, Values]:
        if table.name not in known:
            known[table.name] = current_rows(trail, table)
        return known[table.name]

    rows = plant_rows(plant, trail.zone, known_of)
    todo = [
        (table, id_, values) for table, after in rows.items() for id_, values in differences(known_of(table), after)
    ]
    added = sum(1 for table, id_, values in todo if values is not None and id_ not in known_of(table))
    closed = sum(1 for _, _, values in todo if values is None)
    counts = {
        "added": added,
        "changed": len(todo) - added - closed,
        "closed": closed,
        "unchanged": sum(len(after) for after in rows.values()) - (len(todo) - closed),
    }
    seq = trail.append(
        Entry(kind=Kind.LOAD, moment=moment, by=by, why=why, detail={**counts, "os_user": os_user, "sha256": sha256})
    )
    for table, id_, values in todo:
        if values is None:
            close(trail, table, id_, seq)
        else:
            put(trail, table, id_, values, seq)
    if plant.training_record is not None:
        as_of = as_utc(plant.training_as_of, trail.zone) if plant.training_as_of else moment.at
        put(trail, data_sources, SOURCE, {"kind": SOURCE, "last_good_at": timestamp(as_of)}, seq)
    return LoadResult(seq=seq, sha256=sha256, **counts)
