"""Read facts and open uses as the gate does, in as few words as a test can spare."""

from gate.core.records import Facts
from gate.core.terms import Operation
from gate.store.audit_trail import Trail
from gate.store.facts import FactReader
from gate.store.uses import add_member, open_use
from tests.scenarios.plant import P1
from tests.store.open_records import NOON, TORONTO, Records


def ask(
    records: Records, number: str = P1, machine: str = "TP-01", known: int | None = None, trail: Trail | None = None
) -> Facts:
    """Read the facts in a transaction of their own with a reader of their own."""
    used = trail or records.trail
    return read(used, FactReader(used, TORONTO), number, machine, known)


def read(trail: Trail, reader: FactReader, number: str = P1, machine: str = "TP-01", known: int | None = None) -> Facts:
    trail.begin()
    try:
        return reader.facts(number, machine, Operation.USE, known)
    finally:
        trail.rollback()


def join(trail: Trail, machine: str, person: str, seq: int) -> int:
    """Open a use with one member and return the use's id."""
    use = open_use(trail, machine, seq)
    add_member(
        trail,
        use_id=use,
        person_id=person,
        badge_id="B",
        operation=Operation.USE,
        decision_seq=seq,
        joined_at=NOON,
        valid_until_at=None,
        permissive_until_at=None,
        answered="actuated",
    )
    return use
