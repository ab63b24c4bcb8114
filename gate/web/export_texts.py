"""The words of the pages of exports, in English and French."""

EXPORT_TEXTS: dict[str, tuple[str, str]] = {
    "ex_export": ("Export", "Exporter"),
    "ex_export_of": ("Export: {title}", "Exporter : {title}"),
    "ex_exports": ("Your exports", "Vos exportations"),
    "ex_exports_lede": (
        "What you have exported lately. Files are kept for {hours} h; the audit trail keeps that they were made.",
        "Ce que vous avez exporté récemment. Les fichiers restent {hours} h; la piste d’audit en garde la trace.",
    ),
    "ex_none": ("Nothing exported yet", "Aucune exportation encore"),
    "ex_none_hint": (
        "Open a page of records and choose Export there: it takes what the page shows, with the same filter.",
        "Ouvrez une page d’enregistrements et choisissez Exporter : le filtre de la page est repris tel quel.",
    ),
    "ex_lede": (
        "The same rows as on the page, with the same filter. Nothing is left out.",
        "Les mêmes lignes que sur la page, avec le même filtre. Rien n’est omis.",
    ),
    "ex_asked": ("What is asked", "Ce qui est demandé"),
    "ex_rows": ("Rows", "Lignes"),
    "ex_records": ("Records", "Enregistrements"),
    "ex_everything": ("everything", "tout"),
    "ex_first": ("First row", "Première ligne"),
    "ex_last": ("Last row", "Dernière ligne"),
    "ex_head": ("Up to record", "Jusqu’à l’enregistrement"),
    "ex_head_hash": ("Fingerprint of that record", "Empreinte de cet enregistrement"),
    "ex_notes": ("To know", "À savoir"),
    "ex_format": ("Format", "Format"),
    "ex_f_pdf": ("PDF report", "Rapport PDF"),
    "ex_n_pdf": (
        "For people and for the file: PDF/A-3 with numbered pages, filter, fingerprint, a place to sign, and the CSV "
        "inside.",
        "Pour lire et classer : PDF/A-3, pages numérotées, filtre, empreinte, place pour signer, et le CSV à "
        "l’intérieur.",
    ),
    "ex_f_csv": ("CSV", "CSV"),
    "ex_n_csv": (
        "For analysis: UTF-8, one row a line, every column, times with offset and in UTC. Any number of rows.",
        "Pour l’analyse : UTF-8, une ligne par enregistrement, toutes les colonnes, heures avec décalage et en UTC.",
    ),
    "ex_f_xlsx": ("Excel (XLSX)", "Excel (XLSX)"),
    "ex_n_xlsx": (
        "For a spreadsheet: the same rows as text, never as formulas, and a sheet that says what they are.",
        "Pour un tableur : les mêmes lignes en texte, jamais en formules, et une feuille qui les décrit.",
    ),
    "ex_f_json": ("JSON", "JSON"),
    "ex_n_json": (
        "For programs: the same rows with their circumstances in one object. Any number of rows.",
        "Pour les programmes : les mêmes lignes et leurs circonstances dans un seul objet.",
    ),
    "ex_f_bundle": ("Evidence bundle (ZIP)", "Dossier de preuve (ZIP)"),
    "ex_n_bundle": (
        "For an inspector’s own machine: the raw records, the reports, the signed checkpoint and a small program that "
        "checks them.",
        "Pour le poste de l’inspection : enregistrements bruts, rapports, point de contrôle signé et un petit "
        "programme qui les vérifie.",
    ),
    "ex_limit": (
        "Takes {n} rows at most. Narrow the filter, or take CSV or the evidence bundle.",
        "Au plus {n} lignes. Resserrez le filtre, ou prenez le CSV ou le dossier de preuve.",
    ),
    "ex_too_many": (
        "There are too many rows for this format. Narrow the filter, or take CSV or the evidence bundle.",
        "Trop de lignes pour ce format. Resserrez le filtre, ou prenez le CSV ou le dossier de preuve.",
    ),
    "ex_choose": ("Choose a format.", "Choisissez un format."),
    "ex_numbers": ("Employee numbers instead of names", "Numéros d’employé au lieu des noms"),
    "ex_numbers_hint": (
        "In every format. The raw records of the evidence bundle stay as they were written: they hold numbers, and "
        "names only in signatures and in changes of people and accounts.",
        "Dans tous les formats. Les enregistrements bruts du dossier de preuve restent tels quels : ils contiennent "
        "des numéros, et des noms seulement dans les signatures et les changements de personnes et de comptes.",
    ),
    "ex_filter_names": (
        "The filter holds somebody’s name, and the file would show it. Go back, filter by employee number, then "
        "export.",
        "Le filtre contient le nom de quelqu’un et le fichier le montrerait. Revenez, filtrez par numéro d’employé, "
        "puis exportez.",
    ),
    "ex_recorded": (
        "The export itself is recorded: your name, the filter, the number of rows and the file’s fingerprint.",
        "L’exportation est enregistrée : votre nom, le filtre, le nombre de lignes et l’empreinte du fichier.",
    ),
    "ex_disk_full": (
        "The disk is nearly full, and badge reads need the rest of it. Call IT; nothing was exported.",
        "Le disque est presque plein et la lecture des badges a besoin du reste. Appelez les TI; rien n’a été exporté.",
    ),
    "ex_no_records": (
        "The records could not be read or written just now. Nothing was exported; try again in a moment.",
        "Les enregistrements n’étaient pas accessibles. Rien n’a été exporté; réessayez dans un instant.",
    ),
    "ex_no_pdf": (
        "The PDF could not be set. Take the CSV or the evidence bundle, and tell IT the number of this export.",
        "Le PDF n’a pas pu être composé. Prenez le CSV ou le dossier de preuve et donnez ce numéro aux TI.",
    ),
    "ex_no_checkpoint": (
        "No checkpoint has been signed yet, so there is nothing to check a bundle against. Take the PDF or the CSV.",
        "Aucun point de contrôle n’est encore signé : rien ne permet de vérifier un dossier. Prenez le PDF ou le CSV.",
    ),
    "ex_queue_full": (
        "Many exports are waiting already. Let some finish, or cancel those you do not need.",
        "Beaucoup d’exportations attendent déjà. Laissez-les finir, ou annulez celles qui sont inutiles.",
    ),
    "ex_bad": ("This cannot be exported", "Ceci ne peut pas être exporté"),
    "ex_wrong_way": (
        "The first record number is larger than the last. Turn them around.",
        "Le premier numéro est plus grand que le dernier. Inversez-les.",
    ),
    "ex_no_number": (
        "A record number is a whole number from 1, such as 48207.",
        "Un numéro d’enregistrement est un nombre entier à partir de 1, comme 48207.",
    ),
    # one export
    "ex_job_title": ("{title}: {format}", "{title} : {format}"),
    "ex_number": ("Number", "Numéro"),
    "ex_state": ("State", "État"),
    "ex_made": ("Asked for", "Demandée"),
    "ex_size": ("Size", "Taille"),
    "ex_sha": ("Fingerprint (SHA-256)", "Empreinte (SHA-256)"),
    "ex_entry": ("On record as", "Enregistrée sous"),
    "ex_rows_of": ("{n} of {m}", "{n} sur {m}"),
    "ex_fetch": ("Download", "Télécharger"),
    "ex_manifest": ("Manifest (JSON)", "Manifeste (JSON)"),
    "ex_again": ("Look again", "Actualiser"),
    "ex_cancel": ("Cancel the export", "Annuler l’exportation"),
    "ex_discard": ("Throw the file away", "Jeter le fichier"),
    "ex_once_more": ("Export once more", "Exporter de nouveau"),
    "ex_ahead": ("{n} before it in the queue.", "{n} avant elle dans la file."),
    "ex_progress": ("Progress", "Avancement"),
    "ex_may_leave": (
        "You can leave this page; the file waits under Your exports.",
        "Vous pouvez quitter cette page; le fichier attendra sous Vos exportations.",
    ),
    "ex_s_queued": ("Waiting", "En attente"),
    "ex_s_running": ("Being made", "En préparation"),
    "ex_s_done": ("Complete", "Terminée"),
    "ex_s_cancelled": ("Cancelled", "Annulée"),
    "ex_s_failed": ("Not made", "Non produite"),
    "ex_s_interrupted": ("Interrupted", "Interrompue"),
    "ex_s_broken": ("Broken off", "Rompue"),
    "ex_interrupted_hint": (
        "The web service was restarted meanwhile. Nothing left the gate; export once more.",
        "Le service web a redémarré entre-temps. Rien n’est sorti; exportez de nouveau.",
    ),
    "ex_cut_hint": (
        "The web service was restarted during the download. Do not use what arrived; export once more.",
        "Le service web a redémarré pendant le téléchargement. N’utilisez pas ce qui est arrivé; exportez de nouveau.",
    ),
    "ex_broken_hint": (
        "The download ended before the last row. Do not use that file; export once more.",
        "Le téléchargement s’est arrêté avant la dernière ligne. N’utilisez pas ce fichier; exportez de nouveau.",
    ),
    # the report `entries`
    "ex_entries": ("Audit trail", "Piste d’audit"),
    "ex_c_seq": ("Record", "Numéro"),
    "ex_c_at": ("Time", "Heure"),
    "ex_c_clock": ("Clock", "Horloge"),
    "ex_c_kind": ("Kind", "Nature"),
    "ex_c_person": ("Person", "Personne"),
    "ex_c_equipment": ("Machine", "Machine"),
    "ex_c_reader": ("Reader", "Lecteur"),
    "ex_c_badge_last4": ("Badge ending", "Fin du badge"),
    "ex_c_mode": ("Mode", "Mode"),
    "ex_c_operation": ("Operation", "Opération"),
    "ex_c_outcome": ("Outcome", "Résultat"),
    "ex_c_reasons": ("Reasons", "Motifs"),
    "ex_c_subject": ("About", "Sujet"),
    "ex_c_old": ("Before", "Avant"),
    "ex_c_new": ("After", "Après"),
    "ex_c_by": ("By", "Par"),
    "ex_c_role": ("Role", "Rôle"),
    "ex_c_why": ("Why", "Pourquoi"),
    "ex_c_ref": ("Refers to", "Renvoie à"),
    "ex_c_leaf": ("Fingerprint", "Empreinte"),
}
