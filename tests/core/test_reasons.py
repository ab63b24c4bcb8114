"""The closed list of reasons, checked against a second copy of what was agreed: code, class, order, lift, texts."""

import re
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.indication import WIDTH, indicate_reason
from gate.core.reasons import ANSWERED, MEANINGS, NOT_YET, REASONS, ReasonClass, Status, in_display_order

AGREED = """
SYS_DATA_STALE ; DENY ; 1 ; Q ; Y ; SYSTEM: OLD DATA|CALL SUPPORT ; SYSTEME: DONNEES|TROP VIEILLES
SYS_TIME_BAD ; DENY ; 1 ; N ; Y ; SYSTEM: CLOCK|CALL SUPPORT ; SYSTEME: HORLOGE|APPELER SUPPORT
SYS_LOG_FAIL ; DENY ; 1 ; N ; Y ; SYSTEM: NO LOG|CALL SUPPORT ; SYSTEME: JOURNAL|APPELER SUPPORT
SYS_INTEGRITY ; DENY ; 1 ; N ; Y ; SYSTEM: RECORDS|CALL QA ; SYSTEME: ENREG.|APPELER AQ
SYS_CONFIG ; DENY ; 1 ; N ; Y ; SYSTEM: CONFIG|CALL SUPPORT ; SYSTEME: CONFIG|APPELER SUPPORT
SYS_READER ; INFO ; 1 ; - ; Y ; READER FAULT|CALL SUPPORT ; PANNE LECTEUR|APPELER SUPPORT
SYS_ERROR ; DENY ; 1 ; N ; Y ; SYSTEM FAULT|CALL SUPPORT ; PANNE SYSTEME|APPELER SUPPORT
BADGE_UNREADABLE ; DENY ; 2 ; N ; N ; BAD READ|SCAN AGAIN ; MAL LU|REESSAYER
BADGE_UNKNOWN ; DENY ; 2 ; N ; Y ; BADGE NOT KNOWN|SEE SUPERVISOR ; BADGE INCONNU|VOIR SUPERVIS.
BADGE_LOST ; DENY ; 2 ; N ; Y ; BADGE BLOCKED|SEE SECURITY ; BADGE BLOQUE|VOIR SECURITE
BADGE_REPLACED ; DENY ; 2 ; N ; Y ; OLD BADGE|USE NEW ONE ; ANCIEN BADGE|PRENDRE NOUVEAU
BADGE_EXPIRED ; DENY ; 2 ; N ; N ; BADGE EXPIRED|SEE SECURITY ; BADGE EXPIRE|VOIR SECURITE
PIN_WRONG ; DENY ; 2 ; N ; N ; WRONG PIN|{n} TRIES LEFT ; NIP ERRONE|RESTE {n} ESSAIS
PIN_LOCKED ; DENY ; 2 ; N ; Y ; PIN LOCKED|SEE SUPERVISOR ; NIP BLOQUE|VOIR SUPERVIS.
READER_UNKNOWN ; DENY ; 2 ; N ; Y ; READER NOT|ENROLLED ; LECTEUR NON|ENREGISTRE
READ_LATE ; DENY ; 2 ; N ; N ; LATE READ|SCAN AGAIN ; LECTURE TARDIVE|REESSAYER
PERSON_UNKNOWN ; DENY ; 2 ; N ; Y ; NO PERSON SET|SEE SUPERVISOR ; SANS TITULAIRE|VOIR SUPERVIS.
BADGE_ELSEWHERE ; DENY ; 3 ; S ; Y ; ACTIVE ON|{equip} ; DEJA ACTIF SUR|{equip}
PERSON_INACTIVE ; DENY ; 3 ; N ; Y ; NOT ACTIVE|SEE SUPERVISOR ; NON ACTIF|VOIR SUPERVIS.
PERSON_SUSPENDED ; DENY ; 3 ; N ; Y ; ON HOLD|SEE SUPERVISOR ; SUSPENDU|VOIR SUPERVIS.
PERSON_RESTRICTED ; DENY ; 3 ; N ; N ; SEE SUPERVISOR ; VOIR SUPERVISEUR
CONTRACT_ENDED ; DENY ; 3 ; N ; N ; CONTRACT ENDED|SEE SUPERVISOR ; CONTRAT FINI|VOIR SUPERVIS.
VISITOR ; DENY ; 3 ; N ; Y ; VISITOR|NO OPERATION ; VISITEUR|PAS D OPERATION
AREA_DENIED ; DENY ; 4 ; N ; N ; NOT APPROVED|FOR THIS AREA ; NON AUTORISE|DANS CETTE ZONE
GOWN_EXPIRED ; DENY ; 4 ; N ; Y ; GOWNING EXPIRED|SEE TRAINER ; HABILLAGE EXPIRE|VOIR FORMATEUR
EQ_QUARANTINE ; DENY ; 5 ; N ; Y ; QA HOLD|DO NOT USE ; RETENUE AQ|NE PAS UTILISER
EQ_OUT_OF_SERVICE ; DENY ; 5 ; N ; N ; OUT OF SERVICE ; HORS SERVICE
EQ_MAINTENANCE ; DENY ; 5 ; N ; N ; IN MAINTENANCE ; EN MAINTENANCE
EQ_UNKNOWN ; DENY ; 5 ; N ; Y ; MACHINE NOT SET|CALL SUPPORT ; MACHINE NON DEF.|APPELER SUPPORT
EQ_CAL_OVERDUE ; DENY ; 6 ; Q ; Y ; CALIBRATION|OVERDUE ; ETALONNAGE|EN RETARD
EQ_PM_OVERDUE ; DENY ; 6 ; S ; Y ; MAINTENANCE|OVERDUE ; ENTRETIEN|EN RETARD
EQ_QUAL_LAPSED ; DENY ; 6 ; N ; Y ; MACHINE NOT|QUALIFIED ; MACHINE NON|QUALIFIEE
EQ_DIRTY ; DENY ; 6 ; N ; N ; CLEAN FIRST ; NETTOYER D ABORD
EQ_CHT_EXPIRED ; DENY ; 6 ; N ; Y ; CLEAN HOLD OVER|RE-CLEAN ; DELAI PROPRE|RENETTOYER
EQ_DHT_EXCEEDED ; DENY ; 6 ; N ; Y ; DIRTY HOLD OVER|CALL QA ; DELAI SALE|APPELER AQ
EQ_CLEAN_UNCHECKED ; DENY ; 6 ; N ; N ; CLEANING NOT|CHECKED ; NETTOYAGE NON|VERIFIE
EQ_BUSY ; DENY ; 6 ; N ; N ; IN USE|BADGE TO TAKE IT ; OCCUPE|REPASSER BADGE
LINE_CLEARANCE ; DENY ; 7 ; N ; N ; LINE CLEARANCE|NEEDED ; VIDE DE LIGNE|REQUIS
LOT_UNKNOWN ; DENY ; 7 ; S ; Y ; LOT NOT OPEN|{lot} ; LOT NON OUVERT|{lot}
PRODUCT_MISMATCH ; DENY ; 7 ; N ; Y ; WRONG PRODUCT|FOR MACHINE ; MAUVAIS PRODUIT|POUR MACHINE
SEQUENCE ; DENY ; 7 ; N ; Y ; STEP OUT OF|ORDER ; ETAPE HORS|SEQUENCE
CAMPAIGN_LIMIT ; DENY ; 7 ; N ; Y ; CAMPAIGN LIMIT|FULL CLEAN ; LIM. CAMPAGNE|NETT. COMPLET
PENDING_TIMEOUT ; DENY ; 8 ; - ; N ; TIMED OUT|SCAN AGAIN ; DELAI DEPASSE|REESSAYER
NOT_CERTIFIED ; DENY ; 8 ; Q ; N ; NOT CERTIFIED|ON {equip} ; NON CERTIFIE|SUR {equip}
OPERATION_NOT_CERTIFIED ; DENY ; 8 ; Q ; N ; NOT CERTIFIED|TO {activity} ; NON CERTIFIE|{activity}
TRAINING_EXPIRED ; DENY ; 8 ; S ; N ; TRAINING EXPIRED|{date} ; FORM. EXPIREE|{date}
SOP_REVISION ; DENY ; 8 ; S ; N ; READ NEW SOP|{sop} {rev} ; LIRE NOUV. PON|{sop} {rev}
GMP_REFRESHER ; DENY ; 8 ; S ; N ; GMP REFRESHER|OVERDUE ; RAPPEL BPF|EN RETARD
NOT_YET_VALID ; DENY ; 8 ; S ; N ; CERTIFIED FROM|{date} ; CERTIFIE DES|{date}
CERTIFICATION_WITHDRAWN ; DENY ; 8 ; N ; Y ; CERTIFICATION|WITHDRAWN ; CERTIFICATION|RETIREE
INACTIVE_TOO_LONG ; DENY ; 8 ; S ; N ; NOT USED {n} MO.|RECERTIFY ; INACTIF {n} MOIS|RECERTIFIER
ASSESSMENT_FAILED ; DENY ; 8 ; N ; N ; ASSESSMENT NOT|PASSED ; EVALUATION|NON REUSSIE
RECORD_UNVERIFIED ; DENY ; 8 ; Q ; Y ; RECORD NOT OK|SEE TRAINING ; DOSSIER NON OK|VOIR FORMATION
TRAINER_INVALID ; DENY ; 8 ; N ; Y ; TRAINER NOT|CERTIFIED ; FORMATEUR NON|CERTIFIE
SAME_PERSON ; DENY ; 8 ; N ; Y ; NEED A SECOND|PERSON ; AUTRE PERSONNE|REQUISE
TRAINER_LIMIT ; DENY ; 8 ; S ; N ; TRAINER HAS|{n} TRAINEES ; FORMATEUR A|{n} STAGIAIRES
OVERRIDE_EXPIRED ; DENY ; 8 ; N ; Y ; OVERRIDE ENDED|{hhmm} ; DEROGATION FINIE|{hhmm}
OVERRIDE_REVOKED ; DENY ; 8 ; N ; Y ; OVERRIDE REVOKED ; DEROG. REVOQUEE
OVERRIDE_SCOPE ; DENY ; 8 ; N ; Y ; OVERRIDE NOT FOR|THIS ; DEROGATION|NON APPLICABLE
NEED_PIN ; PENDING ; 9 ; - ; N ; ENTER PIN ; ENTRER NIP
NEED_TRAINER ; PENDING ; 9 ; - ; N ; SCAN TRAINER|BADGE {s}s ; BADGE DU|FORMATEUR {s}s
NEED_CHECKER ; PENDING ; 9 ; - ; N ; SCAN CHECKER|BADGE {s}s ; BADGE DU|VERIFICAT. {s}s
NEED_LOT ; PENDING ; 9 ; - ; N ; SCAN LOT ; SCANNER LOT
NEED_ACTIVITY ; PENDING ; 9 ; - ; N ; SCAN ACTIVITY ; SCANNER|ACTIVITE
ESCORT_NEEDED ; PENDING ; 9 ; - ; N ; SCAN ESCORT|BADGE {s}s ; BADGE D ESCORTE|{s}s
OJT_OPEN ; PENDING ; 9 ; - ; N ; OJT NOT SIGNED|TRAINER NEEDED ; FPT NON SIGNEE|FORMATEUR REQUIS
ALLOW_CERTIFIED ; ALLOW ; 10 ; - ; N ; OK|CERTIFIED ; OK|CERTIFIE
ALLOW_EXPIRING ; ALLOW ; 10 ; - ; N ; OK - EXPIRES|IN {n} DAYS ; OK - EXPIRE|DANS {n} JOURS
ALLOW_GRACE ; ALLOW ; 10 ; - ; Y ; OK - GRACE TO|{date} ; OK - SURSIS AU|{date}
ALLOW_TRAINEE ; ALLOW ; 10 ; - ; Y ; OK TRAINEE WITH|TRAINER ; OK STAGIAIRE|AVEC FORMATEUR
ALLOW_ESCORTED ; ALLOW ; 10 ; - ; Y ; OK ESCORTED ; OK ACCOMPAGNE
ALLOW_OVERRIDE ; ALLOW ; 10 ; - ; Y ; OK OVERRIDE|UNTIL {hhmm} ; OK DEROGATION|JUSQU A {hhmm}
ALLOW_EMERGENCY ; ALLOW ; 10 ; - ; Y ; OK EMERGENCY|UNTIL {hhmm} ; OK URGENCE|JUSQU A {hhmm}
ALLOW_JOIN ; ALLOW ; 10 ; - ; N ; OK JOINED|{n} ON MACHINE ; OK AJOUTE|{n} EN POSTE
ALLOW_HANDOVER ; ALLOW ; 10 ; - ; N ; OK HANDED OVER ; OK RELEVE FAITE
USE_ENDED ; INFO ; 10 ; - ; N ; SIGNED OUT ; FIN D UTILISAT.
EVT_EXPIRED_IN_RUN ; EVENT ; 10 ; - ; Y ; TRAINING ENDED|NO RESTART ; FORM. TERMINEE|PAS DE REPRISE
EVT_UNATTENDED_RUN ; EVENT ; 10 ; - ; Y ; RUNNING - NO|BADGE. SCAN NOW ; EN MARCHE SANS|BADGE. SCANNER
EVT_BYPASS ; EVENT ; 10 ; - ; Y ; BYPASS KEY ON ; CLE DERIVATION
ALLOW_ENDS_IN_SHIFT ; ALLOW ; 10 ; - ; N ; OK - ENDS|TODAY {hhmm} ; OK - FINIT|AUJOURDHUI {hhmm}
ALLOW_RESUMED ; ALLOW ; 10 ; - ; N ; OK RESUMED ; OK REPRIS
""".strip().splitlines()
"""Code; class; precedence; who may lift it; whether QA reviews it; display EN; display FR. In order of display."""

