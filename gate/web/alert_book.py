"""Put into the records what the alerts have found, in one short transaction: raised, once more, ended, to be sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gate.core.alert_routes import HOLD_OFF, Route, wants
from gate.core.alert_rules import PART_OF, RULES, TIMED, Change, Ended, Raised
from gate.settings import Settings
from gate.store.alert_deliveries import add_delivery, last_to
from gate.store.alerts import Alert, NewAlert, add_alert, count_again, end_alert, newest_seq, not_ended
from gate.store.audit_trail import Trail
from gate.web.alert_messages import alert_message

TOO_LATE = timedelta(hours=24)
"""What happened longer ago, while nobody was looking, is shown on the page and sent to nobody."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One change with when it was; `seq` None: found by looking, and not told by an entry."""

    change: Change
    at: datetime
    seq: int | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are: what each reader serves, and in which area each equipment stands."""

    equipment_of: Mapping[str, str]
    area_of: Mapping[str, str]


class Book:
    """One round's changes in an open transaction."""

    def __init__(self, trail: Trail, places: Places, now: datetime) -> None:
        self._trail = trail
        self._places = places
        self._now = now
        self._standing = not_ended(trail)
        self._new: dict[tuple[str, str], Raised] = {}

    def note(self, happened: Iterable[Happened]) -> None:
        """Take over what has happened, in its order; what was taken over before is not taken over again."""
        for one in happened:
            if isinstance(one.change, Ended):
                self._end(one.change.rule, one.change.subject, one.at)
            else:
                self._raise(one.change, one.at, one.seq)

    def settle(self, conditions: Sequence[Raised], not_yet: frozenset[str] = frozenset()) -> None:
        """Take over what was found by looking: what is no longer found has ended; `not_yet` rules raise nothing new."""
        found = {(one.rule, one.subject): one for one in conditions}
        for key in [key for key in self._standing if key[0] in TIMED and key not in found]:
            self._end(*key, self._now)
        for key, one in found.items():
            if key not in self._standing and one.rule not in not_yet:
                self._raise(one, self._now, None)

    def quiet(self) -> datetime | None:
        """End what has been quiet for long enough; return when the next will have been."""
        ends = []
        for (rule, subject), alert in list(self._standing.items()):
            quiet_s = RULES[rule].quiet_s if rule in RULES else 0
            if quiet_s is None:
                continue
            at = alert.last_at + timedelta(seconds=quiet_s)
            if at <= self._now:
                self._end(rule, subject, self._now)
            else:
                ends.append(at)
        return min(ends, default=None)

    def send(self, routes: Sequence[Route], settings: Settings) -> None:
        """Let every address be told that wants to hear of what is new, still stands and is said by nothing graver."""
        for key, raised in self._new.items():
            alert = self._standing.get(key)
            if alert is None or self._is_part(raised) or self._now - alert.raised_at > TOO_LATE:
                continue
            local = self._now.astimezone(settings.zone).time()
            for route in routes:
                if wants(route, alert.severity, alert.area_id, local):
                    at = self._when(alert, route)
                    subject, body = alert_message(alert, settings, route.channel)
                    add_delivery(self._trail, alert.id, route.channel, route.target, subject, body, at)

    @property
    def timed(self) -> frozenset[tuple[str, str]]:
        """What stands of the rules that are looked at."""
        return frozenset(key for key in self._standing if key[0] in TIMED)

    def _raise(self, raised: Raised, at: datetime, seq: int | None) -> None:
        key = (raised.rule, raised.subject)
        equipment = raised.equipment or self._places.equipment_of.get(raised.reader or "")
        detail = {**raised.detail, **({"reader": raised.reader} if raised.reader else {})}
        standing = self._standing.get(key)
        if standing is not None:
            if seq is not None and seq > (standing.last_seq or 0):
                count_again(self._trail, standing, at, seq, detail)
                self._standing[key] = _later(standing, at, seq)
        elif seq is None or seq > newest_seq(self._trail, *key):
            area = self._places.area_of.get(equipment or "")
            new = NewAlert(raised.rule, raised.subject, area, equipment, at, seq, detail)
            self._standing[key] = add_alert(self._trail, new)
            self._new[key] = raised

    def _end(self, rule: str, subject: str, at: datetime) -> None:
        alert = self._standing.pop((rule, subject), None)
        if alert is not None:
            end_alert(self._trail, alert.id, at)

    def _is_part(self, raised: Raised) -> bool:
        whole = PART_OF.get(raised.rule)
        return whole is not None and (whole, raised.part_of) in self._standing

    def _when(self, alert: Alert, route: Route) -> datetime:
        """A reader with a loose plug comes and goes all night; who was told of it is not told again at once."""
        if RULES[alert.rule].quiet_s is not None:
            return self._now
        last = last_to(self._trail, alert.rule, alert.subject, route.target)
        return self._now if last is None or last > self._now else max(self._now, last + HOLD_OFF)


def _later(alert: Alert, at: datetime, seq: int) -> Alert:
    return replace(alert, last_at=max(alert.last_at, at), last_seq=seq, times=alert.times + 1)
