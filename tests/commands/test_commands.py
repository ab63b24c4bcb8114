"""The real command line in real processes: what an administrator types, sees and gets back as exit code."""

import getpass
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from gate.clock import SystemClock
from tests.commands.site import HOSTILE, VISIBLE, Site
from tests.scenarios.plant import P1, P3, plant, plant_file
from tests.store.open_records import tamper


def test_init_makes_the_records_and_may_be_repeated(empty: Site) -> None:
    """The install script runs it on every update."""
    first, again = empty.gate("init"), empty.gate("init")
    assert first.startswith(f"records ready: {empty.database}\nkey of the log gate-1.")
    assert again == first
    assert empty.gate("verify", "--full").startswith("sound: 0 entries checked in full")


def test_check_config_counts_and_warns(loaded: Site) -> None:
    """What is risky is said before the first shift finds out."""
    said = loaded.gate("check-config")
    assert "gate.toml: ok, 2 lines, 2 readers" in said
    assert "warning: line line-2: a cut wire behind the adapter is not seen" in said


@pytest.mark.req("E5", "I2")
def test_load_tells_what_it_did_and_again_does_nothing(fresh: Site) -> None:
    """The terminal, the trail and the file agree."""
    data = plant_file(plant())
    sha = hashlib.sha256(data).hexdigest()
    first = fresh.load(data, why="CHG-7")
    assert first == f"loaded as entry 2: 0 added, 1 changed, 0 closed, 19 unchanged, sha256 {sha}\n"
    assert fresh.load(data, why="again").startswith("loaded as entry 3: 0 added, 0 changed, 0 closed, 20 unchanged")
    _, entry, _ = fresh.said("load")
    assert (entry["by"], entry["why"], entry["detail"]["sha256"]) == ("q.a", "CHG-7", sha)
    assert entry["detail"]["os_user"] == getpass.getuser()
    assert fresh.gate("verify", "--full").startswith("sound: 3 entries")


@pytest.mark.req("L3")
def test_explain_says_the_answer_every_reason_and_every_requirement(loaded: Site) -> None:
    """Asked by phone at night, with the badge number read out."""
    allowed = loaded.gate("explain", "--badge", P1, "--equipment", "TP-01", "--at", "2026-11-23T12:00")
    assert allowed.startswith(
        "Hypothetical, nothing recorded:\nAda One (E1), USE on TP-01 (enforce) at 2026-11-23T12:00"
    )
    assert "\nALLOW  display: " in allowed
    assert "requirement SOP-1: met until 2027-04-01T" in allowed
    denied = loaded.gate("explain", "--badge", P3, "--equipment", "TP-01", "--at", "2026-11-23T12:00")
    assert "\nDENY  display: " in denied
    assert "  requirement SOP-1: " in denied
    assert len(loaded.said()) == 1


def explained(site: Site, badge: str, *words: str, equipment: str = "TP-01") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        site.gate("explain", "--badge", badge, "--equipment", equipment, "--json", *words)
    )
    return found


@pytest.mark.req("B5")
@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        ("2026-01-09T12:00:00", "deny"),
        ("2026-01-10", "allow"),
        ("2027-03-31T23:59:59", "allow"),
        ("2027-04-01T00:00:00", "deny"),
    ],
)
def test_explain_answers_for_any_instant(loaded: Site, at: str, outcome: str) -> None:
    """Valid to a date means to the last second of it, site time; before the training there was none."""
    found = explained(loaded, P1, "--at", at)
    assert (found["hypothetical"], found["outcome"], found["person"]) == (True, outcome, "E1")
    assert found["at"].startswith(at)
    assert found["at"].endswith(("-05:00", "-04:00"))
    assert all(reason["code"].startswith("ALLOW") is (outcome == "allow") for reason in found["reasons"])


def test_explain_knows_strangers_operations_and_machines_without_record(loaded: Site) -> None:
    """Each of them has its own answer, never a stack trace."""
    stranger = explained(loaded, "w26:FFFFFFF")
    assert (stranger["person"], stranger["outcome"], stranger["reasons"][0]["code"]) == (None, "deny", "BADGE_UNKNOWN")
    nowhere = explained(loaded, P1, equipment="XX-01")
    assert (nowhere["equipment"], [reason["code"] for reason in nowhere["reasons"]]) == (None, ["EQ_UNKNOWN"])
    clean = explained(loaded, P1, "--operation", "CLEAN", "--at", "2026-11-23")
    assert (clean["operation"], clean["outcome"]) == ("CLEAN", "deny")


@pytest.mark.req("E4")
def test_verify_says_sound_and_exits_zero(loaded: Site) -> None:
    """A script asks the exit code, a person reads the line."""
    assert loaded.gate("verify").startswith("sound: 1 entries checked at the end of the trail, head 1 ")
    found = json.loads(loaded.gate("verify", "--full", "--json"))
    assert (found["sound"], found["full"], found["checked"], found["first_bad_seq"]) == (True, True, 1, None)
    assert len(found["root"]) == 64


