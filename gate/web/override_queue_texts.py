"""The words of QA's queue, of dispositions and of delegates, in English and French."""

OVERRIDE_QUEUE_TEXTS: dict[str, tuple[str, str]] = {
    "ov_queue": ("QA queue", "File de l’AQ"),
    "ov_queue_title": ("Overrides that wait for QA", "Dérogations en attente de l’AQ"),
    "ov_queue_lede": (
        "{n} wait, {late} overdue. Each is due {days} days after its grant.",
        "{n} en attente, {late} en retard. Échéance : {days} jours après l’octroi.",
    ),
    "ov_queue_none": (
        "Nothing waits. Every override that has started appears here until QA has signed.",
        "Rien n’attend. Chaque dérogation commencée paraît ici jusqu’à la signature de l’AQ.",
    ),
    "ov_queue_oldest": ("Oldest first", "Les plus anciennes d’abord"),
    "ov_what_next": ("Next", "Suite"),
    "ov_not_by_you": ("You had a part in it", "Vous y avez eu part"),
    "ov_trend_90": ("Granted within 90 days", "Accordées depuis 90 jours"),
    "ov_trend_hint": (
        "In the order of names: a count asks where training is due, it ranks nobody.",
        "Par ordre de nom : un compte montre où former, il ne classe personne.",
    ),
    "ov_by_machine": ("By machine", "Par machine"),
    "ov_by_person": ("By person", "Par personne"),
    "ov_by_class": ("By cause", "Par motif"),
    "ov_by_approver": ("By approver", "Par approbation"),
    "ov_how_many": ("Count", "Nombre"),
    "ov_no_overrides": ("none", "aucune"),
    "ov_disposition_title": ("Disposition of an override", "Disposition d’une dérogation"),
    "ov_disposition_of": ("QA’s disposition: {person} on {machine}", "Disposition de l’AQ : {person} sur {machine}"),
    "ov_disposition_legend": ("What QA decides", "Décision de l’AQ"),
    "ov_disposition_acceptable": ("Acceptable", "Acceptable"),
    "ov_disposition_acceptable_with_action": ("Acceptable with action", "Acceptable avec action"),
    "ov_disposition_not_acceptable": ("Not acceptable", "Non acceptable"),
    "ov_disposition_note_acceptable": (
        "no effect on the product, nothing to do",
        "sans effet sur le produit, rien à faire",
    ),
    "ov_disposition_note_acceptable_with_action": (
        "say which action, and where it is tracked",
        "dites quelle action, et où elle est suivie",
    ),
    "ov_disposition_note_not_acceptable": (
        "say what happens with the product and the work done",
        "dites ce qu’il advient du produit et du travail fait",
    ),
    "ov_choose_disposition": ("Choose what QA decides", "Choisissez la décision de l’AQ"),
    "ov_disposition_statement": ("Statement", "Énoncé"),
    "ov_disposition_statement_hint": (
        "What was looked at, and why this is the decision. It stands in the record for good.",
        "Ce qui a été examiné, et pourquoi cette décision. Cela reste au registre.",
    ),
    "ov_disposition_sign": (
        "I, {name}, sign QA’s disposition above for the override of {person} on {machine}. I had no part in it.",
        "Je, {name}, signe la disposition ci-dessus : dérogation de {person} sur {machine}. Je n’y ai pas eu part.",
    ),
    "ov_sign_and_decide": ("Sign the disposition", "Signer la disposition"),
    "ov_still_stands": (
        "It still stands. Sign when it has ended, or revoke it first.",
        "Elle est encore en vigueur. Signez après sa fin, ou révoquez-la d’abord.",
    ),
    "ov_reference_first": (
        "The reference of this emergency is missing. It is added first.",
        "La référence de cette urgence manque. Elle s’ajoute d’abord.",
    ),
    "ov_had_a_part": (
        "You had a part in this override. Somebody else of QA signs.",
        "Vous avez eu part à cette dérogation. Une autre personne de l’AQ signe.",
    ),
    "ov_reference_title": (
        "Add the reference: emergency of {person} on {machine}",
        "Ajouter la référence : urgence de {person} sur {machine}",
    ),
    "ov_reference_later_hint": (
        "Like DEV-2026-0318. The record says that it was added now.",
        "Comme DEV-2026-0318. Le registre dit qu’elle est ajoutée maintenant.",
    ),
    "ov_reference_why": ("Why only now", "Pourquoi seulement maintenant"),
    "ov_reference_why_hint": (
        "What happened, in your words. It stands in the record for good.",
        "Ce qui s’est passé, dans vos mots. Cela reste au registre.",
    ),
    "ov_reference_statement": (
        "I, {name}, add the reference above to the emergency override of {person} on {machine}.",
        "Je, {name}, ajoute la référence ci-dessus à la dérogation d’urgence de {person} sur {machine}.",
    ),
    "ov_sign_and_add": ("Sign and add", "Signer et ajouter"),
    "ov_delegates": ("Delegates", "Délégations"),
    "ov_delegates_title": ("QA delegates on call", "Délégations de l’AQ"),
    "ov_delegates_lede": (
        "A delegate co-signs overrides in place of QA between two days, and never an own one.",
        "La personne déléguée cosigne pour l’AQ entre deux jours, et jamais pour soi.",
    ),
    "ov_delegates_none": ("Nobody has been appointed.", "Aucune délégation."),
    "ov_appointments": ("Appointments", "Délégations"),
    "ov_appoint": ("Appoint a delegate", "Nommer une personne déléguée"),
    "ov_delegate": ("Delegate", "Personne déléguée"),
    "ov_delegate_hint": (
        "Supervisors, trainers and QA with an active account; not yourself.",
        "Supervision, formation et AQ avec un compte actif; pas vous-même.",
    ),
    "ov_from_day": ("From", "Du"),
    "ov_until_day": ("To the end of", "À la fin du"),
    "ov_choose_day": ("Choose a day", "Choisissez un jour"),
    "ov_choose_delegate": ("Choose one of the people offered", "Choisissez une des personnes offertes"),
    "ov_delegate_why_hint": (
        "Why QA cannot be here, and how to reach QA, in your words.",
        "Pourquoi l’AQ est absente, et comment la joindre, dans vos mots.",
    ),
    "ov_delegate_statement": (
        "I, {name}, appoint the person above to co-sign overrides for QA on these days.",
        "Je, {name}, nomme la personne ci-dessus pour cosigner au nom de l’AQ ces jours-là.",
    ),
    "ov_sign_and_appoint": ("Sign and appoint", "Signer et nommer"),
    "ov_state_now": ("Now", "Maintenant"),
    "ov_delegate_runs": ("On call", "De garde"),
    "ov_end_now": ("End now", "Terminer"),
    "ov_end_delegation": ("End the appointment", "Terminer la délégation"),
    "ov_end_delegation_of": ("End the appointment of {person}", "Terminer la délégation de {person}"),
    "ov_end_statement": (
        "I, {name}, end the appointment of {person} as QA delegate now.",
        "Je, {name}, mets fin maintenant à la délégation de {person}.",
    ),
    "ov_sign_and_end": ("Sign and end", "Signer et terminer"),
}
"""Key -> English, French."""
