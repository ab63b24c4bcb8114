"""What each kind of entry tells, as one sentence with the names filled in, in English and French."""

_SENTENCES: dict[str, tuple[str, str]] = {
    "allow": ("{person} was allowed at {machine}", "Accès de {person} à {machine} : autorisé"),
    "over": (
        "{person} was allowed by override at {machine}",
        "Accès de {person} à {machine} : autorisé par dérogation",
    ),
    "deny": ("{person} was denied at {machine}", "Accès de {person} à {machine} : refusé"),
    "would": ("{person} would have been denied at {machine}", "L’accès de {person} à {machine} aurait été refusé"),
    "pending": ("{person} waits for a second person at {machine}", "{person} attend une deuxième personne à {machine}"),
    "unknown": ("A badge ending {last4} was denied at {machine}", "Badge se terminant par {last4} refusé à {machine}"),
    "unread": ("A badge could not be read at {machine}", "Un badge n’a pas pu être lu à {machine}"),
    "actuated": ("The output followed record #{ref}", "La sortie a suivi l’enregistrement #{ref}"),
    "answered_late": (
        "Record #{ref} came too late: the reader had said no",
        "L’enregistrement #{ref} est venu trop tard : le lecteur avait dit non",
    ),
    "outcome_unknown": (
        "Whether the output followed record #{ref} is not known",
        "On ignore si la sortie a suivi l’enregistrement #{ref}",
    ),
    "use_left": ("{person} left {machine}", "{person} a quitté {machine}"),
    "use_ended": ("{person} left {machine}; the use ended", "{person} a quitté {machine}; fin de l’utilisation"),
    "use_resumed": (
        "A use goes on after the start (record #{ref})",
        "Une utilisation se poursuit après le démarrage (#{ref})",
    ),
    "use_waiting": (
        "{person} must badge again at {machine} after the start",
        "{person} doit repasser son badge à {machine} après le démarrage",
    ),
    "use_expired": (
        "{person}: certification or override ended during the use of {machine}",
        "{person} : fin de certification ou de dérogation en cours d’utilisation de {machine}",
    ),
    "use_closed": (
        "{by} closed the forgotten use of {person} on {machine}",
        "{by} a clos l’utilisation oubliée de {person} sur {machine}",
    ),
    "permissive_dropped": (
        "{person}: no new start on {machine}",
        "{person} : nouveau démarrage non permis sur {machine}",
    ),
    "reader_online": ("Reader {reader} answers", "Le lecteur {reader} répond"),
    "reader_offline": ("Reader {reader} stopped answering", "Le lecteur {reader} ne répond plus"),
    "reader_unknown": ("Something unknown spoke on a reader line", "Un appareil inconnu a parlé sur une ligne"),
    "reader_tamper": (
        "The tamper contact of reader {reader} changed",
        "Le contact antisabotage du lecteur {reader} a changé",
    ),
    "reader_power": ("The power of reader {reader} changed", "L’alimentation du lecteur {reader} a changé"),
    "reader_output": (
        "The output of reader {reader} did not do what it was told",
        "La sortie du lecteur {reader} n’a pas obéi",
    ),
    "reader_port_opened": ("A serial port was opened", "Un port série a été ouvert"),
    "reader_port_lost": ("A serial port was lost", "Un port série a été perdu"),
    "security": ("Security: {what}", "Sécurité : {what}"),
    "clock_step": ("The clock was set from {old} to {new}", "L’horloge est passée de {old} à {new}"),
    "clock_untrusted": ("From here on the clock is not trusted", "À partir d’ici, l’horloge n’est pas fiable"),
    "clock_trusted": ("The clock is trusted again", "L’horloge est de nouveau fiable"),
    "start": ("The gate started", "Le système a démarré"),
    "stop": ("The gate was stopped", "Le système a été arrêté"),
    "config": ("The configuration changed", "La configuration a changé"),
    "load": ("{by} loaded a plant file", "{by} a chargé un fichier de l’usine"),
    "import_published": ("An import was published", "Une importation a été publiée"),
    "import_refused": ("An import was refused", "Une importation a été refusée"),
    "key": ("A key changed: {subject}", "Une clé a changé : {subject}"),
    "override_granted": (
        "{by} granted an override to {person} on {machine}",
        "{by} a accordé une dérogation à {person} sur {machine}",
    ),
    "override_revoked": (
        "{by} revoked an override of {person} on {machine}",
        "{by} a révoqué une dérogation de {person} sur {machine}",
    ),
    "sign": ("{by} signed about {subject}", "{by} a signé au sujet de {subject}"),
    "review_signed": ("{by} signed a review", "{by} a signé une révision"),
    "export": ("{by} exported records", "{by} a exporté des enregistrements"),
    "change": ("{by} changed {subject}", "{by} a modifié {subject}"),
    "hold_set": ("{by} set a hold on {machine}", "{by} a mis {machine} en retenue"),
    "hold_released": ("{by} released a hold on {machine}", "{by} a levé une retenue sur {machine}"),
    "late_entry": ("Late entry: {subject}", "Saisie tardive : {subject}"),
    "verify": ("The record chain was verified", "La chaîne d’enregistrements a été vérifiée"),
    "backup": ("Backup: {what}", "Sauvegarde : {what}"),
    "segment": ("A new segment of the record chain was opened", "Un nouveau segment de la chaîne a été ouvert"),
    "other": ("An entry of kind {kind}", "Une entrée de type {kind}"),
}
"""Kind of entry, or answer of a decision -> the sentence."""

ENTRY_SENTENCES = {f"entry_{name}": words for name, words in _SENTENCES.items()}
