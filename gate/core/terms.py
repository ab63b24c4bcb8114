"""The closed word lists of the rules: operations, modes, states and kinds, as stored and as spoken."""

from enum import StrEnum


class Operation(StrEnum):
    """What the person wants to do at the equipment."""

    USE = "USE"
    SETUP = "SETUP"
    CLEAN = "CLEAN"
    CHECK_CLEAN = "CHECK_CLEAN"
    MAINTAIN = "MAINTAIN"
    CALIBRATE = "CALIBRATE"


class Mode(StrEnum):
    """Whether decisions withhold the start permissive; SHADOW is shown as TRIAL / ESSAI."""

    OFF = "off"
    SHADOW = "shadow"
    ENFORCE = "enforce"


class Permissive(StrEnum):
    """Held during the use, or a window of some seconds after an allow."""

    HELD = "held"
    WINDOW = "window"


class BadgeState(StrEnum):
    """What is known of a badge itself; who carries it is an assignment."""

    ACTIVE = "active"
    LOST = "lost"
    REPLACED = "replaced"
    RETURNED = "returned"


class PersonKind(StrEnum):
    """Employment as far as it changes what may be done (21 CFR 211.34)."""

    EMPLOYEE = "employee"
    CONTRACTOR = "contractor"
    VISITOR = "visitor"


class PersonState(StrEnum):
    """ACTIVE may work; RESTRICTED is a medical or other limit whose cause is never shown."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    RESTRICTED = "restricted"


class ItemKind(StrEnum):
    """What one is trained on."""

    SOP = "sop"
    OJT = "ojt"
    GMP = "gmp"
    GOWNING = "gowning"
    TRAINER = "trainer"
    OTHER = "other"


class RecordState(StrEnum):
    """What a training record says; only PASSED can satisfy anything, and READ never satisfies OJT (B4)."""

    PASSED = "passed"
    READ = "read"
    FAILED = "failed"
    UNSIGNED = "unsigned"
    ASSIGNED = "assigned"
    WITHDRAWN = "withdrawn"
    UNVERIFIED = "unverified"


class RevisionPolicy(StrEnum):
    """Whether a requirement asks for the item's effective revision or for any."""

    CURRENT = "current"
    ANY = "any"


class HoldKind(StrEnum):
    """Out of service is set by a supervisor, a QA hold by QA."""

    OUT_OF_SERVICE = "out_of_service"
    MAINTENANCE = "maintenance"
    QA = "qa"


class OverrideClass(StrEnum):
    """Why an override was granted (requirement D8)."""

    RECORD_LAG = "RECORD_LAG"
    COVERAGE = "COVERAGE"
    EMERGENCY = "EMERGENCY"
    TECHNICAL = "TECHNICAL"


class Outcome(StrEnum):
    """The answer to a badge read."""

    ALLOW = "allow"
    DENY = "deny"
    PENDING = "pending"
