"""Who was using which equipment, as the entries of the trail tell it: the record alone gives back what the gate saw.

Every joining, leaving and drop of an entitlement has an entry (requirement C7), so the open uses at any entry follow
from the entries up to it. The tables of present uses are not asked: they are not part of the chained record.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gate.core.audit import Kind
from gate.core.records import Member, Use
from gate.core.terms import Operation, Outcome

LEFT = frozenset({Kind.USE_LEFT.value, Kind.USE_ENDED.value, Kind.USE_CLOSED.value})
"""Kinds that end the membership which the entry `ref` began."""

DROPPED = frozenset({Kind.USE_EXPIRED.value, Kind.USE_WAITING.value, Kind.PERMISSIVE_DROPPED.value})
"""Kinds that take the entitlement from it; the person stays in the use."""

TOLD = frozenset({Kind.DECISION.value, *LEFT, *DROPPED})
"""Every kind that tells of uses."""


class UsesTold:
    """The open uses after the entries taken so far; they are taken in their order."""

    def __init__(self) -> None:
        self._members: dict[str, dict[int, Member]] = {}
        self._where: dict[int, tuple[str, str]] = {}
        """Entry that began a membership -> (equipment, person)."""
        self._of_person: dict[str, dict[int, str]] = {}

    def take(self, said: Mapping[str, Any]) -> None:
        """Let one entry count; entries that tell nothing of uses change nothing."""
        kind = said["kind"]
        if kind == Kind.DECISION:
            if said.get("outcome") == Outcome.ALLOW and "person" in said and "equipment" in said:
                self._join(said)
        elif kind in LEFT:
            self._leave(said.get("ref"))
        elif kind in DROPPED:
            self._drop(said.get("ref"))

    def use_of(self, equipment: str) -> Use | None:
        """Return the open use of an equipment; its id is the entry of the first who is still in it."""
        members = self._members.get(equipment)
        return Use(min(members), equipment, tuple(members.values())) if members else None

    def elsewhere(self, person: str, equipment: str) -> tuple[str, ...]:
        """Return the other equipment where the person is a member, in order of ids."""
        return tuple(sorted({at for at in self._of_person.get(person, {}).values() if at != equipment}))

    def _join(self, said: Mapping[str, Any]) -> None:
        seq, person, equipment = said["seq"], said["person"], said["equipment"]
        self._where[seq] = equipment, person
        self._of_person.setdefault(person, {})[seq] = equipment
        self._members.setdefault(equipment, {})[seq] = Member(
            id=seq,
            person_id=person,
            badge_id=said.get("badge", ""),
            operation=Operation(said["operation"]),
            joined_seq=seq,
            joined_at=datetime.fromisoformat(said["at"]),
            permissive=True,
            permissive_until_at=datetime.fromisoformat(said["until"]) if "until" in said else None,
        )

    def _leave(self, joined: int | None) -> None:
        where = self._where.pop(joined, None) if joined is not None else None
        if where is None or joined is None:
            return
        equipment, person = where
        del self._members[equipment][joined]
        del self._of_person[person][joined]
        if not self._members[equipment]:
            del self._members[equipment]
        if not self._of_person[person]:
            del self._of_person[person]

    def _drop(self, joined: int | None) -> None:
        where = self._where.get(joined) if joined is not None else None
        if where is not None and joined is not None:
            members = self._members[where[0]]
            members[joined] = replace(members[joined], permissive=False)
