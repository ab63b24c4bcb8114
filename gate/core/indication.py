"""What a reader shows for an answer: colour, beeps and two lines of 16 characters in the person's language (L1, L5).

Shape, word and colour say the same: an allow is one beep and green, an override three and amber, a deny two and red.
Equipment in SHADOW or OFF never looks like a deny: amber, "OK (TRIAL)" / "OK (ESSAI)".
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from gate.core.reasons import REASONS
from gate.core.terms import Mode, Outcome

WIDTH = 16
"""Characters in a line of a 2x16 display; what is longer is cut, without an ellipsis (settled)."""

ALLOW_S = 4.0
DENY_S = 6.0
"""A deny is read more slowly: it says what to do next."""

UNDER_OVERRIDE = frozenset({"ALLOW_OVERRIDE", "ALLOW_EMERGENCY"})
TRIAL = {"en": "OK (TRIAL)", "fr": "OK (ESSAI)"}

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Indication:
    """Light (an OSDP colour name in lower case), number of beeps, two lines, and for how many seconds."""

    color: str
    beeps: int
    line1: str
    line2: str
    seconds: float


def indicate(
    outcome: Outcome,
    reasons: tuple[str, ...],
    params: Mapping[str, Mapping[str, str]],
    mode: Mode,
    language: str,
) -> Indication:
    """Return what the reader shows for a decision; the first reason gives the text."""
    first = reasons[0]
    lines = _lines(first, params.get(first, {}), language)
    if outcome is not Outcome.ALLOW:
        return _withheld(lines, language) if mode is not Mode.ENFORCE else Indication("red", 2, *lines, DENY_S)
    if UNDER_OVERRIDE.isdisjoint(reasons):
        color = "green" if mode is Mode.ENFORCE else "amber"
        return Indication(color, 1, *lines, ALLOW_S)
    return Indication("amber", 3, *lines, ALLOW_S)


def _withheld(lines: tuple[str, str], language: str) -> Indication:
    """In trial nothing is withheld: the operator may start, and sees what would have been the answer."""
    return Indication("amber", 1, TRIAL.get(language, TRIAL["en"]), lines[0], ALLOW_S)


def indicate_reason(reason: str, language: str) -> Indication:
    """Return what the reader shows for a reason that no decision gave: a fault, a late read, a badge-out."""
    lines = _lines(reason, {}, language)
    if reason == "USE_ENDED":
        return Indication("blue", 1, *lines, ALLOW_S)
    if reason == "EVT_EXPIRED_IN_RUN":
        return Indication("amber", 3, *lines, DENY_S)
    return Indication("red", 2, *lines, DENY_S)


def _lines(reason: str, params: Mapping[str, str], language: str) -> tuple[str, str]:
    row = REASONS[reason]
    first, second = row.fr if language == "fr" else row.en
    return _cut(_filled(first, params)), _cut(_filled(second, params))


def _filled(text: str, params: Mapping[str, str]) -> str:
    """Fill the placeholders; one without a value leaves its place empty."""
    return _PLACEHOLDER.sub(lambda found: params.get(found[1], ""), text).strip()


def _cut(text: str) -> str:
    """Return at most 16 ASCII characters: displays know no accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(char if char.isprintable() else " " for char in plain)[:WIDTH]
