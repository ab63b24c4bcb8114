"""Make the parts of the floor and say what changed on it, while somebody watches: for the page and the stream."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from jinja2 import Environment
from werkzeug.routing import Map

from gate.core.audit import Kind
from gate.settings import Settings
from gate.store.equipment_facts import instant
from gate.store.schema import audit_trail
from gate.web.board import Message
from gate.web.floor_cards import Floor, floor_of
from gate.web.floor_reading import floor_look
from gate.web.floor_words import FloorWords
from gate.web.reading import Names, Records, ShownEntry, names_of
from gate.web.texts import LANGUAGES
from gate.web.view import Viewer

TOPIC = "floor"
"""What everybody at the floor hears; the list of needs comes with buttons or without."""
NEEDS = {True: "floor:acts", False: "floor:reads"}

DECISIONS = 20
"""Decisions on the page of one machine."""

OVER = "event: over\ndata: over\n\n"
"""The last word of a stream whose session has ended."""


def decisions_topic(equipment: str) -> str:
    """Return the topic of the decisions of one machine."""
    return f"floor:decisions:{equipment}"


class Floors:
    """The floor for all who watch it; the tail's thread alone asks for changes."""

    def __init__(self, settings: Settings, records: Records, environment: Environment, routes: Map) -> None:
        self._settings = settings
        self._records = records
        self._environment = environment
        self._routes = routes
        self._lock = threading.Lock()
        self._watched: Counter[str] = Counter()
        self._forget = False
        self._shown: dict[str, object] = {}

    @property
    def watched(self) -> bool:
        """Whether anybody watches: a floor that nobody sees is not looked at."""
        return bool(self._watched)

    def watch(self, topic: str) -> Callable[[], None]:
        """Count somebody in who watches a topic; the function returned counts them out, once."""
        with self._lock:
            self._watched[topic] += 1
        left = threading.Event()

        def leave() -> None:
            with self._lock:
                if not left.is_set():
                    left.set()
                    self._watched[topic] -= 1
                    self._watched += Counter()

        return leave

    def words(self, language: str, *, acts: bool = False) -> FloorWords:
        """Return the words of a language; `acts`: for a supervisor."""
        return FloorWords(Viewer(language, self._settings.zone), self._routes, acts)

    def floor(self, now: datetime, *, alive: bool, only: str | None = None) -> Floor:
        """Return the floor, or one machine of it.

        Raises:
            what `gate.web.reading.UNREADABLE` lists: the records cannot be read.
        """
        return floor_of(floor_look(self._records, self._settings, now, only), now, self._settings.zone, alive=alive)

    def decisions(self, equipment: str) -> tuple[tuple[ShownEntry, ...], Names]:
        """Return the last decisions at a machine, newest first, with the names in them."""
        newest = (
            sa.select(audit_trail.c.seq, audit_trail.c.at, audit_trail.c.kind, audit_trail.c.data)
            .where(audit_trail.c.equipment_id == equipment, audit_trail.c.kind == Kind.DECISION.value)
            .order_by(audit_trail.c.seq.desc())
            .limit(DECISIONS)
        )
        with self._records.engine().connect() as connection:
            found = tuple(
                ShownEntry(row.seq, instant(row.at), row.kind, row.data) for row in connection.execute(newest)
            )
            return found, names_of(connection, found)

    def html(self, macro: str, view: object, words: FloorWords) -> str:
        """Return a finished part."""
        return str(getattr(self._environment.get_template("floor_parts.html").module, macro)(view, words)).strip()

    def full_state(self, now: datetime, topics: frozenset[str], *, alive: bool) -> list[Message]:
        """Return everything on a page that hears these topics; the next changes begin anew from nothing."""
        made = self._messages(self._parts(self.floor(now, alive=alive), topics), {})
        with self._lock:
            self._forget = True
        return [message for message in made if message.topic in topics]

    def changes(self, now: datetime, *, alive: bool) -> list[Message]:
        """Return a message for each part that differs from the last time, and a sign of life."""
        with self._lock:
            shown = {} if self._forget else self._shown
            self._forget = False
            topics = frozenset(self._watched)
        found = self._parts(self.floor(now, alive=alive), topics)
        messages = self._messages(found, shown)
        self._shown = found
        return messages

    def _parts(self, floor: Floor, topics: frozenset[str]) -> dict[str, object]:
        """Return what is shown, by element: equal values look equal."""
        layout = tuple((area, tuple(card.id for card in cards)) for area, cards in floor.areas)
        parts: dict[str, object] = {"lede": floor, "map": (layout, floor), "needs": floor.needs}
        parts |= {f"card {card.id}": card for card in floor.cards}
        wanted = [card.id for card in floor.cards if decisions_topic(card.id) in topics]
        return parts | {f"decisions {name}": self.decisions(name) for name in wanted}

    def _messages(self, found: dict[str, object], shown: dict[str, object]) -> list[Message]:
        messages = [Message("tick", dict.fromkeys(LANGUAGES, "tick"), topic=TOPIC)]
        for key, view in found.items():
            if _mark(key, view) != _mark(key, shown.get(key)):
                messages += self._made(key, view)
        return messages

    def _made(self, key: str, view: object) -> Sequence[Message]:
        macro, _, name = key.partition(" ")
        if macro == "decisions":
            return [self._message(macro, view, topic=decisions_topic(name))]
        if macro == "map":
            return [self._message(macro, view[1], topic=TOPIC)]  # type: ignore[index]  # see _parts
        if macro == "needs":
            return [self._message(macro, view, topic=topic, acts=acts) for acts, topic in NEEDS.items()]
        return [self._message(macro, view, topic=TOPIC)]

    def _message(self, macro: str, view: object, *, topic: str, acts: bool = False) -> Message:
        html = {}
        for language in LANGUAGES:
            words = self.words(language, acts=acts)
            shown = [words.entry(row, view[1]) for row in view[0]] if macro == "decisions" else view  # type: ignore[index]
            html[language] = self.html(macro, shown, words)
        return Message("swap", html, topic=topic)


def _mark(key: str, view: object) -> object:
    """Return what of a part must differ for it to be told: the counts, the places, or all of it."""
    if isinstance(view, Floor):
        return (len(view.cards), view.counts)
    return view[0] if key == "map" and isinstance(view, tuple) else view
