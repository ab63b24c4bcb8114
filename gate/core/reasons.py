"""The closed list of reasons: class, order of display, who may lift it, and what a 2x16 display says.

Everything about a reason code lives here. The order of the rows is the order of display within one precedence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ReasonClass(StrEnum):
    """What kind of answer a reason belongs to; INFO and EVENT answer no read."""

    DENY = "DENY"
    PENDING = "PENDING"
    ALLOW = "ALLOW"
    INFO = "INFO"
    EVENT = "EVENT"


class Lift(StrEnum):
    """Who may lift a reason by an override (requirement D5)."""

    NEVER = "N"
    SUPERVISOR = "S"
    COSIGNED = "Q"
    """A supervisor with QA's co-signature."""
    NOT_A_DENIAL = "-"


class Status(StrEnum):
    """Whether a reason can occur today."""

    DECIDED = "decided"
    """`decide` returns it."""
    ANSWERED = "answered"
    """The reader process answers or shows it without asking the rules."""
    NOT_YET = "not yet"
    """The facts that it is about do not exist yet."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the list; the two display lines per language carry placeholders such as {date}."""

    code: str
    reason_class: ReasonClass
    precedence: int
    overridable: Lift
    exception: bool
    """Whether its use is an exception that QA reviews."""
    en: tuple[str, str]
    fr: tuple[str, str]
    meaning: str
    order: int
    status: Status


DENY, PENDING, ALLOW, INFO, EVENT = ReasonClass
N, S, Q, X = Lift
Y, _ = True, False

