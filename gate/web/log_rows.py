"""One line a record: who, where, how it ended and a sentence for why, from the record's own bytes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from gate.core.audit import Kind
from gate.core.log_terms import Found, found_of, instant_of, unreadable
from gate.store.schema import audit_trail
from gate.store.trail_bytes import said_of
from gate.web.formats import visible
from gate.web.log_context import beside
from gate.web.log_lookup import names_of_accounts, names_of_persons
from gate.web.reading import Names, ShownEntry, names_of
from gate.web.view import Tag, Viewer, When, entry_view

LONGEST_WHY = 160

LOOKS: Mapping[str, str] = {
    Kind.READER_OFFLINE: "off",
    Kind.READER_UNKNOWN: "off",
    Kind.PORT_LOST: "off",
    Kind.OUTCOME_UNKNOWN: "off",
    Kind.READER_TAMPER: "deny",
    Kind.CLOCK_STEP: "due",
    Kind.CLOCK_UNTRUSTED: "due",
    Kind.USE_EXPIRED: "due",
    Kind.PERMISSIVE_DROPPED: "due",
    Kind.OVERRIDE_GRANTED: "over",
    Kind.LATE_ENTRY: "due",
    Kind.HOLD_SET: "hold",
    Kind.LATE_ENTRY: "due",
}
"""Kinds that are more than a plain line -> the drawing of their tag."""


class Record(NamedTuple):
    """One entry as it stands in the trail; `said` None: its bytes cannot be read."""

    seq: int
    kind: str
    at: str
    data: str
    leaf: bytes
    said: Mapping[str, Any] | None

    @property
    def when(self) -> datetime:
        """Return its time; one that cannot be read is the first of all times."""
        try:
            return datetime.fromisoformat(self.at).astimezone(UTC)
        except ValueError:
            return instant_of(0)

    @property
    def found(self) -> Found:
        """Return it as a search sees it."""
        return unreadable(self.seq, self.kind) if self.said is None else found_of(self.seq, self.said)


class NamesOfAll(NamedTuple):
    """Names for the ids in some records."""

    entries: Names
    people: Mapping[str, str]
    accounts: Mapping[str, str]

    def by(self, id_: str) -> str:
        """Return the name of whoever did something: a person, or an account."""
        return self.people.get(id_) or self.accounts.get(id_) or id_


@dataclass(frozen=True, slots=True)
class LogRow:
    """One record as a line of the list."""

    seq: int
    when: When
    who: str
    machine: str
    tag: Tag
    trial: bool
    operation: str
    why: str
    lot: str = ""
    review: str = ""


def records(connection: sa.Connection, seqs: Sequence[int]) -> list[Record]:
    """Return the entries with these numbers (5 000 at most), newest first."""
    columns = (audit_trail.c.seq, audit_trail.c.kind, audit_trail.c.at, audit_trail.c.data, audit_trail.c.leaf)
    wanted = sa.select(*columns).where(audit_trail.c.seq.in_(list(seqs))).order_by(audit_trail.c.seq.desc())
    rows = connection.execute(wanted)
    return [Record(row.seq, row.kind, row.at, row.data, row.leaf, said_of(row.data)) for row in rows]


def names_for(connection: sa.Connection, found: Iterable[Record]) -> NamesOfAll:
    """Look up the newest name of everybody and everything in some records."""
    readable = [one for one in found if one.said is not None]
    said = [one.said for one in readable if one.said is not None]
    entries = [ShownEntry(one.seq, one.when, one.kind, one.data) for one in readable if one.kind == Kind.DECISION]
    ids = {str(one[key]) for one in said for key in ("person", "by") if key in one}
    return NamesOfAll(
        names_of(connection, entries), names_of_persons(connection, ids), names_of_accounts(connection, ids)
    )


def log_rows(connection: sa.Connection, found: Sequence[Record], view: Viewer) -> list[LogRow]:
    """Show some records as lines, with the lot that was on the machine and whether a review covers them."""
    names = names_for(connection, found)
    machines = [(str(one.said["equipment"]), one.when) for one in found if one.said and "equipment" in one.said]
    around = beside(connection, machines)
    return [
        replace(
            log_row(one, names, view),
            lot=visible(", ".join(around.lots(str((one.said or {}).get("equipment", "")), one.when))),
            review=view.texts["log_reviewed_yes" if around.is_reviewed(one.seq) else "log_to_do"],
        )
        for one in found
    ]


def log_row(one: Record, names: NamesOfAll, view: Viewer) -> LogRow:
    """Show one record as a line."""
    texts = view.texts
    if one.said is None:
        tag = Tag("deny", texts.get(f"log_kind_{one.kind}", one.kind))
        return LogRow(one.seq, view.when(one.when), "", "", tag, False, "", texts["log_unreadable"])
    if one.kind == Kind.DECISION:
        return _decision(one, one.said, names, view)
    said = one.said
    person = said.get("person")
    by = said.get("by")
    who = names.by(str(person or by)) if person or by else texts["log_system"]
    return LogRow(
        seq=one.seq,
        when=view.when(one.when),
        who=visible(who),
        machine=visible(str(said.get("equipment", ""))),
        tag=Tag(LOOKS.get(one.kind, "plain"), texts.get(f"log_kind_{one.kind}", one.kind)),
        trial=said.get("mode") == "shadow",
        operation="",
        why=visible(cut(_sentence(said, names, view))),
    )


def _decision(one: Record, said: Mapping[str, Any], names: NamesOfAll, view: Viewer) -> LogRow:
    shown = entry_view(ShownEntry(one.seq, one.when, one.kind, one.data), names.entries, view)
    detail = said.get("detail")
    why = detail.get("why") if isinstance(detail, Mapping) else None
    return LogRow(
        seq=one.seq,
        when=shown.when,
        who=shown.who,
        machine=shown.equipment,
        tag=shown.tag,
        trial=shown.trial,
        operation=shown.operation,
        why="; ".join((*shown.reasons, *([visible(str(why))] if why else []))),
    )


def _sentence(said: Mapping[str, Any], names: NamesOfAll, view: Viewer) -> str:
    """Say what happened, in the words of the record's own page, with the reference and the justification."""
    texts = view.texts
    sentence = texts.get(f"entry_{said['kind']}", texts["entry_other"]).format_map(_Parts(_parts(said, names, texts)))
    new, detail = said.get("new"), said.get("detail")
    more = [str(new[key]) for key in ("reference", "mode", "state") if isinstance(new, Mapping) and _is_text(new, key)]
    more += [str(detail[key]) for key in ("what", "cause") if isinstance(detail, Mapping) and _is_text(detail, key)]
    more = [text.replace("_", " ") for text in more if text not in sentence]
    return ": ".join(filter(None, [", ".join([sentence, *more]), str(said.get("why") or "")]))


class _Parts(dict[str, str]):
    """The names in a sentence; one that it asks for and nobody gives is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _parts(said: Mapping[str, Any], names: NamesOfAll, texts: Mapping[str, str]) -> dict[str, str]:
    plain = {
        "machine": "equipment",
        "reader": "reader",
        "last4": "badge_last4",
        "ref": "ref",
        "old": "old",
        "new": "new",
    }
    found = {name: str(said[key]) for name, key in plain.items() if isinstance(said.get(key), str | int)}
    detail = said.get("detail")
    if isinstance(detail, Mapping) and _is_text(detail, "what"):
        found["what"] = str(detail["what"])
    for key in ("person", "by"):
        found[key] = names.by(str(said[key])) if said.get(key) else texts["log_system"]
    found["subject"] = str(said.get("subject") or texts["log_results"])
    found["kind"] = str(said["kind"])
    return found


def _is_text(found: Mapping[str, Any], key: str) -> bool:
    return isinstance(found.get(key), str)


def cut(text: str) -> str:
    """Return a text short enough for a line; the record's own page has all of it."""
    return text if len(text) <= LONGEST_WHY else f"{text[: LONGEST_WHY - 1]}…"
