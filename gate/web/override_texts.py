"""The words of the override pages, in English and French."""

OVERRIDE_TEXTS: dict[str, tuple[str, str]] = {
    "overrides": ("Overrides", "Dérogations"),
    "just_denied": ("Just denied", "Refus récents"),
    "just_denied_none": ("Nobody was denied in the last 12 hours.", "Personne n’a été refusé depuis 12 heures."),
    "standing": ("Overrides that stand", "Dérogations en vigueur"),
    "standing_none": ("No override stands.", "Aucune dérogation n’est en vigueur."),
    "let_use": ("Grant an override", "Accorder une dérogation"),
    "let_title": ("Let {person} use {machine} for a while", "Laisser {person} utiliser {machine} pour un temps"),
    "why_denied": ("Why access was denied", "Raisons du refus"),
    "lifts_only": (
        "The override lifts these reasons only. If anything else lapses, access is denied again.",
        "La dérogation lève ces raisons seulement. Toute autre échéance entraîne un nouveau refus.",
    ),
    "how_long": ("For how long", "Pour combien de temps"),
    "until_time": ("until {time}", "jusqu’à {time}"),
    "minutes_30": ("30 min", "30 min"),
    "minutes_60": ("1 hour", "1 heure"),
    "minutes_120": ("2 hours", "2 heures"),
    "minutes_240": ("4 hours", "4 heures"),
    "minutes_480": ("8 hours", "8 heures"),
    "override_class": ("What for", "Motif"),
    "class_COVERAGE": ("No certified operator is free", "Aucun opérateur certifié n’est libre"),
    "class_RECORD_LAG": ("Training done, record not filed yet", "Formation faite, dossier pas encore versé"),
    "class_TECHNICAL": ("A fault of the system or its data", "Une faute du système ou de ses données"),
    "reference": ("Deviation or temporary-change reference", "Référence de déviation ou de changement temporaire"),
    "reference_hint": (
        "Open it in the quality system first. Like DEV-2026-0318.",
        "Ouvrez-la d’abord dans le système qualité. Comme DEV-2026-0318.",
    ),
    "justification": ("Justification", "Justification"),
    "justification_hint": (
        "What makes it safe to go on, in your words. It stands in the record for good.",
        "Ce qui permet de continuer sans risque, dans vos mots. Cela reste au registre.",
    ),
    "cosign": ("QA co-signature", "Cosignature de l’AQ"),
    "cosign_hint": (
        "Some of these reasons need QA beside you: user name and password of the person from QA.",
        "Certaines de ces raisons demandent l’AQ : nom d’utilisateur et mot de passe de la personne de l’AQ.",
    ),
    "your_signature": ("Your signature", "Votre signature"),
    "statement": (
        "I, {name}, authorise {person} to use {machine}. Meaning of this signature: granted.",
        "Je, {name}, autorise {person} à utiliser {machine}. Sens de cette signature : accordé.",
    ),
    "revoke_statement": (
        "I, {name}, end the override of {person} on {machine}. Meaning of this signature: revoked.",
        "Je, {name}, mets fin à la dérogation de {person} sur {machine}. Sens de cette signature : révoqué.",
    ),
    "sign_and_grant": ("Sign and grant", "Signer et accorder"),
    "revoke": ("Revoke", "Révoquer"),
    "revoke_title": (
        "Revoke the override of {person} on {machine}",
        "Révoquer la dérogation de {person} sur {machine}",
    ),
    "revoke_hint": (
        "The machine runs on. The start permissive drops within 5 seconds, the next start is refused.",
        "La machine continue. La permission de démarrage tombe en 5 secondes, le prochain démarrage est refusé.",
    ),
    "sign_and_revoke": ("Sign and revoke", "Signer et révoquer"),
    "granted_now": ("Granted. The next badge read is allowed.", "Accordée. La prochaine lecture sera autorisée."),
    "revoked_now": ("Revoked.", "Révoquée."),
    "cancel": ("Cancel", "Annuler"),
    "ends": ("Ends", "Fin"),
    "reasons_lifted": ("Lifts", "Lève"),
    "wrong_password": (
        "The password is not right. After 5 wrong tries in a row an account rests for 10 minutes.",
        "Le mot de passe ne correspond pas. Après 5 essais de suite, un compte se repose 10 minutes.",
    ),
    "wrong_cosigner": (
        "The co-signature is not right: user name and password of a person from QA.",
        "La cosignature ne correspond pas : nom d’utilisateur et mot de passe d’une personne de l’AQ.",
    ),
    "wrong_sign_user": (
        "Type your own user name, the one you signed in with.",
        "Tapez votre propre nom d’utilisateur, celui de votre connexion.",
    ),
    "first_signature": (
        "The first signature after signing in asks for the user name too.",
        "La première signature après la connexion demande aussi le nom d’utilisateur.",
    ),
    "chain_broken": (
        "The chain of records does not verify. Badging goes on; nothing is signed until QA has dealt with it. Call QA.",
        "La chaîne d’enregistrements ne se vérifie pas. Les badges fonctionnent; rien ne se signe. Appelez l’AQ.",
    ),
    "see_above": ("See above", "Voir plus haut"),
    "session_over": (
        "Your session ended. Nothing was signed and nothing typed is lost: sign in, and the form comes back.",
        "Votre session a pris fin. Rien n’a été signé, rien n’est perdu : connectez-vous, le formulaire revient.",
    ),
    "kept_again": (
        "Here is the form as it was typed. Nothing has been signed yet.",
        "Voici le formulaire tel qu’il a été rempli. Rien n’est signé encore.",
    ),
    "choose_one": ("Choose one of the values offered", "Choisissez une des valeurs offertes"),
    "busy_records": (
        "The records are busy. Nothing was signed; send the form again.",
        "Le registre est occupé. Rien n’a été signé; renvoyez le formulaire.",
    ),
}
"""Key -> English, French."""