TABLE: tuple[tuple[str, ReasonClass, int, Lift, bool, str, str], ...] = (
    ("SYS_DATA_STALE", DENY, 1, Q, Y, "SYSTEM: OLD DATA|CALL SUPPORT", "SYSTEME: DONNEES|TROP VIEILLES"),
    ("SYS_TIME_BAD", DENY, 1, N, Y, "SYSTEM: CLOCK|CALL SUPPORT", "SYSTEME: HORLOGE|APPELER SUPPORT"),
    ("SYS_LOG_FAIL", DENY, 1, N, Y, "SYSTEM: NO LOG|CALL SUPPORT", "SYSTEME: JOURNAL|APPELER SUPPORT"),
    ("SYS_INTEGRITY", DENY, 1, N, Y, "SYSTEM: RECORDS|CALL QA", "SYSTEME: ENREG.|APPELER AQ"),
    ("SYS_CONFIG", DENY, 1, N, Y, "SYSTEM: CONFIG|CALL SUPPORT", "SYSTEME: CONFIG|APPELER SUPPORT"),
    ("SYS_READER", INFO, 1, X, Y, "READER FAULT|CALL SUPPORT", "PANNE LECTEUR|APPELER SUPPORT"),
    ("SYS_ERROR", DENY, 1, N, Y, "SYSTEM FAULT|CALL SUPPORT", "PANNE SYSTEME|APPELER SUPPORT"),
    ("BADGE_UNREADABLE", DENY, 2, N, _, "BAD READ|SCAN AGAIN", "MAL LU|REESSAYER"),
    ("BADGE_UNKNOWN", DENY, 2, N, Y, "BADGE NOT KNOWN|SEE SUPERVISOR", "BADGE INCONNU|VOIR SUPERVIS."),
    ("BADGE_LOST", DENY, 2, N, Y, "BADGE BLOCKED|SEE SECURITY", "BADGE BLOQUE|VOIR SECURITE"),
    ("BADGE_REPLACED", DENY, 2, N, Y, "OLD BADGE|USE NEW ONE", "ANCIEN BADGE|PRENDRE NOUVEAU"),
    ("BADGE_EXPIRED", DENY, 2, N, _, "BADGE EXPIRED|SEE SECURITY", "BADGE EXPIRE|VOIR SECURITE"),
    ("PIN_WRONG", DENY, 2, N, _, "WRONG PIN|{n} TRIES LEFT", "NIP ERRONE|RESTE {n} ESSAIS"),
    ("PIN_LOCKED", DENY, 2, N, Y, "PIN LOCKED|SEE SUPERVISOR", "NIP BLOQUE|VOIR SUPERVIS."),
    ("READER_UNKNOWN", DENY, 2, N, Y, "READER NOT|ENROLLED", "LECTEUR NON|ENREGISTRE"),
    ("READ_LATE", DENY, 2, N, _, "LATE READ|SCAN AGAIN", "LECTURE TARDIVE|REESSAYER"),
    ("PERSON_UNKNOWN", DENY, 2, N, Y, "NO PERSON SET|SEE SUPERVISOR", "SANS TITULAIRE|VOIR SUPERVIS."),
    ("BADGE_ELSEWHERE", DENY, 3, S, Y, "ACTIVE ON|{equip}", "DEJA ACTIF SUR|{equip}"),
    ("PERSON_INACTIVE", DENY, 3, N, Y, "NOT ACTIVE|SEE SUPERVISOR", "NON ACTIF|VOIR SUPERVIS."),
    ("PERSON_SUSPENDED", DENY, 3, N, Y, "ON HOLD|SEE SUPERVISOR", "SUSPENDU|VOIR SUPERVIS."),
    ("PERSON_RESTRICTED", DENY, 3, N, _, "SEE SUPERVISOR", "VOIR SUPERVISEUR"),
    ("CONTRACT_ENDED", DENY, 3, N, _, "CONTRACT ENDED|SEE SUPERVISOR", "CONTRAT FINI|VOIR SUPERVIS."),
    ("VISITOR", DENY, 3, N, Y, "VISITOR|NO OPERATION", "VISITEUR|PAS D OPERATION"),
    ("AREA_DENIED", DENY, 4, N, _, "NOT APPROVED|FOR THIS AREA", "NON AUTORISE|DANS CETTE ZONE"),
    ("GOWN_EXPIRED", DENY, 4, N, Y, "GOWNING EXPIRED|SEE TRAINER", "HABILLAGE EXPIRE|VOIR FORMATEUR"),
    ("EQ_QUARANTINE", DENY, 5, N, Y, "QA HOLD|DO NOT USE", "RETENUE AQ|NE PAS UTILISER"),
    ("EQ_OUT_OF_SERVICE", DENY, 5, N, _, "OUT OF SERVICE", "HORS SERVICE"),
    ("EQ_MAINTENANCE", DENY, 5, N, _, "IN MAINTENANCE", "EN MAINTENANCE"),
    ("EQ_UNKNOWN", DENY, 5, N, Y, "MACHINE NOT SET|CALL SUPPORT", "MACHINE NON DEF.|APPELER SUPPORT"),
    ("EQ_CAL_OVERDUE", DENY, 6, Q, Y, "CALIBRATION|OVERDUE", "ETALONNAGE|EN RETARD"),
    ("EQ_PM_OVERDUE", DENY, 6, S, Y, "MAINTENANCE|OVERDUE", "ENTRETIEN|EN RETARD"),
    ("EQ_QUAL_LAPSED", DENY, 6, N, Y, "MACHINE NOT|QUALIFIED", "MACHINE NON|QUALIFIEE"),
    ("EQ_DIRTY", DENY, 6, N, _, "CLEAN FIRST", "NETTOYER D ABORD"),
    ("EQ_CHT_EXPIRED", DENY, 6, N, Y, "CLEAN HOLD OVER|RE-CLEAN", "DELAI PROPRE|RENETTOYER"),
    ("EQ_DHT_EXCEEDED", DENY, 6, N, Y, "DIRTY HOLD OVER|CALL QA", "DELAI SALE|APPELER AQ"),
    ("EQ_CLEAN_UNCHECKED", DENY, 6, N, _, "CLEANING NOT|CHECKED", "NETTOYAGE NON|VERIFIE"),
    ("EQ_BUSY", DENY, 6, N, _, "IN USE|BADGE TO TAKE IT", "OCCUPE|REPASSER BADGE"),
    ("LINE_CLEARANCE", DENY, 7, N, _, "LINE CLEARANCE|NEEDED", "VIDE DE LIGNE|REQUIS"),
    ("LOT_UNKNOWN", DENY, 7, S, Y, "LOT NOT OPEN|{lot}", "LOT NON OUVERT|{lot}"),
    ("PRODUCT_MISMATCH", DENY, 7, N, Y, "WRONG PRODUCT|FOR MACHINE", "MAUVAIS PRODUIT|POUR MACHINE"),
    ("SEQUENCE", DENY, 7, N, Y, "STEP OUT OF|ORDER", "ETAPE HORS|SEQUENCE"),
    ("CAMPAIGN_LIMIT", DENY, 7, N, Y, "CAMPAIGN LIMIT|FULL CLEAN", "LIM. CAMPAGNE|NETT. COMPLET"),
    ("PENDING_TIMEOUT", DENY, 8, X, _, "TIMED OUT|SCAN AGAIN", "DELAI DEPASSE|REESSAYER"),
    ("NOT_CERTIFIED", DENY, 8, Q, _, "NOT CERTIFIED|ON {equip}", "NON CERTIFIE|SUR {equip}"),
    ("OPERATION_NOT_CERTIFIED", DENY, 8, Q, _, "NOT CERTIFIED|TO {activity}", "NON CERTIFIE|{activity}"),
    ("TRAINING_EXPIRED", DENY, 8, S, _, "TRAINING EXPIRED|{date}", "FORM. EXPIREE|{date}"),
    ("SOP_REVISION", DENY, 8, S, _, "READ NEW SOP|{sop} {rev}", "LIRE NOUV. PON|{sop} {rev}"),
    ("GMP_REFRESHER", DENY, 8, S, _, "GMP REFRESHER|OVERDUE", "RAPPEL BPF|EN RETARD"),
    ("NOT_YET_VALID", DENY, 8, S, _, "CERTIFIED FROM|{date}", "CERTIFIE DES|{date}"),
    ("CERTIFICATION_WITHDRAWN", DENY, 8, N, Y, "CERTIFICATION|WITHDRAWN", "CERTIFICATION|RETIREE"),
    ("INACTIVE_TOO_LONG", DENY, 8, S, _, "NOT USED {n} MO.|RECERTIFY", "INACTIF {n} MOIS|RECERTIFIER"),
    ("ASSESSMENT_FAILED", DENY, 8, N, _, "ASSESSMENT NOT|PASSED", "EVALUATION|NON REUSSIE"),
    ("RECORD_UNVERIFIED", DENY, 8, Q, Y, "RECORD NOT OK|SEE TRAINING", "DOSSIER NON OK|VOIR FORMATION"),
    ("TRAINER_INVALID", DENY, 8, N, Y, "TRAINER NOT|CERTIFIED", "FORMATEUR NON|CERTIFIE"),
    ("SAME_PERSON", DENY, 8, N, Y, "NEED A SECOND|PERSON", "AUTRE PERSONNE|REQUISE"),
    ("TRAINER_LIMIT", DENY, 8, S, _, "TRAINER HAS|{n} TRAINEES", "FORMATEUR A|{n} STAGIAIRES"),
    ("OVERRIDE_EXPIRED", DENY, 8, N, Y, "OVERRIDE ENDED|{hhmm}", "DEROGATION FINIE|{hhmm}"),
    ("OVERRIDE_REVOKED", DENY, 8, N, Y, "OVERRIDE REVOKED", "DEROG. REVOQUEE"),
    ("OVERRIDE_SCOPE", DENY, 8, N, Y, "OVERRIDE NOT FOR|THIS", "DEROGATION|NON APPLICABLE"),
    ("NEED_PIN", PENDING, 9, X, _, "ENTER PIN", "ENTRER NIP"),
    ("NEED_TRAINER", PENDING, 9, X, _, "SCAN TRAINER|BADGE {s}s", "BADGE DU|FORMATEUR {s}s"),
    ("NEED_CHECKER", PENDING, 9, X, _, "SCAN CHECKER|BADGE {s}s", "BADGE DU|VERIFICAT. {s}s"),
    ("NEED_LOT", PENDING, 9, X, _, "SCAN LOT", "SCANNER LOT"),
    ("NEED_ACTIVITY", PENDING, 9, X, _, "SCAN ACTIVITY", "SCANNER|ACTIVITE"),
    ("ESCORT_NEEDED", PENDING, 9, X, _, "SCAN ESCORT|BADGE {s}s", "BADGE D ESCORTE|{s}s"),
    ("OJT_OPEN", PENDING, 9, X, _, "OJT NOT SIGNED|TRAINER NEEDED", "FPT NON SIGNEE|FORMATEUR REQUIS"),
    ("ALLOW_CERTIFIED", ALLOW, 10, X, _, "OK|CERTIFIED", "OK|CERTIFIE"),
    ("ALLOW_EXPIRING", ALLOW, 10, X, _, "OK - EXPIRES|IN {n} DAYS", "OK - EXPIRE|DANS {n} JOURS"),
    ("ALLOW_GRACE", ALLOW, 10, X, Y, "OK - GRACE TO|{date}", "OK - SURSIS AU|{date}"),
    ("ALLOW_TRAINEE", ALLOW, 10, X, Y, "OK TRAINEE WITH|TRAINER", "OK STAGIAIRE|AVEC FORMATEUR"),
    ("ALLOW_ESCORTED", ALLOW, 10, X, Y, "OK ESCORTED", "OK ACCOMPAGNE"),
    ("ALLOW_OVERRIDE", ALLOW, 10, X, Y, "OK OVERRIDE|UNTIL {hhmm}", "OK DEROGATION|JUSQU A {hhmm}"),
    ("ALLOW_EMERGENCY", ALLOW, 10, X, Y, "OK EMERGENCY|UNTIL {hhmm}", "OK URGENCE|JUSQU A {hhmm}"),
    ("ALLOW_JOIN", ALLOW, 10, X, _, "OK JOINED|{n} ON MACHINE", "OK AJOUTE|{n} EN POSTE"),
    ("ALLOW_HANDOVER", ALLOW, 10, X, _, "OK HANDED OVER", "OK RELEVE FAITE"),
    ("USE_ENDED", INFO, 10, X, _, "SIGNED OUT", "FIN D UTILISAT."),
    ("EVT_EXPIRED_IN_RUN", EVENT, 10, X, Y, "TRAINING ENDED|NO RESTART", "FORM. TERMINEE|PAS DE REPRISE"),
    ("EVT_UNATTENDED_RUN", EVENT, 10, X, Y, "RUNNING - NO|BADGE. SCAN NOW", "EN MARCHE SANS|BADGE. SCANNER"),
    ("EVT_BYPASS", EVENT, 10, X, Y, "BYPASS KEY ON", "CLE DERIVATION"),
    ("ALLOW_ENDS_IN_SHIFT", ALLOW, 10, X, _, "OK - ENDS|TODAY {hhmm}", "OK - FINIT|AUJOURDHUI {hhmm}"),
    ("ALLOW_RESUMED", ALLOW, 10, X, _, "OK RESUMED", "OK REPRIS"),
)

