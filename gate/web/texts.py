"""Every word of the pages that is not a reason, in English and French, in one table."""

from collections.abc import Mapping

from gate.web.account_texts import ACCOUNT_TEXTS
from gate.web.admin_account_texts import ADMIN_ACCOUNT_TEXTS
from gate.web.admin_equipment_texts import EQUIPMENT_TEXTS
from gate.web.admin_place_texts import PLACE_TEXTS
from gate.web.admin_texts import ADMIN_TEXTS
from gate.web.alert_texts import ALERT_TEXTS
from gate.web.badge_texts import BADGE_TEXTS
from gate.web.changed_texts import CHANGED_TEXTS
from gate.web.duty_texts import DUTY_TEXTS
from gate.web.entry_sentences import ENTRY_SENTENCES
from gate.web.entry_texts import ENTRY_TEXTS
from gate.web.export_texts import EXPORT_TEXTS
from gate.web.floor_act_texts import FLOOR_ACT_TEXTS
from gate.web.floor_texts import FLOOR_TEXTS
from gate.web.impact_texts import IMPACT_TEXTS
from gate.web.inspection_texts import INSPECTION_TEXTS
from gate.web.integrity_texts import INTEGRITY_TEXTS
from gate.web.late_texts import LATE_TEXTS
from gate.web.log_texts import LOG_COLUMN_TEXTS, LOG_KIND_TEXTS, LOG_TEXTS, LOG_VIEW_TEXTS
from gate.web.lot_texts import LOT_TEXTS
from gate.web.matrix_texts import MATRIX_TEXTS
from gate.web.override_queue_texts import OVERRIDE_QUEUE_TEXTS
from gate.web.override_texts import OVERRIDE_TEXTS
from gate.web.question_texts import QUESTION_TEXTS
from gate.web.reader_texts import READER_TEXTS
from gate.web.requirement_texts import REQUIREMENT_TEXTS
from gate.web.review_part_texts import REVIEW_PART_TEXTS
from gate.web.review_texts import REVIEW_TEXTS
from gate.web.segment_texts import SEGMENT_TEXTS
from gate.web.shift_texts import SHIFT_TEXTS
from gate.web.training_texts import TRAINING_TEXTS
from gate.web.trend_texts import TREND_TEXTS
from gate.web.who_can_run_texts import WHO_CAN_RUN_TEXTS

LANGUAGES = ("en", "fr")

