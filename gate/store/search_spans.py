"""How the search index is cut into volumes: aligned spans of entry numbers, sixteen of which make one of the next."""

from collections.abc import Sequence
from typing import NamedTuple

SPAN, FAN = 4096, 16
"""Entries of the smallest volume, and how many volumes make one of the next level."""

TOP_LEVEL = 3
"""Volumes of the highest level cover 16 million entries; they are not merged further."""

BUILT_AT_ONCE = 1
"""Level of the volumes that are made at once from what was never indexed."""


class Volume(NamedTuple):
    """One part of the index: the entries it covers, and the leaf of the last one when it was read."""

    id: int
    level: int
    first: int
    last: int
    leaf: bytes


def span_of(level: int) -> int:
    """Return how many entries a volume of a level covers."""
    return int(SPAN * FAN**level)


def unbroken(volumes: Sequence[Volume], end: int) -> list[Volume]:
    """Return the volumes that lie before an entry without a gap, the newest first."""
    found, wanted = [], end if end > 1 else 0
    for volume in sorted(volumes, key=lambda one: one.first, reverse=True):
        if volume.last + 1 == wanted:
            found.append(volume)
            wanted = volume.first
    return found


def hole(volumes: Sequence[Volume], end: int) -> tuple[int, int] | None:
    """Return level and first entry of the newest span before `end` that no volume covers, as large as fits."""
    covered = {start for volume in volumes for start in range(volume.first, volume.last, SPAN)}
    whole = end // SPAN * SPAN
    missing = next((start for start in range(whole - SPAN, -1, -SPAN) if start not in covered), None)
    if missing is None:
        return None
    for level in range(BUILT_AT_ONCE, 0, -1):
        first = missing // span_of(level) * span_of(level)
        if first + span_of(level) <= whole and covered.isdisjoint(range(first, first + span_of(level), SPAN)):
            return level, first
    return 0, missing


def mergeable(volumes: Sequence[Volume]) -> tuple[int, list[Volume]] | None:
    """Return the level of a new volume and the parts that fill its span, None where no span is full."""
    for level in range(TOP_LEVEL):
        by_parent: dict[int, list[Volume]] = {}
        for volume in sorted(volumes, key=lambda one: one.first):
            if volume.level == level:
                by_parent.setdefault(volume.first // span_of(level + 1), []).append(volume)
        whole = next((parts for parts in by_parent.values() if len(parts) == FAN), None)
        if whole:
            return level + 1, whole
    return None
