"""What a rule of review by exception is, how much is too much, and what is only counted (requirement H4)."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

RULES_VERSION = 1
"""Stands in each signed review; it goes up with every change of what a rule finds or of how it is worded."""

REPEATS, REPEAT = 3, timedelta(minutes=10)
LENDING = timedelta(minutes=2)
SILENT = timedelta(minutes=5)
STEP = timedelta(seconds=1)
LONGEST = timedelta(hours=13)
LATE = timedelta(days=3)
MANY_OF_A_REVISION = 3


class Look(StrEnum):
    """The drawing and colour of an exception."""

    DENY = "deny"
    OVER = "over"
    DUE = "due"
    OFF = "off"
    PLAIN = "plain"


class Extent(StrEnum):
    """How the extent of like exceptions is told: how often, or how long it lasted."""

    TIMES = "times"
    LASTS = "lasts"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `en` and `fr` are the headline, `seeks_en` and `seeks_fr` what it looks for.

    A headline may name {who}, {other}, {machine}, {reader} and {what}.
    """

    id: str
    look: Look
    en: str
    fr: str
    seeks_en: str
    seeks_fr: str
    extent: Extent = Extent.TIMES


class Counted(StrEnum):
    """What is routine and only counted."""

    ALLOWED = "allowed"
    OVERRIDDEN = "overridden"
    DENIED = "denied"
    PENDING = "pending"
    TRIAL_DENIED = "trial_denied"
    USES_ENDED = "uses_ended"
    SIGNED = "signed"
    OTHER_CHANGES = "other_changes"
