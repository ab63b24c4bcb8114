"""What a lot window must be: a machine, a lot and a product, from an instant that has come until a later one."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from gate.core.granting import Refusal
from gate.core.spans import Span

LONGEST_PRODUCT = 80
LONGEST_LOT = 80
"""Characters of a lot, whatever the site's pattern lets through."""

LONGEST_WINDOW = timedelta(days=366)
"""No lot is on one machine for longer; more is a year typed wrong."""

UNKNOWN_MACHINE = Refusal(
    "unknown_equipment",
    "This machine is not on record. Choose one of the list.",
    "Cette machine n’est pas au registre. Choisissez-en une de la liste.",
    "equipment_id",
)
BAD_LOT = Refusal(
    "bad_lot",
    "This is no lot number of this site. Type it as it stands in the batch record.",
    "Ceci n’est pas un numéro de lot du site. Tapez-le comme au dossier de lot.",
    "lot",
)
BAD_PRODUCT = Refusal(
    "bad_product",
    f"A product has 1 to {LONGEST_PRODUCT} characters that can be seen.",
    f"Un produit a de 1 à {LONGEST_PRODUCT} caractères visibles.",
    "product",
)
NO_BEGIN = Refusal(
    "no_begin",
    "The begin is missing. Type the day as 2026-11-23 and the time as 13:40.",
    "Il manque le début. Tapez le jour comme 2026-11-23 et l’heure comme 13:40.",
    "from_time",
)
FUTURE_BEGIN = Refusal(
    "future_begin",
    "The begin is still to come. Record the lot once it is on the machine.",
    "Le début est encore à venir. Inscrivez le lot une fois qu’il est sur la machine.",
    "from_time",
)
END_BEFORE_BEGIN = Refusal(
    "end_before_begin",
    "The end does not lie after the begin. Look at both times again.",
    "La fin n’est pas après le début. Revoyez les deux heures.",
    "until_time",
)
FUTURE_END = Refusal(
    "future_end",
    "The end is still to come. Leave it empty while the lot runs.",
    "La fin est encore à venir. Laissez-la vide tant que le lot est en cours.",
    "until_time",
)
TOO_LONG = Refusal(
    "window_too_long",
    "The lot would have been on the machine for more than a year. Look at the years again.",
    "Le lot aurait été plus d’un an sur la machine. Revoyez les années.",
    "from_time",
)
SAME_LOT_TWICE = Refusal(
    "same_lot_twice",
    "This lot is on record on this machine for some of that time already. Correct that record instead.",
    "Ce lot est déjà inscrit sur cette machine pour une partie de ce temps. Corrigez plutôt cette inscription.",
    "lot",
)


@dataclass(frozen=True, slots=True)
class LotData:
    """A lot on a machine, as somebody says it was; times in UTC, `from_at` None: not said."""

    equipment_id: str
    lot: str
    product: str
    from_at: datetime | None
    until_at: datetime | None


def lot_refusals(data: LotData, now: datetime, *, pattern: str, known_machine: bool) -> tuple[Refusal, ...]:
    """Return everything that stands against a window by itself."""
    return tuple(refusal for refusal, stands in _table(data, now, pattern, known_machine) if stands)


def _table(data: LotData, now: datetime, pattern: str, known_machine: bool) -> list[tuple[Refusal, bool]]:
    begin, end = data.from_at, data.until_at
    return [
        (UNKNOWN_MACHINE, not known_machine),
        (BAD_LOT, not is_lot(data.lot, pattern)),
        (BAD_PRODUCT, not is_plain(data.product, LONGEST_PRODUCT)),
        (NO_BEGIN, begin is None),
        (FUTURE_BEGIN, begin is not None and begin > now),
        (END_BEFORE_BEGIN, begin is not None and end is not None and end <= begin),
        (FUTURE_END, end is not None and end > now),
        (TOO_LONG, begin is not None and (end or now) - begin > LONGEST_WINDOW),
    ]


def is_lot(text: str, pattern: str) -> bool:
    """Whether a text is a lot number of this site."""
    return is_plain(text, LONGEST_LOT) and re.fullmatch(pattern, text, re.ASCII) is not None


def is_plain(text: str, longest: int) -> bool:
    """Whether a text is short, and can be seen as a whole."""
    return 0 < len(text) <= longest and text.isprintable() and text == text.strip()


def span_of(data: LotData) -> Span | None:
    """Return the span of time of a window, None without a begin."""
    return Span(data.from_at, data.until_at) if data.from_at is not None else None