PLACEHOLDERS = {"n", "equip", "lot", "activity", "date", "sop", "rev", "hhmm", "s"}

NEVER_OF_EQUIPMENT = re.compile(r"\b(un)?lock(ed|out|-out)?\b|verrouill", re.IGNORECASE)
"""Words that belong to lock-out/tag-out; a PIN may be locked, equipment never is."""


@pytest.mark.req("L1")
def test_the_list_is_the_agreed_list() -> None:
    """A text, letter or order changed by accident is caught here before an operator or an auditor sees it."""
    told = [
        " ; ".join(
            (
                r.code,
                r.reason_class.value,
                str(r.precedence),
                r.overridable.value,
                "Y" if r.exception else "N",
                "|".join(line for line in r.en if line),
                "|".join(line for line in r.fr if line),
            )
        )
        for r in REASONS.values()
    ]
    assert told == AGREED


@pytest.mark.req("L1", "L2")
@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_display_line_is_ascii_and_fits_or_is_cut(code: str) -> None:
    """A 2x16 display shows anything else as rubbish; only what is filled in may be cut."""
    for line in REASONS[code].en + REASONS[code].fr:
        assert line.isascii()
        assert line.isprintable()
        assert len(re.sub(r"\{\w+\}", "", line)) <= WIDTH
    for language in ("en", "fr"):
        shown = indicate_reason(code, language)
        assert 0 < len(shown.line1) <= WIDTH
        assert len(shown.line2) <= WIDTH


