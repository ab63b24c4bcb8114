"""The words of the page of integrity, in English and French."""

INTEGRITY_TEXTS: dict[str, tuple[str, str]] = {
    "ig_title": ("Integrity of the records", "Intégrité des enregistrements"),
    "ig_lede": (
        "What was checked, who has seen the head of the records, and how anybody can compare.",
        "Ce qui a été vérifié, qui a vu la tête des enregistrements, et comment chacun peut comparer.",
    ),
    "ig_whole": (
        "Whole: every entry up to {number} held together when all were checked.",
        "Entière : chaque entrée jusqu’à {number} se tenait lors de la vérification complète.",
    ),
    "ig_checking": (
        "Checking every entry now, so far to {number}.",
        "Vérification de chaque entrée en cours, jusqu’ici à {number}.",
    ),
    "ig_checking_now": ("checking …", "vérification …"),
    "ig_late": (
        "Late: the last full check is more than a day and a half old. It reached entry {number}.",
        "En retard : la dernière vérification complète date de plus d’un jour et demi, jusqu’à l’entrée {number}.",
    ),
    "ig_broken": (
        "The chain is broken at entry {number}. Badging goes on; signing is stopped. Change nothing and call QA.",
        "La chaîne est rompue à l’entrée {number}. Les badges continuent; rien n’est signé. Ne changez rien, "
        "appelez l’AQ.",
    ),
    "ig_none": (
        "Not checked yet: the whole trail is verified every night at 03:00.",
        "Pas encore vérifié : toute la piste est vérifiée chaque nuit à 03:00.",
    ),
    "ig_checked": ("Checked on this box", "Vérifié sur ce poste"),
    "ig_last_full": ("Last full check", "Dernière vérification complète"),
    "ig_last_entry": ("Last entry", "Dernière entrée"),
    "ig_leaf": ("Its hash", "Son empreinte"),
    "ig_head": ("Signed head", "Tête signée"),
    "ig_head_hint": (
        "Scan it and keep it, or note number and root: neither can be changed here without this showing it.",
        "Scannez-la et gardez-la, ou notez numéro et racine : rien de cela ne peut changer ici sans que cela se voie.",
    ),
    "ig_qr": (
        "QR code of the signed checkpoint of {number} entries",
        "Code QR du point de contrôle signé de {number} entrées",
    ),
    "ig_log": ("Name of the log", "Nom du registre"),
    "ig_size": ("Entries covered", "Entrées couvertes"),
    "ig_newer": (
        "{n} newer, signed within 10 s or 100 entries",
        "{n} plus récentes, signées en 10 s ou 100 entrées",
    ),
    "ig_root": ("Merkle root", "Racine de Merkle"),
    "ig_signed_at": ("Signed at", "Signée à"),
    "ig_unsigned": ("No head is signed yet", "Aucune tête signée encore"),
    "ig_unsigned_next": (
        "IT: gate init makes the key; the log of gate-readers says why nothing is signed.",
        "TI : gate init crée la clé; le journal de gate-readers dit pourquoi rien n’est signé.",
    ),
    "ig_witnesses": ("Witnesses", "Témoins"),
    "ig_witnesses_hint": (
        "Other boxes that keep the head and cosign the next one only if it continues what they hold.",
        "D’autres postes qui gardent la tête et ne cosignent la suivante que si elle continue ce qu’ils ont.",
    ),
    "ig_no_witness": ("No witness is configured", "Aucun témoin configuré"),
    "ig_no_witness_next": (
        "Until there is one, a rolled-back disk shows only by heads on paper, in exports and at the log host.",
        "D’ici là, un disque remis en arrière ne se voit que par les têtes sur papier, dans les exports et au serveur "
        "de journaux.",
    ),
    "ig_witness": ("Witness", "Témoin"),
    "ig_state": ("State", "État"),
    "ig_held": ("Holds", "Détient"),
    "ig_heard": ("Last heard", "Dernier signe"),
    "ig_agrees": ("Agrees", "Concorde"),
    "ig_silent": ("Silent", "Muet"),
    "ig_refused": ("Refuses", "Refuse"),
    "ig_waits": ("Not asked yet", "Pas encore interrogé"),
    "ig_rolled_back": (
        "It holds more entries than this gate has: a disk put back, or a copy of the gate.",
        "Il détient plus d’entrées que ce système : disque remis en arrière ou copie du système.",
    ),
    "ig_forked": (
        "Its history is another one from some entry on: a copy of the gate, or history written anew.",
        "Son historique diffère à partir d’une entrée : copie du système ou historique réécrit.",
    ),
    "ig_places": ("Where else the head is", "Où se trouve encore la tête"),
    "ig_journal": (
        "Journal of this machine, every 15 minutes",
        "Journal de cette machine, toutes les 15 minutes",
    ),
    "ig_syslog": ("Log host {address}, every 15 minutes", "Serveur de journaux {address}, toutes les 15 minutes"),
    "ig_no_syslog": ("No log host is configured", "Aucun serveur de journaux configuré"),
    "ig_exports": (
        "Every export, report and evidence bundle",
        "Chaque export, rapport et dossier de preuve",
    ),
    "ig_keys": ("Keys", "Clés"),
    "ig_keys_hint": (
        "Compare the fingerprint with the one on the commissioning paper.",
        "Comparez l’empreinte avec celle du papier de mise en service.",
    ),
    "ig_key": ("SHA-256 of the public key", "SHA-256 de la clé publique"),
    "ig_since": ("Signs since entry", "Signe depuis l’entrée"),
    "ig_now": ("in use", "en service"),
    "ig_before": ("earlier", "antérieure"),
    "ig_compare": ("Compare a head that was kept", "Comparer une tête gardée"),
    "ig_compare_hint": (
        "A scanned QR code, a checkpoint, or a number and the beginning of its hash: 48205 9f2c41d07be3",
        "Un code QR scanné, un point de contrôle, ou un numéro et le début de son empreinte : 48205 9f2c41d07be3",
    ),
    "ig_kept": ("Kept head", "Tête gardée"),
    "ig_do_compare": ("Compare", "Comparer"),
    "ig_fits": (
        "It fits: the first {size} entries are those of the kept head. {now} are there now.",
        "Elle concorde : les {size} premières entrées sont celles de la tête gardée. Il y en a {now} maintenant.",
    ),
    "ig_truncated": (
        "Entries are missing: the kept head covers {size}, {now} are there. Change nothing and call QA.",
        "Des entrées manquent : la tête gardée en couvre {size}, il y en a {now}. Ne changez rien, appelez l’AQ.",
    ),
    "ig_differs": (
        "It differs: the first {size} entries are not those of the kept head. Change nothing and call QA.",
        "Elle diffère : les {size} premières entrées ne sont pas celles de la tête gardée. Ne changez rien, "
        "appelez l’AQ.",
    ),
    "ig_not_ours": (
        "It is not signed with a key of this gate. See where it comes from.",
        "Elle n’est pas signée avec une clé de ce système. Voyez d’où elle vient.",
    ),
    "ig_no_head": (
        "That is no head: paste the whole code, or a number and at least 12 digits of its hash.",
        "Ce n’est pas une tête : collez le code entier, ou un numéro et au moins 12 chiffres de son empreinte.",
    ),
    "ig_quick": (
        "Compared with the stored hashes. The command gate witness check works every hash out anew.",
        "Comparée aux empreintes gardées. La commande gate witness check recalcule chaque empreinte.",
    ),
    "ig_how": ("How to check without this page", "Vérifier sans cette page"),
    "ig_how_bundle": (
        "An evidence bundle carries checkpoint, public key and verify.py: python3 verify.py on any machine.",
        "Un dossier de preuve contient point de contrôle, clé publique et verify.py : python3 verify.py sur toute "
        "machine.",
    ),
    "ig_how_tools": (
        "Checkpoints are C2SP signed notes over an RFC 6962 tree: Go’s sumdb tools and OpenSSL read them.",
        "Les points de contrôle sont des notes signées C2SP sur un arbre RFC 6962, lues par les outils sumdb de Go "
        "et OpenSSL.",
    ),
    "ig_download_key": ("Public key (gate.vkey)", "Clé publique (gate.vkey)"),
    "ig_download_pem": ("Public key (gate.pem)", "Clé publique (gate.pem)"),
    "ig_download_note": ("Checkpoint (checkpoint.txt)", "Point de contrôle (checkpoint.txt)"),
}
