"""`gate verify --replay` and `gate impact` in real processes, over a log that a whole gate has made."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gate.impact_command import impact_
from gate.settings import load_settings
from tests.commands.site import Site
from tests.scenarios.plant import P1, P2, P3
from tests.scenarios.world import World, local
from tests.store.open_records import tamper
from tests.web.told_site import story_plant


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder: Path = tmp_path_factory.mktemp("told")
    world = World(folder, local("2026-11-23T12:00"), story_plant())
    for number in (P1, P2, P3):
        world.badge("R2", number)
    world.edge.gate.close()
    return Site(folder)


@pytest.mark.req("E7")
@pytest.mark.scenario(30)
def test_verify_replay_says_the_same_and_exits_zero(told: Site) -> None:
    """The proof that is asked for before an inspection."""
    found = json.loads(told.gate("verify", "--replay", "--json"))
    assert found["sound"] is True
    assert (found["replay"]["decisions"], found["replay"]["same"], found["replay"]["different"]) == (3, 3, 0)


@pytest.mark.req("E11")
def test_impact_lists_counts_and_speaks_three_formats(told: Site) -> None:
    """Lines for people, CSV and JSON for programs; the same rows."""
    asked = ("--record", "E2-GOWN-R6-2026-01-10")
    lines = told.gate("impact", *asked).splitlines()
    assert "E2 TP-02 USE allow" in lines[0] and "-> would_be_denied (GOWN_EXPIRED)" in lines[0]
    assert lines[-1].startswith("1 decisions, 1 uses begun, 1 people, 0 lots up to entry ")
    (row,) = csv.DictReader(io.StringIO(_in_process(told, *asked, "--csv")))
    assert (row["person"], row["without"], row["named"]) == ("E2", "would_be_denied", "yes")
    found = json.loads(_in_process(told, *asked, "--json"))
    assert (found["decisions"], found["rows"][0]["person"], found["without"]["would_be_denied"]) == (1, "E2", 1)


@pytest.mark.req("E11")
@pytest.mark.parametrize(
    ("options", "said", "status"),
    [
        ((), "name one of", 2),
        (("--record", "a", "--badge", "b"), "name one of", 2),
        (("--item", "SOP-1"), "name one of", 2),
        (("--revision", "R6"), "name one of", 2),
        (("--badge", "B2", "--json", "--csv"), "not both", 2),
        (("--badge", "B\u202e99"), "is or was on record", 1),
        (("--clock", "2026-11-24", "2026-11-23"), "the end must lie after", 1),
        (("--clock", "yesterday", "2026-11-23"), "does not match the formats", 2),
    ],
)
def test_impact_refuses_what_makes_no_sense(told: Site, options: tuple[str, ...], said: str, status: int) -> None:
    """Each with its own words and exit code."""
    done = _asked(told, *options)
    assert (done.exit_code, said in done.output) == (status, True), done.output


def _asked(told: Site, *options: str) -> Result:
    config = told.folder / "gate.toml"
    return CliRunner().invoke(impact_, list(options), obj=(config, load_settings(config)))


def _in_process(told: Site, *options: str) -> str:
    done = _asked(told, *options)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.req("E7")
@pytest.mark.scenario(30)
def test_a_planted_difference_exits_one_and_is_named(told: Site) -> None:
    """The last test of this log: it spoils it."""
    tamper(told.database, "UPDATE training_records SET state = 'failed' WHERE id = 'E2-GOWN-R6-2026-01-10'")
    said = told.gate("verify", "--replay", expect=1)
    assert said.startswith("sound: "), "the chain alone is content"
    assert "\nDIFFERENT: 3 decisions" in said and "recorded allow, now deny" in said