_TEXTS: dict[str, tuple[str, str]] = {
    "language": ("English", "Français"),
    "title": ("What happens at the readers", "Ce qui se passe aux lecteurs"),
    "menu": ("Main", "Principal"),
    "menu_phone": ("Main, phone", "Principal, téléphone"),
    "menu_more": ("More", "Plus"),
    "administration_short": ("Admin", "Admin"),
    "floor": ("Floor", "Plancher"),
    "alerts": ("Alerts", "Alertes"),
    "badges": ("Badges", "Badges"),
    "administration": ("Administration", "Administration"),
    "skip": ("Skip to content", "Aller au contenu"),
    "lede": ("Readers: {counts}.", "Lecteurs : {counts}."),
    "as_of": ("As of {time}", "Situation à {time}"),
    "live": ("Live", "En direct"),
    "silent": ("Out of touch, last heard", "Sans contact, dernier signe"),
    "ago": ("{n} s ago", "il y a {n} s"),
    "gate_alive": ("The gate is running", "Le système est en marche"),
    "gate_silent": (
        "The gate is silent: badge reads get no answer",
        "Le système est muet : les badges restent sans réponse",
    ),
    "gate_since": ("Last heard", "Dernier signe"),
    "gate_never": ("not heard yet", "aucun signe encore"),
    "last_record": ("Last record", "Dernier enregistrement"),
    "verified_to": ("verified to", "vérifié jusqu’à"),
    "not_verified_yet": ("chain not verified yet", "chaîne pas encore vérifiée"),
    "chain_broken_at": ("chain broken at", "chaîne rompue à"),
    "trail_head": ("Trail head", "Tête de la chaîne"),
    "no_records": ("none yet", "aucun encore"),
    "decisions": ("Decisions", "Décisions"),
    "decisions_hint": ("Newest first, the last {n}.", "Les plus récentes d’abord, les {n} dernières."),
    "decisions_none": (
        "No badge has been read yet. Decisions appear here as badges are read.",
        "Aucun badge lu encore. Les décisions s’affichent ici à mesure que les badges sont lus.",
    ),
    "readers": ("Readers", "Lecteurs"),
    "to_readers": ("To the readers", "Vers les lecteurs"),
    "allowed": ("Allowed", "Autorisé"),
    "denied": ("Denied", "Refusé"),
    "would_deny": ("Would be denied", "Aurait été refusé"),
    "override": ("Override", "Dérogation"),
    "pending": ("Waiting", "En attente"),
    "read_again": ("Read again", "À relire"),
    "soon": ("Expires soon", "Échéance proche"),
    "grace": ("In grace", "En sursis"),
    "reason_of": ("{reason}: {items}", "{reason} : {items}"),
    "clock_asserted": ("clock asserted only", "heure seulement affirmée"),
    "clock_untrusted": ("clock not trusted", "heure non fiable"),
    "in_use": ("Signed in", "En poste"),
    "nobody": ("Nobody signed in", "Personne en poste"),
    "no_new_start": ("no new start", "nouveau démarrage non permis"),
    "needs": ("Needs attention now", "À traiter maintenant"),
    "reader_out": ("{equipment}: reader offline", "{equipment} : lecteur hors service"),
    "reader_out_next": (
        "Badges get no answer there. A running machine runs on; see to the reader, its cable and its power.",
        "Badges sans réponse à cet endroit. Une machine en marche continue; voir lecteur, câble et alimentation.",
    ),
    "signed_out": ("Signed out", "Fin d’utilisation"),
    "trial": ("TRIAL", "ESSAI"),
    "mode": ("Mode", "Mode"),
    "mode_enforce": ("Enforce", "Appliqué"),
    "mode_shadow": ("Trial: decides, never withholds", "Essai : décide sans rien retenir"),
    "mode_off": ("Off", "Désactivé"),
    "mode_unknown": ("Machine not set up", "Machine non configurée"),
    "online": ("Online", "En service"),
    "offline": ("Offline", "Hors service"),
    "reader_unknown": ("State unknown", "État inconnu"),
    "never_seen": ("Not seen yet", "Pas encore vu"),
    "unwatched": ("Port open", "Port ouvert"),
    "link_secure": ("OSDP, encrypted", "OSDP, chiffré"),
    "link_plain": ("OSDP, not encrypted", "OSDP, non chiffré"),
    "link_port": ("Plain scanner: only the port is watched", "Lecteur simple : seul le port est surveillé"),
    "reader": ("Reader", "Lecteur"),
    "line": ("Line", "Ligne"),
    "address": ("address", "adresse"),
    "link": ("Link", "Liaison"),
    "since": ("Since", "Depuis"),
    "cause": ("Cause", "Cause"),
    "last_read": ("Last decision", "Dernière décision"),
    "none_yet": ("none yet", "aucune encore"),
    "badge_ending": ("Badge ending", "Badge se terminant par"),
    "no_badge": ("No badge number", "Aucun numéro de badge"),
    "at_machine": ("at", "à"),
    "record": ("record", "enregistrement"),
    "foot": (
        "A start permissive, never a safety function. Badge numbers are shown by their last 4 characters.",
        "Une permission de démarrage, jamais une fonction de sécurité. "
        "Les numéros de badge sont montrés par leurs 4 derniers caractères.",
    ),
    "op_SETUP": ("Set-up", "Réglage"),
    "op_CLEAN": ("Cleaning", "Nettoyage"),
    "op_CHECK_CLEAN": ("Cleaning check", "Vérification du nettoyage"),
    "op_MAINTAIN": ("Maintenance", "Entretien"),
    "op_CALIBRATE": ("Calibration", "Étalonnage"),
    "page_404": ("There is no page here", "Il n’y a pas de page ici"),
    "page_405": ("This page can only be read", "Cette page se consulte seulement"),
    "page_421": ("Open this page by the gate’s own address", "Ouvrez cette page à l’adresse du système"),
    "page_500": ("The page could not be made", "La page n’a pas pu être produite"),
    "page_503": ("The records cannot be read now", "Les enregistrements ne peuvent pas être lus"),
    "page_next": (
        "Badge reads go on without this page. Go back to the live page, or look in docs/operations.md.",
        "La lecture des badges continue sans cette page. Revenez à la page en direct, ou voyez docs/operations.md.",
    ),
    "home": ("Live page", "Page en direct"),
}

_AREAS = (
    INTEGRITY_TEXTS,
    ENTRY_TEXTS,
    ENTRY_SENTENCES,
    IMPACT_TEXTS,
    PLACE_TEXTS,
    TRAINING_TEXTS,
    REQUIREMENT_TEXTS,
    DUTY_TEXTS,
    EXPORT_TEXTS,
    WHO_CAN_RUN_TEXTS,
    EQUIPMENT_TEXTS,
    ADMIN_TEXTS,
    ADMIN_ACCOUNT_TEXTS,
    BADGE_TEXTS,
    CHANGED_TEXTS,
    _TEXTS,
    ACCOUNT_TEXTS,
    ALERT_TEXTS,
    FLOOR_ACT_TEXTS,
    FLOOR_TEXTS,
    MATRIX_TEXTS,
    TREND_TEXTS,
    LOG_TEXTS,
    LOG_KIND_TEXTS,
    LOG_COLUMN_TEXTS,
    LOG_VIEW_TEXTS,
    OVERRIDE_QUEUE_TEXTS,
    OVERRIDE_TEXTS,
    READER_TEXTS,
    REVIEW_PART_TEXTS,
    REVIEW_TEXTS,
    SEGMENT_TEXTS,
    SHIFT_TEXTS,
    LOT_TEXTS,
    LATE_TEXTS,
    INSPECTION_TEXTS,
    QUESTION_TEXTS,
)

PAGE_TEXTS: Mapping[str, Mapping[str, str]] = {
    language: {key: words[number] for area in _AREAS for key, words in area.items()}
    for number, language in enumerate(LANGUAGES)
}
"""Language -> key -> words."""
