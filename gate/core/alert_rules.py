"""What calls for somebody, as one table: how grave it is, when it ends by itself, and what must be handled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Severity(StrEnum):
    """How soon somebody must come: now, within the shift, or when there is time."""

    CRITICAL = "critical"
    HIGH = "high"
    NOTICE = "notice"


RANK: Mapping[str, int] = MappingProxyType({severity.value: number for number, severity in enumerate(Severity)})
"""The most severe first."""

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Rule:
    """One cause of alerts."""

    code: str
    severity: Severity
    quiet_s: int | None = None
    """It is over when nothing more has come for so long; None: it is over when its cause has ended."""
    to_handle: bool = False
    """It stays in sight after its end until somebody has said what was done about it."""


_TABLE = (
    Rule("GATE_SILENT", Severity.CRITICAL),
    Rule("TRAIL_UNSOUND", Severity.CRITICAL, to_handle=True),
    Rule("HEAD_REFUSED", Severity.CRITICAL, to_handle=True),
    Rule("RECORDS_FAULT", Severity.CRITICAL, quiet_s=10 * MINUTE, to_handle=True),
    Rule("DISK_CRITICAL", Severity.CRITICAL),
    Rule("READER_TAMPER", Severity.CRITICAL, to_handle=True),
    Rule("BADGE_LOST_USED", Severity.CRITICAL, quiet_s=HOUR, to_handle=True),
    Rule("DATA_TOO_OLD", Severity.CRITICAL),
    Rule("CLOCK_UNTRUSTED", Severity.CRITICAL),
    Rule("LINE_LOST", Severity.HIGH),
    Rule("READER_LOST", Severity.HIGH),
    Rule("READER_POWER", Severity.HIGH),
    Rule("READER_UNKNOWN", Severity.HIGH, quiet_s=HOUR, to_handle=True),
    Rule("READER_SECURITY", Severity.HIGH, quiet_s=HOUR, to_handle=True),
    Rule("OUTPUT_FAULT", Severity.HIGH, quiet_s=HOUR, to_handle=True),
    Rule("DENIED_OFTEN", Severity.HIGH, quiet_s=10 * MINUTE, to_handle=True),
    Rule("ENDED_IN_USE", Severity.HIGH),
    Rule("ACCOUNT_BLOCKED", Severity.HIGH, quiet_s=10 * MINUTE, to_handle=True),
    Rule("VERIFY_MISSED", Severity.HIGH),
    Rule("BACKUP_MISSED", Severity.HIGH),
    Rule("PROGRAM_FAULT", Severity.HIGH, quiet_s=HOUR, to_handle=True),
    Rule("HEAD_UNSIGNED", Severity.HIGH),
    Rule("WITNESS_SILENT", Severity.HIGH),
    Rule("DISK_LOW", Severity.HIGH),
    Rule("DATA_OLD", Severity.HIGH),
    Rule("OVERRIDE_UNDISPOSED", Severity.HIGH),
    Rule("REFERENCE_DUE", Severity.HIGH),
    Rule("REVIEW_OVERDUE", Severity.HIGH),
    Rule("LATE_ENTRY_WAITING", Severity.HIGH),
    Rule("TOO_FEW_CERTIFIED", Severity.NOTICE),
    Rule("NOT_CONFIGURED", Severity.NOTICE, quiet_s=HOUR),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in _TABLE})
"""Code -> rule; the order is that of gravity."""

TO_HANDLE = frozenset(rule.code for rule in _TABLE if rule.to_handle)

TIMED = frozenset(
    {
        "GATE_SILENT",
        "DISK_CRITICAL",
        "DISK_LOW",
        "DATA_TOO_OLD",
        "DATA_OLD",
        "OVERRIDE_UNDISPOSED",
        "REFERENCE_DUE",
        "REVIEW_OVERDUE",
        "LATE_ENTRY_WAITING",
        "TOO_FEW_CERTIFIED",
        "HEAD_UNSIGNED",
        "WITNESS_SILENT",
    }
)
"""Rules that no entry raises or ends: what is no longer found when one looks again is over."""

PART_OF: Mapping[str, str] = MappingProxyType({"READER_LOST": "LINE_LOST", "DISK_LOW": "DISK_CRITICAL"})
"""An alert that a graver one of the same place says already is shown and not sent."""

Detail = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Raised:
    """Something calls for somebody; `subject` tells two of the same rule apart."""

    rule: str
    subject: str
    equipment: str | None = None
    reader: str | None = None
    part_of: str = ""
    """Subject of the graver alert of `PART_OF` that would say this too."""
    detail: Detail = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """The cause has ended."""

    rule: str
    subject: str


Change = Raised | Ended
