"""Why a read was denied, requirement by requirement, from the evidence that the decision left on record."""

from dataclasses import dataclass

import sqlalchemy as sa

from gate.store.schema import item_revisions, items, training_records
from gate.web.formats import visible
from gate.web.next_steps import next_step
from gate.web.override_reading import Denied
from gate.web.reason_texts import reason_text
from gate.web.view import Viewer


@dataclass(frozen=True, slots=True)
class Unmet:
    """One requirement or condition that is not met: what it is, why, and what is on record about it."""

    name: str
    why: str
    note: str


@dataclass(frozen=True, slots=True)
class Why:
    """Everything that is not met, and the names of the requirements that are."""

    unmet: tuple[Unmet, ...]
    met: tuple[str, ...]


def why_denied(connection: sa.Connection, found: Denied, view: Viewer) -> Why:
    """Return what the decision was made of: unmet requirements, what else failed, and what was met."""
    titles = _titles(connection, {row[0] for row in found.requirements})
    unmet, met, explained = [], [], set()
    for version, record, revision, *reason in found.requirements:
        name = titles.get(version, "")
        if not reason:
            met.append(name)
            continue
        explained.add(reason[0])
        note = _on_record(connection, record, view)
        named = f"{name} {_revision(connection, revision)}".strip()
        unmet.append(Unmet(named, reason_text(reason[0], view.language), note))
    others = [
        Unmet(reason_text(code, view.language), "", next_step(code, view.language))
        for code in found.reasons
        if code not in explained
    ]
    return Why((*unmet, *others), tuple(name for name in met if name))


def _titles(connection: sa.Connection, versions: set[int]) -> dict[int, str]:
    rows = connection.execute(
        sa.select(items.c.version, items.c.id, items.c.title).where(items.c.version.in_(versions))
    )
    return {row.version: visible(f"{row.title}, {row.id}") for row in rows}


def _revision(connection: sa.Connection, version: int) -> str:
    if not version:
        return ""
    wanted = sa.select(item_revisions.c.revision).where(item_revisions.c.version == version)
    return visible(connection.execute(wanted).scalar() or "")


def _on_record(connection: sa.Connection, version: int, view: Viewer) -> str:
    """Return what the training record says that decided."""
    if not version:
        return view.texts["ov_no_record"]
    columns = (training_records.c.id, training_records.c.completed_on, training_records.c.expires_on)
    row = connection.execute(sa.select(*columns).where(training_records.c.version == version)).first()
    if row is None:
        return ""
    done = view.texts["ov_record_done"].format(day=row.completed_on) if row.completed_on else ""
    ended = view.texts["ov_record_ends"].format(day=row.expires_on) if row.expires_on else ""
    return " ".join(filter(None, (done, ended, view.texts["ov_record_id"].format(id=visible(row.id)))))
