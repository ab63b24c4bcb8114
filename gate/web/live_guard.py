"""The live page for whoever is not at the gate itself: only signed in, and only as long as the session lasts."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import cast

from flask import Flask, Response, abort
from flask.typing import ResponseReturnValue

from gate.core.roles import Act
from gate.settings import WebSettings
from gate.web.pages import site
from gate.web.session import current_user, requires, session_watch, to_login
from gate.web.streams import Stream

View = Callable[[], ResponseReturnValue]

CHECK_EVERY_S = 5.0
"""Behind a logout, a time-out or a closed account an open stream goes on for this long, and one heartbeat."""


def guard_live_page(app: Flask, web: WebSettings) -> None:
    """Ask for an account where the pages are served beyond the machine itself; at the machine nothing changes."""
    if web.beyond_loopback:
        views = app.view_functions
        views["pages.live_page"] = requires(Act.VIEW_LIVE)(cast(View, views["pages.live_page"]))
        views["pages.events"] = _while_signed_in(cast(View, views["pages.events"]))


def _while_signed_in(events: View) -> View:
    """A stream that a browser opens anew by itself is no activity: it must not keep a session alive for ever."""

    @wraps(events)
    def guarded() -> ResponseReturnValue:
        user = current_user()
        if user is None or user.must_change:
            return to_login()
        if not user.may(Act.VIEW_LIVE):
            abort(403)
        response = events()
        if isinstance(response, Response) and isinstance(response.response, Stream):
            response.response = GuardedStream(response.response, session_watch(Act.VIEW_LIVE), site().clock.monotonic)
        return response

    guarded.required_act = Act.VIEW_LIVE  # type: ignore[attr-defined]  # as `requires` leaves it
    return guarded


class GuardedStream:
    """A stream that ends with the session that opened it."""

    def __init__(self, stream: Stream, lasts: Callable[[], bool], monotonic: Callable[[], float]) -> None:
        self._stream = stream
        self._lasts = lasts
        self._monotonic = monotonic
        self._checked_s = monotonic()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        part = next(self._stream)
        if self._monotonic() - self._checked_s >= CHECK_EVERY_S:
            self._checked_s = self._monotonic()
            if not self._lasts():
                self.close()
                raise StopIteration
        return part

    def close(self) -> None:
        """Give the stream's slot back."""
        self._stream.close()
