"""What each rule of the alerts says, and what to do next, in English and French."""

ALERT_RULE_TEXTS: dict[str, tuple[str, str]] = {
    "alert_GATE_SILENT": (
        "The gate is silent: badge reads get no answer",
        "Le système est muet : les badges restent sans réponse",
    ),
    "todo_GATE_SILENT": (
        "Running machines run on; there is no new start. Use the paper procedure. IT: see to gate-readers.",
        "Les machines continuent; aucun nouveau démarrage. Suivre la procédure papier. TI : voir gate-readers.",
    ),
    "alert_TRAIL_UNSOUND": ("The audit trail does not hold together", "La piste d’audit ne tient pas"),
    "todo_TRAIL_UNSOUND": (
        "Tell QA. Change, restore and restart nothing before a copy is made. IT: gate verify --full.",
        "Avertir l’AQ. Ne rien changer, restaurer ni redémarrer avant une copie. TI : gate verify --full.",
    ),
    "alert_HEAD_REFUSED": (
        "Witness {witness} refuses the head of the records: it knows another history",
        "Le témoin {witness} refuse la tête des enregistrements : il connaît un autre historique",
    ),
    "todo_HEAD_REFUSED": (
        "Tell QA. This disk was put back to an older state, a copy of the gate is at work, or history was rewritten. "
        "Change nothing before a copy is made.",
        "Avertir l’AQ. Disque remis à un état antérieur, copie du système en marche ou historique réécrit. "
        "Ne rien changer avant une copie.",
    ),
    "alert_RECORDS_FAULT": (
        "Decisions could not be recorded: reads were denied",
        "Des décisions n’ont pu être enregistrées : accès refusés",
    ),
    "todo_RECORDS_FAULT": (
        "IT: see to the disk of the gate now. Until then production follows the paper procedure.",
        "TI : voir le disque du système maintenant. D’ici là, la production suit la procédure papier.",
    ),
    "alert_DISK_CRITICAL": (
        "{percent} % of the disk is free ({megabytes} MB): soon nothing can be recorded",
        "{percent} % du disque est libre ({megabytes} Mo) : bientôt plus d’enregistrement possible",
    ),
    "todo_DISK_CRITICAL": (
        "IT: make room now, outside the folder of the records. When it is full, every read is denied.",
        "TI : faire de la place maintenant, hors du dossier des enregistrements. Plein, tout accès est refusé.",
    ),
    "alert_READER_TAMPER": (
        "Reader {reader} at {equipment} was opened",
        "Lecteur {reader} ouvert, machine {equipment}",
    ),
    "todo_READER_TAMPER": (
        "Go there. Look at the reader and its cable; ask who opened it. Tell QA if nobody was meant to.",
        "Allez sur place. Voyez lecteur et câble; demandez qui l’a ouvert. Avertir l’AQ si personne ne le devait.",
    ),
    "alert_BADGE_LOST_USED": (
        "A badge reported lost (…{last4}) was used at {equipment}; access was denied",
        "Un badge déclaré perdu (…{last4}) a été passé à {equipment}; accès refusé",
    ),
    "todo_BADGE_LOST_USED": (
        "Go there now and see who has the badge. Take it in, and tell security.",
        "Allez-y maintenant et voyez qui a le badge. Reprenez-le et avertissez la sécurité.",
    ),
    "alert_DATA_TOO_OLD": (
        "Training data of {source} is {hours} h old: every read is denied",
        "Les données de formation {source} datent de {hours} h : tout accès est refusé",
    ),
    "todo_DATA_TOO_OLD": (
        "Training or IT: bring in fresh data. Until then production follows the paper procedure.",
        "Formation ou TI : charger des données à jour. D’ici là, la production suit la procédure papier.",
    ),
    "alert_CLOCK_UNTRUSTED": (
        "The gate is not sure of the time: new starts are denied",
        "Le système n’est pas sûr de l’heure : nouveaux démarrages refusés",
    ),
    "todo_CLOCK_UNTRUSTED": (
        "IT: see to the time source of the gate (chronyc tracking). It ends by itself once the time is sure again.",
        "TI : voir la source de temps (chronyc tracking). Se termine seul quand l’heure est sûre.",
    ),
    "alert_LINE_LOST": (
        "The line {line} is lost, with all its readers",
        "La ligne {line} est perdue, avec ses lecteurs",
    ),
    "todo_LINE_LOST": (
        "See to the adapter and its cable. Machines there run on; no new start until the line is back.",
        "Voir l’adaptateur et son câble. Les machines continuent; aucun démarrage avant le retour de la ligne.",
    ),
    "alert_READER_LOST": (
        "Reader {reader} at {equipment} is offline",
        "Lecteur {reader} hors service, machine {equipment}",
    ),
    "todo_READER_LOST": (
        "See to the reader, its cable and its power. A running machine runs on; there is no new start.",
        "Voir lecteur, câble et alimentation. Une machine en marche continue; aucun nouveau démarrage.",
    ),
    "alert_READER_POWER": (
        "Reader {reader} at {equipment} has lost its power",
        "Lecteur {reader} sans alimentation, machine {equipment}",
    ),
    "todo_READER_POWER": (
        "See to the power of the reader before its battery is empty.",
        "Rétablir l’alimentation du lecteur avant que sa batterie soit vide.",
    ),
    "alert_READER_UNKNOWN": (
        "A reader that is not enrolled was heard at {subject}",
        "Un lecteur non inscrit a été entendu à {subject}",
    ),
    "todo_READER_UNKNOWN": (
        "Nothing it says counts. Find what was connected there, and who connected it.",
        "Rien de ce qu’il dit ne compte. Trouvez ce qui a été branché là, et par qui.",
    ),
    "alert_READER_SECURITY": (
        "Reader {reader} on line {line} spoke in a way no sound reader does",
        "Lecteur {reader}, ligne {line} : messages qu’aucun lecteur sain n’envoie",
    ),
    "todo_READER_SECURITY": (
        "What it said was refused. Look at the reader and its cable; tell IT and QA.",
        "Ces messages ont été refusés. Voyez lecteur et câble; avertissez les TI et l’AQ.",
    ),
    "alert_OUTPUT_FAULT": (
        "The output of reader {reader} at {equipment} does not do as told",
        "La sortie du lecteur {reader}, machine {equipment}, n’obéit pas",
    ),
    "todo_OUTPUT_FAULT": (
        "Maintenance: test the relay and its wiring. Until then watch who starts the machine.",
        "Entretien : vérifier le relais et son câblage. D’ici là, surveillez qui démarre la machine.",
    ),
    "alert_DENIED_OFTEN": (
        "{n} denied attempts within 10 minutes at reader {reader}, {equipment}",
        "{n} essais refusés en 10 minutes au lecteur {reader}, {equipment}",
    ),
    "alert_DENIED_OFTEN_badge": (
        "{n} denied attempts within 10 minutes with one badge (…{last4}), last at {equipment}",
        "{n} essais refusés en 10 minutes avec un même badge (…{last4}), dernier à {equipment}",
    ),
    "todo_DENIED_OFTEN": (
        "Go there and ask what is wanted. The page Overrides says what is missing, where the badge is known.",
        "Allez-y et demandez ce qu’il faut. La page Dérogations dit ce qui manque, si le badge est connu.",
    ),
    "alert_ENDED_IN_USE": (
        "{equipment}: what entitled somebody there has ended during the use",
        "{equipment} : ce qui y donnait droit a pris fin pendant l’utilisation",
    ),
    "alert_ENDED_IN_USE_certification_ended": (
        "{equipment}: a certification has ended during the use",
        "{equipment} : une certification a pris fin pendant l’utilisation",
    ),
    "alert_ENDED_IN_USE_override_ended": (
        "{equipment}: an override has ended during the use",
        "{equipment} : une dérogation a pris fin pendant l’utilisation",
    ),
    "alert_ENDED_IN_USE_suspended": (
        "{equipment}: a person was suspended during the use",
        "{equipment} : une suspension a été prononcée pendant l’utilisation",
    ),
    "alert_ENDED_IN_USE_badge_blocked": (
        "{equipment}: a badge was blocked during the use",
        "{equipment} : un badge a été bloqué pendant l’utilisation",
    ),
    "alert_ENDED_IN_USE_system_fault": (
        "{equipment}: a fault of the system has ended the start permissive during the use",
        "{equipment} : une faute du système a retiré la permission de démarrage pendant l’utilisation",
    ),
    "todo_ENDED_IN_USE": (
        "The machine runs on and cannot be started anew. Put a certified person there, and badge out the other.",
        "La machine continue et ne peut redémarrer. Placez une personne certifiée et terminez l’autre utilisation.",
    ),
    "alert_ACCOUNT_BLOCKED": (
        "Account {account} rests for 10 minutes after 5 wrong passwords",
        "Le compte {account} se repose 10 minutes après 5 mots de passe erronés",
    ),
    "todo_ACCOUNT_BLOCKED": (
        "Ask the person whether it was they. If not, somebody tries to sign in: tell IT.",
        "Demandez à la personne si cela vient d’elle. Sinon, quelqu’un tente d’entrer : avertissez les TI.",
    ),
    "alert_VERIFY_MISSED": (
        "The nightly check of the audit trail could not be made",
        "La vérification nocturne de la piste d’audit n’a pas pu se faire",
    ),
    "todo_VERIFY_MISSED": (
        "IT: run gate verify --full and see what it says.",
        "TI : lancer gate verify --full et voir ce qu’il dit.",
    ),
    "alert_BACKUP_MISSED": (
        "The backup of the night could not be made",
        "La sauvegarde de la nuit n’a pas pu se faire",
    ),
    "todo_BACKUP_MISSED": (
        "IT: see the room and the mount of backup.folder; it is tried again each hour, 6 times. Then run gate backup.",
        "TI : voir espace et montage de backup.folder; nouvel essai chaque heure, 6 fois. Puis lancer gate backup.",
    ),
    "alert_PROGRAM_FAULT": (
        "A fault of the program at {equipment}: the read was denied",
        "Une faute du programme à {equipment} : accès refusé",
    ),
    "todo_PROGRAM_FAULT": (
        "Badge again. IT: take the trace out of the journal (gate-readers) and report it.",
        "Repassez le badge. TI : prendre la trace au journal (gate-readers) et la signaler.",
    ),
    "alert_DISK_LOW": (
        "{percent} % of the disk is free ({megabytes} MB)",
        "{percent} % du disque est libre ({megabytes} Mo)",
    ),
    "todo_DISK_LOW": (
        "IT: make room within days, outside the folder of the records.",
        "TI : faire de la place d’ici quelques jours, hors du dossier des enregistrements.",
    ),
    "alert_DATA_OLD": (
        "Training data of {source} is {hours} h old",
        "Les données de formation {source} datent de {hours} h",
    ),
    "todo_DATA_OLD": (
        "Training or IT: bring in fresh data before reads are denied for it.",
        "Formation ou TI : charger des données à jour avant que des accès soient refusés.",
    ),
    "alert_HEAD_UNSIGNED": (
        "The head of the records has not been signed for {minutes} min",
        "La tête des enregistrements n’est plus signée depuis {minutes} min",
    ),
    "todo_HEAD_UNSIGNED": (
        "IT: see the log of gate-readers for the key (gate key show). Badge reads go on.",
        "TI : voir le journal de gate-readers pour la clé (gate key show). La lecture des badges continue.",
    ),
    "alert_WITNESS_SILENT": (
        "Witness {witness} has kept no head for {hours} h",
        "Le témoin {witness} n’a gardé aucune tête depuis {hours} h",
    ),
    "todo_WITNESS_SILENT": (
        "IT: see whether the witness runs and can be reached; the page Integrity says what it answered.",
        "TI : voir si le témoin est en marche et joignable; la page Intégrité dit ce qu’il a répondu.",
    ),
    "alert_OVERRIDE_UNDISPOSED": (
        "Override {subject} waits for QA longer than agreed",
        "La dérogation {subject} attend l’AQ plus longtemps que convenu",
    ),
    "todo_OVERRIDE_UNDISPOSED": (
        "QA: read it on the page Overrides and sign what is to become of it.",
        "AQ : la lire à la page Dérogations et signer la suite à donner.",
    ),
    "alert_REFERENCE_DUE": (
        "Emergency override {subject} still has no reference",
        "La dérogation d’urgence {subject} n’a toujours pas de référence",
    ),
    "todo_REFERENCE_DUE": (
        "Open the deviation in the quality system and add its number on the page Overrides.",
        "Ouvrir la déviation au système qualité et ajouter son numéro à la page Dérogations.",
    ),
    "alert_REVIEW_OVERDUE": (
        "The review of the period from {subject} is overdue",
        "La revue de la période du {subject} est en retard",
    ),
    "todo_REVIEW_OVERDUE": (
        "QA: open the period on the page Reviews, decide its exceptions and sign.",
        "AQ : ouvrir la période à la page Revues, décider de ses exceptions et signer.",
    ),
    "alert_LATE_ENTRY_WAITING": (
        "A late entry for {equipment} has waited for a second person for more than {hours} h",
        "Une saisie tardive pour {equipment} attend une deuxième personne depuis plus de {hours} h",
    ),
    "todo_LATE_ENTRY_WAITING": (
        "Somebody who did not enter it: compare it with its scan on the page Late entries, and sign.",
        "Une personne autre que l’auteur : comparer à l’image à la page Saisies tardives, et signer.",
    ),
    "alert_TOO_FEW_CERTIFIED": (
        "{equipment} has {n} certified people now or within 7 days; this site asks for {m}",
        "{equipment} : {n} personnes avec certification maintenant ou d’ici 7 jours; ce site en demande {m}",
    ),
    "todo_TOO_FEW_CERTIFIED": (
        "See who loses it and why on the page Trends, Make the list, and book the training.",
        "Voir qui la perd et pourquoi à la page Tendances, Faire la liste, et prévoir la formation.",
    ),
    "alert_NOT_CONFIGURED": (
        "{equipment} has no requirements in effect: every read there is denied",
        "{equipment} n’a aucune exigence en vigueur : tout accès y est refusé",
    ),
    "todo_NOT_CONFIGURED": (
        "Give its class or area a requirement set that QA has approved.",
        "Donner à sa classe ou à son secteur un ensemble d’exigences approuvé par l’AQ.",
    ),
}
"""Key -> English, French. `alert_RULE_WHAT` says it more exactly than `alert_RULE` where `what` is known."""
