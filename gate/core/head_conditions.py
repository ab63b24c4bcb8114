"""When signed heads call for somebody: nothing is signed any more, or a witness has fallen silent."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from gate.core.alert_rules import Detail, Raised

SEALED_WITHIN = timedelta(minutes=45)
"""Three times the quarter of an hour after which an idle gate signs again."""

HEARD_WITHIN = timedelta(hours=2)
"""A witness that is restarted or moved is back within this; in the meantime nothing is lost."""


class Silent(NamedTuple):
    """A witness that has cosigned nothing since an instant; one that refuses is told of by its entry."""

    name: str
    since: datetime


def head_conditions(sealed_at: datetime | None, silent: Iterable[Silent], now: datetime) -> list[Raised]:
    """Return what stands; a gate that has never signed a head is not set up for it yet."""
    found = []
    if sealed_at is not None and now - sealed_at > SEALED_WITHIN:
        found.append(Raised("HEAD_UNSIGNED", "head", detail={"minutes": (now - sealed_at) // timedelta(minutes=1)}))
    for witness in silent:
        if now - witness.since > HEARD_WITHIN:
            detail: Detail = {"witness": witness.name, "hours": (now - witness.since) // timedelta(hours=1)}
            found.append(Raised("WITNESS_SILENT", witness.name, detail=detail))
    return found
