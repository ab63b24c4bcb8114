"""Who is told of an alert: by severity, area and time of day; and when a delivery is tried again."""

from dataclasses import dataclass
from datetime import time, timedelta

from gate.core.alert_rules import RANK

TRIES = 10
FIRST_WAIT_S, LONGEST_WAIT_S = 15, 3600
"""A mail server that is started anew is back within a minute; one that is down for a night is asked every hour."""

HOLD_OFF = timedelta(minutes=15)
"""The same cause at the same place is sent to one address at most this often, however often it comes and goes."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address with what it wants to hear of."""

    channel: str
    target: str
    severity: str
    """The least grave that is sent."""
    areas: frozenset[str] = frozenset()
    """Empty: all."""
    window_from: time | None = None
    window_until: time | None = None
    """Local times of day, from including to excluding, past midnight where until is earlier; None: always."""


def wants(route: Route, severity: str, area: str | None, local: time) -> bool:
    """Tell whether an alert goes to this address; one that belongs to no area concerns everybody."""
    grave = RANK[severity] <= RANK[route.severity]
    here = not route.areas or area is None or area in route.areas
    return grave and here and _within(route, local)


def _within(route: Route, local: time) -> bool:
    begin, end = route.window_from, route.window_until
    if begin is None or end is None or begin == end:
        return True
    return begin <= local < end if begin < end else local >= begin or local < end


def wait_s(tries: int) -> int | None:
    """Return how long to wait after so many vain tries; None: no further try."""
    if tries >= TRIES:
        return None
    return min(FIRST_WAIT_S << 2 * (tries - 1), LONGEST_WAIT_S)
