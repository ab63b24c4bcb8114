"""A badge that was held out to a kiosk: who asked for it, whose it is, and that it serves for one act only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.store.audit_trail import Trail
from gate.store.reader_requests import ReaderRequest, RequestKind
from gate.store.schema import reader_requests

USED = "used"


@dataclass(frozen=True, slots=True)
class HeldBadge:
    """What came of one request for a badge; `seq` 0 while it waits, `person_id` None for a badge of nobody."""

    request_id: int
    reader: str
    asked_by: str
    expires_at: datetime
    seq: int
    badge_id: str | None
    state: str
    person_id: str | None
    taken_back: bool
    used: bool


def held_badge(trail: Trail, request_id: int) -> HeldBadge | None:
    """Return the request as it stands inside the open transaction; None: there is none, or it asks something else."""
    row = trail.run(_ONE, {"of_id": request_id}).fetchone()
    if row is None or row[1] != RequestKind.IDENTIFY.value:
        return None
    return _held(request_id, row[0], row[2], row[3], json.loads(row[4]) if row[4] is not None else None)


def of_request(request: ReaderRequest) -> HeldBadge:
    """Return the same of a request that a page has read."""
    return _held(request.id, request.reader, request.asked_by, request.expires_at.isoformat(), request.result)


def use_up(trail: Trail, request_id: int) -> None:
    """Let the badge serve for nothing more."""
    row = trail.run(_ONE, {"of_id": request_id}).fetchone()
    result = json.dumps({**json.loads(row[4]), USED: True})
    trail.run(_USE_UP, {"of_id": request_id, "new_result": result})


def _held(request_id: int, reader: str, asked_by: str, expires_at: str, result: Mapping[str, Any] | None) -> HeldBadge:
    said = result or {}
    return HeldBadge(
        request_id,
        reader,
        asked_by,
        datetime.fromisoformat(expires_at),
        int(said.get("seq", 0)),
        said.get("badge"),
        str(said.get("state", "unknown")),
        said.get("person"),
        taken_back=result is not None and "seq" not in said,
        used=USED in said,
    )


_T = reader_requests.c
_ONE = sa.select(_T.reader_id, _T.kind, _T.asked_by, _T.expires_at, _T.result).where(_T.id == sa.bindparam("of_id"))
_USE_UP = sa.update(reader_requests).where(_T.id == sa.bindparam("of_id")).values(result=sa.bindparam("new_result"))
