"""The words of the pages of equipment, in English and French."""

EQUIPMENT_TEXTS: dict[str, tuple[str, str]] = {
    "equipment_list": ("Equipment", "Équipement"),
    "equipment_hint": (
        "Machines, areas and classes; changed by the administrator and approved by QA.",
        "Machines, zones et classes; l’administration modifie et l’AQ approuve.",
    ),
    "equipment_lede": (
        "What needs a badge, where it stands, and what decides who may start it.",
        "Ce qui demande un badge, où cela se trouve, et ce qui décide de qui peut démarrer.",
    ),
    "machine": ("Machine", "Machine"),
    "machines": ("Machines", "Machines"),
    "areas": ("Areas", "Zones"),
    "classes": ("Equipment classes", "Classes d’équipement"),
    "add_machine": ("Add a machine", "Ajouter une machine"),
    "add_area": ("Add an area", "Ajouter une zone"),
    "add_class": ("Add a class", "Ajouter une classe"),
    "no_machine": ("No machine yet", "Aucune machine encore"),
    "no_machine_hint": (
        "Add a class and an area first, then the machine.",
        "Ajoutez d’abord une classe et une zone, puis la machine.",
    ),
    "no_reader": ("No reader", "Aucun lecteur"),
    "no_reader_hint": (
        "The configuration file says which reader stands at which machine.",
        "Le fichier de configuration dit quel lecteur se trouve à quelle machine.",
    ),
    "to_floor": ("Mode and holds", "Mode et retenues"),
    "permissive_law": (
        "A start permissive: a running machine is never stopped by it.",
        "Une permission de démarrage : elle n’arrête jamais une machine en marche.",
    ),
    "machine_lede": (
        "It counts from the next badge read on. Mode and holds are changed on the machine’s page.",
        "Cela compte dès la prochaine lecture. Le mode et les retenues se changent sur la page de la machine.",
    ),
    "new_machine_lede": (
        "A new machine starts in trial: decisions are recorded, nothing is withheld.",
        "Une nouvelle machine commence à l’essai : tout est consigné, rien n’est retenu.",
    ),
    "field_thing_id": ("Id", "Identifiant"),
    "machine_id_hint": (
        "The one in the batch record and in the configuration of its reader. Never given twice.",
        "Celui du dossier de lot et de la configuration de son lecteur. Jamais donné deux fois.",
    ),
    "thing_id_hint": ("Short, like COMP. Never given twice.", "Court, comme COMP. Jamais donné deux fois."),
    "field_class_id": ("Equipment class", "Classe d’équipement"),
    "field_area_id": ("Area", "Zone"),
    "field_mode": ("Mode", "Mode"),
    "field_permissive": ("Start permissive", "Permission de démarrage"),
    "permissive_held": ("Held during the use", "Tenue pendant l’utilisation"),
    "permissive_window": ("For a window after an allow", "Pour un temps après l’autorisation"),
    "field_window_s": ("Window, in seconds", "Durée de la fenêtre, en secondes"),
    "field_longest_use_s": ("Longest use, in seconds", "Plus longue utilisation, en secondes"),
    "field_longest_use_h": ("Longest use, in hours", "Plus longue utilisation, en heures"),
    "field_default_operation": ("Usual operation", "Opération usuelle"),
    "field_exclusive": ("One person at a time", "Une personne à la fois"),
    "exclusive_hint": ("Taken over by badging twice.", "La relève passe son badge deux fois."),
    "field_excluding": ("Excludes other machines", "Exclut d’autres machines"),
    "excluding_hint": (
        "Nobody uses two machines that are marked so.",
        "Personne n’utilise deux machines marquées ainsi.",
    ),
    "field_critical": ("Critical", "Critique"),
    "critical_hint": ("Every override needs QA.", "Toute dérogation demande l’AQ."),
    "field_sterile": ("Sterile", "Stérile"),
    "sterile_hint": (
        "Every override of a machine here needs QA.",
        "Toute dérogation d’une machine d’ici demande l’AQ.",
    ),
    "field_calibration_due_on": ("Calibration due", "Étalonnage dû le"),
    "field_maintenance_due_on": ("Maintenance due", "Entretien dû le"),
    "field_qualified_until_on": ("Qualified until", "Qualifiée jusqu’au"),
    "operation_USE": ("Use", "Utilisation"),
    "operation_SETUP": ("Set-up", "Réglage"),
    "operation_CLEAN": ("Cleaning", "Nettoyage"),
    "operation_CHECK_CLEAN": ("Cleaning check", "Vérification du nettoyage"),
    "operation_MAINTAIN": ("Maintenance", "Entretien"),
    "operation_CALIBRATE": ("Calibration", "Étalonnage"),
    "cosign_user": ("User name of the person from QA", "Nom d’utilisateur de la personne de l’AQ"),
    "cosign_password": ("Password of the person from QA", "Mot de passe de la personne de l’AQ"),
    "machine_cosign_hint": (
        "Anything but the name changes who may start it: somebody from QA signs here too.",
        "Tout sauf le nom change qui peut démarrer : une personne de l’AQ signe ici aussi.",
    ),
    "area_cosign_hint": (
        "Needed when sterile is changed. Leave it empty for a new name.",
        "Demandée quand « stérile » change. Laissez vide pour un nouveau nom.",
    ),
    "thing_statement": (
        "I, {name}, make this change. Meaning of this signature: changed.",
        "Je, {name}, fais ce changement. Sens de cette signature : modifié.",
    ),
    "risk_word": ("Badge as the only factor", "Badge comme seul facteur"),
    "risk_title": ("Badge as the only factor at {equipment}", "Badge comme seul facteur à {equipment}"),
    "risk_lede": (
        "A badge says whose it is, not who carries it: whoever finds one can use it until it is blocked. The readers "
        "ask for no PIN. Where that is good enough, QA accepts it here by signature, machine by machine.",
        "Un badge dit à qui il est, non qui le porte : une personne qui en trouve un peut s’en servir jusqu’au "
        "blocage. Les lecteurs ne demandent aucun NIP. Là où cela suffit, l’AQ l’accepte ici par signature, "
        "machine par machine.",
    ),
    "risk_why_hint": (
        "What else keeps a found badge from being used here, and the reference of the risk assessment.",
        "Ce qui empêche par ailleurs l’emploi ici d’un badge trouvé, et la référence de l’analyse de risque.",
    ),
    "risk_statement": (
        "I, {name}, accept that a badge alone starts {equipment}. Meaning of this signature: accepted the risk.",
        "Je, {name}, accepte qu’un badge seul démarre {equipment}. Sens de cette signature : risque accepté.",
    ),
    "risk_back_statement": (
        "I, {name}, take back that a badge alone is good enough for {equipment}. Meaning of this signature: took back.",
        "Je, {name}, retire qu’un badge seul suffise pour {equipment}. Sens de cette signature : retiré.",
    ),
    "risk_sign": ("Sign and accept", "Signer et accepter"),
    "risk_sign_back": ("Sign and take back", "Signer et retirer"),
    "risk_accept": ("Accept the risk", "Accepter le risque"),
    "risk_take_back": ("Take the acceptance back", "Retirer l’acceptation"),
    "risk_accepted": ("Accepted by", "Accepté par"),
    "risk_open": ("Nobody has accepted this yet.", "Personne ne l’a encore accepté."),
    "sign_and_save": ("Sign and save", "Signer et enregistrer"),
}
"""Key -> English, French."""
