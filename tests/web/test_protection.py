"""The pages answer only reading requests to loopback names, and every answer carries the protecting headers."""

import pytest
from flask.testing import FlaskClient

from gate.web.protection import HEADERS
from tests.web.records import GateOnRecord

PATHS = ["/", "/healthz", "/events", "/static/gate.css", "/static/live.js", "/nowhere"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    """One page without them is the one that will be used."""
    with client.get(path) as response:
        for name, value in HEADERS.items():
            assert response.headers[name] == value, name
    assert "'unsafe" not in HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/events", "/healthz", "/static/gate.css"])
def test_only_reading_methods_are_answered(client: FlaskClient, method: str, path: str) -> None:
    """There is nothing here to change."""
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_head_is_answered_without_a_body_and_takes_no_stream(client: FlaskClient) -> None:
    """Monitors use HEAD."""
    for _ in range(30):
        with client.head("/events") as response:
            assert response.status_code == 200
            assert response.data == b""
    assert client.head("/").status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:9000", "[::1]", "[::1]:8080"])
def test_loopback_names_are_answered_on_any_port(client: FlaskClient, host: str) -> None:
    """A page forwarded through SSH has another port on the reader's side."""
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.5", "::1x"],
)
def test_a_foreign_host_name_is_refused(client: FlaskClient, host: str) -> None:
    """Else a page elsewhere could read this one through a name that it points here (DNS rebinding)."""
    for path in ("/", "/healthz", "/events", "/static/live.js"):
        assert client.get(path, headers={"Host": host}).status_code in {400, 421}, path


def test_a_page_that_is_not_there_says_where_to_go(client: FlaskClient) -> None:
    """An error page has a way out, in the language of the reader."""
    missing = client.get("/nowhere?lang=fr")
    assert missing.status_code == 404
    assert "Il n’y a pas de page ici" in missing.text
    assert 'href="/"' in missing.text


def test_pages_have_no_inline_code_nor_foreign_host(gate: GateOnRecord, client: FlaskClient) -> None:
    """What the policy forbids must not be in the page, or the page is broken where the policy holds."""
    gate.decision("E3")
    page = client.get("/").text
    for forbidden in (" style=", " onclick=", "javascript:", "<style", "http://", "https://"):
        assert forbidden not in page, forbidden
    assert page.count("<script") == 1
