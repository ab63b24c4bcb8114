"""The words of signing in, of accounts and of the first set-up, in English and French."""

ACCOUNT_TEXTS: dict[str, tuple[str, str]] = {
    "sign_in": ("Sign in", "Se connecter"),
    "sign_out": ("Sign out", "Se déconnecter"),
    "user_name": ("User name", "Nom d’utilisateur"),
    "password": ("Password", "Mot de passe"),
    "sign_in_hint": (
        "Operators do not sign in here: badge at the machine. Forgot your password? Ask whoever manages accounts.",
        "Les opérateurs ne se connectent pas ici : badge à la machine. Mot de passe oublié? Voir qui gère les comptes.",
    ),
    "form_problem": ("There is a problem", "Il y a un problème"),
    "sign_in_wrong": (
        "The user name or password is not right. After 5 wrong tries in a row an account rests for 10 minutes.",
        "Le nom d’utilisateur ou le mot de passe ne correspond pas. "
        "Après 5 essais de suite, un compte se repose 10 minutes.",
    ),
    "account": ("Your account", "Votre compte"),
    "account_of": ("Signed in as {name}", "Connexion : {name}"),
    "roles": ("Roles", "Rôles"),
    "person_id": ("Person id", "Numéro de la personne"),
    "change_password": ("Change the password", "Changer le mot de passe"),
    "password_hint": (
        "12 to 200 characters, without your user name. Several words are easy to keep in mind.",
        "De 12 à 200 caractères, sans votre nom d’utilisateur. Plusieurs mots se retiennent bien.",
    ),
    "password_must": (
        "Somebody else knows this password. Choose your own before you go on.",
        "Quelqu’un d’autre connaît ce mot de passe. Choisissez le vôtre avant de continuer.",
    ),
    "password_now": ("Present password", "Mot de passe actuel"),
    "password_new": ("New password", "Nouveau mot de passe"),
    "password_again": ("New password again", "Nouveau mot de passe, encore"),
    "accountability": (
        "I alone use this account. What I sign with this password binds me like my signature by hand.",
        "Personne d’autre n’utilise ce compte. Signer avec ce mot de passe m’engage comme ma signature à la main.",
    ),
    "save": ("Save", "Enregistrer"),
    "setup": ("Set up this gate", "Mettre ce système en service"),
    "setup_hint": (
        "The first account belongs to a named person and makes the other accounts. It cannot sign overrides, "
        "training or reviews.",
        "Le premier compte est celui d’une personne nommée et crée les autres comptes. Il ne signe ni dérogation, "
        "ni formation, ni revue.",
    ),
    "setup_code": ("Set-up code", "Code de mise en service"),
    "setup_code_hint": (
        "The terminal prints it: gate setup-code. It serves once, within 24 hours.",
        "Le terminal l’affiche : gate setup-code. Il sert une fois, en 24 heures.",
    ),
    "printed_name": ("Full name, as signatures show it", "Nom complet, comme dans les signatures"),
    "setup_done": ("Make the account", "Créer le compte"),
    "bad_code": (
        "The set-up code is not the one printed last, or it is too old. Run: gate setup-code",
        "Le code n’est pas le dernier affiché, ou il est trop ancien. Lancez : gate setup-code",
    ),
    "bad_login": (
        "A user name has 2 to 40 characters: small letters a to z, digits, dot, hyphen, underscore",
        "Un nom d’utilisateur a de 2 à 40 caractères : lettres minuscules a à z, chiffres, point, tiret, souligné",
    ),
    "bad_person": (
        "A person id has 1 to 40 characters: letters, digits, dot, hyphen, underscore",
        "Un numéro de personne a de 1 à 40 caractères : lettres, chiffres, point, tiret, souligné",
    ),
    "bad_name": (
        "A full name has 1 to 80 characters that can be seen, with single blanks between words",
        "Un nom complet a de 1 à 80 caractères visibles, avec une seule espace entre les mots",
    ),
    "bad_password": (
        "A password has 12 to 200 characters and does not contain the user name",
        "Un mot de passe a de 12 à 200 caractères et ne contient pas le nom d’utilisateur",
    ),
    "bad_again": ("The two new passwords differ", "Les deux nouveaux mots de passe diffèrent"),
    "bad_same": ("The new password is the present one", "Le nouveau mot de passe est l’actuel"),
    "bad_accept": (
        "Nobody can sign without accepting what a signature means",
        "Personne ne peut signer sans accepter ce que vaut une signature",
    ),
    "role_operator": ("operator", "opération"),
    "role_trainer": ("trainer", "formation"),
    "role_supervisor": ("supervisor", "supervision"),
    "role_qa": ("QA", "assurance qualité"),
    "role_sysadmin": ("system administrator", "administration du système"),
    "role_auditor": ("auditor, reading only", "audit, lecture seule"),
    "page_400": (
        "This form cannot be used any more; open the page anew",
        "Ce formulaire ne sert plus; rouvrez la page",
    ),
    "page_403": ("Your role does not open this page", "Votre rôle n’ouvre pas cette page"),
    "page_413": ("That is more than a form holds", "C’est plus que ne contient un formulaire"),
}
"""Key -> English, French."""
