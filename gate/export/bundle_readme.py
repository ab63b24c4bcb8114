"""The README of an evidence bundle: how to check it in one minute, in English and French."""

from gate.core.report import Report
from gate.export.about import About, local_iso

_TEXT = """\
EVIDENCE BUNDLE {id}
{title}

Site {site}, gate {gate}. Made {at} ({zone}) by {name} ({account}).
Rows in the report: {rows}. The audit trail was asked up to entry {head}; the signed checkpoint covers {size} entries.

CHECK IT IN ONE MINUTE (any machine with Python 3.8 or later; nothing to install)

  1. Unpack the zip and open a terminal in its folder.
  2. python3 -I verify.py          (Windows: py -I verify.py)
  3. "sound: ..." means: every entry in entries.jsonl is, byte for byte, one that the gate had recorded when it signed
     the checkpoint, and every file here is the one that was exported. "UNSOUND: ..." names the first bad file or line.
  4. Compare the fingerprint of the key that it prints with the one that the plant keeps on paper, and the root with the
     one that a witness holds. Nobody at the plant can then have changed an entry unseen.

  Without our program: openssl pkeyutl -verify -rawin with gate.pem checks the signature of checkpoint.txt; Go's
  golang.org/x/mod/sumdb/note reads it with gate.vkey. verify.py says in its first lines what it does.

WHAT IS HERE

  entries.jsonl    the records as they are stored: one entry a line, canonical JSON
  proofs.jsonl     for each of them, that it is under the root of the checkpoint (RFC 6962); absent where
                   entries.jsonl is the whole trail up to the checkpoint
  entries-after-checkpoint.jsonl
                   only where there are any: entries that were so new that no checkpoint covered them yet;
                   verify.py checks their bytes against the manifest alone
  checkpoint.txt   size and root of the trail, signed (C2SP tlog-checkpoint, Ed25519)
  gate.vkey, gate.pem
                   the public key, in two forms
  reports/         the same answer for people (PDF) and for analysis (CSV)
  export.json      filter, counts, who, when, head, versions
  manifest.json    the SHA-256 of every file
  verify.py        the program that checks all this; standard library only

Entries hold numbers of people and the last 4 characters of badges. The only names in them are those of signatures and
of changes of people and accounts: they are signed as they stand. Technical controls for 21 CFR Part 11.

----------------------------------------------------------------------------------------------------------------------

DOSSIER DE PREUVE {id}

VÉRIFIER EN UNE MINUTE (tout poste avec Python 3.8 ou plus récent, sans installation)

  1. Décompressez le fichier zip et ouvrez un terminal dans son dossier.
  2. python3 -I verify.py          (Windows : py -I verify.py)
  3. « sound: ... » : chaque ligne de entries.jsonl est, octet pour octet, ce que le système avait enregistré quand il a
     signé le point de contrôle, et chaque fichier est celui qui a été exporté. « UNSOUND: ... » nomme le premier
     fichier ou la première ligne en défaut.
  4. Comparez l’empreinte de la clé affichée avec celle que l’usine garde sur papier, et la racine avec celle d’un
     témoin.

  entries.jsonl : enregistrements bruts. proofs.jsonl : preuve d’inclusion de chacun (RFC 6962). checkpoint.txt : taille
  et racine signées. reports/ : la même réponse en PDF et en CSV. export.json : filtre, nombres, auteur, heure,
  versions. manifest.json : SHA-256 de chaque fichier.
"""


def readme(report: Report, about: About, size: int) -> str:
    """Return the text for this bundle; what comes from the records stands on lines of its own length."""
    return _TEXT.format(
        id=about.id,
        title=_line(report.title),
        site=_line(about.site),
        gate=about.gate,
        at=local_iso(about.at, about.zone),
        zone=about.zone.key,
        name=_line(about.made_by.name),
        account=_line(about.made_by.account),
        rows=report.total,
        head=report.head_seq,
        size=size,
    )


def _line(text: str) -> str:
    """Nothing in a name may fake another line of the text."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
