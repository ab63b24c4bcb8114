"""The floor: every machine in its place with what happens there, what needs somebody now, and the page of a machine."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from gate import alive
from gate.core.roles import Act
from gate.web.board import Message
from gate.web.floor_cards import Floor
from gate.web.floor_messages import NEEDS, OVER, TOPIC, decisions_topic
from gate.web.floor_words import FloorWords
from gate.web.lot_pages import latest_lots
from gate.web.pages import around, site, viewer
from gate.web.reading import UNREADABLE
from gate.web.session import requires, session_watch
from gate.web.signing import signing_user
from gate.web.site import Site
from gate.web.streams import Stream
from gate.web.view import is_alive

floor_pages = Blueprint("floor", __name__)

ASK_AGAIN_S = 5.0
"""How often a stream looks whether its session still lasts."""

REFRESH_S = 30
"""Without JavaScript the floor asks anew this often."""


@floor_pages.get("/floor")
@requires(Act.VIEW_RECORDS)
def floor() -> str:
    """Show every machine, and on top what needs somebody now."""
    now, words = site().clock.read().at, floor_words()
    return render_template("floor.html", **around(viewer()), **_live(now), **_made(look_at(now), words))


@floor_pages.get("/floor/<machine:equipment>")
@requires(Act.VIEW_RECORDS)
def machine(equipment: str) -> str:
    """Show one machine: who is on, what stands, what was decided last, and what may be signed."""
    now, words, user = site().clock.read().at, floor_words(), signing_user()
    found = one_machine(equipment, now)
    card = found.cards[0]
    rows, names = site().floors.decisions(equipment)
    return render_template(
        "machine.html",
        **around(viewer()),
        **_live(now),
        w=words,
        card=card,
        card_html=_part("card", card, words),
        decisions=_part("decisions", [words.entry(row, names) for row in rows], words),
        any_decision=bool(rows),
        lots=latest_lots(card.id, viewer()),
        done=request.args.get("done", ""),
        closing=user.may(Act.CLOSE_USE),
        user_may=user.may,
    )


@floor_pages.get("/events/floor")
@requires(Act.VIEW_RECORDS)
def floor_events() -> ResponseReturnValue:
    """Stream what changes on the floor, for as long as the session lasts."""
    here, view = site(), viewer()
    topics = {TOPIC, NEEDS[_acts()]}
    equipment = request.args.get("machine", "")
    if equipment:
        topics = {TOPIC, decisions_topic(one_machine(equipment, here.clock.read().at).cards[0].id)}
    here.tail.ensure_started()

    def state(_after: int) -> Sequence[Message] | None:
        now = here.clock.read().at
        try:
            return here.floors.full_state(now, frozenset(topics), alive=_is_alive(here, now))
        except UNREADABLE:
            return None

    stream = here.streams.open(view.language, 0, state, frozenset(topics))
    if stream is None:
        abort(503)
    leave = here.floors.watch(max(topics, key=len))
    return Response(Watched(stream, session_watch(Act.VIEW_RECORDS), leave), mimetype="text/event-stream")


class Watched:
    """A stream that ends with the session it was opened in, and counts its watcher out however it ends."""

    def __init__(self, stream: Stream, lasts: Callable[[], bool], leave: Callable[[], None]) -> None:
        self._stream = stream
        self._lasts = lasts
        self._leave = leave
        self._clock = site().clock
        self._asked_s = self._clock.monotonic()
        self._over = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Return the next part; once the session is over, the word that says so, and then nothing."""
        if self._over:
            self.close()
            raise StopIteration
        if self._clock.monotonic() - self._asked_s >= ASK_AGAIN_S:
            self._asked_s = self._clock.monotonic()
            self._over = not self._lasts()
            if self._over:
                return OVER
        try:
            return next(self._stream)
        except StopIteration:
            self.close()
            raise

    def close(self) -> None:
        """Give back what the stream held; the server calls this when the browser has gone."""
        self._leave()
        self._stream.close()


def floor_words() -> FloorWords:
    """Return the words for whoever asks."""
    return site().floors.words(viewer().language, acts=_acts())


def look_at(now: datetime, only: str | None = None) -> Floor:
    """Return the floor, or one machine of it; where the records cannot be read the request ends with 503."""
    try:
        return site().floors.floor(now, alive=_is_alive(site(), now), only=only)
    except UNREADABLE as error:
        current_app.logger.warning("the records cannot be read: %s", error)
        abort(503)


def one_machine(equipment: str, now: datetime) -> Floor:
    """Return the floor with this machine only; what is not on record has no page."""
    found = look_at(now, equipment)
    if not found.cards:
        abort(404)
    return found


def _acts() -> bool:
    user = signing_user()
    return user.may(Act.GRANT_OVERRIDE) and user.may(Act.CLOSE_USE)


def _is_alive(here: Site, now: datetime) -> bool:
    return is_alive(alive.last_alive(here.alive_path), now)


def _live(now: datetime) -> dict[str, object]:
    return {"now": viewer().when(now), "times_of": floor_words().times_of(now), "refresh_s": REFRESH_S}


def _made(found: Floor, words: FloorWords) -> dict[str, object]:
    views = {"lede": found, "needs": found.needs, "map": found}
    return {"count": found.needs.count, **{macro: _part(macro, view, words) for macro, view in views.items()}}


def _part(macro: str, view: object, words: FloorWords) -> Markup:
    return Markup(site().floors.html(macro, view, words))  # noqa: S704 - a finished template
