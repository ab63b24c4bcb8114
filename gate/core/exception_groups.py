"""Like exceptions in groups: what one reviewer looks at once and decides once (requirement H4)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gate.core.exception_memory import Finding
from gate.core.review_rule_table import RULES

MOST = 500
"""Exceptions in one group; more make another, so that no row and no page grows without bound."""

SHOWN = 20
"""Entries of a group that are named."""

_RANK = {rule: number for number, rule in enumerate(RULES)}


@dataclass(frozen=True, slots=True)
class Group:
    """Exceptions of one rule that are like each other."""

    id: str
    """The rule and the mark of the first of them."""
    first: Finding
    """The first of them, with the people, times and duration of all."""
    marks: tuple[str, ...]
    """The names of each of them under the rule."""
    shown: tuple[int, ...]
    """The first entries that show them."""

    @property
    def rule(self) -> str:
        """The rule's id."""
        return self.first.rule

    @property
    def parts(self) -> frozenset[str]:
        """Everybody who had a part in one of them."""
        return self.first.parts


def grouped(found: Iterable[Finding]) -> tuple[Group, ...]:
    """Return the groups, the most serious rule first and within it in order of number."""
    open_groups: dict[tuple[str, ...], _Growing] = {}
    full: list[_Growing] = []
    for one in found:
        growing = open_groups.get(one.key)
        if growing is None:
            open_groups[one.key] = _Growing(one)
            continue
        growing.add(one)
        if len(growing.marks) == MOST:
            full.append(open_groups.pop(one.key))
    groups = [growing.made() for growing in (*full, *open_groups.values())]
    return tuple(sorted(groups, key=lambda group: (_RANK[group.rule], group.first.seq)))


class _Growing:
    """A group as it is being collected."""

    def __init__(self, first: Finding) -> None:
        self.first = first
        self.marks = [first.mark]
        self.shown = list(first.seqs[:SHOWN])
        self.times, self.lasted_s = first.times, first.lasted_s
        self.since, self.until = first.since, first.until
        self.parts: set[str] = set(first.parts)

    def add(self, one: Finding) -> None:
        """Take in another of the same key."""
        self.marks.append(one.mark)
        self.shown += one.seqs[: SHOWN - len(self.shown)]
        self.times += one.times
        self.lasted_s += one.lasted_s
        self.since, self.until = min(self.since, one.since), max(self.until, one.until)
        self.parts |= one.parts

    def made(self) -> Group:
        """Return the group."""
        first = replace(
            self.first,
            times=self.times,
            lasted_s=self.lasted_s,
            since=self.since,
            until=self.until,
            parts=frozenset(self.parts),
        )
        return Group(f"{first.rule}-{first.mark}", first, tuple(self.marks), tuple(sorted(set(self.shown))))
