"""Changes to rules, roles and machines with old, new, who and why, each with its signatures (E5, H3)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gate.core.audit import Kind
from gate.core.log_terms import Field
from gate.core.report import Cell, ColumnKind, Report, Row
from gate.signatures import is_whole
from gate.web.asking import (
    OF_SPAN,
    READ_AT_ONCE,
    Shown,
    Told,
    after,
    columns_of,
    filters_of,
    query_of,
    seqs_of,
    span_asked,
    terms,
    text_of,
    told,
)
from gate.web.formats import visible
from gate.web.log_lookup import names_of_persons
from gate.web.numbering import signer_of
from gate.web.pages import site
from gate.web.people_names import said_name
from gate.web.questions import SPAN, Filter, Question, add_question
from gate.web.report_makers import Asked, BadQuestionError
from gate.web.view import Viewer

NAME = "changes"
CHANGING = (
    Kind.CHANGE,
    Kind.CONFIG,
    Kind.LOAD,
    Kind.IMPORT_PUBLISHED,
    Kind.IMPORT_REFUSED,
    Kind.HOLD_SET,
    Kind.HOLD_RELEASED,
    Kind.KEY,
    Kind.SIGN,
    Kind.SEGMENT,
)
SUBJECTS = (
    "equipment",
    "account",
    "person",
    "badge",
    "item",
    "requirement_set",
    "training_record",
    "suspension",
    "hold",
    "lot",
    "override",
)
"""What can be asked about: how the subject of an entry begins."""

COLUMNS = (
    ("seq", "in_c_record", ColumnKind.SEQ),
    ("at", "in_when", ColumnKind.INSTANT),
    ("what", "in_what", ColumnKind.TEXT),
    ("subject", "in_c_subject", ColumnKind.ID),
    ("old", "in_c_old", ColumnKind.TEXT),
    ("new", "in_c_new", ColumnKind.TEXT),
    ("by", "in_c_by", ColumnKind.TEXT),
    ("role", "in_c_role", ColumnKind.TEXT),
    ("why", "why", ColumnKind.TEXT),
    ("signatures", "in_c_signatures", ColumnKind.TEXT),
)


def make_report(asked: Asked, view: Viewer) -> Report:
    """Return every change of the time asked about, in the order of the trail.

    Raises:
        BadQuestionError: the times make no sense, or there is no such subject.
    """
    span, subject = span_asked(asked, view), asked.get("subject", "")
    if subject and subject not in SUBJECTS:
        raise BadQuestionError(view.texts["in_bad_choice"].format(text=visible(subject[:40])))
    found = seqs_of(query_of(terms(Field.KIND, CHANGING), span=span))
    if subject:
        found = type(found)([one.seq for one in told(found) if _is_about(one, subject)])
    rest = after(found, asked)
    return Report(
        name=NAME,
        title=view.texts[f"in_q_{NAME}"],
        language=view.language,
        filters=filters_of(view, asked, ("subject", "in_c_subject"), *OF_SPAN),
        columns=columns_of(view, *COLUMNS),
        rows=lambda: _rows(rest, view),
        total=len(found),
        head_seq=site().records.head_seq(),
    )


def _is_about(one: Told, subject: str) -> bool:
    return str(one.said.get("subject", "")).startswith((f"{subject}:", f"{subject}_"))


def _rows(seqs: Sequence[int], view: Viewer) -> Iterator[Row]:
    for start in range(0, len(seqs), READ_AT_ONCE):
        part = list(told(seqs[start : start + READ_AT_ONCE]))
        with site().records.engine().connect() as connection:
            names = names_of_persons(connection, {str(one.said.get("by", "")) for one in part} - {""})
        for one in part:
            yield _row(one, names, view)


def _row(one: Told, names: Mapping[str, str], view: Viewer) -> Row:
    said = one.said
    detail = said.get("detail") or {}
    about = str(said.get("subject") or said.get("equipment") or said.get("reader") or "")
    told_only = {key: value for key, value in detail.items() if key != "signatures"}
    return (
        one.seq,
        one.at,
        view.texts.get(f"log_kind_{one.kind}", one.kind),
        about,
        text_of(said.get("old")),
        text_of(said.get("new")) or text_of(told_only),
        said_name(said.get("by"), names),
        str(said.get("role", "")),
        text_of(said.get("why")),
        _signatures(said, detail, view),
    )


def _signatures(said: Mapping[str, Any], detail: Mapping[str, Any], view: Viewer) -> Cell:
    signed = [one for one in detail.get("signatures") or () if isinstance(one, Mapping)]
    words = "; ".join(f"{signer_of(one)}, {one.get('meaning')}, {one.get('at')}" for one in signed)
    if signed and not all(is_whole(said, one) for one in signed):
        return Shown(f"{view.texts['ov_signature_broken']}: {visible(words)}", "deny")
    return visible(words)


def _choices(view: Viewer) -> list[tuple[str, str]]:
    return [(one, view.texts[f"in_subject_{one}"]) for one in SUBJECTS]


add_question(
    Question(NAME, (*SPAN, Filter("subject", "in_c_subject", "choice", choices=_choices)), make_report, paged_by="seq")
)
