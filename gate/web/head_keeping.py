"""What the web process does with signed heads: derive tiles, show them to witnesses, send them to syslog.

It is a thread of its own that nobody waits for. The network is here and not in the reader process, which has none.
"""

import logging
import logging.handlers
import threading
from datetime import datetime, timedelta

from gate.clock import Clock
from gate.core.audit import Entry, Json, Kind
from gate.seal import Checkpoint, HashTree, latest_checkpoint
from gate.settings import Settings
from gate.settings_seal import SealSettings, WitnessSettings
from gate.store.hash_tree import TreeError, next_tile_hashes
from gate.store.seals import WitnessRow, add_cosignature, add_hashes, forget_hashes, set_witness, witness_rows
from gate.web.reading import UNREADABLE, Records
from gate.web.witness_asking import AGREES, REFUSED, Ask, Shown, over_http, show_head, unknown_yet
from gate.web.writing import Desk, Writer

log = logging.getLogger(__name__)

HEADS = "gate-heads"
"""The keeper of an application, among its extensions."""

POLL_S = 5.0
TILES_A_TURN = 16
"""Hashes made in one turn: 4 096 entries are read for them."""

EVERY = timedelta(minutes=15)
"""A witness is shown the head this often where nothing is new, and syslog at most so often."""

PATIENCE = timedelta(seconds=60)
"""After no answer, a witness is left alone for this long."""


class HeadKeeper:
    """Keeps up with the checkpoints; `step` is one round."""

    def __init__(
        self, settings: Settings, records: Records, writer: Writer, clock: Clock, ask: Ask = over_http
    ) -> None:
        self._settings = settings
        self._records = records
        self._writer = writer
        self._clock = clock
        self._ask = ask
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._checked: str | None = None
        self._told_at: datetime | None = None
        self._asked_at: dict[str, datetime] = {}

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="heads", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; a question on its way is not waited for."""
        self._stop.set()

    def _work(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self.step()
            except UNREADABLE as error:
                log.warning("heads: the records cannot be used now: %s", error)
            except (TreeError, ValueError) as error:
                log.critical("heads: %s; run: gate verify --full", error)

    def step(self) -> None:
        """Do once what there is to do with the newest checkpoint.

        Raises:
            UNREADABLE: the records cannot be read or written now; the next step tries again.
            TreeError: an entry is missing.
        """
        checkpoint = latest_checkpoint(self._records.engine())
        if checkpoint is None:
            return
        self._derive(checkpoint)
        if self._checked != checkpoint.note:
            self._check(checkpoint)
        self._tell(checkpoint)
        for witness in self._settings.witness:
            if self._stop.is_set():
                return
            self._show(witness, checkpoint)

    def _derive(self, checkpoint: Checkpoint) -> None:
        engine = self._records.engine()
        while not self._stop.is_set() and (hashes := next_tile_hashes(engine, checkpoint.size, TILES_A_TURN)):
            self._writer.write(lambda desk, hashes=hashes: add_hashes(desk.trail, hashes))  # type: ignore[misc]

    def _check(self, checkpoint: Checkpoint) -> None:
        """Hold the derived tiles to what was signed; where they differ, make them anew, and then it is the trail."""
        engine = self._records.engine()
        if HashTree(engine).root(checkpoint.size) != checkpoint.root:
            self._writer.write(lambda desk: forget_hashes(desk.trail))
            self._derive(checkpoint)
            if HashTree(engine).root(checkpoint.size) != checkpoint.root:
                log.critical("heads: the entries do not have the root that was signed over them")
                told: dict[str, Json] = {"what": "checkpoint_mismatch", "size": checkpoint.size}
                self._writer.write(lambda desk: _tell_security(desk, "trail", told))
        self._checked = checkpoint.note

    def _tell(self, checkpoint: Checkpoint) -> None:
        """A head in the journal and on the log host of the plant is out of the reach of whoever has this box."""
        now = self._clock.read().at
        if self._told_at is not None and timedelta(0) <= now - self._told_at < EVERY:
            return
        self._told_at = now
        line = head_line(checkpoint)
        log.info(line)
        if self._settings.seal.syslog:
            send_to_syslog(self._settings.seal, line)

    def _show(self, witness: WitnessSettings, checkpoint: Checkpoint) -> None:
        now, name = self._clock.read().at, witness.key.name
        with self._records.engine().connect() as connection:
            before = witness_rows(connection).get(name) or unknown_yet(name, now)
        if not self._is_due(before, checkpoint, now):
            return
        self._asked_at[name] = now
        shown = show_head(witness, before, checkpoint, HashTree(self._records.engine()), self._ask, now)
        self._writer.write(lambda desk: _record(desk, before, shown, checkpoint))

    def _is_due(self, before: WitnessRow, checkpoint: Checkpoint, now: datetime) -> bool:
        asked_at = self._asked_at.get(before.name)
        if asked_at is None or not timedelta(0) <= now - asked_at < EVERY:
            return True
        if before.state == AGREES or not before.what:
            return checkpoint.size > before.size
        return now - asked_at >= PATIENCE


def _record(desk: Desk, before: WitnessRow, shown: Shown, checkpoint: Checkpoint) -> None:
    """A refusal, and its end, are entries of the trail; every answer of a witness is kept beside it."""
    set_witness(desk.trail, shown.row)
    if shown.cosignature is not None:
        add_cosignature(desk.trail, shown.cosignature)
    what = {(False, True): "witness_refused", (True, False): "witness_agrees"}
    changed = what.get((before.state == REFUSED, shown.row.state == REFUSED))
    if changed is not None:
        row = shown.row
        told: dict[str, Json] = {"what": changed, "cause": row.what, "held": row.size, "size": checkpoint.size}
        _tell_security(desk, f"witness:{row.name}", told)
        log.critical("heads: witness %s: %s %s", row.name, changed, row.what)


def _tell_security(desk: Desk, subject: str, detail: dict[str, Json]) -> int:
    told = {name: value for name, value in detail.items() if value != ""}
    return desk.trail.append(Entry(kind=Kind.SECURITY, moment=desk.moment, subject=subject, detail=told))


def head_line(checkpoint: Checkpoint) -> str:
    """Return a checkpoint in one line, complete with its signatures."""
    text, _, signatures = checkpoint.note.rstrip("\n").partition("\n\n")
    origin, size, root = text.split("\n")[:3]
    signed = " ".join(f"sig={line.rpartition(' ')[2]}" for line in signatures.split("\n"))
    return f"head of {origin}: size={size} root={root} {signed}"


class _Syslog(logging.handlers.SysLogHandler):
    """Says in one line that the log host could not be reached; the next head is tried again."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        del record
        log.warning("heads: %s did not take the head", self.address)


def send_to_syslog(seal: SealSettings, line: str) -> None:
    """Send one line, and let go of the socket again."""
    try:
        handler = _Syslog(seal.syslog_address, facility=logging.handlers.SysLogHandler.LOG_AUTHPRIV)
    except OSError as error:
        log.warning("heads: %s cannot be reached: %s", seal.syslog, error)
        return
    handler.ident, handler.append_nul = "gate: ", False
    handler.emit(logging.LogRecord("gate.heads", logging.NOTSET + logging.INFO, "", 0, line, (), None))
    handler.close()
