"""Decide past reads again from what was known then: the same rules, the same facts, the same answer (requirement E7).

The facts are those known just before the entry. What no row says, the entry carries: the start it was made under, an
operation that was chosen, the EQ_BUSY that a hand-over answers, an unsound trail. 21 CFR 11.10(a) asks for the ability
to discern altered records; a replay finds what a hash chain cannot: facts that were changed beside the chain, and a
chain that was written anew over a changed answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from gate.core.audit import Json, Kind, timestamp
from gate.core.checks import as_carried
from gate.core.decision import decide
from gate.core.equipment_use import REPEAT_US, Answered, Interpretation, Meaning, interpret, permissive_until
from gate.core.records import Decision, Facts, Moment
from gate.core.terms import BadgeState, Operation, Outcome
from gate.entries import decision_evidence, mode_of
from gate.store.audit_trail import Trail
from gate.store.decision_shape import is_decision
from gate.store.past_facts import PastFacts
from gate.store.schema import audit_trail
from gate.store.trail_bytes import Said, said_of

BEFORE_THE_RULES = frozenset({"BADGE_UNREADABLE", "READ_LATE", "SYS_LOG_FAIL", "SYS_ERROR"})
"""Reasons of a read that was refused before the rules were asked: there is nothing to decide again."""

READING_US = 1_000_000
"""The boot clock is read a little after the clock that measures the 10 s of badge-again: this much may lie between."""

_ONE = sa.select(audit_trail.c.data).where(audit_trail.c.seq == sa.bindparam("seq", type_=sa.Integer))


class Verdict(StrEnum):
    """What deciding again came to."""

    SAME = "same"
    DIFFERENT = "different"
    REFUSED = "refused"
    """Refused before the rules were asked."""
    NOT_REPLAYABLE = "not_replayable"
    """Made by a release whose entries do not carry what is needed; nothing is claimed of it."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision made again: what differs, as (field, recorded, again)."""

    seq: int
    verdict: Verdict
    differences: tuple[tuple[str, Json, Json], ...] = ()
    facts: Facts | None = None
    moment: Moment | None = None
    decision: Decision | None = None

    def in_words(self) -> str:
        """Return what differs in one line."""
        return "; ".join(f"{name}: recorded {_shown(old)}, now {_shown(new)}" for name, old, new in self.differences)


class Replayer:
    """Decides entries again; the trail must be in a snapshot, and the uses of `past` stand as they were before each."""

    def __init__(self, trail: Trail, past: PastFacts) -> None:
        self._trail = trail
        self._past = past
        self._starts: dict[int, Said | None] = {}

    def again(self, said: Said) -> Replayed:
        """Decide one entry of kind `decision` again; one that cannot have been written by a gate is different."""
        if not is_decision(said):
            return _different(said["seq"], "entry", "what no gate writes", None)
        try:
            return self._again(said)
        except ZoneInfoNotFoundError:
            return _different(said["seq"], "zone", said["zone"], None)

    def _again(self, said: Said) -> Replayed:
        seq, evidence = said["seq"], said.get("evidence")
        if evidence is None:
            return _refused(said)
        if "start" not in evidence:
            return Replayed(seq, Verdict.NOT_REPLAYABLE)
        plan = self._plan(seq, evidence["start"])
        if plan is None:
            return _different(seq, "start", evidence["start"], None)
        facts, moment = self._facts(said, plan), moment_of_entry(said)
        facts, meaning = self._as_meant(said, facts, moment)
        if meaning.meaning is not Meaning.DECIDE:
            return _different(seq, "meaning", Meaning.DECIDE.value, meaning.meaning.value)
        decision = decide(facts, moment)
        differences = tuple(_differences(said, facts, decision, meaning, moment))
        verdict = Verdict.DIFFERENT if differences else Verdict.SAME
        return Replayed(seq, verdict, differences, facts, moment, decision)

    def _facts(self, said: Said, plan: Mapping[str, Any]) -> Facts:
        """Return the facts as known just before the entry."""
        known = said["seq"] - 1
        number = self._past.number_of(said["badge"], known) if "badge" in said else None
        if number is None and "subject" in said:
            number = self._past.number_behind(str(said["subject"]))
        asked = Operation(said["evidence"]["asked"]) if "asked" in said["evidence"] else None
        facts = self._past.facts(number or "", str(said.get("equipment", "")), asked, known)
        data = replace(facts.data, warn_after_s=plan["warn_after_s"], deny_after_s=plan["deny_after_s"])
        zone = facts.zone if said.get("zone") == facts.zone.key else _zone(str(said.get("zone")))
        facts = replace(
            facts, zone=zone, data=data, shift_s=plan["shift_s"], trail_sound="unsound" not in said["evidence"]
        )
        return as_carried(facts, datetime.fromisoformat(said["at"]))

    def _as_meant(self, said: Said, facts: Facts, moment: Moment) -> tuple[Facts, Interpretation]:
        """Return the facts with what the read meant at the equipment: a question, coming back, taking over."""
        holder = facts.person.id if facts.person and facts.badge and facts.badge.state is BadgeState.ACTIVE else None
        last = self._answered(said, moment)
        meaning = interpret(holder, facts.use, last, moment.boot_us if last is None else last.at_us)
        if meaning.resuming or meaning.taking_over:
            facts = replace(facts, resuming=meaning.resuming, taking_over=meaning.taking_over)
        return facts, meaning

    def _answered(self, said: Said, moment: Moment) -> Answered | None:
        """Return the EQ_BUSY that the entry says it answers, if there is such an entry of the moment before."""
        after = said["evidence"].get("after")
        before = self._said(after) if isinstance(after, int) and after < said["seq"] else None
        if before is None or before.get("kind") != Kind.DECISION or before.get("equipment") != said.get("equipment"):
            return None
        elapsed = moment.boot_us - before["boot_us"]
        if before.get("boot") != moment.boot_id or not 0 <= elapsed < REPEAT_US + READING_US:
            return None
        return Answered(
            person_id=str(before.get("person")),
            outcome=Outcome(before["outcome"]),
            reasons=tuple(before["reasons"]),
            at_us=before["boot_us"],
            operation=Operation(before["operation"]),
            decision_seq=before["seq"],
            params={},
        )

    def _plan(self, seq: int, started_seq: int) -> Mapping[str, Any] | None:
        """Return what the configuration said, from the start entry that the decision names."""
        if started_seq not in self._starts:
            self._starts = {started_seq: self._said(started_seq)}
        started = self._starts[started_seq]
        if started is None or started_seq >= seq or started["kind"] != Kind.START:
            return None
        plan: Mapping[str, Any] | None = (started.get("detail") or {}).get("plan")
        return plan

    def _said(self, seq: int) -> Said | None:
        row = self._trail.run(_ONE, {"seq": seq}).fetchone()
        return said_of(row[0]) if row else None


