"""The words of the pages of accounts and of the configuration, in English and French."""

ADMIN_ACCOUNT_TEXTS: dict[str, tuple[str, str]] = {
    "accounts": ("Accounts", "Comptes"),
    "accounts_hint": (
        "Who signs in with which roles, now or on a past day.",
        "Qui se connecte avec quels rôles, maintenant ou à une date passée.",
    ),
    "accounts_lede": (
        "One person, one account, for ever. Operators need none: they badge.",
        "Une personne, un compte, pour toujours. Les opérateurs n’en ont pas besoin : ils ont leur badge.",
    ),
    "accounts_as_of": (
        "As they were on record at the end of {day}.",
        "Tels qu’ils étaient au registre à la fin du {day}.",
    ),
    "as_of_day": ("On a past day", "À une date passée"),
    "as_of_now": ("Back to now", "Revenir à maintenant"),
    "made_by": ("Made by", "Créé par"),
    "add_account": ("Make an account", "Créer un compte"),
    "make_account": ("Make the account", "Créer le compte"),
    "new_account_lede": (
        "First make sure who it is. The gate shows a first password once; the person changes it at the first login.",
        "Assurez-vous d’abord de qui il s’agit. Un premier mot de passe s’affiche une seule fois; "
        "la personne le change à la première connexion.",
    ),
    "user_hint": ("Small letters, digits, dot, hyphen.", "Minuscules, chiffres, point, tiret."),
    "one_account_hint": ("One active account a person.", "Un seul compte actif par personne."),
    "identity": ("Who verified who this is, and how", "Qui a vérifié l’identité, et comment"),
    "identity_hint": (
        "Like: M. Roy of human resources, employee file and photo. Never the number of a document.",
        "Par exemple : M. Roy des ressources humaines, dossier et photo. Jamais le numéro d’une pièce.",
    ),
    "bad_identity": (
        "An account needs who verified the identity, and how",
        "Un compte demande qui a vérifié l’identité, et comment",
    ),
    "until_on": ("Last day of the account", "Dernier jour du compte"),
    "until_hint": (
        "Needed for an auditor, within a year. After that day nobody is signed in with it. Empty: no end.",
        "Demandé pour l’audit, d’ici un an. Après ce jour, personne n’est connecté. Vide : sans fin.",
    ),
    "role_operator_hint": ("sees the live page", "voit la page en direct"),
    "role_trainer_hint": ("training records", "dossiers de formation"),
    "role_supervisor_hint": ("grants overrides, takes out of service", "accorde des dérogations, met hors service"),
    "role_qa_hint": ("co-signs, approves, suspends, reviews", "cosigne, approuve, suspend, passe en revue"),
    "role_sysadmin_hint": (
        "people, equipment, accounts; approves nothing",
        "personnes, équipement, comptes; n’approuve rien",
    ),
    "role_auditor_hint": ("reads and exports, no other role", "consulte et exporte, aucun autre rôle"),
    "change_roles": ("Change roles or end", "Modifier les rôles ou la fin"),
    "roles_of": ("Roles and end of {name}", "Rôles et fin : {name}"),
    "roles_lede": (
        "They hold from the next click of that person on.",
        "Cela vaut dès le prochain clic de cette personne.",
    ),
    "own_account": (
        "This is your own account. Somebody else changes its roles or closes it.",
        "C’est votre propre compte. Quelqu’un d’autre en change les rôles ou le ferme.",
    ),
    "account_active": ("Active", "Actif"),
    "account_closed": ("Closed", "Fermé"),
    "account_over": ("Ended", "Terminé"),
    "account_resting": ("Resting after wrong passwords", "Au repos après des mots de passe erronés"),
    "first_password": ("First password, to be changed", "Premier mot de passe, à changer"),
    "own_password": ("Chosen by the person", "Choisi par la personne"),
    "first_password_of": ("First password of {name}", "Premier mot de passe de {name}"),
    "shown_once": (
        "It is shown here once and kept nowhere. Hand it over in person; the first login asks for another.",
        "Il s’affiche ici une seule fois et n’est gardé nulle part. Remettez-le en personne; la première connexion en "
        "demande un autre.",
    ),
    "noted": ("Noted", "Noté"),
    "care_close": ("Close the account", "Fermer le compte"),
    "care_reset": ("Give a new first password", "Donner un nouveau premier mot de passe"),
    "care_unblock": ("End the rest", "Mettre fin au repos"),
    "care_close_lede": (
        "For good: sessions end at once, and the user name is never given to anybody again.",
        "Pour de bon : les sessions prennent fin aussitôt, et le nom n’est jamais donné à personne d’autre.",
    ),
    "care_reset_lede": (
        "First make sure who asks. Sessions end at once; the new password is shown once and must be changed.",
        "Assurez-vous d’abord de qui le demande. Les sessions prennent fin aussitôt; le nouveau mot de passe s’affiche "
        "une seule fois et doit être changé.",
    ),
    "care_unblock_lede": (
        "After five wrong passwords an account rests for 10 minutes. First make sure who typed them.",
        "Après cinq mots de passe erronés, un compte se repose 10 minutes. Assurez-vous d’abord de qui les a tapés.",
    ),
    "account_done_changed": ("Changed.", "Modifié."),
    "account_done_close": ("Closed. Its sessions have ended.", "Fermé. Ses sessions ont pris fin."),
    "account_done_unblock": ("The rest has ended.", "Le repos a pris fin."),
    "field_person_id": ("Person", "Personne"),
    "field_roles": ("Roles", "Rôles"),
    "field_expires_at": ("End (UTC)", "Fin (UTC)"),
    "state_closed": ("Closed", "Fermé"),
    "configuration": ("Configuration", "Configuration"),
    "configuration_hint": (
        "The settings in force, and whether the file has changed since.",
        "Les réglages en vigueur, et si le fichier a changé depuis.",
    ),
    "configuration_lede": (
        "Changed in the file on the machine, never here. Secrets are not shown.",
        "Se modifie dans le fichier sur la machine, jamais ici. Les secrets ne sont pas montrés.",
    ),
    "config_same": (
        "The file is the one that the gate started with.",
        "Le fichier est celui du démarrage du système.",
    ),
    "config_differs": (
        "The file has changed since the gate started. It counts after a restart of both services.",
        "Le fichier a changé depuis le démarrage. Il comptera après le redémarrage des deux services.",
    ),
    "config_never": (
        "No start of the gate is on record yet, so there is nothing to compare the file with.",
        "Aucun démarrage au registre encore : rien à quoi comparer le fichier.",
    ),
    "config_unreadable": (
        "The file cannot be read now, so it cannot be compared: {why}",
        "Le fichier ne peut pas être lu, donc pas comparé : {why}",
    ),
    "config_file": ("File", "Fichier"),
    "config_sha_started": ("SHA-256 at the last start", "SHA-256 au dernier démarrage"),
    "config_sha_now": ("SHA-256 of the file now", "SHA-256 du fichier maintenant"),
    "config_start": ("Last start", "Dernier démarrage"),
    "versions": ("Versions", "Versions"),
    "version_program": ("Program", "Programme"),
    "version_pages": ("Program of these pages", "Programme de ces pages"),
    "version_sqlite": ("SQLite", "SQLite"),
    "version_tzdata": ("Time zone data", "Données de fuseaux"),
    "at_start": ("as recorded at the last start", "selon le dernier démarrage"),
    "settings": ("Settings in force on these pages", "Réglages en vigueur pour ces pages"),
    "setting": ("Setting", "Réglage"),
    "value": ("Value", "Valeur"),
    "secret_set": ("set, not shown", "défini, non montré"),
}
"""Key -> English, French."""
