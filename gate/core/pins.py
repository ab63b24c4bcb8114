"""Which PIN may stand beside a badge as the second component of a signature at a kiosk (requirement A4)."""

from collections.abc import Iterable
from itertools import pairwise

SHORTEST, LONGEST = 6, 12
"""Digits. Six can be typed in gloves; five tries in a row are all there are before the account rests."""

LEAST_DIFFERENT = 3


def is_pin(text: str) -> bool:
    """Whether it has the form of a PIN: 6 to 12 digits and nothing else."""
    return SHORTEST <= len(text) <= LONGEST and text.isascii() and text.isdigit()


def is_obvious(pin: str, known: Iterable[str] = ()) -> bool:
    """Whether a colleague would try this first: repeats, counting up or down, or digits of something known.

    `known` are texts that stand on the person's badge or in lists, such as the person id.
    """
    few = len(set(pin)) < LEAST_DIFFERENT
    repeats = any(pin == (pin[:length] * len(pin))[: len(pin)] for length in range(1, len(pin) // 2 + 1))
    return few or repeats or _counts(pin) or any(_holds(pin, text) for text in known)


def _counts(pin: str) -> bool:
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({1}, {9})


def _holds(pin: str, text: str) -> bool:
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    return len(digits) >= SHORTEST and (pin in digits or digits in pin)
