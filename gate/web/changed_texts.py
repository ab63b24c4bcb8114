"""The words of what was changed since the original entry, in English and French."""

CHANGED_TEXTS: dict[str, tuple[str, str]] = {
    "ch_changed_by": ("Changed by", "Modifié par"),
    "ch_title": ("Changed since the original entry", "Modifié depuis l’inscription d’origine"),
    "ch_none": ("no, up to record #{head}", "non, jusqu’à l’enregistrement #{head}"),
    "ch_stays": (
        "This record stays as it was written. What it says was changed by:",
        "Cet enregistrement reste tel qu’inscrit. Ce qu’il dit a été modifié par :",
    ),
    "ch_note": (
        "Changed by: the later record, up to #{head}, that changed what a record says. Without a mark, none did.",
        "Modifié par : l’enregistrement ultérieur, jusqu’à #{head}, qui a modifié ce que dit un enregistrement. Sans "
        "marque, aucun.",
    ),
    "ch_answered_late": ("recorded too late, answered as denied", "inscrit trop tard, répondu par un refus"),
    "ch_use_closed": ("use closed by hand", "utilisation fermée à la main"),
    "ch_reference_added": ("reference added", "référence ajoutée"),
    "ch_revoked": ("override revoked", "dérogation révoquée"),
    "ch_rejected": ("late entry rejected", "saisie tardive rejetée"),
    "ch_corrected": ("corrected", "corrigé"),
    "ch_withdrawn": ("withdrawn", "retiré"),
    "ch_taken_back": ("taken back as a mistake", "repris comme une erreur"),
    "ch_changed": ("changed", "modifié"),
    "ch_ended": ("ended", "terminé"),
    "ch_loaded": ("replaced by a load", "remplacé par un chargement"),
}
