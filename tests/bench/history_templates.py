"""The templates of a made history: each is what the product's own functions make of one read, follow-up or refusal."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from gate.access import with_plan
from gate.core.audit import Entry, Kind, timestamp
from gate.core.decision import decide
from gate.core.records import Decision, Facts, Override
from gate.core.terms import Mode, Operation, Outcome
from gate.desk import Desk
from gate.entries import decision_entry, follow_up, refusal_entry
from gate.readers.orders import Read
from tests.bench import plant
from tests.bench.history_lines import EPOCH, MARK_AS_OF, MARK_REF, MARK_UNTIL, MARK_USE, MARKED, Line, Writer


class Templates:
    """One line for each thing that can happen to a person at a machine, made when it first happens."""

    def __init__(self, desk: Desk, writer: Writer, size: plant.Size, begins_at: datetime) -> None:
        self._desk, self._writer, self._size, self._begins_at = desk, writer, size, begins_at
        self.line = lru_cache(maxsize=None)(self._made_line)
        self._facts = lru_cache(maxsize=None)(self._read_facts)

    def _made_line(self, how: str, person: int, machine: int, override: Override | None = None) -> Line:
        entry = self._follow_up(how, person, machine) or self._refusal(how, machine)
        if entry is None:
            facts = self._facts(person, machine)
            facts = replace(facts, overrides=(override,)) if override else facts
            decision = decide(facts, self._writer.moment(_ms(override.starts_at if override else self._begins_at)))
            expected = Outcome.DENY if how == "deny" else Outcome.ALLOW
            if decision.outcome is not expected:
                raise AssertionError(f"the plant of the history decides {decision.reasons} where it should {how}")
            decision = replace(decision, reasons=("ALLOW_JOIN",)) if how == "allow_join" else decision
            entry = self._decided(facts, decision, person, machine)
        return self._writer.line(entry)

    def _read_facts(self, person: int, machine: int) -> Facts:
        desk = self._desk
        facts = with_plan(desk, desk.facts.facts(plant.badge_number(person), plant.equipment_id(machine), None))
        return replace(facts, overrides=(), data=replace(facts.data, as_of=self._begins_at))

    def _decided(self, facts: Facts, decision: Decision, person: int, machine: int) -> Entry:
        until = MARK_UNTIL if decision.outcome is Outcome.ALLOW else None
        read = _read(machine, plant.badge_number(person))
        facts = replace(facts, data=replace(facts.data, as_of=MARK_AS_OF))
        decision = replace(decision, evidence={**decision.evidence, "data_as_of": timestamp(MARK_AS_OF)})
        return decision_entry(read, facts, decision, MARKED, until=until, subject=None)

    def _follow_up(self, how: str, person: int, machine: int) -> Entry | None:
        if how == "actuated":
            return follow_up(Kind.ACTUATED, MARKED, MARK_REF)
        if how not in {"left", "ended"}:
            return None
        return Entry(
            kind=Kind.USE_ENDED if how == "ended" else Kind.USE_LEFT,
            moment=MARKED,
            person=plant.person_id(person),
            badge=f"B{person}",
            equipment=plant.equipment_id(machine),
            use=MARK_USE,
            operation=Operation.USE,
            ref=MARK_REF,
            detail={"cause": "badge_out"},
        )

    def _refusal(self, how: str, machine: int) -> Entry | None:
        mode = Mode.SHADOW if machine >= self._size.equipment - self._size.shadow else Mode.ENFORCE
        if how == "unreadable":
            entry = refusal_entry(_read(machine, None), "BADGE_UNREADABLE", MARKED, facts=None, why="parity")
            return replace(entry, mode=mode)
        if how.startswith("unknown "):
            _, number, mark = how.split()
            entry = refusal_entry(_read(machine, number), "BADGE_UNKNOWN", MARKED, facts=None, subject=mark)
            return replace(entry, mode=mode)
        return None


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _read(machine: int, number: str | None) -> Read:
    reading = plant.reading(MARKED)
    cause = "" if number else "parity"
    return Read(f"R-{machine:04d}", plant.equipment_id(machine), number, cause, False, None, reading, 0.0)
