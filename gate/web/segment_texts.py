"""The words of the page on which QA signs for damaged records, and of verifying now."""

import re

SEGMENT_TEXTS: dict[str, tuple[str, str]] = {
    "sg_title": ("Damaged records", "Enregistrements endommagés"),
    "sg_lede": (
        "What does not hold, the file as it was found, and the two signatures from which on the records count again.",
        "Ce qui n’est pas intègre, le fichier tel que trouvé, et les deux signatures à partir desquelles les "
        "enregistrements font foi de nouveau.",
    ),
    "sg_verify_now": ("Verify now", "Vérifier maintenant"),
    "sg_running": ("Checking: entry {done} of {of}", "Vérification : inscription {done} sur {of}"),
    "sg_running_by": ("Asked for by {by}, since", "Demandée par {by}, depuis"),
    "sg_look_again": ("Look again", "Actualiser"),
    "sg_whole": (
        "The last full check found nothing wrong. There is nothing to sign for.",
        "La dernière vérification complète n’a rien trouvé. Il n’y a rien à signer.",
    ),
    "sg_not_yet": (
        "The whole trail has not been checked yet. Verify it first.",
        "La chaîne n’a pas encore été vérifiée en entier. Vérifiez-la d’abord.",
    ),
    "sg_old": (
        "Older records are damaged. Badges are answered as ever. Signatures, overrides and changes of the "
        "configuration wait until you have signed here.",
        "Des enregistrements anciens sont endommagés. Les badges reçoivent leur réponse comme toujours. Signatures, "
        "dérogations et changements de configuration attendent votre signature ici.",
    ),
    "sg_head": (
        "The end of the records cannot be trusted. Every badge is answered SYSTEM: RECORDS, and nobody can start a "
        "machine by badge, until you have signed here. Running machines are never stopped.",
        "La fin des enregistrements n’est pas fiable. Chaque badge reçoit SYSTEME: ENREG. et personne ne peut démarrer "
        "une machine par badge avant votre signature ici. Une machine en marche n’est jamais arrêtée.",
    ),
    "sg_head_short": (
        "The end of the records cannot be trusted: every badge is answered SYSTEM: RECORDS until QA has signed. "
        "Call QA.",
        "La fin des enregistrements n’est pas fiable : chaque badge reçoit SYSTEME: ENREG. jusqu’à la signature de "
        "l’AQ. Appelez l’AQ.",
    ),
    "sg_first": ("First entry that does not hold", "Première inscription non intègre"),
    "sg_what": ("What is wrong", "Constat"),
    "sg_step1": ("1. Look at everything", "1. Tout examiner"),
    "sg_step1_hint": (
        "Keeps a copy of the file exactly as it is, then looks at every entry and lists what does not hold. It takes a "
        "minute for five million entries; badges go first.",
        "Conserve une copie du fichier tel quel, puis examine chaque inscription et dresse la liste de ce qui n’est "
        "pas intègre. Une minute pour cinq millions d’inscriptions; les badges passent d’abord.",
    ),
    "sg_examine": ("Keep a copy and look", "Conserver une copie et examiner"),
    "sg_examine_again": ("Look once more", "Examiner de nouveau"),
    "sg_step2": ("2. What was found", "2. Constats"),
    "sg_found_at": ("Looked at", "Examiné"),
    "sg_entries": ("Entries", "Inscriptions"),
    "sg_none_broken": (
        "Every entry holds; only the head of the trail does not say so. It is written anew.",
        "Chaque inscription est intègre; seule la tête de la chaîne ne le dit pas. Elle est écrite de nouveau.",
    ),
    "sg_lost": ("Nothing is left of them", "Il n’en reste rien"),
    "sg_kept": ("The file as it was found", "Le fichier tel que trouvé"),
    "sg_sha": ("Its SHA-256", "Son SHA-256"),
    "sg_kept_hint": (
        "It lies in the folder segments of the state directory. Never delete it: it is evidence.",
        "Il se trouve dans le dossier segments du répertoire d’état. Ne le supprimez jamais : c’est une preuve.",
    ),
    "sg_last": ("Last entry", "Dernière inscription"),
    "sg_step3": ("3. Sign, two people", "3. Signer, deux personnes"),
    "sg_why": ("What was found and done", "Constat et mesures"),
    "sg_why_hint": (
        "Cause as far as known, deviation reference, what was compared: backup, paper, the machine’s own counter.",
        "Cause connue, référence d’écart, comparaisons faites : sauvegarde, papier, compteur de la machine.",
    ),
    "sg_second": ("Second signature", "Deuxième signature"),
    "sg_second_hint": (
        "Another person of QA, or a supervisor, signs beside you.",
        "Une autre personne de l’AQ, ou de la supervision, signe avec vous.",
    ),
    "sg_wrong_second": (
        "Name and password of another person of QA or a supervisor",
        "Nom et mot de passe d’une autre personne de l’AQ ou de la supervision",
    ),
    "sg_statement": (
        "I, {name}, have seen which entries do not hold and that the file is kept. From my signature on the records "
        "begin a new segment. Meaning of this signature: opened the segment.",
        "Moi, {name}, j’ai vu quelles inscriptions ne sont pas intègres et que le fichier est conservé. À partir de ma "
        "signature, un nouveau segment commence. Sens de cette signature : ouverture du segment.",
    ),
    "sg_sign": ("Sign and open the segment", "Signer et ouvrir le segment"),
    "sg_signed": (
        "Segment {number} is open since entry #{seq}. The records hold from there on.",
        "Le segment {number} est ouvert depuis l’inscription n° {seq}. Les enregistrements sont intègres dès lors.",
    ),
    "sg_before": ("Segments signed before", "Segments signés auparavant"),
    "sg_segment": ("Segment", "Segment"),
    "sg_changed": (
        "Somebody has looked at the records again since this page was opened. Read the findings once more.",
        "Les enregistrements ont été examinés de nouveau depuis l’ouverture de cette page. Relisez les constats.",
    ),
    "sg_to_integrity": ("Integrity", "Intégrité"),
}