def moment_of_entry(said: Said) -> Moment:
    """Return the instant of an entry as it was judged then."""
    clock = str(said["clock"])
    at = datetime.fromisoformat(said["at"])
    return Moment(at, said["boot"], said["boot_us"], trusted=not clock.endswith(":untrusted"), clock=clock)


def _refused(said: Said) -> Replayed:
    """A read refused before the rules were asked says so itself; any other entry without evidence is none of ours."""
    reasons = said.get("reasons") or []
    sound = said.get("outcome") == Outcome.DENY and len(reasons) == 1 and reasons[0] in BEFORE_THE_RULES
    return Replayed(said["seq"], Verdict.REFUSED) if sound else _different(said["seq"], "evidence", None, "missing")


def _different(seq: int, name: str, recorded: Json, again: Json) -> Replayed:
    return Replayed(seq, Verdict.DIFFERENT, ((name, recorded, again),))


def _differences(
    said: Said, facts: Facts, decision: Decision, meaning: Interpretation, moment: Moment
) -> list[tuple[str, Json, Json]]:
    again = answer_of(facts, decision, meaning, moment)
    recorded = {name: said.get(name) for name in again}
    recorded["warnings"] = (said.get("detail") or {}).get("warnings")
    recorded["evidence"] = {name: value for name, value in said["evidence"].items() if name not in CARRIED}
    return [(name, recorded[name], again[name]) for name in again if recorded[name] != again[name]]


CARRIED = frozenset({"start", "asked", "after", "unsound"})
"""Keys of the evidence that are inputs and no result."""


def answer_of(facts: Facts, decision: Decision, meaning: Interpretation, moment: Moment) -> dict[str, Json]:
    """Return everything that a decision's entry says of the answer, as it would stand there."""
    until = None
    if decision.outcome is Outcome.ALLOW and facts.equipment is not None:
        joined_at = meaning.member.joined_at if meaning.member and not meaning.resuming else moment.at
        until = timestamp(permissive_until(facts.equipment, decision, joined_at, moment.at))
    return {
        "person": facts.person.id if facts.person else None,
        "badge": facts.badge.id if facts.badge else None,
        "mode": mode_of(facts).value,
        "operation": decision.operation.value,
        "outcome": decision.outcome.value,
        "reasons": list(decision.reasons) or None,
        "until": until,
        "data_as_of": timestamp(facts.data.as_of) if facts.data.as_of else None,
        "warnings": list(decision.warnings) or None,
        "evidence": decision_evidence(decision),
    }


@lru_cache(maxsize=8)
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def _shown(value: Json) -> str:
    return "nothing" if value is None else str(value)
