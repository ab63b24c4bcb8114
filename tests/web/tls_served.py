"""The pages as tablets reach them: real gunicorn with real TLS, and a client that trusts one authority."""

import http.client
import socket
import ssl
from pathlib import Path

from gate.clock import SystemClock
from gate.core.records import Moment
from gate.desk_opening import open_desk
from gate.settings import Settings, WebSettings, load_settings
from gate.tls_acts import Local, Who, make_local
from gate.wiring import plan_of
from tests.web.records import GateOnRecord

NAME = "gate-1.plant.test"
"""Nobody else's (RFC 6761); the tests lead it to this machine."""


def beyond_loopback(settings: Settings) -> Settings:
    """Return the settings with TLS on every address; the files need not be there."""
    web = WebSettings(tls_certificate=Path("gate.crt"), tls_key=Path("gate.key"), names=(NAME,), host="::", port=8443)
    return settings.model_copy(update={"web": web})


def configure_tls(gate: GateOnRecord) -> Settings:
    """Write TLS on every address into the configuration of this gate."""
    keys = f'tls_certificate = "tls/gate.crt"\ntls_key = "tls/gate.key"\nnames = ["{NAME}", "127.0.0.1"]'
    text = gate.config.read_text("utf-8").replace("[web]", f'[web]\nhost = "0.0.0.0"\n{keys}')
    gate.config.write_text(text, encoding="utf-8")
    gate.settings = load_settings(gate.config)
    return gate.settings


def certify(settings: Settings, why: str = "test") -> Local:
    """Do what `gate tls local` does."""
    desk = open_desk(settings, plan_of(settings))
    at = SystemClock().read().at
    try:
        who = Who("t.est", why, Moment(at, "boot-1", 1_000_000, trusted=True, clock="asserted"))
        return make_local(settings, desk, who, new_authority=False)
    finally:
        desk.trail.close()


class Tablet:
    """A client that opens the gate by its name and trusts what it was given."""

    def __init__(self, port: int, authority: Path | None) -> None:
        self.port = port
        self.context = ssl.create_default_context(cafile=str(authority) if authority else None)

    def connected(self, name: str = NAME) -> ssl.SSLSocket:
        """Shake hands with the gate under this name."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        try:
            return self.context.wrap_socket(plain, server_hostname=name)
        except BaseException:
            plain.close()
            raise

    def get(self, path: str, *, host: str = NAME, **headers: str) -> http.client.HTTPResponse:
        """Ask for a page; the body has been read."""
        connection = http.client.HTTPConnection(host, self.port)
        connection.sock = self.connected()
        connection.request("GET", path, headers={"Connection": "close", **headers})
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def answers(self, port: int) -> int | None:
        """Return the status of the health check, or None when nobody answers yet."""
        assert port == self.port
        try:
            return self.get("/healthz").status
        except OSError:
            return None
