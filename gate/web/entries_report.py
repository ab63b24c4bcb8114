"""The report `entries`: the audit trail as it stands, from one number to another, read in short pages (E6)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.report import Column, ColumnKind, Report, Row
from gate.core.roles import Act
from gate.store.schema import audit_trail
from gate.store.trail_lines import paged
from gate.web.pages import site
from gate.web.report_makers import Asked, BadQuestionError, add_report
from gate.web.view import Viewer

LARGEST = 2**53
NO_REASONS: tuple[str, ...] = ()

COLUMNS = (
    ("seq", ColumnKind.SEQ),
    ("at", ColumnKind.INSTANT),
    ("kind", ColumnKind.TEXT),
    ("person", ColumnKind.ID),
    ("equipment", ColumnKind.ID),
    ("operation", ColumnKind.TEXT),
    ("outcome", ColumnKind.TEXT),
    ("reasons", ColumnKind.TEXT),
    ("by", ColumnKind.ID),
    ("why", ColumnKind.TEXT),
    ("subject", ColumnKind.ID),
    ("old", ColumnKind.TEXT),
    ("new", ColumnKind.TEXT),
    ("role", ColumnKind.TEXT),
    ("reader", ColumnKind.ID),
    ("badge_last4", ColumnKind.ID),
    ("mode", ColumnKind.TEXT),
    ("clock", ColumnKind.TEXT),
    ("ref", ColumnKind.SEQ),
    ("leaf", ColumnKind.ID),
)


def entries_report(asked: Asked, viewer: Viewer) -> Report:
    """Return the entries from `from` to `to`, both included; without them all there are.

    Raises:
        BadQuestionError: a bound is no number, or they are the wrong way round.
    """
    engine, texts = site().records.engine(), viewer.texts
    head = site().records.head_seq()
    first, last = _bound(asked, "from", 1, texts), _bound(asked, "to", head, texts)
    if first > last and "from" in asked and "to" in asked:
        raise BadQuestionError(texts["ex_wrong_way"])
    last = min(last, head)
    return Report(
        name="entries",
        title=texts["ex_entries"],
        language=viewer.language,
        filters=((texts["ex_records"], f"#{first} – #{last}"),),
        columns=tuple(Column(name, texts[f"ex_c_{name}"], kind) for name, kind in COLUMNS),
        rows=lambda: entry_rows(engine, first, last),
        total=max(0, last - first + 1),
        head_seq=head,
    )


def _bound(asked: Asked, name: str, otherwise: int, texts: Mapping[str, str]) -> int:
    text = asked.get(name, "").strip().removeprefix("#")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 17 and 0 < int(text) < LARGEST):
        raise BadQuestionError(texts["ex_no_number"])
    return int(text)


def entry_rows(engine: sa.Engine, first: int, last: int) -> Iterator[Row]:
    """Yield the entries from one number to another, a short read transaction after the other."""
    for rows in paged(engine, first, last, audit_trail.c.at, audit_trail.c.data, audit_trail.c.leaf):
        for seq, at, data, leaf in rows:
            yield _row(seq, at, data, leaf)


_decode = json.JSONDecoder().raw_decode


def _row(seq: int, at: str, data: str, leaf: bytes) -> Row:
    said: dict[str, Any] = _decode(data)[0]
    get = said.get
    return (
        seq,
        datetime.fromisoformat(at),
        get("kind"),
        get("person"),
        get("equipment"),
        get("operation"),
        get("outcome"),
        " ".join(get("reasons", NO_REASONS)) or None,
        get("by"),
        get("why"),
        get("subject"),
        _text(get("old")),
        _text(get("new")),
        get("role"),
        get("reader"),
        get("badge_last4"),
        get("mode"),
        get("clock"),
        get("ref"),
        leaf.hex(),
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


add_report("entries", entries_report, Act.VIEW_RECORDS)
