"""A web process that is killed in the middle of a download: the next one puts it on record, once."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from gate.clock import SystemClock
from gate.core.audit import Entry, Kind
from gate.core.roles import Role
from gate.export.processes import _began, is_at_work, this_process
from gate.export.shelf import Job, Shelf, State
from gate.store.trail_reading import entries
from gate.web.app import create_app
from gate.web.export_queue import QUEUE
from gate.web.session import PARTS
from tests.bench.web_site import Browser, worker_of
from tests.web.people import add_account, signed_in, token
from tests.web.records import GateOnRecord
from tests.web.served import GENEROUS_S, alive_now, free_port, served

LONG = "x" * 4000
ROWS = 6000
"""Together far more than two sockets hold, so the download cannot be over before it is killed."""


def exports_told(gate: GateOnRecord) -> list[dict[str, Any]]:
    found, after = [], 0
    while rows := entries(gate.trail._engine, after_seq=after, limit=5000):
        found += [json.loads(row.data) for row in rows if row.kind == Kind.EXPORT.value]
        after = rows[-1].seq
    return found


def until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + GENEROUS_S
    while not (answer := found()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return answer


def lengthened(gate: GateOnRecord) -> None:
    gate.trail.begin()
    for _ in range(ROWS):
        gate.trail.append(Entry(kind=Kind.CHANGE, moment=gate.moment(), subject="note:1", why=LONG))
    gate.trail.commit()


def begun_download(browser: Browser, port: int) -> socket.socket:
    """Ask for the whole trail as CSV and take the first bytes of it alone."""
    fields = urlencode({"csrf_token": browser.token("/export/entries?from=1&to=2&lang=en"), "format": "csv"})
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    taken = socket.create_connection(("127.0.0.1", port), timeout=GENEROUS_S)
    taken.sendall(
        f"POST /export/entries?lang=en HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookies}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(fields)}\r\n\r\n{fields}".encode()
    )
    assert taken.recv(1000).startswith(b"HTTP/1.1 200")
    return taken


@pytest.mark.req("H7", "E1")
def test_a_download_that_a_kill_broke_off_is_put_on_record_once(
    gate: GateOnRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has left the gate is on record, also where the process had no time to say so."""
    port = free_port()
    gate.config.write_text(gate.config.read_text("utf-8").replace("8080", str(port)), encoding="utf-8")
    gate.clock = SystemClock()  # type: ignore[assignment]
    add_account(gate, "bench", Role.QA)
    monkeypatch.setattr("tests.bench.web_site.LOGIN", "bench")
    lengthened(gate)
    alive_now(gate)
    with served(gate.config, port) as master:
        browser = Browser(port, {})
        browser.sign_in()
        with begun_download(browser, port):
            assert exports_told(gate) == []
            killed = worker_of(master.pid)
            os.kill(killed, signal.SIGKILL)
        (said,) = until(lambda: exports_told(gate))
    assert (said["new"]["complete"], said["new"]["interrupted"]) == (False, "restart")
    assert "sha256" not in said["new"], "nobody knows how much of it had left"
    assert (said["by"], said["role"], said["detail"]["account"]) == ("P-bench", "qa", "bench")
    assert (said["new"]["report"], said["new"]["format"], said["new"]["of"]) == ("entries", "csv", ROWS + 3)
    job = shelf_of(gate).get(said["new"]["id"])
    assert job is not None
    assert (job.state, job.seq) == (State.INTERRUPTED, said["seq"])
    with served(gate.config, port):
        assert len(exports_told(gate)) == 1


@pytest.fixture
def stopped(gate: GateOnRecord, app: Flask) -> Job:
    """A download that broke off and is on record, as the shelf knew of it the instant before."""
    add_account(gate, "iq", Role.QA)
    for _ in range(2500):
        gate.append(Entry(kind=Kind.SECURITY, moment=gate.moment(), detail={"what": "x" * 100}))
    client = signed_in(app, "iq")
    form = {"csrf_token": token(client, "/export/entries?lang=en"), "format": "csv"}
    answer = client.post("/export/entries?lang=en", data=form)
    assert next(iter(answer.response))
    (job,) = shelf_of(gate).of("iq")
    answer.close()
    return replace(job, state=State.RUNNING, process="1:1")


def restart(gate: GateOnRecord) -> None:
    """Let a new process look at the shelf."""
    made = create_app(gate.settings, gate.clock)
    made.extensions[QUEUE].ready()
    made.extensions["gate"].close()
    made.extensions[PARTS].writer.close()


def on_shelf(gate: GateOnRecord, number: str) -> Job:
    found = shelf_of(gate).get(number)
    assert found is not None
    return found


@pytest.mark.req("H7")
def test_an_entry_that_was_written_before_the_kill_is_not_written_again(gate: GateOnRecord, stopped: Job) -> None:
    """Between the commit and the note on the shelf is an instant too; one export is one entry."""
    (said,) = exports_told(gate)
    shelf_of(gate).put(stopped)
    restart(gate)
    job = on_shelf(gate, stopped.id)
    assert (job.state, job.seq) == (State.INTERRUPTED, said["seq"])
    assert len(exports_told(gate)) == 1


@pytest.mark.req("H7")
def test_what_another_process_still_hands_over_is_left_alone(gate: GateOnRecord, stopped: Job) -> None:
    """While gunicorn is reloaded the old worker finishes its downloads; they were not broken off."""
    number = "EX-20261123-AAAAAA"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        mark = f"{other.pid}:{_began(other.pid)}"
        shelf_of(gate).put(replace(stopped, id=number, process=mark))
        restart(gate)
        assert on_shelf(gate, number).state is State.RUNNING
        other.kill()
    assert not is_at_work(this_process())
    assert not is_at_work(mark)
    restart(gate)
    assert on_shelf(gate, number).state is State.INTERRUPTED


@pytest.mark.parametrize("begun", [{"new": "x"}, {"new": {"id": "EX"}}, {"detail": {}}])
def test_a_note_that_cannot_be_read_stops_nothing(gate: GateOnRecord, stopped: Job, begun: dict[str, Any]) -> None:
    """A torn file on the shelf must not keep the pages from starting."""
    shelf_of(gate).put(replace(stopped, begun=begun))
    restart(gate)
    job = on_shelf(gate, stopped.id)
    assert (job.state, job.seq) == (State.INTERRUPTED, 0)


def test_a_note_of_an_earlier_release_is_read(gate: GateOnRecord, stopped: Job) -> None:
    """An update is a restart as well: what the release before it left has no mark and nothing to put on record."""
    shelf = shelf_of(gate)
    path = shelf.folder / f"{stopped.id}.json"
    shelf.put(stopped)
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({key: told[key] for key in told if key not in {"begun", "process"}}), encoding="utf-8")
    restart(gate)
    assert on_shelf(gate, stopped.id).state is State.INTERRUPTED


@pytest.mark.parametrize("mark", ["", ":", "1", "x:1", "-1:5", "99999999999:1", "1:x", "9" * 5000 + ":1"])
def test_a_mark_that_is_none_is_nobody_at_work(mark: str) -> None:
    """Files of an earlier release have no mark; what they were making is over."""
    assert not is_at_work(mark)


def shelf_of(gate: GateOnRecord) -> Shelf:
    return Shelf(gate.settings.gate.state_dir / "exports", timedelta(hours=24))
