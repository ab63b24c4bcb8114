"""Turn what the records say into page parts, the same for the page and for the event stream."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment

from gate.settings import Settings
from gate.web.board import Message
from gate.web.reading import Look, ReaderNow
from gate.web.texts import LANGUAGES
from gate.web.view import EntryView, GateView, ReaderView, Viewer, entry_view, gate_view, is_alive, reader_view

UNSEEN = ReaderNow()


@dataclass(frozen=True, slots=True)
class Parts:
    """The makers of page parts; the macros of `parts.html` are the only place with their markup."""

    settings: Settings
    environment: Environment

    def viewer(self, language: str) -> Viewer:
        """Return how to show things in a language at this site."""
        return Viewer(language, self.settings.zone)

    def entries(self, look: Look, viewer: Viewer) -> list[EntryView]:
        """Show the entries, newest first."""
        return [entry_view(row, look.names, viewer) for row in reversed(look.entries)]

    def readers(self, look: Look, viewer: Viewer, *, alive: bool) -> list[ReaderView]:
        """Show every configured reader, in the order of the configuration."""
        return [
            reader_view(line, reader, look.readers.get(reader.name, UNSEEN), viewer, alive=alive)
            for line in self.settings.line
            for reader in line.reader
        ]

    def gate(self, look: Look, last_alive: datetime | None, now: datetime, viewer: Viewer) -> GateView:
        """Show the gate."""
        return gate_view(look.seq, look.head, last_alive, now, viewer)

    def entry_messages(self, look: Look) -> list[Message]:
        """Return one message for each entry, oldest first, as they are put on top of the page one by one."""
        return [
            Message(
                "add", self._made("entry", [entry_view(row, look.names, viewer) for viewer in self._viewers]), row.seq
            )
            for row in look.entries
        ]

    def reader_messages(self, look: Look, changed: Iterable[str], *, alive: bool) -> list[Message]:
        """Return a message for each reader that changed, the count above them, and who needs attention."""
        wanted = set(changed)
        everybody = [self.readers(look, viewer, alive=alive) for viewer in self._viewers]
        found = [
            Message("swap", self._made("reader", row)) for row in zip(*everybody, strict=True) if row[0].name in wanted
        ]
        return [*found, *(Message("swap", self._made(macro, everybody)) for macro in ("lede", "needs"))]

    def gate_message(self, look: Look, last_alive: datetime | None, now: datetime) -> Message:
        """Return the message that tells how the gate is."""
        return Message("swap", self._made("gate", [self.gate(look, last_alive, now, v) for v in self._viewers]))

    def full_state(self, look: Look, last_alive: datetime | None, now: datetime) -> Sequence[Message]:
        """Return everything on the page: what a stream says first, new or back after a cut."""
        names = [reader.name for line in self.settings.line for reader in line.reader]
        return [
            self.gate_message(look, last_alive, now),
            *self.reader_messages(look, names, alive=is_alive(last_alive, now)),
            *self.entry_messages(look),
        ]

    @property
    def _viewers(self) -> list[Viewer]:
        return [self.viewer(language) for language in LANGUAGES]

    def _made(self, macro: str, views: Sequence[object]) -> dict[str, str]:
        make = getattr(self.environment.get_template("parts.html").module, macro)
        pairs = zip(self._viewers, views, strict=True)
        return {viewer.language: str(make(view, viewer.texts)).strip() for viewer, view in pairs}
