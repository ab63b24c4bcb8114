"""The words of the signed forms of one machine: holds, forgotten uses, modes; in English and French."""

FLOOR_ACT_TEXTS: dict[str, tuple[str, str]] = {
    "fa_set_out_of_service": ("Set {machine} out of service", "Mettre {machine} hors service"),
    "fa_set_qa": ("Set a QA hold on {machine}", "Mettre {machine} en retenue AQ"),
    "fa_set_hint": (
        "What runs now runs on; its start permissive drops within 5 seconds. From then on these operations are denied "
        "there until somebody releases the hold by signature.",
        "Ce qui marche continue; la permission de démarrage tombe en 5 secondes. Dès lors ces opérations y sont "
        "refusées, jusqu’à ce que la mesure soit levée par signature.",
    ),
    "fa_operations": ("Operations that it stops", "Opérations arrêtées"),
    "fa_operations_hint": (
        "Maintenance, calibration and cleaning stay possible unless you name them.",
        "Entretien, étalonnage et nettoyage restent possibles si vous ne les nommez pas.",
    ),
    "fa_choose_operations": ("Choose operations from the list, one or more", "Choisissez des opérations de la liste"),
    "fa_why_hint": (
        "What was found, and what must be done before release. It stands in the record for good.",
        "Ce qui a été constaté, et ce qu’il faut faire avant la levée. Cela reste au registre.",
    ),
    "fa_sign_out_of_service": (
        "I, {name}, set {machine} out of service. Meaning of this signature: set.",
        "Je, {name}, mets {machine} hors service. Sens de cette signature : mis en vigueur.",
    ),
    "fa_sign_qa": (
        "I, {name}, set a QA hold on {machine}. Meaning of this signature: set.",
        "Je, {name}, mets {machine} en retenue AQ. Sens de cette signature : mis en vigueur.",
    ),
    "fa_sign_and_set": ("Sign and set", "Signer et mettre en vigueur"),
    "fa_release": ("Release: {what} on {machine}", "Lever : {what} sur {machine}"),
    "fa_release_hint": (
        "From the next badge read on, this hold denies nothing any more. Other holds stay.",
        "Dès le prochain badge, cette mesure ne refuse plus rien. Les autres mesures restent.",
    ),
    "fa_sign_release": (
        "I, {name}, release {machine}: {what}. Meaning of this signature: released.",
        "Je, {name}, lève la mesure sur {machine} : {what}. Sens de cette signature : levé.",
    ),
    "fa_sign_and_release": ("Sign and release", "Signer et lever"),
    "fa_gone": (
        "This hold does not stand any more: somebody has released it.",
        "Cette mesure n’est plus en vigueur : quelqu’un l’a levée.",
    ),
    "fa_close": (
        "Close the use of {person} on {machine}",
        "Fermer l’utilisation de {person} sur {machine}",
    ),
    "fa_close_hint": (
        "For somebody who left without badging out. The entry is made now and carries the time you give as claimed; "
        "nothing is put between older entries.",
        "Pour une personne partie sans passer son badge. L’entrée est faite maintenant et porte l’heure donnée comme "
        "déclarée; rien n’est inséré entre des entrées plus anciennes.",
    ),
    "fa_joined": ("Badged in", "Badge passé"),
    "fa_left_day": ("Day of leaving", "Jour du départ"),
    "fa_left_day_hint": ("Year-month-day, like 2026-11-23.", "Année-mois-jour, comme 2026-11-23."),
    "fa_left_time": ("Time of leaving", "Heure du départ"),
    "fa_left_time_hint": (
        "As far as you know, 24-hour clock of the site, like 13:40.",
        "Autant que vous sachiez, heure du site sur 24 heures, comme 13:40.",
    ),
    "fa_bad_left": (
        "Type the day as 2026-11-23 and the time as 13:40",
        "Tapez le jour comme 2026-11-23 et l’heure comme 13:40",
    ),
    "fa_no_such_time": (
        "The clocks skipped this time when they were put forward. Type another",
        "Cette heure n’a pas existé : passage à l’heure d’été. Tapez-en une autre",
    ),
    "fa_close_why_hint": ("How you know that the person has left.", "Comment vous savez que la personne est partie."),
    "fa_sign_close": (
        "I, {name}, state that {person} has left {machine} at the time given. Meaning of this signature: closed.",
        "Je, {name}, déclare que {person} a quitté {machine} à l’heure donnée. Sens de cette signature : fermé.",
    ),
    "fa_sign_and_close": ("Sign and close", "Signer et fermer"),
    "fa_mode": ("Change the mode of {machine}", "Changer le mode de {machine}"),
    "fa_mode_now": ("Now: {mode}.", "Maintenant : {mode}."),
    "fa_mode_to": ("New mode", "Nouveau mode"),
    "fa_note_enforce": (
        "From now on a denial withholds the start permissive.",
        "Dès maintenant un refus retient la permission de démarrage.",
    ),
    "fa_note_shadow": (
        "Everything is decided and recorded, nothing is withheld. Everybody sees TRIAL.",
        "Tout est décidé et consigné, rien n’est retenu. Tout le monde voit ESSAI.",
    ),
    "fa_note_off": (
        "Nothing is withheld and no trial is announced.",
        "Rien n’est retenu et aucun essai n’est annoncé.",
    ),
    "fa_sign_mode": (
        "I, {name}, change the mode of {machine} as chosen above. Meaning of this signature: changed mode.",
        "Je, {name}, change le mode de {machine} comme choisi plus haut. Sens de cette signature : mode changé.",
    ),
    "fa_sign_mode_seen": (
        "To Enforce, my signature covers the list above: {n} reads would have been denied.",
        "Vers Appliqué, ma signature couvre la liste ci-dessus : {n} lectures auraient été refusées.",
    ),
    "fa_sign_and_switch": ("Sign and change", "Signer et changer"),
    "fa_trial": ("Who would have been denied at {machine}", "Qui aurait été refusé sur {machine}"),
    "fa_trial_since": (
        "Since {time}, at most 30 days back. Reads that would have been denied: {n}. People: {people}.",
        "Depuis {time}, au plus 30 jours. Lectures qui auraient été refusées : {n}. Personnes : {people}.",
    ),
    "fa_trial_none": (
        "Nobody would have been denied in this time.",
        "Personne n’aurait été refusé pendant ce temps.",
    ),
    "fa_trial_enforced": (
        "Decisions on this machine withhold the start permissive: there is no trial to look at.",
        "Les décisions sur cette machine retiennent la permission de démarrage : aucun essai à consulter.",
    ),
    "fa_trial_hint": (
        "One read can have several reasons, so the column adds up to more than the number of reads.",
        "Une lecture peut avoir plusieurs motifs : la colonne dépasse donc le nombre de lectures.",
    ),
    "fa_person": ("Person", "Personne"),
    "fa_reason": ("Reason", "Motif"),
    "fa_times": ("Times", "Fois"),
    "fa_last": ("Last time", "Dernière fois"),
    "op_USE": ("Use", "Utilisation"),
}
"""Key -> English, French."""
