"""Make the page parts of the kiosks and say what changed on them, for the page and for the event stream."""

from collections.abc import Sequence
from datetime import datetime

from jinja2 import Environment

from gate.settings import Settings
from gate.web.board import Message
from gate.web.kiosk_reading import machines_now
from gate.web.kiosk_showing import KioskView, counted, kiosk_time
from gate.web.kiosk_view import kiosk_view
from gate.web.reading import Records
from gate.web.texts import LANGUAGES

EVERY_KIOSK = "kiosk"
"""Topic of what all kiosks hear."""

MACRO = "tile"


def topic_of(equipment: str) -> str:
    """Return the topic of one machine's kiosk."""
    return f"kiosk:{equipment}"


class Kiosks:
    """The screens of all machines of the configuration; the tail's thread alone asks for changes."""

    def __init__(self, settings: Settings, records: Records, environment: Environment) -> None:
        self._settings = settings
        self._records = records
        self._environment = environment
        self._shown: dict[str, KioskView] = {}

    def views(self, equipment: Sequence[str], now: datetime, *, alive: bool) -> list[KioskView]:
        """Return what to show of the machines now, in this order.

        Raises:
            what `gate.web.reading.UNREADABLE` lists: the records cannot be read.
        """
        found = machines_now(self._records, self._settings, equipment, now)
        return [kiosk_view(found[name], self._settings, now, alive=alive) for name in equipment]

    def full_state(self, equipment: Sequence[str], now: datetime, *, alive: bool) -> list[Message]:
        """Return everything on one kiosk."""
        messages = [self._message(view, now) for view in self.views(equipment, now, alive=alive)]
        return [self._tick(now), *messages]

    def changes(self, now: datetime, *, alive: bool) -> list[Message]:
        """Return a message for each machine whose screen differs from the last time, and the time for all."""
        views = self.views(self._machines, now, alive=alive)
        fresh = [view for view in views if self._shown.get(view.equipment) != view]
        self._shown = {view.equipment: view for view in views}
        return [*(self._message(view, now) for view in fresh), self._tick(now)]

    def due(self, now: datetime) -> bool:
        """Whether time alone has changed a screen since the last changes were asked for."""
        return any(view.turns_at is not None and view.turns_at <= now for view in self._shown.values())

    def html(self, view: KioskView, now: datetime) -> str:
        """Return the finished part of one machine."""
        clock = kiosk_time(now, self._settings.zone, view.language)
        tile = getattr(self._environment.get_template("kiosk_parts.html").module, MACRO)
        return str(tile(view, clock, _timer(view, now))).strip()

    @property
    def _machines(self) -> list[str]:
        return list(dict.fromkeys(reader.equipment for line in self._settings.line for reader in line.reader))

    def _message(self, view: KioskView, now: datetime) -> Message:
        return Message("swap", dict.fromkeys(LANGUAGES, self.html(view, now)), topic=topic_of(view.equipment))

    @staticmethod
    def _tick(now: datetime) -> Message:
        return Message("tick", dict.fromkeys(LANGUAGES, now.isoformat()), topic=EVERY_KIOSK)


def _timer(view: KioskView, now: datetime) -> str:
    if view.until_at is not None:
        return counted(view.until_at - now)
    return counted(now - view.from_at) if view.from_at is not None else ""
