"""The words of the reader pages, and the fault table that says what is most likely and what to do, EN and FR."""

READER_TEXTS: dict[str, tuple[str, str]] = {
    "readers_title": ("Readers and lines", "Lecteurs et lignes"),
    "readers_lede": ("{n} readers, {bad} not online.", "{n} lecteurs, dont {bad} hors service ou inconnus."),
    "machine": ("Machine", "Machine"),
    "port": ("Port", "Port"),
    "reads_24h": ("Decisions, 24 h", "Décisions, 24 h"),
    "losses_24h": ("Times lost, 24 h", "Pertes, 24 h"),
    "state": ("State", "État"),
    "reader_events": ("What the reader reported", "Ce que le lecteur a signalé"),
    "reader_events_none": (
        "Nothing among the newest records.",
        "Rien parmi les enregistrements les plus récents.",
    ),
    "live_line": ("The line, live", "La ligne, en direct"),
    "live_line_hint": (
        "Shows what goes over the line for a minute. Badge numbers are hidden. Badge reads go on as ever.",
        "Montre ce qui passe sur la ligne pendant une minute. Les numéros de badge sont masqués. La lecture continue.",
    ),
    "watch_line": ("Watch the line for 60 s", "Observer la ligne 60 s"),
    "watch_soon": ("Waiting for the reader process to begin.", "En attente du processus des lecteurs."),
    "seen_for": ("Seen for {n} s", "Observé depuis {n} s"),
    "sent": ("Sent", "Envoyées"),
    "answers": ("Answered", "Répondues"),
    "missing": ("Without answer", "Sans réponse"),
    "refusals": ("Refused by the reader", "Refusées par le lecteur"),
    "noise": ("Bytes that mean nothing", "Octets sans signification"),
    "quality": ("Line quality", "Qualité de la ligne"),
    "frames": ("Frames, newest first", "Trames, les plus récentes d’abord"),
    "to_reader": ("to", "vers"),
    "from_reader": ("from", "de"),
    "most_likely": ("Most likely", "Le plus probable"),
    "next_step": ("Next", "Ensuite"),
    "test_light": ("Test light and tone", "Essayer lumière et son"),
    "test_light_hint": (
        "The reader turns amber, beeps twice and says TEST. Nothing is enabled.",
        "Le lecteur passe à l’ambre, sonne deux fois et dit ESSAI. Rien n’est permis.",
    ),
    "test_sent": ("The test was sent to the reader.", "L’essai a été envoyé au lecteur."),
    "test_badge": ("Test a badge here", "Essayer un badge ici"),
    "test_badge_hint": (
        "The next badge at this reader within 30 s is only shown here. It decides nothing and enables nothing.",
        "Le prochain badge à ce lecteur d’ici 30 s est seulement montré ici. Il ne décide rien et ne permet rien.",
    ),
    "test_badge_start": ("Read the next badge", "Lire le prochain badge"),
    "test_badge_wait": ("Hold a badge to {reader} now.", "Présentez un badge à {reader} maintenant."),
    "test_badge_none": ("No badge came in time.", "Aucun badge n’est venu à temps."),
    "badge": ("Badge", "Badge"),
    "person": ("Person", "Personne"),
    "would_be": ("Would be", "Serait"),
    "not_on_record": ("not on record", "absent du registre"),
    "back_to_readers": ("All readers", "Tous les lecteurs"),
    "fault_port": (
        "The USB plug is out, or the adapter is broken.",
        "La prise USB est sortie, ou l’adaptateur est en panne.",
    ),
    "fault_port_next": (
        "Push the plug home. The gate opens the port again within a second or two.",
        "Enfoncez la prise. Le système rouvre le port en une ou deux secondes.",
    ),
    "fault_silent": (
        "The reader has no power, its cable is cut, or its address or speed is another.",
        "Le lecteur n’a pas de courant, son câble est coupé, ou son adresse ou sa vitesse diffère.",
    ),
    "fault_silent_next": (
        "Look at the reader’s light, then at the cable, then compare address and speed with the configuration.",
        "Regardez la lumière du lecteur, puis le câble, puis comparez adresse et vitesse avec la configuration.",
    ),
    "fault_noise": (
        "A bad cable, a missing end resistor, or another speed on the line.",
        "Un mauvais câble, une résistance de fin absente, ou une autre vitesse sur la ligne.",
    ),
    "fault_noise_next": (
        "Check the shield and the 120 Ω resistor at the last reader, and that both ends use the same speed.",
        "Vérifiez le blindage et la résistance de 120 Ω au dernier lecteur, et que les deux bouts ont la même vitesse.",
    ),
    "fault_missing": (
        "Answers get lost now and then: the cable is long, loose or beside a motor.",
        "Des réponses se perdent parfois : le câble est long, lâche ou près d’un moteur.",
    ),
    "fault_missing_next": (
        "Tighten the terminals, move the cable away from drives, and watch again.",
        "Serrez les bornes, éloignez le câble des moteurs, et observez encore.",
    ),
    "fault_refused": (
        "The reader refuses commands: it wants its secure channel, or cannot do what it is told.",
        "Le lecteur refuse des commandes : il veut son canal sécurisé, ou ne sait pas faire ce qui est demandé.",
    ),
    "fault_refused_next": (
        "Compare `secure` in the configuration, or give the reader its key with gate commission.",
        "Comparez `secure` dans la configuration, ou donnez sa clé au lecteur avec gate commission.",
    ),
    "fault_none": ("Nothing wrong was seen.", "Rien d’anormal n’a été vu."),
    "fault_none_next": ("Nothing to do.", "Rien à faire."),
}
"""Key -> English, French."""
