"""The words that stand on every printed report, in English and French."""

PAPER_TEXTS: dict[str, tuple[str, str]] = {
    "report": ("report", "rapport"),
    "page": ("Page {n} of {m}", "Page {n} de {m}"),
    "filters": ("Filter", "Filtre"),
    "everything": ("none: everything", "aucun : tout"),
    "records": ("Rows", "Lignes"),
    "head": ("Up to record", "Jusqu’à l’enregistrement"),
    "head_hash": ("Head fingerprint", "Empreinte de tête"),
    "checkpoint": ("Signed checkpoint", "Point de contrôle signé"),
    "generated": ("Generated", "Produit"),
    "by": ("by {name} ({account}), {role}", "par {name} ({account}), {role}"),
    "zone": ("Time zone", "Fuseau horaire"),
    "software": ("Software", "Logiciel"),
    "config": ("configuration {sha}", "configuration {sha}"),
    "notes": ("To know", "À savoir"),
    "details": ("Further", "Autres données"),
    "none": ("No rows: nothing on record fits the filter.", "Aucune ligne : rien au registre ne répond au filtre."),
    "signatures": ("Electronic signatures", "Signatures électroniques"),
    "sign_here": ("Signature on this paper", "Signature sur ce papier"),
    "sign_name": ("Name in capitals", "Nom en majuscules"),
    "sign_signature": ("Signature", "Signature"),
    "sign_meaning": ("Meaning", "Signification"),
    "sign_date": ("Date and time", "Date et heure"),
    "check": (
        "To check this paper: open Exports in Gate and compare the number and the fingerprint, or take the CSV that is "
        "attached to the PDF. Times are local with their distance from UTC; the stored record is in UTC.",
        "Pour vérifier ce papier : ouvrez Exportations dans Gate et comparez le numéro et l’empreinte, ou prenez le "
        "CSV joint au PDF. Les heures sont locales avec leur décalage; l’enregistrement est en UTC.",
    ),
    "part11": ("Technical controls for 21 CFR Part 11.", "Mesures techniques pour le 21 CFR Part 11."),
    "qr": (
        "QR code of the gate, the head record and its fingerprint",
        "Code QR du système, de l’enregistrement de tête et de son empreinte",
    ),
    "attached": ("The same rows as CSV (RFC 4180)", "Les mêmes lignes en CSV (RFC 4180)"),
    "empty_columns": (
        "Columns without any value are left out on paper: {names}.",
        "Colonnes sans aucune valeur omises sur le papier : {names}.",
    ),
    "cut": (
        "Long texts and fingerprints are shortened on paper; the attached CSV has them whole.",
        "Textes longs et empreintes abrégés sur le papier; le CSV joint les donne en entier.",
    ),
    "escaped": (
        "Characters that the printed fonts do not have stand as \\u{…}; the attached CSV has them as they are.",
        "Les caractères absents des polices imprimées sont notés \\u{…}; le CSV joint les donne tels quels.",
    ),
    "more": ("… [{n} characters]", "… [{n} caractères]"),
    "role_qa": ("QA", "AQ"),
    "role_auditor": ("auditor", "audit"),
    "role_system": ("made by the gate itself", "produit par le système"),
}


def paper_text(key: str, language: str) -> str:
    """Return the words in a language."""
    return PAPER_TEXTS[key][1 if language == "fr" else 0]
