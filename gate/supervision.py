"""Change what is on record: every act and its audit entry in one transaction."""

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.terms import Mode
from gate.store import registry
from gate.store.audit_trail import Trail


class RefusedError(Exception):
    """The act is refused; the text says what, why and what to do next."""


def change_mode(trail: Trail, equipment: str, mode: Mode, *, by: str, why: str, moment: Moment) -> int:
    """Set whether decisions withhold the equipment's start permissive; return the entry's number.

    Raises:
        RefusedError: the equipment is not on record, has this mode already, or no justification is given.
    """
    if not why.strip():
        raise RefusedError("A change of mode needs a justification. Say why with --why.")
    trail.begin()
    try:
        before = registry.current_mode(trail, equipment)
        if before is None:
            raise RefusedError(f"Equipment {equipment} is not on record. Load it with: gate load PLANT.toml.")
        if before is mode:
            raise RefusedError(f"Equipment {equipment} is in mode {mode} already. Nothing was changed.")
        seq = trail.append(
            Entry(
                kind=Kind.CHANGE,
                moment=moment,
                equipment=equipment,
                subject=f"equipment:{equipment}",
                old={"mode": before.value},
                new={"mode": mode.value},
                by=by,
                why=why,
            )
        )
        registry.set_mode(trail, equipment, mode, seq)
        trail.commit()
    except BaseException:
        trail.rollback()
        raise
    return seq
