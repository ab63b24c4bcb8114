"""A witness: it keeps the last head of each log it knows, cosigns what continues it, and refuses a second history.

State is one file a log, made durable before the cosignature is given out, so that not even a power cut lets it sign two
histories. A refused head that carries the log's own signature is kept: two signed heads that do not fit are the proof.
"""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gate.core.checkpoint import TreeHead, head_of
from gate.core.signed_note import Note, NoteError, NoteKey, parse_note
from gate.core.witnessing import SIZE_TYPE, Submission, Verdict, judged, parse_submission
from gate.seal_keys import SealKey, is_signed

log = logging.getLogger(__name__)

TEXT = "text/plain; charset=utf-8"
MOST_REFUSED = 1_000_000
"""Bytes of refused heads that are kept for each log; what came first is what matters."""

Judge = Callable[[TreeHead | None, TreeHead, int, tuple[bytes, ...]], Verdict]


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    body: str
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Held:
    """The last head that was cosigned for a log."""

    head: TreeHead
    note: str
    at_s: int


class StateError(Exception):
    """What the witness remembers cannot be read; without it nothing may be cosigned."""


class WitnessBox:
    """Answers one submission after the other."""

    def __init__(self, folder: Path, key: SealKey, logs: Iterable[NoteKey], *, judge: Judge = judged) -> None:
        self._folder = folder
        self._key = key
        self._judge = judge
        self._logs: dict[str, list[NoteKey]] = {}
        for known in logs:
            self._logs.setdefault(known.name, []).append(known)
        self._lock = threading.Lock()

    @property
    def public(self) -> NoteKey:
        """The key that cosignatures are checked with."""
        return self._key.public

    @property
    def origins(self) -> list[str]:
        """The logs it knows."""
        return list(self._logs)

    def held(self, origin: str) -> Held | None:
        """Return the last head cosigned for a log.

        Raises:
            StateError: the file is damaged.
        """
        path = self._path(origin, "head.json")
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            return Held(head_of(parse_note(told["note"])), told["note"], int(told["at_s"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StateError(f"{path}: cannot be read ({error}). Find out why before this witness goes on.") from error

    def add_checkpoint(self, body: bytes, at_s: int) -> Answer:
        """Cosign a head that continues what is held; `at_s` is now in POSIX seconds.

        Raises:
            StateError: the state cannot be read.
            OSError: the state cannot be written; nothing is cosigned.
        """
        try:
            asked = parse_submission(body.decode("utf-8"))
            note = parse_note(asked.note)
            head = head_of(note)
        except (NoteError, UnicodeDecodeError) as error:
            return Answer(Verdict.MALFORMED, f"{error}\n")
        keys = self._logs.get(head.origin)
        if keys is None:
            return Answer(Verdict.UNKNOWN_LOG, "this log is not known here\n")
        if not any(is_signed(note, key) for key in keys):
            return Answer(Verdict.NOT_SIGNED, "not signed with a key that is known for this log\n")
        with self._lock:
            return self._judged(asked, note, head, at_s)

    def _judged(self, asked: Submission, note: Note, head: TreeHead, at_s: int) -> Answer:
        held = self.held(head.origin)
        verdict = self._judge(held.head if held else None, head, asked.old, asked.path)
        if verdict is Verdict.COSIGNED:
            self._keep(head.origin, asked.note, at_s)
            return Answer(Verdict.COSIGNED, self._key.cosign(note.text, at_s).line)
        if held is not None and self._is_second(verdict, held.head, head):
            self._refuse(held, asked, head, at_s)
        if verdict is Verdict.OTHER_SIZE:
            return Answer(verdict, f"{held.head.size if held else 0}\n", SIZE_TYPE)
        return Answer(verdict, "the proof does not show that this head continues the last one\n")

    @staticmethod
    def _is_second(verdict: Verdict, held: TreeHead, offered: TreeHead) -> bool:
        """A log that merely asks with an old size that it remembers wrongly is told the right one."""
        smaller = offered.size < held.size
        other = offered.size == held.size and offered.root != held.root
        return verdict is Verdict.INCONSISTENT or (verdict is Verdict.OTHER_SIZE and (smaller or other))

    def _keep(self, origin: str, note: str, at_s: int) -> None:
        path = self._path(origin, "head.json")
        partial = path.with_suffix(".partial")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            json.dump({"origin": origin, "at_s": at_s, "note": note}, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _refuse(self, held: Held, asked: Submission, head: TreeHead, at_s: int) -> None:
        log.critical(
            "refused: %s offers a head of %d entries that does not continue the one of %d: a rolled-back disk, a copy "
            "of the gate, or a history written anew",
            *(head.origin, head.size, held.head.size),
        )
        path = self._path(head.origin, "refused.jsonl")
        if not path.exists() or path.stat().st_size < MOST_REFUSED:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps({'at_s': at_s, 'held': held.note, 'offered': asked.note})}\n")

    def _path(self, origin: str, name: str) -> Path:
        return self._folder / hashlib.sha256(origin.encode()).hexdigest()[:16] / name

    def overview(self) -> str:
        """Return what it holds, for a person who compares."""
        lines = [f"witness {self.public.vkey}", f"sha256 {self.public.fingerprint}", ""]
        for origin in self.origins:
            held = self.held(origin)
            lines += [held.note if held else f"{origin}: nothing yet\n"]
        return "\n".join(lines)
