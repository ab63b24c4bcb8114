"""How the pages are served: where they listen, with which configuration, and how they stop."""

import os
import runpy
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gate.web.app import create_app
from gate.web.config_path import DEFAULT, config_path
from gate.web.tls import DEAD_AFTER_MS
from tests.web.records import GateOnRecord


@pytest.fixture
def _signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_the_configuration_is_named_by_the_environment() -> None:
    """Gunicorn passes no arguments on; an empty value means the default too."""
    assert config_path({"GATE_CONFIG": "/x/gate.toml"}) == Path("/x/gate.toml")
    assert config_path({}) == config_path({"GATE_CONFIG": ""}) == DEFAULT


@pytest.mark.parametrize(
    ("host", "bound"), [("127.0.0.1", "127.0.0.1:{}"), ("localhost", "localhost:{}"), ("::1", "[::1]:{}")]
)
def test_the_server_listens_where_the_configuration_says(
    gate: GateOnRecord, monkeypatch: pytest.MonkeyPatch, host: str, bound: str
) -> None:
    """Without TLS there is nothing but loopback, in both its address families."""
    text = gate.config.read_text("utf-8").replace("[web]", f'[web]\nhost = "{host}"')
    gate.config.write_text(text, encoding="utf-8")
    monkeypatch.setenv("GATE_CONFIG", str(gate.config))
    found = runpy.run_module("gate.web.gunicorn_conf")
    assert found["bind"] == bound.format(gate.settings.web.port)
    assert (found["workers"], found["worker_class"]) == (1, "gthread")
    assert found["threads"] > 20


def test_nobody_is_believed_who_says_that_a_request_came_over_tls(
    gate: GateOnRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No proxy stands in front of the pages; a header must not decide which cookies are taken."""
    monkeypatch.setenv("GATE_CONFIG", str(gate.config))
    assert runpy.run_module("gate.web.gunicorn_conf")["forwarded_allow_ips"] == ""


def test_connections_whose_peer_has_silently_gone_are_let_go(
    gate: GateOnRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tablet carried out of reach would hold its event stream for a quarter of an hour, and there are twenty."""
    monkeypatch.setenv("GATE_CONFIG", str(gate.config))
    found = runpy.run_module("gate.web.gunicorn_conf")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found["when_ready"](SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)]))
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == DEAD_AFTER_MS
                assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


def test_the_application_is_made_from_the_configuration(gate: GateOnRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """What gunicorn loads is the page over these records, by the real clock."""
    gate.decision()
    monkeypatch.setenv("GATE_CONFIG", str(gate.config))
    app = runpy.run_module("gate.wsgi")["app"]
    health = app.test_client().get("/healthz").json
    app.extensions["gate"].close()
    assert health["last_seq"] == 1
    assert health["database"] is True


@pytest.mark.usefixtures("_signals")
def test_a_stop_ends_the_streams_first_and_then_the_worker(gate: GateOnRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that waits for its streams waits for its whole graceful time, at every stop."""
    monkeypatch.setenv("GATE_CONFIG", str(gate.config))
    found = runpy.run_module("gate.web.gunicorn_conf")
    app = create_app(gate.settings, gate.clock)
    ended: list[bool] = []
    stream = app.extensions["gate"].streams.open("en", 0, lambda _after: [])
    worker = SimpleNamespace(wsgi=app, handle_exit=lambda _number, _frame: ended.append(True))
    found["post_worker_init"](worker)
    os.kill(os.getpid(), signal.SIGTERM)
    assert ended == [True]
    assert [part.split(":")[0] for part in stream] == ["retry"]
    app.extensions["gate"].close()
