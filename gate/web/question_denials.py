"""Denials and what followed within minutes: an override, the same person, another person's badge, or nothing (H9)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.followed import Consequence, Followed, Step, consequence
from gate.core.log_terms import Field, Result
from gate.core.report import Cell, ColumnKind, Report, Row
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail
from gate.web.asking import (
    OF_MACHINE,
    OF_SPAN,
    READ_AT_ONCE,
    Shown,
    after,
    columns_of,
    filters_of,
    machine_asked,
    query_of,
    seqs_of,
    span_asked,
    terms,
    told,
)
from gate.web.formats import visible
from gate.web.log_lookup import names_of_persons
from gate.web.pages import site
from gate.web.people_names import said_name
from gate.web.questions import MACHINE, SPAN, Filter, Question, add_question
from gate.web.reason_texts import reason_text
from gate.web.report_makers import Asked, BadQuestionError
from gate.web.view import Viewer

NAME = "denials_followed"
LOOKED_AT = 40
"""Entries of the machine behind a denial; within ten minutes there are fewer."""

MOST_JUDGED = 20_000
"""Denials that are judged to narrow by what followed; for more, narrow the time."""

LOOKS: Mapping[Followed, str] = {
    Followed.LENT: "deny",
    Followed.OVERRIDE: "over",
    Followed.SAME: "allow",
    Followed.OTHER: "due",
    Followed.AGAIN: "due",
    Followed.NOTHING: "plain",
}
COLUMNS = (
    ("seq", "in_c_record", ColumnKind.SEQ),
    ("at", "in_when", ColumnKind.INSTANT),
    ("equipment", "lo_machine", ColumnKind.ID),
    ("person_id", "in_c_person_id", ColumnKind.ID),
    ("person", "in_c_person", ColumnKind.TEXT),
    ("badge_last4", "badge_ending", ColumnKind.ID),
    ("reasons", "fa_reason", ColumnKind.TEXT),
    ("mode", "mode", ColumnKind.TEXT),
    ("followed", "in_c_followed", ColumnKind.TEXT),
    ("followed_by", "in_c_followed_by", ColumnKind.TEXT),
    ("followed_seq", "in_c_followed_seq", ColumnKind.SEQ),
)


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return every denial of the time asked about with what followed it, in the order of the trail.

    Raises:
        BadQuestionError: there never was such a machine, the times make no sense, or too many are to be judged.
    """
    machine, span, wanted = machine_asked(asked, view), span_asked(asked, view), _followed(asked, view)
    clauses = [terms(Field.RESULT, [Result.DENIED, Result.WOULD_DENY])]
    found = seqs_of(query_of(*clauses, *([terms(Field.EQUIPMENT, [machine])] if machine else []), span=span))
    if wanted is not None:
        if len(found) > MOST_JUDGED:
            raise BadQuestionError(view.texts["in_too_many"].format(n=MOST_JUDGED))
        found = type(found)([seq for seq, after_it in judged(list(found)) if after_it.followed is wanted])
    rest = after(found, asked)
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(view, _in_words(asked, wanted, view), OF_MACHINE, *OF_SPAN, ("followed", "in_c_followed")),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: _rows(rest, view),
        total=len(found),
        head_seq=site().records.head_seq(),
        notes=(view.texts["in_denials_note"],),
    )


def _in_words(asked: Asked, wanted: Followed | None, view: Viewer) -> Asked:
    """What the answer was narrowed to stands on it in the words of the choice, not in its code."""
    return {**asked, "followed": view.texts[f"in_followed_{wanted}"]} if wanted is not None else asked


def _followed(asked: Asked, view: Viewer) -> Followed | None:
    text = asked.get("followed", "")
    if not text:
        return None
    if text not in set(Followed):
        raise BadQuestionError(view.texts["in_bad_choice"].format(text=visible(text[:40])))
    return Followed(text)


_COLUMNS = (
    audit_trail.c.seq,
    audit_trail.c.at,
    audit_trail.c.kind,
    audit_trail.c.person_id,
    audit_trail.c.outcome,
    audit_trail.c.equipment_id,
)
_DENIED = sa.select(*_COLUMNS)
_LATER = (
    sa.select(*_COLUMNS)
    .where(
        audit_trail.c.equipment_id == sa.bindparam("machine"),
        audit_trail.c.seq > sa.bindparam("behind"),
        audit_trail.c.kind.in_([Kind.DECISION.value, Kind.OVERRIDE_GRANTED.value]),
    )
    .order_by(audit_trail.c.seq)
    .limit(LOOKED_AT)
)


def judged(seqs: Sequence[int]) -> Iterator[tuple[int, Consequence]]:
    """Yield each denial with what followed it, some at a time in short transactions."""
    for start in range(0, len(seqs), READ_AT_ONCE):
        part = seqs[start : start + READ_AT_ONCE]
        with site().records.engine().connect() as connection:
            rows = connection.execute(_DENIED.where(audit_trail.c.seq.in_(part)).order_by(audit_trail.c.seq)).all()
            found = [(row.seq, consequence(_step(row), _later(connection, row))) for row in rows]
        yield from found


def _later(connection: sa.Connection, row: Any) -> list[Step]:
    if row.equipment_id is None:
        return []
    return [_step(one) for one in connection.execute(_LATER, {"machine": row.equipment_id, "behind": row.seq})]


def _step(row: Any) -> Step:
    return Step(row.seq, instant(row.at), row.kind, row.person_id, row.outcome)


def _rows(seqs: Sequence[int], view: Viewer) -> Iterator[Row]:
    for start in range(0, len(seqs), READ_AT_ONCE):
        part = seqs[start : start + READ_AT_ONCE]
        after_it = dict(judged(part))
        denied = list(told(part))
        ids = {str(one.said.get("person", "")) for one in denied} | {one.person_id or "" for one in after_it.values()}
        with site().records.engine().connect() as connection:
            names = names_of_persons(connection, ids - {""})
        for one in denied:
            said, what = one.said, after_it[one.seq]
            trial: Cell = Shown(view.texts["trial"], "trial") if said.get("mode") == "shadow" else ""
            yield (
                one.seq,
                one.at,
                str(said.get("equipment", "")),
                str(said.get("person", "")),
                names.get(str(said.get("person")), ""),
                str(said.get("badge_last4", "")),
                "; ".join(reason_text(str(code), view.language) for code in said.get("reasons") or ()),
                trial,
                Shown(view.texts[f"in_followed_{what.followed}"], LOOKS[what.followed]),
                said_name(what.person_id, names),
                what.seq,
            )


def _choices(view: Viewer) -> list[tuple[str, str]]:
    return [(one.value, view.texts[f"in_followed_{one}"]) for one in Followed]


add_question(
    Question(
        NAME,
        (*SPAN, MACHINE, Filter("followed", "in_c_followed", "choice", choices=_choices)),
        make_report,
        paged_by="seq",
    )
)
