"""One record: what happened, what it rested on as known then and now, what followed, and its place in the chain."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from gate.core.audit import Kind
from gate.core.roles import Act
from gate.evidence import DecisionEvidence, EvidenceReader
from gate.store import entry_reading as reading
from gate.store.changed_since import changes_to
from gate.store.decision_shape import is_decision
from gate.store.entry_reading import EntryNames, EntryRow
from gate.store.lots import lots_at
from gate.store.search_answer import TooManyFitError
from gate.web.changed_marks import changed_since
from gate.web.entry_evidence import changed_rows, evidence_pairs, told_rows
from gate.web.entry_view import became, other_reasons, replay_view, requirement_views, signed_views, steps
from gate.web.entry_words import decision_tag, plain, sentence
from gate.web.formats import visible
from gate.web.log_pages import given
from gate.web.log_search import asked_of, neighbours
from gate.web.pages import around, site, viewer
from gate.web.session import requires
from gate.web.view import Viewer

record_pages = Blueprint("record_pages", __name__)

MOST = 2**53
"""No entry has a larger number (RFC 8259, section 6)."""


@record_pages.get("/log/<int:seq>")
@requires(Act.VIEW_RECORDS)
def record(seq: int) -> ResponseReturnValue:
    """Show one entry of any kind; a decision is decided again while the page is made."""
    view = viewer()
    if not 0 < seq < MOST:
        abort(404)
    with site().records.engine().connect() as connection:
        entry = reading.entry_row(connection, seq)
        if entry is None:
            abort(404)
        shown = _everywhere(connection, entry, view)
        if not shown["foreign"] and entry.kind == Kind.DECISION:
            shown |= _decision(connection, entry, shown["names"], view)
    return render_template("entry.html", **around(view), **shown)


def read_evidence(seq: int) -> DecisionEvidence | None:
    """Return what a decision rested on, read by a connection of its own."""
    here = site()
    late_after = here.settings.training.late_after_days
    with EvidenceReader(here.records.engine(), here.settings.zone, late_after_days=late_after) as reader:
        return reader.of(seq)


def _everywhere(connection: sa.Connection, entry: EntryRow, view: Viewer) -> dict[str, Any]:
    """Return what every kind of entry has: surroundings, signatures, place in the chain, the raw line."""
    place = reading.chain_place(connection, entry)
    surroundings = reading.around(connection, entry)
    names = reading.names_in(connection, surroundings)
    before, after = _beside(connection, entry.seq, view)
    return {
        "entry": entry,
        "names": names,
        "title": plain(entry, names, view),
        "heading": sentence(entry, names, view),
        "when": view.when(entry.at),
        "place": place,
        "previous": place.previous.hex(),
        "leaf": entry.leaf.hex(),
        "list": given(),
        "before": before,
        "after": after,
        "around": steps(surroundings, entry.seq, names, view),
        "signatures": signed_views(entry, intact=place.bytes_match),
        "raw": visible(entry.data),
        "pairs": told_by(entry, names, view),
        "changed": changed_rows(entry),
        "told": told_rows(entry),
        "since": changed_since(changes_to(connection, entry, place.head_seq), view),
        "refers": ref if isinstance(ref := entry.said.get("ref"), int) and 0 < ref < MOST else None,
        "foreign": entry.kind == Kind.DECISION and not is_decision(entry.said),
        "decision": None,
    }


def _beside(connection: sa.Connection, seq: int, view: Viewer) -> tuple[int | None, int | None]:
    """Return the records before and after: among those that fit the list one came from, else of the whole trail."""
    asked = asked_of(given(), connection, view)
    if not given() or asked.problems:
        return reading.neighbours(connection, seq)
    try:
        found = neighbours(asked, seq)
    except TooManyFitError:
        return reading.neighbours(connection, seq)
    return found.older, found.newer


def told_by(entry: EntryRow, names: EntryNames, view: Viewer) -> list[tuple[str, str]]:
    """Return who did it, in what role and why, and what it is about, as names and values."""
    said, texts = entry.said, view.texts
    by = said.get("by")
    who = ""
    if isinstance(by, str):
        name = names.people.get(by, by)
        who = f"{visible(name)}, {visible(by)}" if name != by else visible(by)
    pairs = [
        (texts["rec_by"], who),
        (texts["rec_role"], visible(str(said.get("role", "")))),
        (texts["rec_why"], visible(str(said.get("why", "")))),
        (texts["rec_person"], visible(str(said.get("person", "")))),
        (texts["rec_machine"], visible(str(said.get("equipment", "")))),
        (texts["rec_reader"], visible(str(said.get("reader", "")))),
        (texts["rec_subject"], visible(str(said.get("subject", "")))),
    ]
    return [(name, value) for name, value in pairs if value]


def _decision(connection: sa.Connection, entry: EntryRow, names: EntryNames, view: Viewer) -> dict[str, Any]:
    found = read_evidence(entry.seq)
    if found is None:
        return {}
    followed = reading.followed(connection, entry)
    versions = reading.named_versions(connection, entry.said)
    started = reading.last_start(connection, entry.said)
    lots = lots_at(connection, found.equipment_id, found.at)
    later, missing = became(followed, entry.said, names, view)
    limit = site().settings.training.late_after_days
    return {
        "decision": found,
        "tag": decision_tag(entry.said, view),
        "trial": entry.said.get("mode") == "shadow",
        "requirements": requirement_views(found, limit, view),
        "others": other_reasons(found, view),
        "replay": replay_view(found, view),
        "outcome_now": view.texts.get(f"rec_outcome_{found.outcome_now}", "") if found.differs_now else "",
        "became": later,
        "missing": missing,
        "pairs": evidence_pairs(found, versions, started, lots, view),
    }
