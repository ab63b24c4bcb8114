"""Fault 15: the web process is killed, hung, or besieged by slow clients, and no badge is answered differently."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.shop import READERS, Shop, until
from tests.web.served import free_port, served, status

SLOW_CLIENTS = 40
"""More than the web process has threads."""
BADGES = 3

HOLDS_THE_LOCK = """
import sys, time
from pathlib import Path
from gate.store.database import begin_writing, open_database
connection = open_database(Path(sys.argv[1])).raw_connection()
begin_writing(connection.cursor())
print("held", flush=True)
time.sleep(600)
"""
"""What a page must never be: a program that waits for something while it holds the records."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A gate at work on a machine that serves pages too."""
    made = Shop(tmp_path, f"\n[web]\nport = {free_port()}\n")
    made.start()
    made.wait_ready()
    yield made
    made.close()


def worker_of(master: int) -> int:
    """Return the process that serves the pages."""
    found: list[int] = []

    def there() -> bool:
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        found[:] = map(int, children)
        return bool(found)

    until(there)
    return found[0]


def undisturbed(shop: Shop, first: int) -> bool:
    """Let people badge at every reader; tell whether each read was decided, recorded and answered in time."""
    before = len(shop.kinds("decision"))
    shown = len(shop.shown)
    people = iter(shop.visitors[first:])
    wanted = 0
    for _ in range(BADGES):
        for reader in READERS:
            shop.badge(reader, next(people))
        wanted += len(READERS)
        until(lambda: len(shop.kinds("decision")) >= before + wanted)  # noqa: B023 - called at once
        until(lambda: len(shop.shown) >= shown + wanted)  # noqa: B023 - called at once
    said = shop.kinds("decision")[before:]
    faults = [reason for entry in said for reason in entry["reasons"] if reason.startswith(("SYS_", "READ_LATE"))]
    return not faults and not shop.kinds("answered_late")


@pytest.mark.fault(15)
def test_a_killed_worker_is_replaced_and_no_badge_notices(shop: Shop) -> None:
    """A page that crashes the web process must not be an event on the floor."""
    port = shop.settings.web.port
    with served(shop.config, port) as master:
        worker = worker_of(master.pid)
        os.kill(worker, signal.SIGKILL)
        assert undisturbed(shop, 0)
        until(lambda: worker_of(master.pid) != worker and status(port) == 200)


@pytest.mark.fault(15)
def test_a_hung_worker_and_clients_that_never_finish_a_request_hold_up_no_badge(shop: Shop) -> None:
    """A tablet that walked out of reach leaves half a request behind."""
    port = shop.settings.web.port
    with served(shop.config, port) as master:
        clients = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(SLOW_CLIENTS)]
        for client in clients:
            client.sendall(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ")
        assert undisturbed(shop, 0)
        os.kill(worker_of(master.pid), signal.SIGSTOP)
        assert undisturbed(shop, 100)
        os.kill(worker_of(master.pid), signal.SIGCONT)
        for client in clients:
            client.close()
        until(lambda: status(port) == 200)


@pytest.mark.fault(15)
def test_a_killed_master_leaves_the_port_free_for_the_next(shop: Shop) -> None:
    """systemd starts the pages again a second later (tests/test_systemd.py); the port must be theirs then."""
    port = shop.settings.web.port
    with served(shop.config, port) as master:
        os.kill(master.pid, signal.SIGKILL)
        master.wait()
        assert undisturbed(shop, 0)
        until(lambda: status(port) is None)
    with served(shop.config, port):
        assert status(port) == 200


@pytest.mark.fault(15)
def test_the_mutant_that_waits_while_it_holds_the_records_is_caught(shop: Shop) -> None:
    """The checks above can fail: with the records held, every read is denied as not recordable."""
    command = [sys.executable, "-c", HOLDS_THE_LOCK, str(shop.settings.database_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        shop.badge("R1", shop.visitors[0])
        until(lambda: any(line1.startswith("SYSTEM") for _, line1, _ in shop.shown))
        holder.kill()
    until(lambda: any("SYS_LOG_FAIL" in entry["reasons"] for entry in shop.kinds("decision")))