@pytest.mark.req("E4")
@pytest.mark.parametrize("damage", ["data || ' '", "CAST(x'FF' AS TEXT)"])
def test_verify_names_the_first_bad_entry_and_exits_one(fresh: Site, damage: str) -> None:
    """Text that is no text is damage to name, not a reason to give up."""
    tamper(fresh.database, f"UPDATE audit_trail SET data = {damage} WHERE seq = 1")  # noqa: S608
    assert fresh.gate("verify", "--full", expect=1).startswith("UNSOUND: first bad entry 1: ")
    assert json.loads(fresh.gate("verify", "--json", expect=1))["first_bad_seq"] == 1


@pytest.mark.req("E4")
def test_verify_that_could_not_check_exits_two(empty: Site) -> None:
    """Not checked is not sound, and not the same as unsound."""
    assert empty.gate("verify", expect=2).startswith("could not check: ")
    empty.database.parent.mkdir()
    empty.database.write_bytes(b"GIF89a" * 2000)
    found = json.loads(empty.gate("verify", "--json", expect=2))
    assert found["sound"] is None
    assert "no database of ours or its key is wrong" in found["what"]


@pytest.mark.req("E6", "F1")
def test_log_shows_local_time_and_makes_hostile_text_visible(loaded: Site) -> None:
    """Whoever writes a justification must not be able to write the lines below it."""
    shown = loaded.gate("log")
    (line,) = shown.splitlines()
    assert line.startswith("#1 ")
    assert f" load by=q.a why={VISIBLE} " in line
    assert line.split()[1][-6:] in {"-05:00", "-04:00"}
    assert shown.isprintable() or shown.rstrip("\n").isprintable()


@pytest.mark.req("E6")
def test_log_json_is_the_canonical_bytes(loaded: Site) -> None:
    """What is printed is what was hashed."""
    (line,) = loaded.gate("log", "--json").splitlines()
    said = json.loads(line)
    assert (said["seq"], said["prev"], said["why"]) == (1, "0" * 64, HOSTILE)
    assert line == json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@pytest.mark.req("E6")
def test_log_last_shows_the_newest_oldest_first(fresh: Site) -> None:
    """The last page is what one looks at first."""
    for mode in ("off", "shadow", "enforce"):
        fresh.gate("mode", "TP-01", mode, "--by", "s.up", "--why", mode)
    assert [line.split()[0] for line in fresh.gate("log", "--last", "2").splitlines()] == ["#3", "#4"]
    assert len(fresh.gate("log").splitlines()) == 4


def test_readers_are_listed_before_they_were_ever_seen(loaded: Site) -> None:
    """The list is the configuration's; a reader that never answered must stand in it."""
    assert loaded.gate("readers").splitlines() == [
        "R1 TP-01 line-1/0 osdp secure: never seen",
        "R2 TP-02 line-2/0 text: never seen",
    ]


@pytest.mark.req("E5")
def test_mode_is_changed_with_who_why_old_and_new(fresh: Site) -> None:
    """Whether a machine denies is the most important setting there is."""
    assert fresh.gate("mode", "TP-01", "off", "--by", "s.up", "--why", "CHG-9") == "entry 2: TP-01 is now in mode off\n"
    (entry,) = fresh.said("change")
    assert (entry["by"], entry["why"], entry["equipment"]) == ("s.up", "CHG-9", "TP-01")
    assert (entry["old"], entry["new"]) == ({"mode": "enforce"}, {"mode": "off"})
    assert explained(fresh, P1)["mode"] == "off"
    assert explained(fresh, P1, equipment="TP-02")["mode"] == "enforce"
    assert fresh.gate("verify", "--full").startswith("sound: 2 entries")


@pytest.mark.req("A6", "E5")
def test_an_account_is_made_on_the_terminal_and_its_password_is_told_once(empty: Site) -> None:
    """A second supervisor needs an account too; the first password is for one login, and in no record."""
    empty.gate("init")
    words = ("account", "nhaddad", "--person", "E2", "--name", "Nadia Haddad", "--role", "supervisor")
    said = empty.gate(*words, "--by", "Ada Lock", "--why", "shift B")
    word = said.strip().rsplit(" ", 1)[1]
    trail = empty.gate("log", "--json")
    assert "account:nhaddad" in trail
    assert word not in trail


@pytest.mark.req("A6")
def test_an_auditors_account_of_the_terminal_needs_its_last_day(empty: Site) -> None:
    """Also on the terminal: an inspector leaves."""
    empty.gate("init")
    words = (
        "account",
        "aud",
        "--person",
        "X1",
        "--name",
        "In Spector",
        "--role",
        "auditor",
        "--by",
        "A",
        "--why",
        "visit",
    )
    assert "needs an end" in empty.gate(*words, expect=1)
    assert "is ready" in empty.gate(*words, "--until", (SystemClock().read().at + timedelta(days=9)).date().isoformat())


@pytest.mark.req("A6")
def test_the_set_up_code_is_printed_and_not_recorded(empty: Site) -> None:
    """Whoever reads the trail must not be able to become the first administrator."""
    empty.gate("init")
    code = empty.gate("setup-code").splitlines()[0].removeprefix("set-up code: ")
    assert len(code) == 24
    assert code not in empty.gate("log", "--json")
