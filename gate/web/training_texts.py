"""The words of the pages about training records, the age of the data and first certifiers, in English and French."""

TRAINING_TEXTS: dict[str, tuple[str, str]] = {
    "tr_training": ("Training records", "Dossiers de formation"),
    "tr_training_lede": (
        "What each person is certified for now, and the records behind it.",
        "Ce pour quoi chaque personne est certifiée maintenant, et les dossiers derrière.",
    ),
    "tr_search": ("Name or person id", "Nom ou numéro de personne"),
    "tr_search_go": ("Search", "Chercher"),
    "tr_people_none": (
        "Nobody active has this in name or id.",
        "Aucune personne active n’a ceci dans son nom ou numéro.",
    ),
    "tr_people_more": (
        "{n} more people. Search for a name.",
        "{n} personnes de plus. Cherchez un nom.",
    ),
    "tr_certified_for": ("Certified now for", "Certification actuelle"),
    "tr_open": ("Open", "À compléter"),
    "tr_records": ("Records", "Dossiers"),
    "tr_nothing": ("Nothing", "Rien"),
    "tr_may_do": ("What {name} may do now", "Ce que {name} peut faire maintenant"),
    "tr_may_do_hint": (
        "By training and gowning alone; suspensions, holds and machine dates come on top at the reader.",
        "Selon la formation et l’habillage seulement; le lecteur regarde aussi suspensions, retenues et dates des "
        "machines.",
    ),
    "tr_may_nothing": (
        "No record gives a part in any class of machines.",
        "Aucun dossier ne donne accès à une classe de machines.",
    ),
    "tr_certified": ("Certified", "Certification à jour"),
    "tr_not_certified": ("Not certified", "Pas de certification"),
    "tr_inactive": (
        "This person is not active: every badge read is denied, whatever the records say.",
        "Cette personne n’est pas active : tout badge est refusé, quoi que disent les dossiers.",
    ),
    "tr_worth": ("Records and what they are worth now", "Dossiers et leur valeur actuelle"),
    "tr_no_records": ("No training is on record for this person.", "Aucune formation au registre pour cette personne."),
    "tr_counts": ("Counts, no end", "Compte, sans fin"),
    "tr_days_left": ("Days left: {n}", "Jours restants : {n}"),
    "tr_not_asked": ("No requirement in force asks for it", "Aucune exigence en vigueur ne le demande"),
    "tr_decides": ("decides now", "décide maintenant"),
    "tr_completed": ("completed", "terminée le"),
    "tr_valid_from": ("valid from", "valable dès le"),
    "tr_expires": ("expires", "échoit le"),
    "tr_due": ("due", "à faire avant le"),
    "tr_evidence_is": ("Evidence: {evidence}", "Preuve : {evidence}"),
    "tr_by_hand": ("by hand", "à la main"),
    "tr_first_record": ("first certification", "première certification"),
    "tr_loaded": ("loaded or imported", "chargé ou importé"),
    "tr_revision_n": ("revision {revision}", "révision {revision}"),
    "tr_end": ("Withdraw", "Retirer"),
    "tr_add": ("Add a record", "Ajouter un dossier"),
    "tr_add_title": ("Training record of {name}", "Dossier de formation de {name}"),
    "tr_own_record": (
        "This is your own record: another trainer or QA signs it.",
        "C’est votre propre dossier : une autre personne de la formation, ou l’AQ, le signe.",
    ),
    "tr_choose_item": ("Choose the item", "Choisissez l’élément"),
    "tr_state_is": ("What the evidence shows", "Ce que montre la preuve"),
    "tr_state_passed": ("Passed", "Réussie"),
    "tr_state_read": ("Read and understood", "Lue et comprise"),
    "tr_state_failed": ("Not passed", "Non réussie"),
    "tr_state_unsigned": ("Taken, not signed", "Suivie, non signée"),
    "tr_state_unverified": ("Taken, evidence in doubt", "Suivie, preuve douteuse"),
    "tr_state_assigned": ("Assigned, not taken yet", "Assignée, pas encore suivie"),
    "tr_state_withdrawn": ("Withdrawn", "Retirée"),
    "tr_hint_passed": ("the only one that certifies", "la seule qui certifie"),
    "tr_hint_read": ("certifies nothing by itself", "ne certifie rien à elle seule"),
    "tr_hint_failed": ("does not take away an earlier pass", "n’enlève pas une réussite antérieure"),
    "tr_hint_unsigned": ("until it is signed", "jusqu’à la signature"),
    "tr_hint_unverified": ("until it is verified", "jusqu’à la vérification"),
    "tr_hint_assigned": (
        "once overdue, earlier passes lapse",
        "en retard, elle fait échoir les réussites antérieures",
    ),
    "tr_revision_trained": ("Revision trained on", "Révision de la formation"),
    "tr_revision_trained_hint": (
        "As on the evidence. A revision that is not on record certifies nothing; leave it empty where there is none.",
        "Comme sur la preuve. Une révision absente du registre ne certifie rien; laissez vide s’il n’y en a pas.",
    ),
    "tr_completed_on": ("Completed on", "Terminée le"),
    "tr_completed_hint": ("Empty only for an assignment.", "Vide seulement pour une formation assignée."),
    "tr_valid_from_on": ("Valid from, if later", "Valable dès le, si plus tard"),
    "tr_expires_on": ("Expires on, if the evidence says so", "Échoit le, si la preuve le dit"),
    "tr_due_on": ("Due on, only for an assignment", "À faire avant le, seulement si assignée"),
    "tr_evidence": ("Where the evidence is", "Où se trouve la preuve"),
    "tr_evidence_hint": (
        "Such as the binder and page, or the number in the document system.",
        "Comme le cartable et la page, ou le numéro dans le système documentaire.",
    ),
    "tr_record_statement": (
        "I, {name}, have seen the evidence of this training of {person}. Meaning of this signature: recorded.",
        "Je, {name}, ai vu la preuve de cette formation de {person}. Sens de cette signature : versé.",
    ),
    "tr_sign_record": ("Sign and record", "Signer et verser"),
    "tr_end_title": ("Withdraw a record of {name}", "Retirer un dossier de {name}"),
    "tr_ending": ("What is the matter with it?", "De quoi s’agit-il?"),
    "tr_ending_withdrawn": ("The certification is withdrawn", "La certification est retirée"),
    "tr_ending_withdrawn_note": (
        "it counts no more, nor does any earlier training on this item, until a later one is passed",
        "elle ne compte plus, ni aucune formation antérieure à cet élément, jusqu’à une réussite ultérieure",
    ),
    "tr_ending_mistake": ("It was recorded by mistake", "Il a été versé par erreur"),
    "tr_ending_mistake_note": (
        "only QA; earlier training on this item counts again",
        "l’AQ seulement; une formation antérieure à cet élément compte à nouveau",
    ),
    "tr_end_hint": (
        "A running machine runs on. The start permissive drops within 5 seconds, the next start is refused.",
        "La machine continue. La permission de démarrage tombe en 5 secondes, le prochain démarrage est refusé.",
    ),
    "tr_if_withdrawn": ("If the certification is withdrawn", "Si la certification est retirée"),
    "tr_if_mistake": ("If it was a mistake", "Si c’était une erreur"),
    "tr_changes_nothing": (
        "What {name} may do does not change.",
        "Ce que {name} peut faire ne change pas.",
    ),
    "tr_loses": ("Loses", "Perd"),
    "tr_gains": ("Gains", "Gagne"),
    "tr_end_statement": (
        "I, {name}, end this record of {person}. Meaning of this signature: withdrawn, or taken back as a mistake, "
        "as chosen above.",
        "Je, {name}, mets fin à ce dossier de {person}. Sens de cette signature : retiré, ou repris comme une erreur, "
        "selon le choix ci-dessus.",
    ),
    "tr_sign_end": ("Sign", "Signer"),
    "tr_done_recorded": (
        "Recorded and signed. It counts at the next badge read.",
        "Versé et signé. Il compte dès la prochaine lecture de badge.",
    ),
    "tr_done_ended": ("Signed. It takes effect within 5 seconds.", "Signé. Cela prend effet en 5 secondes."),
    "tr_done_first": (
        "Certified first, on two signatures. The entry lists it as an exception.",
        "Première certification, sur deux signatures. L’entrée la note comme une exception.",
    ),
    "tr_done_attested": ("Attested and signed.", "Attesté et signé."),
    "tr_no_item": ("Choose the item", "Choisissez l’élément"),
    "tr_sources": ("Age of the training data", "Âge des données de formation"),
    "tr_sources_lede": (
        "A certification is current only if the data behind it is. A warning comes after {warn} h, "
        "after {deny} h every badge is denied.",
        "Une certification est à jour seulement si ses données le sont. Un avis vient après {warn} h, "
        "après {deny} h tout badge est refusé.",
    ),
    "tr_source": ("Source", "Source"),
    "tr_source_load": ("Plant file", "Fichier d’usine"),
    "tr_source_import": ("Import", "Import"),
    "tr_source_hand": ("Kept by hand", "Tenue à la main"),
    "tr_last_good": ("Brought up to date", "Mise à jour"),
    "tr_hours": ("{n} h", "{n} h"),
    "tr_never": ("never", "jamais"),
    "tr_attested_until": ("Attested until", "Attestée jusqu’au"),
    "tr_denies_from": ("Denies from", "Refuse à partir du"),
    "tr_fresh": ("Up to date", "À jour"),
    "tr_aging": ("Getting old", "Vieillit"),
    "tr_too_old": ("Too old: everybody is denied", "Trop vieille : tout le monde est refusé"),
    "tr_attest": ("Attest", "Attester"),
    "tr_attest_title": ("Attest the source {source}", "Attester la source {source}"),
    "tr_way": ("What do you answer for?", "De quoi répondez-vous?"),
    "tr_way_hand": ("All changes up to now are on record", "Tous les changements jusqu’ici sont au registre"),
    "tr_way_hand_note": (
        "the source is kept by hand from now on, and this signature stands in the place of an import",
        "la source est désormais tenue à la main, et cette signature tient lieu d’import",
    ),
    "tr_way_no_changes": ("No changes are known", "Aucun changement n’est connu"),
    "tr_way_no_changes_note": (
        "the import is delayed; possible once until the next import",
        "l’import tarde; possible une fois d’ici le prochain import",
    ),
    "tr_for_hours": ("For how many hours, at most {n}", "Pour combien d’heures, au plus {n}"),
    "tr_for_hours_hint": ("Only where no changes are known.", "Seulement si aucun changement n’est connu."),
    "tr_bad_hours": ("1 to 72 hours", "De 1 à 72 heures"),
    "tr_attest_statement": (
        "I, {name}, answer for the training data of {source} as chosen above. Meaning of this signature: attested.",
        "Je, {name}, réponds des données de formation de {source} selon le choix ci-dessus. "
        "Sens de cette signature : attesté.",
    ),
    "tr_sign_attest": ("Sign", "Signer"),
    "tr_first": ("First certifications", "Premières certifications"),
    "tr_first_lede": (
        "Where nobody is certified for a class, nobody can train the next person. QA certifies the first one from the "
        "evidence of vendor, FAT or SAT training, with a second signature, once for each class.",
        "Où personne n’est certifié pour une classe, personne ne peut former la suivante. L’AQ certifie la première "
        "personne sur preuve du fournisseur ou d’essais FAT ou SAT, avec une seconde signature, une fois par classe.",
    ),
    "tr_first_none": (
        "Somebody is certified for every class. This way is not needed.",
        "Chaque classe a quelqu’un de certifié. Cette voie n’est pas nécessaire.",
    ),
    "tr_first_classes": ("Classes without anybody certified", "Classes sans personne certifiée"),
    "tr_certify_first": ("Certify the first person", "Certifier la première personne"),
    "tr_first_title": ("First certified person: {name}", "Première personne certifiée : {name}"),
    "tr_first_hint": (
        "Procedures and practical training are recorded as passed. GMP refresher and gowning are not: "
        "those have records of their own.",
        "Procédures et formation pratique sont versées comme réussies. Rappel BPF et habillage, non : "
        "ils ont leurs propres dossiers.",
    ),
    "tr_first_somebody": (
        "Somebody is certified for this class. Let that person train the next one.",
        "Quelqu’un est certifié pour cette classe. Que cette personne forme la suivante.",
    ),
    "tr_choose_person": ("Choose the person", "Choisissez la personne"),
    "tr_first_evidence": (
        "Evidence of vendor, FAT or SAT training",
        "Preuve de formation du fournisseur, ou d’essais FAT ou SAT",
    ),
    "tr_second": ("Second signature", "Seconde signature"),
    "tr_second_hint": (
        "Another person from QA, or a supervisor, beside you: user name and password.",
        "Une autre personne de l’AQ, ou de la supervision, à côté de vous : nom d’utilisateur et mot de passe.",
    ),
    "tr_wrong_second": (
        "The second signature is not right: user name and password of a person from QA or of a supervisor",
        "La seconde signature ne correspond pas : nom d’utilisateur et mot de passe d’une personne de l’AQ ou de la "
        "supervision",
    ),
    "tr_first_statement": (
        "I, {name}, have seen the evidence and certify this person as the first for {class_name}. "
        "Meaning of this signature: certified first.",
        "Je, {name}, ai vu la preuve et certifie cette personne comme première pour {class_name}. "
        "Sens de cette signature : première certification.",
    ),
    "tr_sign_first": ("Sign and certify", "Signer et certifier"),
}
"""Key -> English, French."""
