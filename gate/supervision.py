"""Change what is on record: every act and its audit entry in one transaction."""

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.terms import Mode
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail


class RefusedError(Exception):
    """The act is refused; the text says what, why and what to do next, in English and, for the pages, in French."""

    def __init__(self, text_en: str, text_fr: str = "", field: str = "") -> None:
        super().__init__(text_en)
        self.text_en = text_en
        self.text_fr = text_fr or text_en
        self.field = field
        """The field of the form that it is about; empty: the whole."""

    def sentences(self, language: str) -> tuple[str, ...]:
        """Return every refusal in one language."""
        return (self.text_fr if language == "fr" else self.text_en,)


def change_mode(
    trail: Trail, equipment: str, mode: Mode, *, by: str, why: str, moment: Moment, signer: Signer | None = None
) -> int:
    """Set whether decisions withhold the equipment's start permissive, signed where it comes from a page.

    Returns the entry's number.

    Raises:
        RefusedError: the equipment is not on record, has this mode already, or no justification is given.
    """
    if not why.strip():
        raise RefusedError(
            "A change of mode needs a justification. Say why.",
            "Un changement de mode demande une justification. Dites pourquoi.",
            "justification",
        )
    with trail.transaction():
        before = _mode_before(trail, equipment, mode)
        entry = Entry(
            kind=Kind.CHANGE,
            moment=moment,
            equipment=equipment,
            subject=f"equipment:{equipment}",
            old={"mode": before.value},
            new={"mode": mode.value},
            by=by,
            why=why,
        )
        seq = trail.append(signed(entry, trail.zone, (signer, "changed mode")) if signer else entry)
        registry.set_mode(trail, equipment, mode, seq)
    return seq


def _mode_before(trail: Trail, equipment: str, mode: Mode) -> Mode:
    before = registry.current_mode(trail, equipment)
    if before is None:
        raise RefusedError(
            f"Equipment {equipment} is not on record. Load it with: gate load PLANT.toml.",
            f"L’équipement {equipment} n’est pas au registre.",
        )
    if before is mode:
        raise RefusedError(
            f"Equipment {equipment} is in mode {mode} already. Nothing was changed.",
            f"L’équipement {equipment} est déjà dans le mode {mode}. Rien n’a été changé.",
        )
    return before