MEANINGS = {
    "SYS_DATA_STALE": "training data too old",
    "SYS_TIME_BAD": "time not trustworthy",
    "SYS_LOG_FAIL": "decision record cannot be stored",
    "SYS_INTEGRITY": "the head of the record chain cannot be trusted",
    "SYS_CONFIG": "no effective approved requirement set, an empty set or group, or invalid configuration",
    "SYS_READER": "reader lost/garbled",
    "SYS_ERROR": "unexpected exception",
    "BADGE_UNREADABLE": "checksum/length error",
    "BADGE_UNKNOWN": "no such badge",
    "BADGE_LOST": "reported lost/stolen; alert",
    "BADGE_REPLACED": "superseded badge",
    "BADGE_EXPIRED": "badge validity ended",
    "PIN_WRONG": "second factor failed",
    "PIN_LOCKED": "too many failures",
    "READER_UNKNOWN": "device check failed",
    "READ_LATE": "the reader delivered a badge it held while its line was down; never enables",
    "PERSON_UNKNOWN": "badge is known but assigned to nobody now",
    "BADGE_ELSEWHERE": "same person on another equipment: a warning by default, "
    "a deny only between equipment marked excluding",
    "PERSON_INACTIVE": "left / on leave / not started",
    "PERSON_SUSPENDED": "QA/supervisor suspension",
    "PERSON_RESTRICTED": "medical/other restriction, cause masked",
    "CONTRACT_ENDED": "contractor dates",
    "VISITOR": "visitor badge",
    "AREA_DENIED": "limited-access area",
    "GOWN_EXPIRED": "gowning certification lapsed/failed",
    "EQ_QUARANTINE": "quality hold",
    "EQ_OUT_OF_SERVICE": "decommissioned or out of service",
    "EQ_MAINTENANCE": "under maintenance",
    "EQ_UNKNOWN": "not configured",
    "EQ_CAL_OVERDUE": "calibration due date passed",
    "EQ_PM_OVERDUE": "preventive maintenance overdue",
    "EQ_QUAL_LAPSED": "equipment qualification not current",
    "EQ_DIRTY": "to be cleaned",
    "EQ_CHT_EXPIRED": "clean-hold time exceeded",
    "EQ_DHT_EXCEEDED": "dirty-hold exceeded, QA disposition",
    "EQ_CLEAN_UNCHECKED": "second-person check missing",
    "EQ_BUSY": "somebody uses it; a certified person takes over by presenting the badge again within 10 s",
    "LINE_CLEARANCE": "line clearance missing",
    "LOT_UNKNOWN": "lot unknown/closed/on hold",
    "PRODUCT_MISMATCH": "product not allowed/dedicated equipment",
    "SEQUENCE": "operation not permitted in state",
    "CAMPAIGN_LIMIT": "campaign length exceeded",
    "PENDING_TIMEOUT": "second step not done in time",
    "NOT_CERTIFIED": "never certified for machine/operation",
    "OPERATION_NOT_CERTIFIED": "certified on machine, not for this activity",
    "TRAINING_EXPIRED": "periodic requirement lapsed",
    "SOP_REVISION": "not trained on effective revision",
    "GMP_REFRESHER": "annual GMP training lapsed",
    "NOT_YET_VALID": "start date in future",
    "CERTIFICATION_WITHDRAWN": "revoked record",
    "INACTIVE_TOO_LONG": "inactivity lapse",
    "ASSESSMENT_FAILED": "failed/unsigned",
    "RECORD_UNVERIFIED": "ambiguous or rejected import row",
    "TRAINER_INVALID": "second badge lacks trainer/machine certification",
    "SAME_PERSON": "trainer/checker/approver equals first person",
    "TRAINER_LIMIT": "too many trainees",
    "OVERRIDE_EXPIRED": "presented after end",
    "OVERRIDE_REVOKED": "revoked",
    "OVERRIDE_SCOPE": "does not cover a failing code",
    "NEED_PIN": "second factor needed",
    "NEED_TRAINER": "OJT open, waiting second badge",
    "NEED_CHECKER": "second person for clean check / line clearance",
    "NEED_LOT": "lot context required",
    "NEED_ACTIVITY": "operation not chosen",
    "ESCORT_NEEDED": "contractor without own certification",
    "OJT_OPEN": "practical training open; deny until two-badge use exists, then NEED_TRAINER",
    "ALLOW_CERTIFIED": "all requirements met",
    "ALLOW_EXPIRING": "met, earliest expiry within warning window",
    "ALLOW_GRACE": "expired, inside approved grace",
    "ALLOW_TRAINEE": "two-badge supervised operation",
    "ALLOW_ESCORTED": "contractor with escort badge",
    "ALLOW_OVERRIDE": "valid override used",
    "ALLOW_EMERGENCY": "emergency override, reference pending",
    "ALLOW_JOIN": "further operator joins live session",
    "ALLOW_HANDOVER": "shift hand-over completed",
    "USE_ENDED": "badge-out",
    "EVT_EXPIRED_IN_RUN": "certification ended during equipment use",
    "EVT_UNATTENDED_RUN": "running input without session",
    "EVT_BYPASS": "hardware bypass sensed",
    "ALLOW_ENDS_IN_SHIFT": "met now, but a requirement ends within the coming shift (default 12 h), "
    "approved SOP revisions included",
    "ALLOW_RESUMED": "same person badges again while the permissive had dropped and still meets everything",
}

