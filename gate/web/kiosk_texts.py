"""The words of the kiosk, in English and French: what the state is, and what follows from it."""

from collections.abc import Mapping

from gate.web.kiosk_act_texts import KIOSK_ACT_TEXTS
from gate.web.texts import LANGUAGES

_TEXTS: dict[str, tuple[str, str]] = {
    "page": ("Kiosk {machines}", "Kiosque {machines}"),
    "idle": ("Present your badge", "Passez votre badge"),
    "allow": ("ALLOWED", "AUTORISÉ"),
    "deny": ("DENIED", "REFUSÉ"),
    "would": ("WOULD BE DENIED", "SERAIT REFUSÉ"),
    "again": ("READ AGAIN", "À RELIRE"),
    "wait": ("WAITING", "EN ATTENTE"),
    "use": ("In use", "En service"),
    "over": ("OVERRIDE", "DÉROGATION"),
    "drop": ("NO NEW START", "NOUVEAU DÉMARRAGE NON PERMIS"),
    "off": ("READER OFFLINE", "LECTEUR HORS SERVICE"),
    "fault": ("SYSTEM FAULT", "PANNE DU SYSTÈME"),
    "silent": ("GATE SILENT", "SYSTÈME MUET"),
    "lost": ("SCREEN OUT OF TOUCH", "ÉCRAN SANS CONTACT"),
    "out": ("Signed out", "Fin d’utilisation"),
    "unset": ("NOT SET UP YET", "PAS ENCORE CONFIGURÉ"),
    "mode_off": ("GATE OFF HERE", "CONTRÔLE DÉSACTIVÉ ICI"),
    "trial": ("TRIAL", "ESSAI"),
    "enabled": ("Start enabled", "Démarrage permis"),
    "enabled_until": ("Start enabled until {time}", "Démarrage permis jusqu’à {time}"),
    "not_enabled": ("Start not enabled", "Démarrage non permis"),
    "trial_line": ("Trial: decides, withholds nothing", "Essai : décide sans rien retenir"),
    "ends": ("Ends during this shift", "Prend fin pendant ce quart"),
    "soon": ("Expires soon", "Échéance proche"),
    "joint": (": ", "\u00a0: "),
    "grace": ("In the approved grace", "En sursis approuvé"),
    "joined": ("{n} people on the machine", "{n} personnes en poste"),
    "took_over": ("Took over the machine", "Relève prise"),
    "resumed": ("Resumed", "Reprise"),
    "what_to_do": ("What to do", "Quoi faire"),
    "who_helps": ("Who can help", "Qui peut aider"),
    "helper": ("Your supervisor", "La supervision"),
    "since": ("since {time}", "depuis {time}"),
    "left": ("left, until {time}", "restantes, jusqu’à {time}"),
    "then": ("then no new start", "puis nouveau démarrage non permis"),
    "sign_out": ("Badge again to sign out", "Repassez le badge pour terminer"),
    "no_new_start": ("no new start", "nouveau démarrage non permis"),
    "runs_on": (
        "A running machine runs on. Badge again to start anew.",
        "Une machine en marche continue. Repassez le badge pour démarrer à nouveau.",
    ),
    "reference": ("Reference {reference}", "Référence {reference}"),
    "off_line": ("Nobody can badge here. Start not enabled.", "Badges sans réponse ici. Démarrage non permis."),
    "off_next": (
        "A running machine runs on. Have reader, cable and power looked at.",
        "Une machine en marche continue. Faites voir lecteur, câble et alimentation.",
    ),
    "silent_line": (
        "Badge reads get no answer now. Start not enabled.",
        "Les badges restent sans réponse. Démarrage non permis.",
    ),
    "silent_next": (
        "A running machine runs on. Follow the paper procedure.",
        "Une machine en marche continue. Suivez la procédure papier.",
    ),
    "fault_line": ("This is not about you or your training.", "Vous et vos formations n’êtes pas en cause."),
    "late_line": ("The answer came too late. Badge again.", "La réponse est venue trop tard. Repassez le badge."),
    "lost_line": ("This screen cannot reach the gate.", "Cet écran ne joint plus le système."),
    "lost_next": (
        "Trust the light on the reader, not this screen. It tries again by itself.",
        "Fiez-vous au voyant du lecteur, pas à cet écran. Il réessaie de lui-même.",
    ),
    "records_line": ("The records cannot be read now.", "Les enregistrements ne peuvent pas être lus."),
    "unset_line": ("This machine is not on record.", "Cette machine n’est pas au dossier."),
    "mode_off_line": (
        "Badge reads are recorded, nothing is withheld.",
        "Les lectures sont au dossier, rien n’est retenu.",
    ),
    "again_line": ("Hold the badge flat on the reader for 1 second.", "Tenez le badge à plat 1 seconde."),
    "reader_online": ("Reader ready", "Lecteur prêt"),
    "reader_offline": ("Reader offline", "Lecteur hors service"),
    "reader_unseen": ("Reader not seen yet", "Lecteur pas encore vu"),
    "badge_ending": ("Badge ending {last4}", "Badge se terminant par {last4}"),
}

KIOSK_TEXTS: Mapping[str, Mapping[str, str]] = {
    language: {key: words[number] for key, words in {**_TEXTS, **KIOSK_ACT_TEXTS}.items()}
    for number, language in enumerate(LANGUAGES)
}
"""Language -> key -> words."""
