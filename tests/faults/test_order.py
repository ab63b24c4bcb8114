"""Fault 3: by the kernel's own account, the answer is written only after the row's fdatasync."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_protocol.osdp.frame import FrameFinder
from firmware_protocol.osdp.messages import Answer, Ask
from tests.faults.shop import Shop, until

CALL = re.compile(r"\b(pwrite64|fdatasync|fsync|write|read)\((\d+)<([^>]*)>(?:, \"((?:[^\"\\]|\\.)*)\")?")
TRACER = ("strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "256", "-e", "trace=pwrite64,fdatasync,fsync,write,read")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.close()


def _order_of_calls(trace: str) -> list[str]:
    """Return `badge`, `wal`, `sync` and `answer` in the order in which the kernel was asked."""
    found = []
    finder = FrameFinder()
    for line in trace.splitlines():
        match = CALL.search(line)
        if match is None:
            continue
        call, path, data = match[1], bytes.fromhex(match[3].replace("\\x", "")).decode(), match[4] or ""
        if call == "pwrite64" and path.endswith("-wal"):
            found.append("wal")
        elif call in {"fdatasync", "fsync"} and path.endswith("-wal"):
            found.append("sync")
        elif "/pts/" in path:
            said = bytes.fromhex(data.replace("\\x", ""))
            if call == "read":
                found += ["badge" for frame in finder.feed(said) if frame.code == Answer.RAW]
            elif call == "write" and _is_answer(said):
                found.append("answer")
    return found


def _is_answer(data: bytes) -> bool:
    """A temporary light is what only an answer asks for."""
    return any(frame.code == Ask.LED and frame.data[2] == 2 for frame in FrameFinder().feed(data))


def _answered_before_durable(order: list[str]) -> bool:
    """Whether an answer was written before a row written after its badge was synced."""
    written = synced = False
    for call in order:
        if call == "badge":
            written = synced = False
        elif call == "wal":
            written, synced = True, False
        elif call == "sync":
            synced = written
        elif not (written and synced):
            return True
    return False


def _traced(shop: Shop, *faults: str) -> list[str]:
    assert shutil.which("strace"), "strace is missing; `make test` installs it"
    out = shop.folder / "trace.txt"
    shop.start("mutant:slow_commit", *faults, tracer=(*TRACER, "-o", str(out)))
    shop.wait_ready()
    for visitor in shop.visitors[:3]:
        before = len(shop.shown)
        shop.badge("R1", visitor)
        until(lambda before=before: len(shop.shown) > before)
    shop.stop()
    order = _order_of_calls(out.read_text(encoding="ascii", errors="replace"))
    assert order.count("answer") >= 3
    assert order.count("badge") >= 3
    return order


@pytest.mark.fault(3)
@pytest.mark.req("E1")
def test_the_answer_is_written_only_after_the_sync_of_the_row(shop: Shop) -> None:
    """Law 1 as the kernel saw it, not as the program says."""
    assert not _answered_before_durable(_traced(shop))


@pytest.mark.fault(3)
@pytest.mark.req("E1")
@pytest.mark.parametrize("mutant", ["answer_before_commit", "no_sync"])
def test_the_mutants_are_caught(shop: Shop, mutant: str) -> None:
    """Shows that the order is really looked at."""
    assert _answered_before_durable(_traced(shop, f"mutant:{mutant}"))
