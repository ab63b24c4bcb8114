"""The words of reviews of a lot or of a machine, and of reviews that follow a signed one, in English and French."""

REVIEW_PART_TEXTS: dict[str, tuple[str, str]] = {
    "rv_machine": ("Machine {machine}, {days}", "Machine {machine}, {days}"),
    "rv_nth": ("{name}, review {n}", "{name}, revue {n}"),
    "rv_machines": ("One machine", "Une machine"),
    "rv_machines_hint": (
        "The exceptions of one machine in days that are over, 400 at most, and what concerned the whole gate. What is "
        "decided here counts in the week too. One person at two machines is looked for in the week alone.",
        "Les exceptions d’une machine pendant des jours passés, 400 au plus, et ce qui touchait tout le système. Ce "
        "qui est décidé ici compte aussi pour la semaine. Une personne à deux machines se cherche dans la semaine.",
    ),
    "rv_machine_field": ("Machine", "Machine"),
    "rv_first_day": ("First day", "Premier jour"),
    "rv_last_day": ("Last day", "Dernier jour"),
    "rv_open_machine": ("Open the review of this machine", "Ouvrir la revue de cette machine"),
    "rv_no_machine": (
        "Choose a machine that is or was on record.",
        "Choisissez une machine qui est ou a été au registre.",
    ),
    "rv_bad_day": ("Enter both days, as on a calendar.", "Entrez les deux jours, comme au calendrier."),
    "rv_days_turned": ("The last day is before the first.", "Le dernier jour précède le premier."),
    "rv_too_many_days": (
        "More than 400 days. Choose fewer, or review by week.",
        "Plus de 400 jours. Choisissez-en moins, ou faites la revue par semaine.",
    ),
    "rv_changed_since": ("Changed since the signature", "Changé depuis la signature"),
    "rv_changed_note": (
        "What was signed stands as it was known then.",
        "Ce qui a été signé reste tel qu’il était connu.",
    ),
    "rv_change_window": ("where or when the lot was made", "où ou quand le lot a été fait"),
    "rv_change_late": ("a late entry", "une saisie tardive"),
    "rv_change_training": ("training that was relied on was withdrawn", "une formation prise en compte a été retirée"),
    "rv_open_further": ("Review it again", "Refaire la revue"),
    "rv_see_further": ("See the further review", "Voir la revue suivante"),
    "rv_further_signed": (
        "A further review was signed (#{seq}).",
        "Une revue suivante a été signée (#{seq}).",
    ),
    "rv_again": ("Reviewed again", "Nouvelle revue"),
    "rv_again_line": (
        "After the review signed in #{seq}, which stands; changed since: {list}",
        "Après la revue signée en #{seq}, qui demeure; changé depuis : {list}",
    ),
    "rv_see_earlier": ("See the earlier review", "Voir la revue précédente"),
    "rv_runs_lot": (
        "This lot is still being made. Its review opens when every machine has ended it.",
        "Ce lot est encore en fabrication. Sa revue s’ouvre quand chaque machine l’a terminé.",
    ),
    "rv_lots": ("Lots before release", "Lots avant libération"),
    "rv_lots_hint": (
        "The exceptions of one lot: on its machines while it ran there, and what concerned the whole gate. What is "
        "decided here counts in the week too.",
        "Les exceptions d’un lot : sur ses machines pendant sa fabrication, et ce qui touchait tout le système. Ce qui "
        "est décidé ici compte aussi pour la semaine.",
    ),
    "rv_lot_field": ("Lot", "Lot"),
    "rv_open_lot": ("Open the review of this lot", "Ouvrir la revue de ce lot"),
    "rv_of_lot": ("Review of the lot", "Revue du lot"),
    "rv_filter_lot": (
        "Entries of lot {of} on its machines, and what concerns the whole gate",
        "Écritures du lot {of} sur ses machines, et ce qui touche tout le système",
    ),
    "rv_filter_machine": (
        "Entries of machine {of} in these days, and what concerns the whole gate",
        "Écritures de la machine {of} pendant ces jours, et ce qui touche tout le système",
    ),
}
