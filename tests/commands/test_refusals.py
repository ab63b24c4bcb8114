"""What the command line refuses: in plain words that say what to do, never with a stack trace."""

from pathlib import Path

import pytest

from tests.commands.site import CONFIG, Site
from tests.scenarios.plant import P1, plant, plant_file

REFUSED = [
    (["mode", "XX-01", "off", "--by", "a", "--why", "b"], "Equipment XX-01 is not on record. Load it with: gate load"),
    (["mode", "TP-01", "enforce", "--by", "a", "--why", "b"], "is in mode enforce already. Nothing was changed."),
    (["mode", "TP-01", "off", "--by", "a", "--why", " "], "needs a justification. Say why."),
]


NEEDING_RECORDS = [
    ["load", "PLANT", "--by", "a", "--why", "b"],
    ["explain", "--badge", P1, "--equipment", "TP-01"],
    ["log"],
    ["readers"],
    ["mode", "TP-01", "off", "--by", "a", "--why", "b"],
]


@pytest.mark.req("I1")
def test_a_bad_plant_is_refused_in_its_own_words(fresh: Site) -> None:
    """And the records stay as they were."""
    said = fresh.load(b"[[person]]\nid = 'E1'\n", expect=1)
    assert "Error: plant file: [[person]] row 1 (E1) name: Field required. Nothing was loaded." in said
    assert "A load needs a justification" in fresh.load(plant_file(plant()), why=" ", expect=1)
    assert len(fresh.said()) == 1


@pytest.mark.req("E5")
@pytest.mark.parametrize("missing", ["--by", "--why"])
def test_load_asks_for_who_and_why(loaded: Site, missing: str) -> None:
    """Neither can be left out by accident."""
    words = {"--by": "q.a", "--why": "x"}
    del words[missing]
    said = loaded.gate("load", str(loaded.folder / "plant.toml"), *next(iter(words.items())), expect=2)
    assert f"Missing option '{missing}'" in said


@pytest.mark.req("E5")
@pytest.mark.parametrize(("words", "refusal"), REFUSED, ids=["unknown", "same", "no reason"])
def test_a_mode_that_cannot_be_set_is_refused_and_nothing_recorded(
    loaded: Site, words: list[str], refusal: str
) -> None:
    """The refusal says what to do next."""
    assert refusal in loaded.gate(*words, expect=1)
    assert len(loaded.said()) == 1


def test_a_mode_that_does_not_exist_is_refused_by_the_command_line(loaded: Site) -> None:
    """The three words are listed."""
    said = loaded.gate("mode", "TP-01", "on", "--by", "a", "--why", "b", expect=2)
    assert "'on' is not one of 'off', 'shadow', 'enforce'" in said


@pytest.mark.parametrize("words", NEEDING_RECORDS, ids=lambda words: words[0])
def test_a_command_without_records_says_to_make_them(empty: Site, words: list[str]) -> None:
    """And does not make an empty history by itself."""
    file = empty.folder / "plant.toml"
    file.write_bytes(plant_file(plant()))
    said = empty.gate(*[str(file) if word == "PLANT" else word for word in words], expect=1)
    assert f"Error: {empty.database}: there are no records here yet. Run: gate init." in said
    assert not empty.database.exists()


def test_init_refuses_the_records_of_another_gate(fresh: Site) -> None:
    """A disk moved into the wrong cabinet."""
    config = fresh.folder / "gate.toml"
    config.write_text(CONFIG.replace('"gate-1"', '"gate-2"'), encoding="utf-8")
    assert "these are the records of gate gate-1, not gate-2" in fresh.gate("init", expect=1)


@pytest.mark.parametrize("command", ["init", "run"])
def test_a_missing_configuration_is_named(tmp_path: Path, command: str) -> None:
    """Every command says the same, with the file it looked for."""
    said = Site(tmp_path).gate(command, expect=1)
    assert f"Error: {tmp_path / 'gate.toml'}: cannot be read (No such file or directory)" in said
    assert "--config FILE" in said


def test_a_wrong_key_in_the_configuration_is_named(empty: Site) -> None:
    """A key with a typing error must not silently keep its default."""
    (empty.folder / "gate.toml").write_text(CONFIG + "\n[clok]\ntrust = 'ntp'\n", encoding="utf-8")
    assert "clok: this key is not known" in empty.gate("check-config", expect=1)
