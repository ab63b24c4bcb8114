"""Save filters of the access log under a name, and end them: each an act on record."""

import sqlalchemy as sa

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.override_acts import new_id
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.log_schema import saved_views
from gate.supervision import RefusedError

MOST = 12
"""Views of one account: more tabs are read by nobody."""
LONGEST_NAME, LONGEST_QUERY = 40, 1500

_OWN = sa.select(saved_views.c.id, saved_views.c.name).where(
    saved_views.c.account_id == sa.bindparam("owner"), saved_views.c.known_to.is_(None)
)


def save_view(trail: Trail, name: str, query: str, *, by: str, moment: Moment) -> str:
    """Keep what the log was asked under a name, for this account alone; return the id of the view.

    Raises:
        RefusedError: the name is empty, too long or taken, nothing was filtered, or there are too many.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    name = " ".join(name.split())
    with trail.transaction():
        _refuse(name, query, [row[1] for row in trail.run(_OWN, {"owner": by}).fetchall()])
        view_id = new_id(moment.at)
        new = {"name": name, "query": query}
        entry = Entry(kind=Kind.CHANGE, moment=moment, subject=f"saved_view:{view_id}", new=new, by=by)
        seq = trail.append(entry)
        registry.put(trail, saved_views, view_id, {"account_id": by, **new}, seq)
        return view_id


def end_view(trail: Trail, view_id: str, *, by: str, moment: Moment) -> int:
    """End a view; nobody ends another's. Return the entry's number.

    Raises:
        RefusedError: this account has no such view.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    with trail.transaction():
        held = registry.current(trail, saved_views, view_id)
        if held is None or held["account_id"] != by:
            raise RefusedError(
                "You have no such view (any more). Nothing was changed.",
                "Vous n’avez pas (ou plus) cette vue. Rien n’a été changé.",
            )
        old = {"name": held["name"], "query": held["query"]}
        seq = trail.append(Entry(kind=Kind.CHANGE, moment=moment, subject=f"saved_view:{view_id}", old=old, by=by))
        registry.close(trail, saved_views, view_id, seq)
        return seq


def _refuse(name: str, query: str, names: list[str]) -> None:
    if not name or len(name) > LONGEST_NAME:
        raise RefusedError(
            f"Give the view a name of at most {LONGEST_NAME} characters.",
            f"Donnez à la vue un nom d’au plus {LONGEST_NAME} caractères.",
            "name",
        )
    if name.casefold() in {taken.casefold() for taken in names}:
        raise RefusedError(
            "You have a view of this name. Give it another one, or end the old view first.",
            "Vous avez une vue de ce nom. Donnez-en un autre, ou supprimez d’abord l’ancienne.",
            "name",
        )
    if not query or len(query) > LONGEST_QUERY:
        raise RefusedError(
            "Nothing is filtered yet. Choose filters, apply them, then save.",
            "Rien n’est filtré encore. Choisissez des filtres, appliquez-les, puis enregistrez.",
            "name",
        )
    if len(names) >= MOST:
        raise RefusedError(
            f"You have {MOST} views. End one of them first.",
            f"Vous avez {MOST} vues. Supprimez-en une d’abord.",
            "name",
        )
