"""The words of the duty calendar and of the PIN, in English and French."""

DUTY_TEXTS: dict[str, tuple[str, str]] = {
    "duty": ("Duty", "Garde"),
    "duty_title": ("Who is on duty", "Qui est de garde"),
    "duty_lede": (
        "Whoever is denied at a machine of an area sees who is on duty there. A supervisor can also switch on at any "
        "kiosk of the area, with the badge.",
        "Qui est refusé à une machine d’un secteur voit qui y est de garde. La supervision peut aussi se mettre de "
        "garde à tout kiosque du secteur, avec le badge.",
    ),
    "duty_now": ("Now", "En ce moment"),
    "duty_nobody_now": ("nobody on duty", "personne de garde"),
    "duty_week": ("Week of {day}", "Semaine du {day}"),
    "duty_before": ("Week before", "Semaine précédente"),
    "duty_after": ("Week after", "Semaine suivante"),
    "duty_area": ("Area", "Secteur"),
    "duty_switched": ("by badge", "par badge"),
    "duty_end": ("End", "Mettre fin"),
    "duty_end_of": ("End: {name}, {area}, {time}", "Mettre fin : {name}, {area}, {time}"),
    "duty_none": ("No area is on record yet.", "Aucun secteur n’est encore au registre."),
    "duty_add": ("Put somebody on duty", "Mettre quelqu’un de garde"),
    "duty_person": ("Who", "Qui"),
    "duty_from": ("From", "De"),
    "duty_to": ("To", "À"),
    "duty_time_hint": (
        "Year-month-day hour:minute, site time ({zone})",
        "Année-mois-jour heure:minute, heure du site ({zone})",
    ),
    "duty_save": ("Put on duty", "Mettre de garde"),
    "duty_choose": ("Choose", "Choisir"),
    "duty_done_added": ("On duty as entered.", "La garde est inscrite."),
    "duty_done_ended": ("The duty has ended.", "La garde a pris fin."),
    "bad_time": (
        "Type date and time like 2026-11-23 14:00",
        "Tapez la date et l’heure comme 2026-11-23 14:00",
    ),
    "day_0": ("Mon", "lun."),
    "day_1": ("Tue", "mar."),
    "day_2": ("Wed", "mer."),
    "day_3": ("Thu", "jeu."),
    "day_4": ("Fri", "ven."),
    "day_5": ("Sat", "sam."),
    "day_6": ("Sun", "dim."),
    "pin": ("PIN for the kiosk", "NIP pour le kiosque"),
    "pin_lede": (
        "Badge and PIN together are your signature at a machine, where there is no tablet. A badge alone never signs.",
        "Badge et NIP ensemble sont votre signature à une machine, là où il n’y a pas de tablette. "
        "Un badge seul ne signe jamais.",
    ),
    "pin_has": ("You have a PIN. A new one takes its place.", "Vous avez un NIP. Un nouveau le remplace."),
    "pin_has_none": ("You have no PIN yet.", "Vous n’avez pas encore de NIP."),
    "pin_new": ("New PIN", "Nouveau NIP"),
    "pin_hint": (
        "6 to 12 digits. Not in a row, not repeated, not your own number.",
        "De 6 à 12 chiffres. Ni une suite, ni répétés, ni votre propre numéro.",
    ),
    "pin_again": ("New PIN again", "Nouveau NIP, encore"),
    "pin_accept": (
        "I alone know this PIN. What I sign with badge and PIN binds me like my signature by hand.",
        "Personne d’autre ne connaît ce NIP. Signer avec badge et NIP m’engage comme ma signature à la main.",
    ),
    "pin_save": ("Set the PIN", "Enregistrer le NIP"),
    "pin_remove": ("Remove the PIN", "Retirer le NIP"),
    "pin_done_set": ("Your PIN is set.", "Votre NIP est enregistré."),
    "pin_done_removed": ("Your PIN is removed.", "Votre NIP est retiré."),
    "bad_pin_again": ("The two PINs differ", "Les deux NIP diffèrent"),
}
"""Key -> English, French."""
