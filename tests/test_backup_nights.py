"""The backup of the night is tried until it works, and that it did not work is on record (requirement E9)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gate.backup_nights import LONGEST_SAID, BackupNights, last_due_at
from gate.backups import MANIFEST
from gate.core.audit import Kind
from gate.jobs import add_backups
from tests.scenarios.world import World, local

ZONE = ZoneInfo("America/Toronto")
NIGHT = datetime(2026, 11, 23, 2, tzinfo=ZONE)


class Child:
    """Stands in for `gate backup`: makes a backup, or fails and says why."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.commands: list[list[str]] = []
        self.works, self.sound = False, True
        self.at = NIGHT
        self.returncode, self.stdout, self.stderr = 1, "", "no room on /mnt/backup"

    def __call__(self, command: list[str], **_: object) -> "Child":
        self.commands.append(command)
        if self.works:
            lies_there(self.world, self.at)
            self.returncode, self.stdout, self.stderr = int(not self.sound), "backup: there", ""
        return self


def lies_there(world: World, at: datetime) -> None:
    """Put a backup among the others."""
    gate = world.settings.gate.id
    folder = world.settings.gate.state_dir / "backups" / f"{gate}-{at:%Y%m%dT%H%M%S}"
    folder.mkdir(parents=True)
    made_at = at.astimezone(UTC).isoformat()
    told = {"format": "gate-backup-1", "gate": gate, "made_at": made_at, "head": {"seq": 1, "leaf": "00"}}
    (folder / MANIFEST).write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    found: World = make_world(local("2026-11-23T02:00"))
    return found


@pytest.fixture
def child(world: World, monkeypatch: pytest.MonkeyPatch) -> Child:
    found = Child(world)
    monkeypatch.setattr("gate.backup_nights.subprocess.run", found)
    return found


@pytest.fixture
def nights(world: World) -> BackupNights:
    return BackupNights(world.config, world.settings, world.edge.gate.submit)


def hours(nights: BackupNights, child: Child, count: int, since: datetime = NIGHT) -> list[bool]:
    """Let so many full hours pass; return at which of them it was tried."""
    found = []
    for hour in range(count):
        child.at = since + timedelta(hours=hour)
        found.append(nights.attend(child.at))
    return found


def missed(world: World) -> list[dict[str, object]]:
    world.run(1)
    return [one["detail"] for one in world.trail(Kind.BACKUP.value)]


@pytest.mark.req("E9")
def test_one_that_works_is_made_once_a_night(nights: BackupNights, child: Child, world: World) -> None:
    """And again the next night; nothing is told by the gate itself, the child has put it on record."""
    child.works = True
    assert hours(nights, child, 26) == [True, *[False] * 23, True, False]
    assert missed(world) == []
    assert child.commands[0][:2] == ["nice", "-n"]
    assert child.commands[0][-3:] == ["backup", "--by", "timetable"]


@pytest.mark.req("E9")
def test_one_that_fails_is_tried_each_hour_until_it_works(nights: BackupNights, child: Child, world: World) -> None:
    """A share that is back at four has its backup at four, not a day later."""
    assert hours(nights, child, 2) == [True, True]
    child.works = True
    assert hours(nights, child, 3, NIGHT + timedelta(hours=2)) == [True, False, False]
    assert [(one["what"], one["tries"], one["said"]) for one in missed(world)] == [
        ("missed", 1, "no room on /mnt/backup"),
        ("missed", 2, "no room on /mnt/backup"),
    ]


@pytest.mark.req("E9")
def test_after_six_tries_it_waits_for_somebody_until_the_next_night(
    nights: BackupNights, child: Child, world: World
) -> None:
    """What did not work for six hours needs hands; the next night is a new one."""
    assert hours(nights, child, 25) == [*[True] * 6, *[False] * 18, True]
    assert [one["tries"] for one in missed(world)] == [1, 2, 3, 4, 5, 6, 1]


@pytest.mark.req("E9")
def test_one_made_by_hand_after_the_hour_is_the_nights(nights: BackupNights, child: Child, world: World) -> None:
    """IT repairs the share and makes one: nothing is tried again."""
    assert hours(nights, child, 1) == [True]
    lies_there(world, NIGHT + timedelta(minutes=20))
    assert hours(nights, child, 3, NIGHT + timedelta(hours=1)) == [False] * 3


@pytest.mark.req("E9")
def test_damaged_records_are_copied_once_not_six_times(nights: BackupNights, child: Child, world: World) -> None:
    """The copy is made and says that it is not sound; another one would push out an older one that is."""
    child.works, child.sound = True, False
    assert hours(nights, child, 4) == [True, False, False, False]
    assert missed(world) == []


@pytest.mark.req("E9")
def test_a_gate_that_slept_through_the_night_makes_it_up(nights: BackupNights, child: Child, world: World) -> None:
    """The newest backup is of the night before; at the next full hour there is one of this night."""
    lies_there(world, NIGHT - timedelta(days=1))
    child.works = True
    assert hours(nights, child, 2, NIGHT + timedelta(hours=7)) == [True, False]


@pytest.mark.req("E9")
def test_a_child_that_says_a_book_does_not_fill_the_trail(nights: BackupNights, child: Child, world: World) -> None:
    """The end of it says why; the whole is in the application log."""
    child.stderr = "x" * 10_000 + " no room"
    hours(nights, child, 1)
    (told,) = missed(world)
    assert str(told["said"]).endswith("no room")
    assert len(str(told["said"])) == LONGEST_SAID
    assert world.sound()


@pytest.mark.req("E9")
def test_a_folder_that_cannot_be_read_is_no_backup(
    nights: BackupNights, child: Child, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead share must not end the timetable."""

    def dead(*_: object) -> list[object]:
        raise OSError("stale file handle")

    monkeypatch.setattr("gate.backup_nights.backups_in", dead)
    assert hours(nights, child, 1) == [True]
    assert len(missed(world)) == 1


@pytest.mark.req("E9")
@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NIGHT, NIGHT),
        (NIGHT - timedelta(seconds=1), NIGHT - timedelta(days=1)),
        (datetime(2026, 3, 8, 4, tzinfo=ZONE), datetime(2026, 3, 8, 2, tzinfo=ZONE)),
        (datetime(2026, 11, 1, 3, tzinfo=ZONE), datetime(2026, 11, 1, 2, tzinfo=ZONE)),
    ],
)
def test_it_is_due_each_night_also_where_the_clocks_change(now: datetime, due: datetime) -> None:
    """Half past two does not exist on a night in March; its backup does."""
    assert last_due_at(now, 2) == due


@pytest.mark.req("E9")
def test_the_timetable_asks_every_full_hour(nights: BackupNights, world: World) -> None:
    """An hour is long enough for a share to come back, and short enough for a night."""

    class Timetable:
        def add_job(self, job: Callable[[], object], *when: str, **more: object) -> None:
            self.told = (when, more)

    timetable = Timetable()
    add_backups(timetable, nights, world.clock)
    assert timetable.told == (("cron",), {"minute": 0, "id": "daily-backup"})
