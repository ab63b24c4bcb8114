"""What to do about each reason that does not allow: one plain step, in English and French."""

_SUPERVISOR = ("See your supervisor.", "Voyez la supervision.")
_SUPPORT = ("Call support; follow the paper procedure meanwhile.", "Appelez le soutien; d’ici là, procédure papier.")
_TRAINING = ("See the training desk, then badge again.", "Voyez la formation, puis repassez votre badge.")
_QA = ("Leave it as it is and call QA.", "Laissez tel quel et appelez l’AQ.")
_MAINTENANCE = ("Ask maintenance when it is free again.", "Demandez à l’entretien quand ce sera libre.")
_BADGE_DESK = ("Have the badge looked at by security.", "Faites voir le badge à la sécurité.")

NEXT_STEPS: dict[str, tuple[str, str]] = {
    "SYS_DATA_STALE": _SUPPORT,
    "SYS_TIME_BAD": _SUPPORT,
    "SYS_LOG_FAIL": _SUPPORT,
    "SYS_INTEGRITY": ("Call QA; follow the paper procedure meanwhile.", "Appelez l’AQ; d’ici là, procédure papier."),
    "SYS_CONFIG": _SUPPORT,
    "SYS_ERROR": _SUPPORT,
    "BADGE_UNREADABLE": (
        "Hold the badge flat on the reader for 1 second.",
        "Tenez le badge à plat sur le lecteur 1 seconde.",
    ),
    "READ_LATE": ("Badge again.", "Repassez votre badge."),
    "BADGE_UNKNOWN": ("Have the badge enrolled.", "Faites inscrire le badge."),
    "BADGE_LOST": _BADGE_DESK,
    "BADGE_REPLACED": ("Use your new badge.", "Utilisez votre nouveau badge."),
    "BADGE_EXPIRED": _BADGE_DESK,
    "PIN_WRONG": ("Badge again and type the PIN once more.", "Repassez le badge et tapez le NIP à nouveau."),
    "PIN_LOCKED": _SUPERVISOR,
    "READER_UNKNOWN": _SUPPORT,
    "PERSON_UNKNOWN": ("Have the badge assigned to you.", "Faites inscrire le badge à votre nom."),
    "BADGE_ELSEWHERE": ("Badge out on the other machine first.", "Terminez d’abord sur l’autre machine."),
    "PERSON_INACTIVE": _SUPERVISOR,
    "PERSON_SUSPENDED": _SUPERVISOR,
    "PERSON_RESTRICTED": _SUPERVISOR,
    "CONTRACT_ENDED": _SUPERVISOR,
    "VISITOR": ("Ask a certified person to run it.", "Demandez à une personne certifiée."),
    "AREA_DENIED": ("Ask your supervisor about this area.", "Voyez la supervision pour cette zone."),
    "GOWN_EXPIRED": ("Renew your gowning certification.", "Renouvelez votre certification d’habillage."),
    "EQ_QUARANTINE": ("Do not run it. Ask QA.", "Ne pas utiliser. Voyez l’AQ."),
    "EQ_OUT_OF_SERVICE": ("Take another machine, or see your supervisor.", "Autre machine, ou voyez la supervision."),
    "EQ_MAINTENANCE": _MAINTENANCE,
    "EQ_UNKNOWN": _SUPPORT,
    "EQ_CAL_OVERDUE": ("Have the machine calibrated.", "Faites étalonner la machine."),
    "EQ_PM_OVERDUE": ("Have the maintenance done.", "Faites faire l’entretien."),
    "EQ_QUAL_LAPSED": _QA,
    "EQ_DIRTY": ("Clean it first; cleaning may be started.", "Nettoyez d’abord; le nettoyage reste permis."),
    "EQ_CHT_EXPIRED": ("Clean it again.", "Nettoyez à nouveau."),
    "EQ_DHT_EXCEEDED": _QA,
    "EQ_CLEAN_UNCHECKED": ("Have a second person check it.", "Faites vérifier par une deuxième personne."),
    "EQ_BUSY": ("Badge once more within 10 s to take over.", "Repassez dans les 10 s pour prendre la relève."),
    "LINE_CLEARANCE": ("Do the line clearance with a second person.", "Faites le vide de ligne à deux."),
    "LOT_UNKNOWN": ("Check the lot number, or see your supervisor.", "Vérifiez le lot ou voyez la supervision."),
    "PRODUCT_MISMATCH": (
        "Check lot and machine; see your supervisor.",
        "Vérifiez lot et machine; voyez la supervision.",
    ),
    "SEQUENCE": ("Do the step that comes before.", "Faites d’abord l’étape précédente."),
    "CAMPAIGN_LIMIT": ("Do the full cleaning.", "Faites le nettoyage complet."),
    "PENDING_TIMEOUT": ("Badge again.", "Repassez votre badge."),
    "NOT_CERTIFIED": ("Ask the training desk to plan it.", "Demandez-la à la formation."),
    "OPERATION_NOT_CERTIFIED": (
        "Choose another operation, or see training.",
        "Autre opération, ou voyez la formation.",
    ),
    "TRAINING_EXPIRED": ("Do the requalification, then badge again.", "Refaites la formation, puis repassez le badge."),
    "SOP_REVISION": ("Read and sign the version in force, badge again.", "Lisez et signez la version en vigueur."),
    "GMP_REFRESHER": ("Do the GMP refresher, then badge again.", "Faites le rappel BPF, puis repassez le badge."),
    "NOT_YET_VALID": ("Come back when it starts, or see training.", "Revenez à cette date ou voyez la formation."),
    "CERTIFICATION_WITHDRAWN": _TRAINING,
    "INACTIVE_TOO_LONG": ("Have a trainer watch one run.", "Une personne formatrice doit observer un cycle."),
    "ASSESSMENT_FAILED": _TRAINING,
    "RECORD_UNVERIFIED": ("Ask training to verify the record.", "Faites vérifier le dossier par la formation."),
    "TRAINER_INVALID": ("Ask another trainer.", "Demandez une autre personne formatrice."),
    "SAME_PERSON": ("Ask a certified colleague.", "Demandez à une personne certifiée."),
    "TRAINER_LIMIT": ("Ask another trainer.", "Demandez une autre personne formatrice."),
    "OVERRIDE_EXPIRED": ("See your supervisor about what it lifted.", "Voyez la supervision pour ce qu’elle levait."),
    "OVERRIDE_REVOKED": _SUPERVISOR,
    "OVERRIDE_SCOPE": _SUPERVISOR,
    "NEED_PIN": ("Type your PIN at the reader.", "Tapez votre NIP au lecteur."),
    "NEED_TRAINER": ("The trainer badges now.", "La personne formatrice passe son badge."),
    "NEED_CHECKER": ("The second person badges now.", "La deuxième personne passe son badge."),
    "NEED_LOT": ("Read the barcode of the lot.", "Lisez le code-barres du lot."),
    "NEED_ACTIVITY": ("Choose the operation at the reader.", "Choisissez l’opération au lecteur."),
    "ESCORT_NEEDED": ("The escort badges now.", "La personne qui accompagne passe son badge."),
    "OJT_OPEN": ("Have the on-the-job training signed.", "Faites signer la formation pratique."),
}


def next_step(code: str, language: str) -> str:
    """Return what to do about a reason; for one without a step of its own, whom to ask."""
    words = NEXT_STEPS.get(code, _SUPERVISOR)
    return words[1] if language == "fr" else words[0]
