"""What a preview says: who would lose and who would gain, for which machines, and what they would miss."""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.core.effect import Affected, Effect, Missing
from gate.sights import fingerprint, people_of
from gate.store.picture import Known
from gate.web.formats import visible
from gate.web.reason_texts import reason_text
from gate.web.training_area import named, operation_word
from gate.web.view import Viewer

MOST_SHOWN = 200
"""People listed by name on the page; the number is always the whole one."""


@dataclass(frozen=True, slots=True)
class Touched:
    """One person of the preview."""

    id: str
    name: str
    what: tuple[tuple[str, tuple[str, ...]], ...]
    """Operations, each with its machines."""
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectView:
    """The preview, ready for a template; the fingerprint goes into the form."""

    losing: tuple[Touched, ...]
    gaining: tuple[Touched, ...]
    losing_number: int
    gaining_number: int
    fingerprint: str


def effect_view(found: Effect, known: Known, view: Viewer) -> EffectView:
    """Show an effect with names."""
    return EffectView(
        losing=_touched(found.losing, known, view),
        gaining=_touched(found.gaining, known, view),
        losing_number=len(people_of(found.losing)),
        gaining_number=len(people_of(found.gaining)),
        fingerprint=fingerprint(found),
    )


def missing_words(missing: tuple[Missing, ...], known: Known, view: Viewer) -> tuple[str, ...]:
    """Say each missing thing once: the item with its title, and why."""
    items = known.picture.items
    return tuple(dict.fromkeys(_missing_word(one, items, view) for one in missing))


def _missing_word(one: Missing, items: Mapping[str, object], view: Viewer) -> str:
    reason = reason_text(one.reason, view.language)
    if not one.item_id:
        return view.texts["tr_no_set"]
    title = getattr(items.get(one.item_id), "title", "")
    return view.texts["reason_of"].format(reason=reason, items=visible(f"{one.item_id} {title}".strip()))


def _touched(affected: tuple[Affected, ...], known: Known, view: Viewer) -> tuple[Touched, ...]:
    by_person: dict[str, list[Affected]] = {}
    for one in affected:
        by_person.setdefault(one.person_id, []).append(one)
    rows = [_one(person, mine, known, view) for person, mine in by_person.items()]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.id))[:MOST_SHOWN])


def _one(person: str, mine: list[Affected], known: Known, view: Viewer) -> Touched:
    what = tuple(dict.fromkeys(_what(one, known, view) for one in mine))
    missing = missing_words(tuple(missing for one in mine for missing in one.missing), known, view)
    return Touched(visible(person), named(known.people, person), what, missing)


def _what(one: Affected, known: Known, view: Viewer) -> tuple[str, tuple[str, ...]]:
    machines = tuple(map(visible, one.machines)) or (view.texts["tr_no_machine"],)
    return f"{operation_word(one.operation.value, view)}: {named(known.classes, one.class_id)}", machines