def test_only_lines_with_a_placeholder_are_ever_cut() -> None:
    """A fixed text that does not fit is a mistake in the list, not something to cut."""
    fixed = [line for r in REASONS.values() for line in r.en + r.fr if "{" not in line]
    assert [line for line in fixed if len(line) > WIDTH] == []


def test_placeholders_are_known_words() -> None:
    """A placeholder that nobody fills would leave a hole in the text."""
    used = {name for r in REASONS.values() for line in r.en + r.fr for name in re.findall(r"\{(\w+)\}", line)}
    assert used == PLACEHOLDERS


@pytest.mark.req("L1")
def test_a_system_fault_never_looks_like_a_personal_denial() -> None:
    """The operator must see at once that it is not about him."""
    for r in REASONS.values():
        system = r.code.startswith("SYS_")
        assert system is (r.en[0].startswith("SYSTEM") or r.en[0] == "READER FAULT")
        assert system is (r.fr[0].startswith(("SYSTEME", "PANNE")))


@pytest.mark.req("L1")
def test_the_cause_of_a_restriction_is_never_shown() -> None:
    """Medical causes are nobody's business at a machine."""
    restricted = REASONS["PERSON_RESTRICTED"]
    assert (restricted.en, restricted.fr) == (("SEE SUPERVISOR", ""), ("VOIR SUPERVISEUR", ""))


