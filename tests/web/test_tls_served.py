"""Beyond the machine itself, in a second process: TLS 1.3 or nothing, this name or nothing, and no patience."""

import os
import re
import socket
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest

from gate.core.roles import Role
from gate.web.kiosk_key import kiosk_address
from tests.web.people import WORD, add_account
from tests.web.records import GateOnRecord
from tests.web.served import alive_now, free_port, served
from tests.web.tls_served import NAME, Tablet, certify, configure_tls


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GateOnRecord]:
    """A gate at work that is served to the network, with an account on record."""
    found = GateOnRecord(tmp_path_factory.mktemp("tls"), free_port())
    add_account(found, "first", Role.SYSADMIN)
    configure_tls(found)
    certify(found.settings)
    alive_now(found)
    with served(found.config, found.settings.web.port, tablet_of(found).answers):
        yield found
    found.close()


def tablet_of(gate: GateOnRecord) -> Tablet:
    return Tablet(gate.settings.web.port, gate.settings.gate.state_dir / "ca" / "ca.crt")


@pytest.fixture
def tablet(gate: GateOnRecord) -> Tablet:
    return tablet_of(gate)


@pytest.mark.req("A7")
def test_a_tablet_that_trusts_the_authority_is_served_with_tls_1_3(tablet: Tablet) -> None:
    """And learns to come back with TLS by itself."""
    with tablet.connected() as connection:
        assert connection.version() == "TLSv1.3"
    answer = tablet.get("/login")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert tablet.get("/static/gate.css").status == 200


@pytest.mark.req("A7")
def test_whoever_does_not_trust_the_authority_or_wants_another_name_gets_nowhere(
    gate: GateOnRecord, tablet: Tablet
) -> None:
    """Another machine that takes the gate's address must not get a password typed into it."""
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        Tablet(gate.settings.web.port, None).connected()
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        tablet.connected("gate-2.plant.test")


