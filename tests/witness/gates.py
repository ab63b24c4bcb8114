"""A gate whose heads are kept by a witness in the same process, and copies of its disk."""

import shutil
from collections.abc import Callable
from pathlib import Path

from gate.core.audit import Entry, Kind
from gate.core.records import Moment
from gate.core.signed_note import COSIGNATURE, NoteKey
from gate.core.witnessing import Submission, judged
from gate.seal_keys import SealKey, new_seal_key
from gate.sealing import begin_with, store_checkpoint
from gate.settings import load_settings
from gate.settings_seal import WitnessSettings
from gate.store.audit_trail import Trail
from gate.store.database import open_database
from gate.store.seals import CosignatureRow, WitnessRow, last_cosignatures, witness_rows
from gate.web.head_keeping import HeadKeeper
from gate.web.reading import Records
from gate.web.witness_asking import Reply
from gate.web.writing import Writer
from gate.witness_box import Judge, WitnessBox
from tests.manual_clock import ManualClock

ORIGIN = "gate-1.plant-1"
NAME = "witness.test"


class Desk:
    """The witness: one box, which can be unplugged."""

    def __init__(self, folder: Path, log: NoteKey, judge: Judge = judged) -> None:
        self.key = new_seal_key(NAME, COSIGNATURE)
        self.box = WitnessBox(folder, self.key, [log], judge=judge)
        self.asked: list[Submission] = []
        self.answers: Callable[[Submission], Reply] = self._answer

    def ask(self, witness: WitnessSettings, submission: Submission) -> Reply:
        del witness
        self.asked.append(submission)
        return self.answers(submission)

    def _answer(self, submission: Submission) -> Reply:
        found = self.box.add_checkpoint(submission.body.encode(), 1_800_000_000)
        return Reply(found.status, found.body)

    def unplug(self) -> None:
        def nobody(submission: Submission) -> Reply:
            raise ConnectionRefusedError("nobody answers")

        self.answers = nobody

    def plug_in(self) -> None:
        self.answers = self._answer


class WitnessedGate:
    """One gate: its records, the reader process's signing, and the web process's keeping of heads."""

    def __init__(self, folder: Path, key: SealKey, witness: Desk, clock: ManualClock) -> None:
        self.folder = folder
        text = (folder / "gate.toml").read_text("utf-8")
        if "[[witness]]" not in text:
            more = f'[[witness]]\nurl = "http://127.0.0.1:1"\nvkey = "{witness.key.public.vkey}"\n'
            (folder / "gate.toml").write_text(text + more, "utf-8")
        self.settings = load_settings(folder / "gate.toml")
        self.key = key
        self.clock = clock
        self.trail = Trail(open_database(self.settings.database_path), "gate-1", self.settings.zone)
        self.records = Records(self.settings, None)
        self.writer = Writer(self.settings, clock, None)
        self.keeper = HeadKeeper(self.settings, self.records, self.writer, clock, witness.ask)

    def begin(self) -> None:
        """Put the key on record, as the first checkpoint does."""
        self._write(lambda: begin_with(self.trail, self.key, self.moment(), "key in use", {}))

    def work(self, entries: int, why: str = "") -> None:
        """Let something happen, sign the head, and let the web process see to it."""
        self._write(lambda: self._entries(entries, why))
        self._write(lambda: store_checkpoint(self.trail, self.moment(), [self.key]))
        self.clock.advance(10)
        self.keeper.step()

    def _entries(self, count: int, why: str) -> None:
        for _ in range(count):
            self.trail.append(Entry(kind=Kind.CHANGE, moment=self.moment(), subject="S", why=why or "work"))

    def moment(self) -> Moment:
        reading = self.clock.read()
        return Moment(reading.at, reading.boot_id, reading.boot_us, trusted=True, clock="asserted")

    def _write(self, act: Callable[[], object]) -> None:
        with self.trail.transaction():
            act()

    @property
    def witness(self) -> WitnessRow:
        with self.records.engine().connect() as connection:
            return witness_rows(connection)[NAME]

    @property
    def cosignatures(self) -> list[CosignatureRow]:
        with self.records.engine().connect() as connection:
            return last_cosignatures(connection)

    @property
    def size(self) -> int:
        return self.records.head_seq()

    def told(self, what: str) -> list[dict[str, object]]:
        """Return the details of security entries."""
        from tests.web.people import told

        return told(self, what)  # type: ignore[arg-type]

    def close(self) -> None:
        self.trail.close()
        self.writer.close()
        self.records.close()

    def copied(self, folder: Path) -> None:
        """Copy the disk as it is, at rest."""
        self.close()
        shutil.copytree(self.folder, folder)