ANSWERED = frozenset({"SYS_LOG_FAIL", "SYS_ERROR", "BADGE_UNREADABLE", "READ_LATE", "USE_ENDED", "EVT_EXPIRED_IN_RUN"})

WITHOUT_CONTEXT = frozenset(
    {"LOT_UNKNOWN", "PRODUCT_MISMATCH", "SEQUENCE", "CAMPAIGN_LIMIT", "LINE_CLEARANCE", "NEED_LOT"}
)
WITHOUT_CLEANING = frozenset({"EQ_DIRTY", "EQ_CHT_EXPIRED", "EQ_DHT_EXCEEDED", "EQ_CLEAN_UNCHECKED"})
WITHOUT_PIN = frozenset({"PIN_WRONG", "PIN_LOCKED", "NEED_PIN"})
WITHOUT_SECOND_BADGE = frozenset(
    {
        "NEED_TRAINER",
        "NEED_CHECKER",
        "ESCORT_NEEDED",
        "PENDING_TIMEOUT",
        "TRAINER_INVALID",
        "SAME_PERSON",
        "TRAINER_LIMIT",
    }
) | {"ALLOW_TRAINEE", "ALLOW_ESCORTED"}
WITHOUT_INPUTS = frozenset({"EVT_UNATTENDED_RUN", "EVT_BYPASS", "READER_UNKNOWN", "SYS_READER"})
WITHOUT_HISTORY = frozenset({"INACTIVE_TOO_LONG", "NEED_ACTIVITY"})
NOT_YET = WITHOUT_CONTEXT | WITHOUT_CLEANING | WITHOUT_PIN | WITHOUT_SECOND_BADGE | WITHOUT_INPUTS | WITHOUT_HISTORY
"""Grouped by the facts that are missing: lots, cleaning states, PINs, second badges, inputs, past uses."""

SHOWN_FIRST = ("OVERRIDE_EXPIRED", "OVERRIDE_REVOKED")
"""For 12 h after the end the holder is told of the override before anything else (settled: order of display)."""


def _lines(text: str) -> tuple[str, str]:
    first, _bar, second = text.partition("|")
    return first, second


def _status(code: str) -> Status:
    if code in NOT_YET:
        return Status.NOT_YET
    return Status.ANSWERED if code in ANSWERED else Status.DECIDED


def _reasons() -> dict[str, Reason]:
    return {
        code: Reason(
            code, kind, precedence, lift, exception, _lines(en), _lines(fr), MEANINGS[code], order, _status(code)
        )
        for order, (code, kind, precedence, lift, exception, en, fr) in enumerate(TABLE)
    }


REASONS: Mapping[str, Reason] = MappingProxyType(_reasons())

_RANK = {code: (code not in SHOWN_FIRST, reason.precedence, reason.order) for code, reason in REASONS.items()}


def in_display_order(codes: Iterable[str]) -> tuple[str, ...]:
    """Return each code once, the one to show first at the front.

    Raises KeyError for a code that is not on the list.
    """
    return tuple(sorted(set(codes), key=_RANK.__getitem__))