@pytest.mark.req("A7")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2], ids=["1.1", "1.2"])
def test_older_versions_are_refused(tablet: Tablet, version: ssl.TLSVersion) -> None:
    """TLS 1.1 is broken; 1.2 needs a choice of ciphers that somebody would have to keep up."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tablet.context.minimum_version = ssl.TLSVersion.TLSv1
        tablet.context.maximum_version = version
    tablet.context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        tablet.connected()


@pytest.mark.req("A7")
@pytest.mark.parametrize("asked", [b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"\x00" * 64, b"SSH-2.0-x\r\n"])
def test_without_tls_the_port_says_nothing_of_the_gate(tablet: Tablet, asked: bytes) -> None:
    """Not one page, not one redirect, not one header over plain HTTP."""
    with socket.create_connection(("127.0.0.1", tablet.port), timeout=30) as plain:
        plain.sendall(asked)
        said = b""
        while part := plain.recv(4096):
            said += part
    assert b"HTTP" not in said
    assert len(said) < 8, "a TLS alert at most"


@pytest.mark.req("A7")
@pytest.mark.parametrize("host", ["evil.test", "gate-2.plant.test", "gate-1.plant.test.evil.test", "10.20.0.6"])
def test_a_foreign_host_name_is_answered_with_421(tablet: Tablet, host: str) -> None:
    """A page elsewhere that points its own name here must not read this one."""
    for path in ("/", "/login", "/healthz", "/static/live.js"):
        assert tablet.get(path, host=host).status == 421, path


@pytest.mark.req("A7")
def test_the_live_page_leads_to_the_login_and_the_health_check_stays_open(tablet: Tablet) -> None:
    """Names of people are not for everybody on the network; a monitor has no account."""
    for path in ("/", "/events"):
        answer = tablet.get(path)
        assert (answer.status, answer.headers["Location"]) == (
            303,
            "/login" + ("?next=%2Fevents" if path != "/" else ""),
        )
        assert b"TP-01" not in answer.body  # type: ignore[attr-defined]
    assert b'"gate_alive":' in tablet.get("/healthz").body  # type: ignore[attr-defined]


@pytest.mark.req("A7")
def test_every_cookie_is_for_tls_alone(gate: GateOnRecord, tablet: Tablet) -> None:
    """A cookie that goes over plain HTTP once is known to whoever listens; `__Host-` is kept by the browser itself."""
    page = tablet.get("/login")
    form = page.headers["Set-Cookie"]
    assert form.startswith("__Host-gate_form=")
    found = re.search(rb'name="csrf_token" value="([^"]+)"', page.body)  # type: ignore[attr-defined]
    assert found is not None
    fields = urlencode({"csrf_token": found[1].decode(), "user": "first", "password": WORD})
    with tablet.connected() as connection:
        head = f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\nCookie: {form.partition(';')[0]}\r\n"
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(fields)}\r\n\r\n"
        connection.sendall((head + kind + fields).encode())
        said = b""
        while part := connection.recv(4096):
            said += part
    assert said.startswith(b"HTTP/1.1 303")
    cookies = re.findall(r"^Set-Cookie: (.*?)\r$", said.decode("latin-1"), re.MULTILINE)
    kiosk = tablet.get(kiosk_address(gate.settings, ["TP-01"]).partition(f":{tablet.port}")[2]).headers["Set-Cookie"]
    names = {cookie.partition("=")[0] for cookie in (*cookies, kiosk)}
    assert {"__Host-gate", "kiosk"} <= names
    for cookie in (form, kiosk, *cookies):
        assert {"secure", "httponly", "samesite=strict"} <= {part.strip().lower() for part in cookie.split(";")}, cookie


def test_addresses_that_the_gate_prints_open_it(gate: GateOnRecord) -> None:
    """What a command prints is typed as it stands."""
    assert kiosk_address(gate.settings, ["TP-01"]).startswith(
        f"https://{NAME}:{gate.settings.web.port}/kiosk/TP-01?key="
    )
    assert gate.settings.web.address == f"https://{NAME}:{gate.settings.web.port}"


def test_idle_connections_do_not_keep_others_from_the_pages(tablet: Tablet) -> None:
    """Browsers open connections that they never use, more of them than the server has threads; half of a handshake
    is what a scanner sends."""
    with ExitStack() as held:
        for _ in range(30):
            half = held.enter_context(socket.create_connection(("127.0.0.1", tablet.port), timeout=30))
            half.sendall(b"\x16\x03\x01\x02")
        for _ in range(30):
            held.enter_context(tablet.connected())
        assert tablet.get("/login").status == 200


@pytest.mark.req("A7")
def test_a_renewed_certificate_is_served_without_a_restart_and_a_torn_one_never(
    gate: GateOnRecord, tablet: Tablet
) -> None:
    """Nobody restarts the pages at a year's end; a bad copy must not end them either."""
    before = _shown(tablet)
    certify(gate.settings, "renewal")
    renewed = _shown(tablet)
    assert renewed != before
    path = gate.settings.web.tls_certificate
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[:300])
    assert _shown(tablet) == renewed
    assert b"is served on" in (gate.folder / "web.log").read_bytes()
    path.write_bytes(whole)
    assert _shown(tablet) == renewed


def _shown(tablet: Tablet) -> bytes | None:
    with tablet.connected() as connection:
        return connection.getpeercert(binary_form=True)


@pytest.mark.req("A7")
@pytest.mark.parametrize(
    ("harm", "words"),
    [("missing", "web.tls_certificate: "), ("key of others", "web.tls_key: others can read")],
)
def test_a_start_without_a_usable_certificate_is_refused_by_name(tmp_path: object, harm: str, words: str) -> None:
    """Never plain HTTP instead, and never a trace without a cause."""
    gate = GateOnRecord(tmp_path, free_port())  # type: ignore[arg-type]
    settings = configure_tls(gate)
    if harm != "missing":
        certify(settings)
        assert settings.web.tls_key is not None
        settings.web.tls_key.chmod(0o644)
    gate.close()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:gate.web.gunicorn_conf", "gate.wsgi:app"]
    environment = {**os.environ, "GATE_CONFIG": str(gate.config)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert words in done.stdout + done.stderr
