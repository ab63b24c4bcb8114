"""Which later entries change what an earlier entry put on record: one table (EU GMP Annex 11 of 2011, 8.2).

An entry itself never changes. Where something later corrects, withdraws or replaces what it says, a printout marks it
with the number of that later entry. A change is told in one of two ways: the later entry refers to the earlier one
(`Told.REF`), or it ended or replaced the version of a record that the earlier one had put (`Told.VERSION`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gate.core.audit import Kind

Said = Mapping[str, Any]


class Told(StrEnum):
    """How the records say which earlier entry a later one changes."""

    REF = "ref"
    VERSION = "version"


class What(StrEnum):
    """The closed list of what a later entry did to an earlier one."""

    ANSWERED_LATE = "answered_late"
    USE_CLOSED = "use_closed"
    REFERENCE_ADDED = "reference_added"
    REVOKED = "revoked"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    TAKEN_BACK = "taken_back"
    CHANGED = "changed"
    ENDED = "ended"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the table: a later entry of this kind that says so changes the earlier one."""

    kind: Kind
    told: Told
    what: What
    tables: frozenset[str] = frozenset()
    """The records whose version it replaced; empty where it refers, or for the records of every table."""
    says: Callable[[Said], bool] = bool
    """What it must say besides; any entry says something."""


def _part(said: Said, name: str) -> Said:
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def _adds_reference(said: Said) -> bool:
    return str(said.get("subject")).startswith("override:") and "reference" in _part(said, "new")


def _rejects(said: Said) -> bool:
    return _part(said, "new").get("state") == "rejected"


def _withdraws(said: Said) -> bool:
    return _part(said, "new").get("state") == "withdrawn"


def _takes_back(said: Said) -> bool:
    return "taken_back" in _part(said, "new")


def _leaves_nothing(said: Said) -> bool:
    return not _part(said, "new")


def _is_no_approval(said: Said) -> bool:
    return _part(said, "old") != {"approved": 0}


TRAINING = frozenset({"training_records"})
LOTS = frozenset({"lot_windows"})
MASTER = frozenset(
    {"people", "badges", "areas", "equipment_classes", "equipment", "items", "item_revisions", "accounts"}
)
SETS = frozenset({"requirement_sets"})

CHANGES = (
    Change(Kind.ANSWERED_LATE, Told.REF, What.ANSWERED_LATE),
    Change(Kind.USE_CLOSED, Told.REF, What.USE_CLOSED),
    Change(Kind.SIGN, Told.REF, What.REFERENCE_ADDED, says=_adds_reference),
    Change(Kind.OVERRIDE_REVOKED, Told.VERSION, What.REVOKED, frozenset({"overrides"})),
    Change(Kind.LATE_ENTRY, Told.VERSION, What.REJECTED, frozenset({"late_entries"}), _rejects),
    Change(Kind.CHANGE, Told.VERSION, What.TAKEN_BACK, TRAINING, _takes_back),
    Change(Kind.CHANGE, Told.VERSION, What.WITHDRAWN, TRAINING, _withdraws),
    Change(Kind.CHANGE, Told.VERSION, What.WITHDRAWN, LOTS, _leaves_nothing),
    Change(Kind.CHANGE, Told.VERSION, What.CORRECTED, TRAINING | LOTS),
    Change(Kind.CHANGE, Told.VERSION, What.ENDED, MASTER | SETS, _leaves_nothing),
    Change(Kind.CHANGE, Told.VERSION, What.CHANGED, MASTER),
    Change(Kind.CHANGE, Told.VERSION, What.CHANGED, SETS, _is_no_approval),
    Change(Kind.LOAD, Told.VERSION, What.LOADED),
    Change(Kind.IMPORT_PUBLISHED, Told.VERSION, What.LOADED),
)
"""The table; the first row that fits holds. What fits none is no change of an earlier entry: the review or the
verification of it, an approval, a hold released, a suspension lifted, a duty over, a lent badge returned."""

REFERRING = frozenset(row.kind for row in CHANGES if row.told is Told.REF)
VERSIONED = frozenset(table for row in CHANGES for table in row.tables)
"""Tables whose versions are looked at."""


def change_by_reference(said: Said) -> What | None:
    """Return what an entry did to the one that it refers to; None: it changed nothing there."""
    return next((row.what for row in CHANGES if row.told is Told.REF and _fits(row, said)), None)


def change_of_version(said: Said, table: str) -> What | None:
    """Return what an entry did to those that had put the versions it replaced in a table; None: no change."""
    return next(
        (
            row.what
            for row in CHANGES
            if row.told is Told.VERSION and (not row.tables or table in row.tables) and _fits(row, said)
        ),
        None,
    )


def _fits(row: Change, said: Said) -> bool:
    return said.get("kind") == row.kind and row.says(said)
