"""Whether an entry of kind `decision` has the shape that a gate gives it; what has not is told, never trusted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gate.core.terms import Mode, Operation, Outcome

_TEXTS = ("person", "badge", "badge_last4", "reader", "equipment", "subject", "zone")
_TIMES = ("until", "data_as_of")


def is_decision(said: Mapping[str, Any]) -> bool:
    """Whether all that the pages and the replay read of it is of the right kind."""
    return (
        all(isinstance(said.get(name, ""), str) for name in _TEXTS)
        and all(_is_time(said[name]) for name in ("at", *_TIMES) if name in said)
        and said.get("outcome") in set(Outcome)
        and said.get("operation") in set(Operation)
        and said.get("mode") in set(Mode)
        and _are_texts(said.get("reasons"))
        and isinstance(said.get("detail", {}), dict)
        and ("evidence" not in said or _is_evidence(said["evidence"]))
    )


def _is_evidence(found: object) -> bool:
    if not isinstance(found, dict):
        return False
    rows = found.get("requirements")
    numbers = (found[name] for name in ("start", "after", "set", "area_set", "badge") if name in found)
    return (
        isinstance(rows, list)
        and all(_is_row(row) for row in rows)
        and all(_is_number(number) for number in numbers)
        and found.get("asked", Operation.USE.value) in set(Operation)
    )


def _is_row(row: object) -> bool:
    if not isinstance(row, list) or not 3 <= len(row) <= 4:
        return False
    return all(_is_number(one) for one in row[:3]) and all(isinstance(one, str) for one in row[3:])


def _is_number(found: object) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**53


def _are_texts(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def _is_time(found: object) -> bool:
    try:
        return datetime.fromisoformat(str(found)).tzinfo is not None
    except ValueError:
        return False
