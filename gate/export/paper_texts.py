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
    "by_number": ("by {name}, {role}", "par {name}, {role}"),
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
    "nobody": ("nobody", "personne"),
    "through": ("to and including {day}", "jusqu’au {day} inclus"),
    "until": ("until {time}", "jusqu’à {time}"),
    "sheet": ("sheet", "feuille"),
    "sheet_title": (
        "Log sheet for the hours when the gate is down.",
        "Feuille de registre pour les heures sans système.",
    ),
    "sheet_how": (
        "One line for each use, cleaning or repair, as it happens and in its order; ink; a mistake is struck through "
        "once, initialled and dated. The paper procedure says who may start the machine. When the gate is back, each "
        "line becomes a late entry: one person enters it, another verifies it.",
        "Une ligne par utilisation, nettoyage ou réparation, au moment même et dans l’ordre; à l’encre; une erreur est "
        "rayée d’un trait, paraphée et datée. La procédure papier dit qui peut démarrer. Au retour du système, chaque "
        "ligne devient une saisie tardive : une personne la saisit, une autre la vérifie.",
    ),
    "sheet_down_from": ("Gate down from", "Système arrêté de"),
    "sheet_down_to": ("to", "à"),
    "sheet_reference": ("Deviation reference", "Référence de déviation"),
    "sheet_date": ("Date", "Date"),
    "sheet_start": ("Start", "Début"),
    "sheet_end": ("End", "Fin"),
    "sheet_operator": ("Done by: name, signature", "Fait par : nom, signature"),
    "sheet_badge": ("Badge, last 4", "Badge, 4 derniers"),
    "sheet_product": ("Product", "Produit"),
    "sheet_lot": ("Lot", "Lot"),
    "sheet_operation": ("Operation", "Opération"),
    "sheet_checked": ("Checked by: name, signature", "Vérifié par : nom, signature"),
    "sheet_remarks": ("Remarks, who allowed it", "Remarques, qui a permis"),
    "sheet_operations": ("Operations", "Opérations"),
    "sheet_entered": ("Entered in the gate by, date", "Saisie dans le système par, date"),
    "sheet_verified": ("Verified by, date", "Vérifiée par, date"),
    "role_qa": ("QA", "AQ"),
    "role_auditor": ("auditor", "audit"),
    "role_supervisor": ("supervisor", "supervision"),
    "role_trainer": ("trainer", "formation"),
    "role_sysadmin": ("system administrator", "administration du système"),
    "role_command": ("at the command line", "à la ligne de commande"),
    "role_system": ("made by the gate itself", "produit par le système"),
}


def paper_text(key: str, language: str) -> str:
    """Return the words in a language."""
    return PAPER_TEXTS[key][1 if language == "fr" else 0]
