"""A signed log to show to peers, forks of it, and evidence bundles out of it."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from gate import bundle_files
from gate.core.audit import Kind
from gate.core.signed_note import Note
from gate.seal_keys import SealKey, new_seal_key
from gate.sealing import begin_with, store_checkpoint
from gate.store.database import open_database
from gate.store.hash_tree import HashTree
from tests.store.open_records import Records

ORIGIN = "gate-1.test-plant"
WORDS = "Élan \u202e gro 😀 <b>"


class SignedLog:
    """Records whose head is signed when a test says so."""

    def __init__(self, folder: Path, key: SealKey | None = None, salt: str = "") -> None:
        self.records = Records(folder)
        self.key = key or new_seal_key(ORIGIN)
        self.engine = open_database(self.records.path, read_only=True)
        self._salt = salt

    def grow(self, count: int, salt: str = "") -> None:
        with self.records.trail.transaction():
            for number in range(count):
                why = f"{self._salt}{salt}{WORDS}{number}"
                self.records.trail.append(self.records.entry(Kind.CHANGE, subject="S", why=why))

    def seal(self, *more: SealKey) -> Note:
        """Sign the head, with further keys if there are any."""
        with self.records.trail.transaction():
            return store_checkpoint(self.records.trail, self.records.moment(), [self.key, *more])

    def rotate(self) -> Note:
        """Begin with another key, its first checkpoint signed by both."""
        old, self.key = self.key, new_seal_key(ORIGIN)
        with self.records.trail.transaction():
            begin_with(self.records.trail, self.key, self.records.moment(), "key rotated", {})
        return self.seal(old)

    @property
    def lines(self) -> list[str]:
        """The canonical bytes of every entry as text."""
        return [data for (data,) in self.records.rows("SELECT data FROM audit_trail ORDER BY seq")]

    @property
    def tree(self) -> HashTree:
        return HashTree(self.engine)

    def close(self) -> None:
        self.engine.dispose()
        self.records.close()


def write_bundle(log: SignedLog, folder: Path, note: Note, seqs: Iterable[int] | None = None) -> Path:
    """Write a bundle as an export does: the whole prefix, or some entries each with its proof."""
    folder.mkdir(parents=True)
    size = int(note.text.split("\n")[1])
    lines = log.lines
    chosen = list(seqs) if seqs is not None else list(range(1, size + 1))
    (folder / "entries.jsonl").write_text("".join(f"{lines[seq - 1]}\n" for seq in chosen), "utf-8", newline="\n")
    if seqs is not None:
        proofs = [{"seq": seq, "path": [step.hex() for step in log.tree.inclusion(seq, size)]} for seq in chosen]
        (folder / "proofs.jsonl").write_text("".join(f"{json.dumps(proof)}\n" for proof in proofs), "utf-8")
    (folder / "checkpoint.txt").write_text(note.whole, "utf-8", newline="\n")
    (folder / "gate.vkey").write_text(f"{log.key.public.vkey}\n", "utf-8")
    (folder / "gate.pem").write_text(log.key.public.pem, "utf-8")
    (folder / "reports").mkdir()
    (folder / "reports" / "log.csv").write_text("seq\n1\n", "utf-8")
    shutil.copy(Path(bundle_files.__file__).parent / "verify.py", folder / "verify.py")
    write_manifest(folder)
    return folder


def write_manifest(folder: Path) -> None:
    """Hash every file, as whoever changes a bundle can do too."""
    (folder / "manifest.json").unlink(missing_ok=True)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    hashes = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    (folder / "manifest.json").write_text(json.dumps({"files": hashes}), "utf-8")


def zipped(folder: Path) -> Path:
    """Return the bundle as a zip beside the folder."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
    return path


def rewrite(log: SignedLog, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Change the records as root could."""
    log.records.tamper(*statements)


def count_of(log: SignedLog) -> int:
    with log.engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT count(*) FROM audit_trail")).scalar_one())
