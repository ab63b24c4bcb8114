"""Numbers for a monitor: true, cheap, about no person, and not for everybody on the network."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from gate.core.audit import Entry, Kind
from gate.core.terms import Mode, Outcome
from gate.settings import load_settings
from gate.web.app import create_app
from tests.web.records import PEOPLE, GateOnRecord

ELSEWHERE = {"REMOTE_ADDR": "10.0.0.7"}
Client = Callable[..., FlaskClient]


def numbers(client: FlaskClient) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = "".join(f" {name}={value}" for name, value in sorted(sample.labels.items()))
            found[sample.name + labels] = sample.value
    return found


def look(app: Flask) -> None:
    app.extensions["gate"].alerting.engine.step()


@pytest.mark.req("E10", "A8")
def test_the_numbers_say_how_the_gate_is(gate: GateOnRecord, app: Flask, client: FlaskClient) -> None:
    """A monitor outside sees what a page would say to somebody who looks."""
    look(app)
    gate.reader(Kind.READER_ONLINE, "", reader="CT-01-R")
    gate.reader(Kind.READER_OFFLINE, "no answer")
    gate.decision()
    gate.decision("E3", Outcome.DENY, ("TRAINING_EXPIRED",))
    gate.decision("E3", Outcome.DENY, ("TRAINING_EXPIRED",), mode=Mode.SHADOW)
    gate.append(Entry(kind=Kind.VERIFY, moment=gate.moment(), detail={"sound": True, "what": "3 entries"}))
    look(app)
    gate.clock.advance(7)
    found = numbers(client)
    assert found["gate_decisions_total mode=enforce outcome=allow"] == 1
    assert found["gate_decisions_total mode=enforce outcome=deny"] == 1
    assert found["gate_decisions_total mode=shadow outcome=deny"] == 1
    assert (found["gate_readers_online"], found["gate_readers_configured"]) == (1, 2)
    assert found["gate_alerts_open severity=high"] == 1
    assert found["gate_alerts_open severity=critical"] == 0
    assert found["gate_trail_seq"] == gate.trail.head.seq
    assert found["gate_last_alive_seconds"] == 10
    assert found["gate_alerts_looked_seconds"] == 7
    assert found["gate_verify_sound"] == 1
    assert found["gate_disk_free_bytes"] > 0
    assert found["gate_web_streams"] == 0
    assert found["gate_records_readable"] == 1


def test_the_last_verify_is_known_after_a_restart(gate: GateOnRecord, app: Flask) -> None:
    """It is made once a night; a restart in the morning must not forget it."""
    gate.append(Entry(kind=Kind.VERIFY, moment=gate.moment(), detail={"sound": False, "what": "first bad number 3"}))
    look(app)
    assert numbers(app.test_client())["gate_verify_sound"] == 0


def test_an_open_stream_is_counted_and_a_closed_one_is_not(app: Flask, client: FlaskClient) -> None:
    """The pages take 20; a monitor sees them run out."""
    stream = app.extensions["gate"].streams.open("en", 0, lambda seq: [])
    assert numbers(client)["gate_web_streams"] == 1
    stream.close()
    stream.close()
    assert numbers(client)["gate_web_streams"] == 0


def test_no_person_badge_or_machine_is_named(gate: GateOnRecord, app: Flask, client: FlaskClient) -> None:
    """Numbers go to a system that many can read."""
    look(app)
    gate.decision("E1", Outcome.DENY, ("TRAINING_EXPIRED",))
    look(app)
    text = client.get("/metrics").text
    assert not [word for word in (*PEOPLE, *PEOPLE.values(), "0C86", "TP-01") if word in text]


def test_records_that_cannot_be_read_leave_the_other_numbers(gate: GateOnRecord, app: Flask) -> None:
    """That is when a monitor is needed most."""
    for path in gate.settings.gate.state_dir.glob("gate.db*"):
        path.unlink()
    found = numbers(app.test_client())
    assert found["gate_records_readable"] == 0
    assert found["gate_disk_free_bytes"] > 0
    assert "gate_trail_seq" not in found


@pytest.fixture
def with_token(gate: GateOnRecord, tmp_path: Path) -> Iterator[FlaskClient]:
    """Pages whose metrics another machine may read with a token."""
    (tmp_path / "token").write_text("s3cret-token\n", encoding="utf-8")
    text = gate.config.read_text("utf-8") + '\n[metrics]\ntoken_file = "token"\n'
    gate.config.write_text(text, encoding="utf-8")
    app = create_app(load_settings(gate.config), gate.clock)
    yield app.test_client()
    app.extensions["gate"].close()


def asked(client: FlaskClient, token: str | None = None, **more: str) -> int:
    headers = {"Authorization": token} if token is not None else {}
    return client.get("/metrics", environ_base=ELSEWHERE, headers={**headers, **more}).status_code


def test_another_machine_needs_the_token(with_token: FlaskClient, client: FlaskClient) -> None:
    """Without a token configured nobody else gets in; with one, only who has it."""
    assert asked(client) == 403
    assert asked(client, "Bearer ") == 403
    assert asked(with_token) == 401
    for wrong in ("Bearer wrong", "Bearer ", "Basic s3cret-token", "s3cret-token", "Bearer é"):
        assert asked(with_token, wrong) == 401, wrong
    assert asked(with_token, "Bearer s3cret-token") == 200
    assert with_token.get("/metrics").status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_what_a_proxy_here_passes_on_comes_from_elsewhere(client: FlaskClient, header: str) -> None:
    """Else a proxy on the gate would open the numbers to the whole network."""
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_a_token_file_that_is_gone_opens_nothing(with_token: FlaskClient, tmp_path: Path) -> None:
    """An empty token must never be the right one."""
    for content in ("", None):
        if content is None:
            (tmp_path / "token").unlink()
        else:
            (tmp_path / "token").write_text(content, encoding="utf-8")
        assert asked(with_token, "Bearer ") == 403


def test_every_number_is_documented() -> None:
    """Whoever builds the dashboard reads the page, not the source."""
    root = Path(__file__).parent.parent.parent
    source = (root / "gate/web/metrics.py").read_text("utf-8")
    page = (root / "docs/alerts.md").read_text("utf-8")
    names = set(re.findall(r'"(gate_[a-z_]+)"', source))
    assert len(names) > 10
    assert [name for name in names if f"`{name}" not in page] == []
