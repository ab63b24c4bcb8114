"""The words of the index of administration for pages that other parts own, in English and French."""

PLACE_TEXTS: dict[str, tuple[str, str]] = {
    "place_requirements": ("Requirements", "Exigences"),
    "place_requirements_hint": (
        "What each operation on a class, and each area, demands: draft, see who is affected, approve.",
        "Ce qu’exige chaque opération d’une classe, et chaque zone : préparer, voir les effets, approuver.",
    ),
    "place_items": ("Items and revisions", "Éléments et révisions"),
    "place_items_hint": (
        "What people are trained on, and from when a revision counts.",
        "Ce sur quoi on se forme, et dès quand une révision compte.",
    ),
    "place_training": ("Training records", "Dossiers de formation"),
    "place_training_hint": (
        "Each person’s records and what they are worth now: add with evidence, withdraw.",
        "Les dossiers de chaque personne et leur valeur actuelle : ajouter avec preuve, retirer.",
    ),
    "place_sources": ("Age of training data", "Âge des données de formation"),
    "place_sources_hint": (
        "How old each source is, and what QA attests of it.",
        "L’âge de chaque source, et ce que l’AQ en atteste.",
    ),
    "place_readers": ("Readers", "Lecteurs"),
    "place_readers_hint": (
        "Health, the line live, a test of light and tone, a test of a badge.",
        "État, la ligne en direct, un essai de lumière et de son, un essai de badge.",
    ),
    "place_duty": ("Who is on duty", "Qui est de service"),
    "place_duty_hint": (
        "Whom a denied person is told to ask, by area and time.",
        "À qui s’adresser après un refus, par zone et par heure.",
    ),
    "place_shift": ("Shift summary", "Bilan du quart"),
    "place_shift_hint": (
        "What the next shift must know: open uses, overrides, holds, notes.",
        "Ce que le prochain quart doit savoir : usages ouverts, dérogations, retenues, notes.",
    ),
}
"""Key -> English, French."""
