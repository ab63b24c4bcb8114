"""Serve a witness over HTTP: a WSGI function with bounded bodies, and the server around it."""

import logging
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from gunicorn.app.base import BaseApplication

from gate.clock import Clock
from gate.core.witnessing import LARGEST_BODY, PATH
from gate.settings_names import in_url, normal_name
from gate.tls_files import TlsFiles
from gate.web.tls import Contexts
from gate.witness_box import Answer, StateError, WitnessBox
from gate.witness_config import WitnessConfig, witness_key

log = logging.getLogger(__name__)

PHRASES = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    422: "Unprocessable Content",
    500: "Internal Server Error",
}


def witness_app(box: WitnessBox, clock: Clock) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    """Return the WSGI function: POST /add-checkpoint, and GET / for people."""

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        try:
            found = _answer(box, clock, environ)
        except (StateError, OSError) as error:
            log.critical("nothing is cosigned: %s", error)
            found = Answer(500, "nothing is cosigned: this witness cannot use its state\n")
        body = found.body.encode("utf-8")
        headers = [("Content-Type", found.kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start(f"{found.status:d} {PHRASES[found.status]}", headers)
        return [body]

    return app


def _answer(box: WitnessBox, clock: Clock, environ: WSGIEnvironment) -> Answer:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    if (method, path) == ("GET", "/"):
        return Answer(200, box.overview())
    if path != PATH:
        return Answer(404, "there is nothing here\n")
    if method != "POST":
        return Answer(405, "this takes a POST\n")
    length = str(environ.get("CONTENT_LENGTH", ""))
    if not (length.isascii() and length.isdigit()):
        return Answer(411, "say how long the request is\n")
    if len(length) > 9 or int(length) > LARGEST_BODY:
        return Answer(413, "the request is too long\n")
    return box.add_checkpoint(environ["wsgi.input"].read(int(length)), int(clock.read().at.timestamp()))


class WitnessServer(BaseApplication):  # type: ignore[misc]
    """One process with a few threads; the box itself answers one submission after the other."""

    def __init__(self, config: WitnessConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        super().__init__()

    def load_config(self) -> None:
        """Say to the server how to serve."""
        config = self._config
        given: dict[str, Any] = {
            "bind": f"{in_url(normal_name(config.host))}:{config.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "graceful_timeout": 3,
            "worker_tmp_dir": "/dev/shm",  # noqa: S108 - the worker's heartbeat must not touch the disk
            "control_socket_disable": True,
        }
        if config.tls_certificate and config.tls_key:
            contexts = Contexts(TlsFiles(config.tls_certificate, config.tls_key, config.state_dir))
            given |= {"certfile": str(config.tls_certificate), "ssl_context": lambda _, __: contexts.current()}
        for name, value in given.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
        """Return the application, made in the worker."""
        key = witness_key(self._config)
        return witness_app(WitnessBox(self._config.state_dir, key, self._config.log_keys), self._clock)
