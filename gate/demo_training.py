"""What the people of the demo are trained on and since when, in dates around today: the plant is always alive."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from gate.demo_people import PEOPLE, DemoPerson

GMP = "GMP-ANNUAL"
GOWNING = "GOWN-D"

SOPS = {
    "HSG": ("SOP-GRN-014", "High-shear granulator, operation", "R4"),
    "FBD": ("SOP-GRN-021", "Fluid bed dryer, operation", "R3"),
    "MILL": ("SOP-GRN-033", "Conical mill, operation", "R2"),
    "BLEND": ("SOP-GRN-040", "Bin blender, operation", "R5"),
    "PRESS": ("SOP-CMP-007", "Rotary tablet press, operation", "R6"),
    "COATER": ("SOP-COT-012", "Pan coater, operation", "R3"),
    "BLISTER": ("SOP-PKG-009", "Blister line, operation", "R8"),
    "CARTON": ("SOP-PKG-017", "Cartoner, operation", "R2"),
}
"""Class -> its procedure with title and the revision in force."""

NEXT_REVISION = "R7"
"""Of the tablet press's procedure; it takes effect in some days."""

OLD_REVISION = "R5"

NEXT_EFFECTIVE_DAYS = 4

SOP_MONTHS, GMP_MONTHS, GOWNING_MONTHS = 24, 12, 12


def ojt_of(class_id: str) -> str:
    """Return the on-the-job training of an equipment class."""
    return f"OJT-{class_id}"


@dataclass(frozen=True, slots=True)
class DemoRecord:
    """One training record."""

    person: str
    item: str
    completed_on: date
    revision: str | None = None
    state: str = "passed"

    @property
    def id(self) -> str:
        """An id that stays the same however often the plant is written."""
        return "-".join(filter(None, (self.person, self.item, self.revision)))


def months_before(day: date, months: int) -> date:
    """Return the calendar day so many months earlier, clamped to the end of its month."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def training(today: date) -> Iterator[DemoRecord]:
    """Yield every training record of the plant."""
    for person in PEOPLE:
        if person.story != "visitor":
            yield from _records_of(person, today)


def _records_of(person: DemoPerson, today: date) -> Iterator[DemoRecord]:
    spread = timedelta(days=3 * person.number)
    recent = today - timedelta(days=40) - spread
    gmp_overdue = months_before(today, GMP_MONTHS) - timedelta(days=9)
    gown_expired = months_before(today, GOWNING_MONTHS) - timedelta(days=3)
    yield DemoRecord(person.id, GMP, gmp_overdue if person.story == "gmp_overdue" else recent)
    yield DemoRecord(person.id, GOWNING, gown_expired if person.story == "gown_expired" else recent)
    for class_id in person.classes:
        item, _, revision = SOPS[class_id]
        first = class_id == person.classes[0]
        yield DemoRecord(person.id, item, _sop_on(person, first, today, recent), _revision(person, class_id, revision))
        if person.story == "next_revision" and class_id == "PRESS":
            yield DemoRecord(person.id, item, today - timedelta(days=2), NEXT_REVISION)
        signed = "unsigned" if person.story == "ojt_unsigned" else "passed"
        yield DemoRecord(person.id, ojt_of(class_id), recent - timedelta(days=20), state=signed)


def _sop_on(person: DemoPerson, first: bool, today: date, recent: date) -> date:
    if first and person.story == "expires_soon":
        return months_before(today, SOP_MONTHS) + timedelta(days=6)
    if first and person.story in {"sop_expired", "override"}:
        return months_before(today, SOP_MONTHS) - timedelta(days=5)
    return recent


def _revision(person: DemoPerson, class_id: str, current: str) -> str:
    return OLD_REVISION if person.story == "old_revision" and class_id == "PRESS" else current