@pytest.mark.req("J1", "J4")
def test_no_text_about_equipment_uses_a_word_of_lock_out() -> None:
    """Somebody could take "locked" for safe to reach into."""
    for r in REASONS.values():
        if r.code != "PIN_LOCKED":
            assert not NEVER_OF_EQUIPMENT.search(" ".join((*r.en, *r.fr, r.meaning)))


def test_every_code_has_a_meaning_and_nothing_else_has() -> None:
    """The page of reasons is written from these two tables."""
    assert MEANINGS.keys() == REASONS.keys()
    assert all(meaning.strip() for meaning in MEANINGS.values())


def test_the_classes_agree_with_the_order() -> None:
    """What says no is shown before what says wait, and both before what says yes."""
    for r in REASONS.values():
        assert r.code.startswith("ALLOW_") is (r.reason_class is ReasonClass.ALLOW)
        assert (r.precedence == 9) is (r.reason_class is ReasonClass.PENDING)
        assert (r.precedence < 9) >= (r.reason_class is ReasonClass.DENY)


def test_every_code_says_whether_it_can_occur_today() -> None:
    """The list promises nothing that the gate cannot tell yet."""
    assert REASONS.keys() >= NOT_YET | ANSWERED
    assert NOT_YET.isdisjoint(ANSWERED)
    assert {c for c, r in REASONS.items() if r.status is Status.NOT_YET} == NOT_YET
    assert {c for c, r in REASONS.items() if r.status is Status.ANSWERED} == ANSWERED
    assert REASONS["TRAINING_EXPIRED"].status is Status.DECIDED