_FINDINGS = (
    (r"it is missing", "elle est absente"),
    (r"it and everything up to (\d+) is missing", r"elle et tout jusqu’à \1 sont absents"),
    (r"it and everything up to (\d+), .* is missing", r"elle et tout jusqu’à \1, qui existaient, sont absents"),
    (
        r"it and everything up to (\d+) is not in the backup that was restored",
        r"elle et tout jusqu’à \1 ne sont pas dans la sauvegarde restaurée",
    ),
    (r"its bytes do not match its hash", "ses octets ne correspondent pas à son empreinte"),
    (r"its bytes are not an entry", "ses octets ne sont pas une inscription"),
    (r"its bytes are those of entry (\d+)", r"ses octets sont ceux de l’inscription \1"),
    (r"its stored text cannot be read", "son texte est illisible"),
    (r"its column (\w+) does not say what its bytes say", r"sa colonne \1 ne dit pas ce que disent ses octets"),
    (r"it does not continue the chain: .*", "elle ne prolonge pas la chaîne : l’inscription précédente a été changée"),
    (
        r"the head of the trail is not this entry's hash",
        "la tête de la chaîne n’est pas son empreinte",
    ),
    (r"the head of the trail is missing", "la tête de la chaîne est absente"),
    (r"the Merkle frontier is not that of these entries", "la frontière de Merkle n’est pas celle de ces inscriptions"),
    (r"a row stands behind the head of the trail", "une ligne suit la tête de la chaîne"),
    (r"a row stands before the first entry", "une ligne précède la première inscription"),
    (r"it is not the entry that was found sound before", "ce n’est pas l’inscription trouvée intègre auparavant"),
    (r"it has been changed since it was signed for", "elle a été changée depuis la signature"),
)
"""What a verification says, as a pattern, and in French."""


def finding(what: str, language: str) -> str:
    """Return what a verification found in a language of the pages; what has no French stays as it is."""
    if language == "fr":
        for pattern, french in _FINDINGS:
            found = re.fullmatch(pattern, what)
            if found:
                return found.expand(french)
    return what
