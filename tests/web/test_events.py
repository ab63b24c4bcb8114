"""The event stream over the real records: full state first, what changes next, and an end when nothing can be read."""

import logging
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.audit import Kind
from gate.core.terms import Outcome
from gate.web import tail
from gate.web.streams import MOST
from tests.web.records import GateOnRecord

ROUNDS = 50


def stream_of(client: FlaskClient, query: str, last: str | None = None) -> Iterator[str]:
    headers = {"Last-Event-ID": last} if last else {}
    response = client.get(f"/events?{query}", headers=headers)
    assert response.mimetype == "text/event-stream"
    return (part.decode() if isinstance(part, bytes) else part for part in response.response)


def until(stream: Iterator[str], wanted: str) -> str:
    """Return the first part of the stream with these words; heartbeats come at least every few seconds."""
    for _, part in zip(range(ROUNDS), stream, strict=False):
        if wanted in part:
            return part
    raise AssertionError(f"{wanted} never came")


def test_a_stream_begins_with_all_that_is_on_the_page(gate: GateOnRecord, client: FlaskClient) -> None:
    """A page opened minutes ago gets right at once, whatever it missed."""
    first, second = gate.decision("E1"), gate.decision("E2", Outcome.DENY, ("VISITOR",))
    gate.reader(Kind.READER_OFFLINE, "no answer")
    stream = stream_of(client, f"lang=fr&after={first}")
    assert next(stream).startswith("retry: ")
    state = next(stream)
    for part in ('id="gate"', 'id="lede"', 'id="needs"', 'id="reader-TP-01-R"', 'id="reader-CT-01-R"'):
        assert part in state, part
    assert f"id: {second}\n" in state
    assert f"id: {first}\n" not in state
    assert "Refusé" in state


def test_a_reconnect_goes_on_behind_the_last_entry_the_browser_had(gate: GateOnRecord, client: FlaskClient) -> None:
    """The browser's own number is newer than the one in the address; one that is no number is none."""
    seqs = [gate.decision() for _ in range(3)]
    stream = stream_of(client, f"after={seqs[0]}", last=str(seqs[1]))
    next(stream)
    state = next(stream)
    assert [seq for seq in seqs if f"id: {seq}\n" in state] == seqs[2:]
    strange = stream_of(client, "after=-1", last="x'); DROP")
    next(strange)
    state = next(strange)
    assert all(f"id: {seq}\n" in state for seq in seqs)


def test_a_stream_tells_what_is_committed_later(gate: GateOnRecord, client: FlaskClient) -> None:
    """Decisions, readers and who is where come by themselves."""
    stream = stream_of(client, "lang=en")
    next(stream)
    next(stream)
    seq = gate.decision("E2", Outcome.DENY, ("GOWN_EXPIRED",))
    assert f"id: {seq}\n" in until(stream, "Gowning certification has expired")
    gate.reader(Kind.READER_OFFLINE, "no answer")
    assert 'id="needs"' in until(stream, "TP-01: reader offline")
    gate.sign_in("E1", gate.decision("E1"))
    assert 'id="reader-TP-01-R"' in until(stream, "<bdi>Robin Teakettle</bdi></li></ul>")


def test_one_stream_too_many_is_refused_and_pages_still_answer(gate: GateOnRecord, client: FlaskClient) -> None:
    """Streams must never take the thread that a health check needs."""
    held = [client.get("/events") for _ in range(MOST)]
    assert client.get("/events").status_code == 503
    assert client.get("/").status_code == 200
    held[0].close()
    assert client.get("/events").status_code == 200


def test_a_stream_ends_when_the_records_cannot_be_read(gate: GateOnRecord, client: FlaskClient) -> None:
    """The browser then tries again; a stream that stayed open would look live."""
    gate.settings.database_path.rename(gate.settings.database_path.with_suffix(".away"))
    assert [part.split(":")[0] for part in stream_of(client, "lang=en")] == ["retry"]


def test_the_watch_over_the_records_recovers_when_they_come_back(
    gate: GateOnRecord, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A page process that was started before `gate init` must become live without a restart."""
    monkeypatch.setattr(tail, "TELL_S", 0.02)
    pause = threading.Event()
    path = gate.settings.database_path
    path.rename(path.with_suffix(".away"))
    client = app.test_client()
    with caplog.at_level(logging.WARNING, "gate.web.tail"):
        assert [part.split(":")[0] for part in stream_of(client, "lang=en")] == ["retry"]
        for _ in range(ROUNDS):
            if caplog.records:
                break
            pause.wait(0.1)
    assert "cannot be read" in caplog.text
    path.with_suffix(".away").rename(path)
    stream = stream_of(client, "lang=en")
    next(stream)
    next(stream)
    seq = gate.decision()
    assert f"id: {seq}\n" in until(stream, f"entry-{seq}")


def test_streams_end_when_the_pages_are_told_to_stop(gate: GateOnRecord, app: Flask) -> None:
    """An open stream never ends by itself, and would hold up every stop."""
    stream = stream_of(app.test_client(), "lang=en")
    next(stream)
    next(stream)
    app.extensions["gate"].streams.close()
    assert len(list(stream)) <= 1
