"""What the pages ask of a reader, as rows that expire: the next badge, an operation chosen, a test of light and tone.

The rows hold the present only and are removed soon after; what came of a request is in the trail.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from gate.core.audit import timestamp
from gate.store.audit_trail import Trail
from gate.store.schema import reader_requests


class RequestKind(StrEnum):
    """What can be asked of a reader."""

    IDENTIFY = "identify"
    OPERATION = "operation"
    TEST = "test"
    WATCH = "watch"


CANCELLED = "{}"
"""The result of a request that somebody took back, or that a newer one of its kind replaced."""


@dataclass(frozen=True, slots=True)
class ReaderRequest:
    """One request; `about` is the operation chosen, `result` None while it waits and empty when it was taken back."""

    id: int
    reader: str
    kind: RequestKind
    about: str
    asked_by: str
    expires_at: datetime
    result: Mapping[str, Any] | None = None


def ask_reader(
    trail: Trail, reader: str, kind: RequestKind, *, asked_by: str, expires_at: datetime, about: str = ""
) -> int:
    """Ask something of a reader and return the request's id; one of the same kind that waits there is taken back."""
    trail.run(_REPLACE, {"of_reader": reader, "of_kind": f"{kind}%", "taken_back": CANCELLED})
    values = {
        "new_reader": reader,
        "new_kind": f"{kind} {about}".strip(),
        "new_asked_by": asked_by,
        "new_expires": timestamp(expires_at),
    }
    return int(trail.run(_INSERT, values).lastrowid)


def waiting_requests(trail: Trail, reader: str, now: datetime) -> list[ReaderRequest]:
    """Return what waits at this reader, oldest first."""
    rows = trail.run(_WAITING_AT, {"of_reader": reader, "now": timestamp(now)}).fetchall()
    return [_request(row) for row in rows]


def every_waiting_request(trail: Trail, now: datetime) -> list[ReaderRequest]:
    """Return what waits at any reader, oldest first."""
    return [_request(row) for row in trail.run(_WAITING, {"now": timestamp(now)}).fetchall()]


def answer_request(trail: Trail, request_id: int, result: Mapping[str, Any]) -> None:
    """Say what came of it."""
    trail.run(_ANSWER, {"of_id": request_id, "new_result": json.dumps(result)})


def take_back_request(trail: Trail, request_id: int) -> None:
    """Let it wait no longer; one that has its answer keeps it."""
    trail.run(_TAKE_BACK, {"of_id": request_id, "taken_back": CANCELLED})


def forget_requests_before(trail: Trail, at: datetime) -> None:
    """Remove those that ended before this instant."""
    trail.run(_FORGET, {"before": timestamp(at)})


def read_request(connection: sa.Connection, request_id: int) -> ReaderRequest | None:
    """Return one request as the pages see it, None when it was removed."""
    row = connection.execute(_ONE, {"of_id": request_id}).first()
    return _request(row) if row else None


def _request(row: Any) -> ReaderRequest:
    kind, _, about = row[2].partition(" ")
    result = json.loads(row[5]) if row[5] is not None else None
    return ReaderRequest(row[0], row[1], RequestKind(kind), about, row[3], datetime.fromisoformat(row[4]), result)


_T = reader_requests.c
_NOT_ANSWERED = _T.result.is_(None)
_SELECT = sa.select(_T.id, _T.reader_id, _T.kind, _T.asked_by, _T.expires_at, _T.result)
_STILL = sa.and_(_NOT_ANSWERED, _T.expires_at > sa.bindparam("now"))
_WAITING = _SELECT.where(_STILL).order_by(_T.id)
_WAITING_AT = _SELECT.where(_STILL, _T.reader_id == sa.bindparam("of_reader")).order_by(_T.id)
_ONE = _SELECT.where(_T.id == sa.bindparam("of_id"))
_INSERT = sa.insert(reader_requests).values(
    reader_id=sa.bindparam("new_reader"),
    kind=sa.bindparam("new_kind"),
    asked_by=sa.bindparam("new_asked_by"),
    expires_at=sa.bindparam("new_expires"),
)
_REPLACE = (
    sa.update(reader_requests)
    .where(_T.reader_id == sa.bindparam("of_reader"), _T.kind.like(sa.bindparam("of_kind")), _NOT_ANSWERED)
    .values(result=sa.bindparam("taken_back"))
)
_ANSWER = sa.update(reader_requests).where(_T.id == sa.bindparam("of_id")).values(result=sa.bindparam("new_result"))
_TAKE_BACK = (
    sa.update(reader_requests)
    .where(_T.id == sa.bindparam("of_id"), _NOT_ANSWERED)
    .values(result=sa.bindparam("taken_back"))
)
_FORGET = sa.delete(reader_requests).where(_T.expires_at < sa.bindparam("before"))
