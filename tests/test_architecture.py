"""The code keeps to the architecture, and each rule is shown to fail on a planted violation."""

from pathlib import Path

import pytest

from tests.architecture import RULES, Rule, not_too_long, violations

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_to_the_rule(rule: Rule) -> None:
    """A law that nothing enforces is a wish."""
    assert violations(ROOT, (rule,)) == []


def test_the_tests_are_short_enough_to_read_too() -> None:
    """A test is the first place where somebody looks for what the code does."""
    assert violations(ROOT, (not_too_long,), ("tests",)) == []


PLANTED = [
    ("arrows", "gate/core/x.py", "from gate.store import facts", "must not import gate.store"),
    ("arrows", "gate/core/x.py", "import firmware_protocol.events", "must not import firmware_protocol"),
    ("arrows", "gate/core/x.py", "def f() -> None:\n    from gate import clock", "must not import gate.clock"),
    ("arrows", "firmware_protocol/x.py", "from gate.core import audit", "must not import gate.core"),
    ("arrows", "gate/store/x.py", "from gate.readers import orders", "must not import gate.readers"),
    ("arrows", "gate/store/x.py", "import gate.settings", "must not import gate.settings"),
    ("arrows", "gate/readers/x.py", "from gate.store.facts import FactReader", "must not import gate.store"),
    ("arrows", "gate/readers/x.py", "from gate.web import app", "must not import gate.web"),
    ("arrows", "gate/readers/x.py", "from gate import access", "must not import gate.access"),
    ("arrows", "gate/access.py", "from gate.readers.station import Station", "must not import gate.readers.station"),
    ("arrows", "gate/access.py", "from gate.clock import Clock", "must not import gate.clock"),
    ("arrows", "gate/supervision.py", "import firmware_protocol.events", "must not import firmware_protocol"),
    ("arrows", "gate/desk.py", "from gate.web import app", "must not import gate.web"),
    ("arrows", "gate/use_watch.py", "from gate.settings import Settings", "must not import gate.settings"),
    ("arrows", "gate/gate_loop.py", "from gate.web import app", "must not import gate.web"),
    ("arrows", "gate/web/x.py", "from gate.readers import orders", "must not import gate.readers"),
    ("arrows", "gate/web/x.py", "from gate import gate_loop", "must not import gate.gate_loop"),
    ("arrows", "gate/core/x.py", "from . import audit", "imports relatively"),
    ("arrows", "gate/helpers.py", "X = 1", "has no place"),
    ("no_io", "gate/core/x.py", "import os.path", "must not import os"),
    ("no_io", "gate/core/x.py", "from pathlib import Path", "must not import pathlib"),
    ("no_io", "gate/core/x.py", "import logging", "must not import logging"),
    ("no_io", "gate/core/x.py", "import secrets", "must not import secrets"),
    ("no_io", "gate/core/x.py", "X = open('x')", "must not call open()"),
    ("no_io", "firmware_protocol/osdp/x.py", "import time", "must not import time"),
    ("asks_no_time", "gate/access.py", "import datetime\nX = datetime.datetime.now()", "asks the time"),
    ("asks_no_time", "gate/access.py", "from datetime import datetime\nX = datetime.utcnow()", "asks the time"),
    ("asks_no_time", "gate/edge.py", "from datetime import date\nX = date.today()", "asks the time"),
    ("asks_no_time", "gate/edge.py", "import time\nX = time.time()", "asks the time"),
    ("asks_no_time", "gate/edge.py", "import time\nf(clock=time.monotonic)", "asks the time"),
    ("asks_no_time", "gate/edge.py", "from time import monotonic\nX = monotonic()", "asks the time"),
    ("no_broad_handler", "gate/access.py", "try:\n    f()\nexcept Exception:\n    pass", "catches everything"),
    ("no_broad_handler", "gate/access.py", "try:\n    f()\nexcept (OSError, Exception):\n    raise", "catches"),
    ("no_broad_handler", "gate/access.py", "try:\n    f()\nexcept BaseException:\n    pass", "catches everything"),
    ("no_broad_handler", "gate/access.py", "try:\n    f()\nexcept:\n    pass", "catches everything"),
    ("serial_in_one_place", "firmware_protocol/simulator.py", "import serial", "must not import serial"),
    ("serial_in_one_place", "gate/edge.py", "from serial.tools import list_ports", "must not import serial"),
    ("sqlite_in_one_place", "gate/store/facts.py", "X = 'PRAGMA user_version'", "says PRAGMA"),
    ("sqlite_in_one_place", "gate/store/uses.py", "X = f'begin immediate {1}'", "says BEGIN IMMEDIATE"),
    ("sqlite_in_one_place", "gate/web/x.py", "X = 'select name from sqlite_master'", "says SQLITE_MASTER"),
    ("not_too_long", "gate/x.py", "X = 1\n" * 301, "has 301 lines"),
    ("not_too_long", "gate/x.py", "def f() -> None:\n" + "    f()\n" * 40, "f has 41 lines"),
]


@pytest.mark.parametrize(("rule", "path", "text", "words"), PLANTED, ids=lambda value: str(value)[:48])
def test_the_rule_fails_on_a_planted_violation(tmp_path: Path, rule: str, path: str, text: str, words: str) -> None:
    """A check that cannot fail says nothing about the code that passes it."""
    assert words in planted(tmp_path, rule, path, text)


INNOCENT = [
    ("arrows", "gate/web/x.py", "from gate import supervision\nfrom gate.store.schema import people"),
    ("arrows", "gate/access.py", "from gate.readers.orders import Read"),
    ("arrows", "gate/edge.py", "from gate.web import app"),
    ("no_io", "firmware_protocol/transport.py", "import os"),
    ("no_io", "firmware_protocol/osdp/x.py", "import secrets"),
    ("asks_no_time", "gate/clock.py", "import time\nX = time.time()"),
    ("asks_no_time", "gate/edge.py", "def f(clock):\n    return clock.monotonic()"),
    ("no_broad_handler", "gate/gate_loop.py", "try:\n    f()\nexcept Exception:\n    pass"),
    ("no_broad_handler", "gate/access.py", "try:\n    f()\nexcept BaseException:\n    undo()\n    raise"),
    ("sqlite_in_one_place", "gate/web/x.py", 'X = 1\n"""`PRAGMA data_version` is cheap."""'),
    ("sqlite_in_one_place", "gate/store/triggers.py", "X = 'PRAGMA user_version'"),
    ("serial_in_one_place", "firmware_protocol/transport.py", "import serial"),
    ("not_too_long", "gate/x.py", "X = 1\n" * 300),
]


@pytest.mark.parametrize(("rule", "path", "text"), INNOCENT, ids=lambda value: str(value)[:48])
def test_the_rule_lets_pass_what_is_allowed(tmp_path: Path, rule: str, path: str, text: str) -> None:
    """A rule that cries over allowed code is soon switched off."""
    assert planted(tmp_path, rule, path, text) == ""


def planted(folder: Path, rule: str, path: str, text: str) -> str:
    module = folder / path
    module.parent.mkdir(parents=True)
    module.write_text(text + "\n" * (not text.endswith("\n")), encoding="utf-8")
    chosen = [found for found in RULES if found.__name__ == rule]
    assert chosen, f"there is no rule {rule}"
    return "; ".join(found.what for found in violations(folder, tuple(chosen)))
