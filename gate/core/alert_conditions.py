"""What is looked at by the clock and not told by an entry: the disk, the age of training data, a silent gate."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from gate.core.alert_rules import Detail, Raised


class DiskLimits(NamedTuple):
    """Free room in per cent under which somebody is told (requirement E10)."""

    low: int
    critical: int


class Source(NamedTuple):
    """One source of training data; `attested_until_at`: QA has said that no changes are known until then."""

    id: str
    last_good_at: datetime
    attested_until_at: datetime | None


def disk_conditions(free: int, total: int, limits: DiskLimits) -> list[Raised]:
    """Return what stands of a disk with so many bytes free."""
    percent = free * 100 // max(total, 1)
    detail = {"percent": percent, "megabytes": free // 1_000_000}
    found = [("DISK_LOW", limits.low), ("DISK_CRITICAL", limits.critical)]
    return [Raised(rule, "disk", part_of="disk", detail=detail) for rule, limit in found if percent < limit]


def data_conditions(sources: Iterable[Source], now: datetime, warn_h: int, deny_h: int) -> list[Raised]:
    """Return which sources are old, and which are so old that every read is denied (requirement I4)."""
    found = []
    for source in sources:
        age = now - source.last_good_at
        attested = source.attested_until_at is not None and now < source.attested_until_at
        detail: Detail = {"hours": age // timedelta(hours=1), "source": source.id}
        if age > timedelta(hours=deny_h) and not attested:
            found.append(Raised("DATA_TOO_OLD", source.id, detail=detail))
        elif age > timedelta(hours=warn_h):
            found.append(Raised("DATA_OLD", source.id, detail=detail))
    return found


def gate_conditions(last_alive: datetime | None, now: datetime, silent_s: int) -> list[Raised]:
    """Return whether the reader process is silent; one that has never run is not installed yet."""
    if last_alive is None or abs(now - last_alive) <= timedelta(seconds=silent_s):
        return []
    return [Raised("GATE_SILENT", "gate")]
