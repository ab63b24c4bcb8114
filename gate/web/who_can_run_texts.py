"""The words of the paper for bad days: who can run what, and log sheets, in English and French."""

WHO_CAN_RUN_TEXTS: dict[str, tuple[str, str]] = {
    "wr_title": ("Who can run what", "Qui peut utiliser quoi"),
    "wr_at": ("As of", "Situation au"),
    "wr_note": (
        "Worked out by the rules of a badge read, from what was on record up to the record named above. What changed "
        "later is not in it: suspensions, new revisions, withdrawn training. Ask by phone before you rely on it.",
        "Établi selon les règles de lecture d’un badge, d’après le registre jusqu’à l’enregistrement nommé ci-dessus. "
        "Ce qui a changé ensuite n’y est pas : suspensions, révisions, formations retirées. Vérifiez-les par "
        "téléphone.",
    ),
    "wr_no_instant": (
        "Write an instant such as 2026-11-23T14:00, in local time or with its distance from UTC.",
        "Écrivez un instant comme 2026-11-23T14:00, en heure locale ou avec son décalage.",
    ),
    "wr_grace": ("in grace", "en sursis"),
    "wr_override": ("under an override", "avec dérogation"),
    "wr_held": ("machine on hold or overdue", "machine retenue ou échue"),
    "wr_c_machine": ("Machine", "Machine"),
    "wr_c_machine_name": ("Name of machine", "Nom de la machine"),
    "wr_c_area": ("Area", "Secteur"),
    "wr_c_operation": ("Operation", "Opération"),
    "wr_c_person": ("Number", "Numéro"),
    "wr_c_name": ("Name", "Nom"),
    "wr_c_until": ("Until", "Jusqu’à"),
    "wr_c_remark": ("Remark", "Remarque"),
    # the page
    "wr_paper": ("Paper for bad days", "Papier des mauvais jours"),
    "wr_paper_lede": (
        "Made every night, for the hours when the gate or the network is down. Print both and keep them at the line.",
        "Produit chaque nuit, pour les heures où le système ou le réseau ne répond plus. À imprimer et garder "
        "près des lignes.",
    ),
    "wr_list": ("Who can run what (PDF)", "Qui peut utiliser quoi (PDF)"),
    "wr_sheets": ("Log sheets of all machines (PDF)", "Feuilles de registre de toutes les machines (PDF)"),
    "wr_made": ("Made {time}, {age} ago", "Produit {time}, il y a {age}"),
    "wr_never": (
        "Not made yet: the gate makes it in the night, or now with: gate report nightly",
        "Pas encore produit : le système le fait la nuit, ou tout de suite avec : gate report nightly",
    ),
    "wr_old": ("Older than a day: do not rely on it.", "Plus d’un jour : ne vous y fiez pas."),
    "wr_hours": ("{h} h {m} min", "{h} h {m} min"),
    "wr_sheet_of": ("Log sheet of one machine", "Feuille d’une machine"),
    "wr_print": ("Make a log sheet", "Produire une feuille"),
    "wr_sheet_hint": (
        "Each sheet has a number of its own, and that it was issued is on record. Afterwards it becomes late entries.",
        "Chaque feuille a son numéro et sa remise est enregistrée. Elle devient ensuite des saisies tardives.",
    ),
}
