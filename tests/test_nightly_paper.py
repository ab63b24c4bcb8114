"""The paper for bad days is made once a night, and made up for when the night was missed."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gate.jobs import nightly_paper

ZONE = ZoneInfo("America/Toronto")
DAY = datetime(2026, 11, 23, tzinfo=ZONE)


class Ran:
    """What `subprocess.run` was asked."""

    returncode, stdout, stderr = 0, "entries 2, 3", ""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def __call__(self, command: list[str], **_: object) -> "Ran":
        self.commands.append(command)
        return self


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    found = Ran()
    monkeypatch.setattr("gate.jobs.subprocess.run", found)
    return found


def made(folder: Path, at: datetime) -> None:
    (folder / "reports").mkdir(exist_ok=True)
    (folder / "reports" / "made.json").write_text(json.dumps({"at": at.isoformat(), "head_seq": 1}))


@pytest.mark.parametrize(
    ("last", "now", "is_due"),
    [
        (None, DAY + timedelta(hours=14), True),
        (DAY - timedelta(hours=19), DAY + timedelta(hours=3, minutes=40), False),
        (DAY - timedelta(hours=19), DAY + timedelta(hours=4, minutes=40), True),
        (DAY + timedelta(hours=4, minutes=40), DAY + timedelta(hours=5, minutes=40), False),
        (DAY - timedelta(days=3), DAY + timedelta(hours=9), True),
    ],
)
def test_it_is_made_once_a_night(tmp_path: Path, ran: Ran, last: datetime | None, now: datetime, is_due: bool) -> None:
    """A gate that was off at four makes it when it is on again; one that has made it leaves it."""
    if last is not None:
        made(tmp_path, last)
    assert nightly_paper(tmp_path / "gate.toml", tmp_path, now) is is_due
    assert len(ran.commands) == int(is_due)


def test_the_child_gives_way_to_badge_reads(tmp_path: Path, ran: Ran) -> None:
    """Law 3: long work runs niced, in a process of its own."""
    nightly_paper(tmp_path / "gate.toml", tmp_path, DAY + timedelta(hours=5))
    (command,) = ran.commands
    assert command[:2] == ["nice", "-n"]
    assert command[-2:] == ["report", "nightly"]


def test_a_failed_night_is_told_to_the_application_log(
    tmp_path: Path, ran: Ran, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody looks for a paper that is not there until the day it is needed."""
    ran.returncode, ran.stdout, ran.stderr = 1, "", "no records"
    nightly_paper(tmp_path / "gate.toml", tmp_path, DAY + timedelta(hours=5))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "no records" in caplog.text
