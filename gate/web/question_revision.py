"""Who used a machine after a revision of a procedure took effect, without training on it (H9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gate.core.log_terms import Field, Result
from gate.core.report import Cell, ColumnKind, Report, Row
from gate.core.spans import Span
from gate.store.equipment_facts import instant
from gate.store.schema import equipment, item_revisions, items, requirement_sets, training_records
from gate.store.trail_bytes import Said
from gate.web.asking import (
    READ_AT_ONCE,
    Shown,
    Told,
    after,
    columns_of,
    filters_of,
    instant_asked,
    machine_asked,
    query_of,
    seqs_of,
    terms,
    told,
)
from gate.web.formats import visible
from gate.web.log_lookup import names_of_persons
from gate.web.pages import site
from gate.web.questions import MACHINE, TO, Filter, Question, add_question
from gate.web.report_makers import Asked, BadQuestionError
from gate.web.view import Viewer

NAME = "untrained_use"
USED = (Result.ALLOWED, Result.OVERRIDE, Result.WOULD_DENY)
"""Every start; what would have been denied in trial was not withheld."""

COLUMNS = (
    ("seq", "in_c_record", ColumnKind.SEQ),
    ("at", "in_when", ColumnKind.INSTANT),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("equipment", "lo_machine", ColumnKind.ID),
    ("operation", "in_c_operation", ColumnKind.TEXT),
    ("answer", "in_c_answer", ColumnKind.TEXT),
    ("relied_on", "in_c_relied_on", ColumnKind.TEXT),
    ("trained_now", "in_c_trained_now", ColumnKind.TEXT),
)


@dataclass(frozen=True, slots=True)
class About:
    """The revision asked about, as known now, and which versions of records are of it."""

    item_id: str
    revision: str
    effective_at: datetime
    retraining: bool
    item_versions: frozenset[int]
    of_it: frozenset[int]
    """Versions of training records on this revision."""
    said: Mapping[int, str]
    """Version of a training record of the item -> its id, revision and days."""
    trained: Mapping[str, str]
    """Person -> when they completed it, as known now."""


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return every start after the revision took effect whose evidence has no training on it.

    Raises:
        BadQuestionError: there never was such a revision or machine, or the end makes no sense.
    """
    found, machine = _about(asked, view), machine_asked(asked, view)
    until = instant_asked(asked, "to", view, end=True)
    if until is not None and until <= found.effective_at:
        raise BadQuestionError(view.texts["in_wrong_way"])
    machines = [machine] if machine else _demanding(found.item_id)
    here = terms(Field.EQUIPMENT, machines)
    starts = seqs_of(query_of(terms(Field.RESULT, USED), here, span=Span(found.effective_at, until)))
    without = type(starts)([one.seq for one in told(starts) if _without(one.said, found)])
    rest = after(without, asked)
    effective = found.effective_at.astimezone(view.zone).isoformat(timespec="minutes")
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(
            view, asked, ("item", "in_item"), ("revision", "in_revision"), ("equipment", "lo_machine"), ("to", "in_to")
        ),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: _rows(rest, found, view),
        total=len(without),
        head_seq=site().records.head_seq(),
        notes=(
            view.texts["in_revision_note"].format(revision=found.revision, time=effective, n=len(starts)),
            *([] if found.retraining else [view.texts["in_revision_waived"]]),
        ),
    )


def _about(asked: Asked, view: Viewer) -> About:
    item, revision = asked.get("item", "").strip(), asked.get("revision", "").strip()
    with site().records.engine().connect() as connection:
        known = sa.and_(item_revisions.c.item_id == item, item_revisions.c.revision == revision)
        newest = sa.select(item_revisions).where(known).order_by(item_revisions.c.version.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
        if row is None:
            raise BadQuestionError(
                view.texts["in_no_revision"].format(item=visible(item[:40]), revision=visible(revision[:40]))
            )
        versions = connection.execute(sa.select(items.c.version).where(items.c.id == item)).scalars().all()
        held = connection.execute(sa.select(training_records).where(training_records.c.item_id == item)).all()
    return About(
        item_id=item,
        revision=revision,
        effective_at=instant(row.effective_at),
        retraining=bool(row.retraining),
        item_versions=frozenset(versions),
        of_it=frozenset(one.version for one in held if one.revision == revision),
        said={one.version: _said(one) for one in held},
        trained=_trained(held, revision),
    )


def _demanding(item: str) -> list[str]:
    """Return every machine that ever was in a class or an area whose requirements ever named the item."""
    named = requirement_sets.c.groups.contains(item, autoescape=True)
    with site().records.engine().connect() as connection:
        places = connection.execute(
            sa.select(requirement_sets.c.scope, requirement_sets.c.scope_id).where(named).distinct()
        ).all()
        classes = [row.scope_id for row in places if row.scope == "class"]
        areas = [row.scope_id for row in places if row.scope == "area"]
        there = sa.or_(equipment.c.class_id.in_(classes), equipment.c.area_id.in_(areas))
        return list(connection.execute(sa.select(equipment.c.id).where(there).distinct()).scalars())


def _said(row: Any) -> str:
    return visible(f"{row.id} {row.revision or ''} {row.completed_on or ''}")


def _trained(held: Sequence[Any], revision: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in held:
        counts = row.known_to is None and row.revision == revision and row.state in {"passed", "read"}
        if counts and row.completed_on and row.completed_on < found.get(row.person_id, "9999"):
            found[row.person_id] = row.completed_on
    return found


def _without(said: Said, about: About) -> bool:
    """Whether the start asked for the item and rested on no record of this revision."""
    rows = (said.get("evidence") or {}).get("requirements") or ()
    mine = [row for row in rows if row[0] in about.item_versions]
    return bool(mine) and not any(row[1] in about.of_it and len(row) == 3 for row in mine)


def _rows(seqs: Sequence[int], about: About, view: Viewer) -> Iterator[Row]:
    for start in range(0, len(seqs), READ_AT_ONCE):
        part = list(told(seqs[start : start + READ_AT_ONCE]))
        with site().records.engine().connect() as connection:
            names = names_of_persons(connection, {str(one.said.get("person", "")) for one in part} - {""})
        for one in part:
            yield _row(one, about, names, view)


def _row(one: Told, about: About, names: Mapping[str, str], view: Viewer) -> Row:
    said, texts = one.said, view.texts
    person = str(said.get("person", ""))
    rows = (said.get("evidence") or {}).get("requirements") or ()
    relied = [about.said[row[1]] for row in rows if row[0] in about.item_versions and row[1] in about.said]
    return (
        one.seq,
        one.at,
        person,
        names.get(person, ""),
        str(said.get("equipment", "")),
        str(said.get("operation", "")),
        _answer(said, view),
        "; ".join(relied) or texts["in_no_record"],
        about.trained.get(person) or Shown(texts["in_never_trained"], "deny"),
    )


def _answer(said: Said, view: Viewer) -> Cell:
    if said.get("outcome") != "allow":
        return Shown(view.texts["would_deny"], "due")
    if "override" in (said.get("evidence") or {}):
        return Shown(view.texts["override"], "over")
    return Shown(view.texts["allowed"], "allow")


add_question(
    Question(
        NAME,
        (
            Filter("item", "in_item", needed=True),
            Filter("revision", "in_revision", needed=True),
            MACHINE,
            TO,
        ),
        make_report,
        paged_by="seq",
    )
)
