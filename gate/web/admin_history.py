"""The history of one thing as the pages show it: each change with its fields in words, who, when and why."""

import sqlalchemy as sa

from gate.store.history import Change, Known, changes_of
from gate.web.formats import visible
from gate.web.pages import site
from gate.web.view import Viewer

FLAGS = frozenset({"exclusive", "excluding", "critical", "sterile"})
WORDS = {
    **{name: name for name in ("kind", "state", "language", "permissive", "mode", "scope")},
    "default_operation": "operation",
}
"""Field -> how the keys of its values begin."""

LONGEST_HISTORY = 200
"""Changes shown; what is older is in the trail."""


def history(table: sa.Table, id_: str) -> list[Change]:
    """Return every change of one thing, newest first."""
    with site().records.engine().connect() as connection:
        return changes_of(connection, table, id_)


def shown_history(changes: list[Change], view: Viewer) -> list[dict[str, object]]:
    """Return changes ready for a template."""
    return [_shown(change, view) for change in changes[:LONGEST_HISTORY]]


def since(changes: list[Change], opened: int) -> list[Change]:
    """Return what changed after a version."""
    return [change for change in changes if change.version > opened or (change.ended and change.version >= opened)]


def _shown(change: Change, view: Viewer) -> dict[str, object]:
    return {
        "seq": change.seq,
        "when": view.when(change.at) if change.at else None,
        "by": visible(change.by),
        "why": visible(change.why),
        "ended": change.ended,
        "fields": [
            {
                "name": view.texts.get(f"field_{name}", name),
                "old": said(name, old, view),
                "new": said(name, new, view),
            }
            for name, (old, new) in change.fields.items()
        ],
    }


def said(name: str, value: Known, view: Viewer) -> str:
    """Return a stored value in words; a code without words stays as it is."""
    if name in FLAGS:
        return view.texts["yes" if value else "no"]
    if value is None:
        return ""
    if name in WORDS:
        return view.texts.get(f"{WORDS[name]}_{value}", visible(str(value)))
    return visible(str(value))