@pytest.mark.req("B8", "L3")
def test_the_lower_precedence_is_shown_first_then_the_order_of_the_list() -> None:
    """Scenario 31: gowning before training, whatever the order in which the checks ran."""
    expected = ("GOWN_EXPIRED", "TRAINING_EXPIRED", "SOP_REVISION", "GMP_REFRESHER")
    for order in permutations(expected):
        assert in_display_order(order) == expected


@pytest.mark.req("D3")
def test_an_ended_or_revoked_override_is_shown_before_anything_else() -> None:
    """For one shift it is what the holder must hear first; a scope that does not fit keeps its place."""
    codes = ("OVERRIDE_SCOPE", "OVERRIDE_REVOKED", "SYS_TIME_BAD", "OVERRIDE_EXPIRED")
    assert in_display_order(codes) == ("OVERRIDE_EXPIRED", "OVERRIDE_REVOKED", "SYS_TIME_BAD", "OVERRIDE_SCOPE")


def test_a_code_that_is_not_on_the_list_is_refused() -> None:
    """The list is closed: an unknown code is a mistake of the program."""
    with pytest.raises(KeyError):
        in_display_order(("ALLOW_CERTIFIED", "LOCKED"))


@given(st.lists(st.sampled_from(sorted(REASONS))))
def test_each_code_stands_once_in_one_order(codes: list[str]) -> None:
    """Collecting a reason twice, or in another order, changes nothing."""
    ordered = in_display_order(codes)
    assert sorted(ordered) == sorted(set(codes))
    assert in_display_order(reversed(codes)) == in_display_order(ordered) == ordered
