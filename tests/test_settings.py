"""A wrong configuration is refused with key, file, why and what to do; a risky one is warned of."""

from pathlib import Path

import pytest

from gate.settings import SettingsError, load_settings, settings_sha256, warnings_of

GOOD = """
[site]
name = "Plant 1"
zone = "America/Toronto"
[gate]
id = "gate-1"
state_dir = "state"
[[line]]
name = "line-1"
path = "/dev/serial/by-id/usb-x"
kind = "osdp"
[[line.reader]]
name = "TP-01-R"
equipment = "TP-01"
address = 1
secure = true
output = 0
"""

SCANNER = """
[[line]]
name = "line-2"
path = "ports/scanner"
kind = "text"
supervision = "port-only"
[[line.reader]]
name = "PK-01-R"
equipment = "PK-01"
format = "raw"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "gate.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_configuration_is_read_and_its_paths_are_anchored_at_the_file(tmp_path: Path) -> None:
    """A service must find the same files whatever folder it is started in."""
    settings = load_settings(write(tmp_path, GOOD + SCANNER))
    assert settings.gate.state_dir == tmp_path / "state"
    assert settings.database_path == tmp_path / "state" / "gate.db"
    assert settings.line[0].path == Path("/dev/serial/by-id/usb-x")
    assert settings.line[1].path == tmp_path / "ports" / "scanner"
    assert settings.zone.key == "America/Toronto"
    assert len(settings_sha256(tmp_path / "gate.toml")) == 64


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (("id =", "idd ="), "gate.idd", "not known"),
        (('id = "gate-1"', ""), "gate.id", "required"),
        (('"America/Toronto"', '"Toronto"'), "site.zone", "America/Toronto"),
        (('kind = "osdp"', 'kind = "rs232"'), "line.0.kind", "osdp"),
        (("address = 1", "address = 127"), "line.0.reader.0.address", "126"),
        (('name = "TP-01-R"', 'name = "TP 01; rm"'), "line.0.reader.0.name", "pattern"),
        (("[gate]", '[web]\nhost = "0.0.0.0"\n[gate]'), "web.host", "127.0.0.1"),
        (('kind = "osdp"', 'kind = "em4100"'), "line.0", "port-only"),
        (('kind = "osdp"', 'kind = "text"\nsupervision = "port-only"'), "line.0", "plain scanner has no secure"),
    ],
)
def test_a_wrong_key_is_refused_by_name_with_what_to_do(
    tmp_path: Path, change: tuple[str, str], key: str, words: str
) -> None:
    """Whoever installs the gate must be able to mend the file from the message alone."""
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    assert str(path) in str(refused.value)
    assert f"{key}:" in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (GOOD[GOOD.index("[[line]]") :], "line name line-1"),
        (SCANNER.replace("PK-01-R", "TP-01-R"), "reader name TP-01-R"),
        ('[[line.reader]]\nname = "B"\nequipment = "TP-01"\naddress = 2\noutput = 1\n', "with an output TP-01"),
        ('[[line.reader]]\nname = "B"\nequipment = "TP-02"\naddress = 1\n', "same address"),
        (SCANNER + '[[line.reader]]\nname = "C"\naddress = 1\nequipment = "PK-02"\n', "carries one reader"),
    ],
)
def test_what_must_be_unique_is_checked_over_the_whole_file(tmp_path: Path, extra: str, words: str) -> None:
    """Two readers that look the same would answer for each other's machine (A8)."""
    with pytest.raises(SettingsError, match=words):
        load_settings(write(tmp_path, GOOD + extra))


@pytest.mark.parametrize(("text", "words"), [("[site", "not TOML"), ("\xff\xfe", "not TOML")])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """Half a file after a bad copy is not half a configuration."""
    path = tmp_path / "gate.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=words):
        load_settings(path)


def test_a_missing_file_says_how_to_name_the_right_one(tmp_path: Path) -> None:
    """The first thing that goes wrong on a new box."""
    with pytest.raises(SettingsError, match="--config"):
        load_settings(tmp_path / "none.toml")


def test_risky_but_allowed_choices_are_warned_of(tmp_path: Path) -> None:
    """Two swapped plugs must not swap two machines unseen; a cut wire must not look like a quiet day."""
    told = warnings_of(load_settings(write(tmp_path, GOOD + SCANNER)))
    assert any("another plug" in line and "line-2" in line for line in told)
    assert any("cut wire" in line for line in told)
    assert not any("line-1" in line for line in told)


def test_a_secure_reader_may_be_bound_to_a_place_because_its_key_catches_a_swap(tmp_path: Path) -> None:
    """wire.md: by-path is allowed only for secure readers."""
    by_path = GOOD.replace("by-id/usb-x", "by-path/pci-0")
    assert warnings_of(load_settings(write(tmp_path, by_path))) == []
    assert warnings_of(load_settings(write(tmp_path, by_path.replace("secure = true", ""))))


@pytest.mark.req("D1", "D3")
def test_the_rules_of_granting_overrides_come_from_the_file(tmp_path: Path) -> None:
    """The site knows the form of its references and how long a shift is."""
    text = "[overrides]\nreference_pattern = 'CC \\d{5}'\ndefault_hours = 6\ncap_hours = 12\n"
    rules = load_settings(write(tmp_path, text + GOOD)).granting
    assert (rules.reference_pattern, rules.default_h, rules.cap_h) == (r"CC \d{5}", 6, 12)
    assert rules.data_deny_after_s == 7 * 24 * 3600


@pytest.mark.req("D3")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cap_hours = 25", "less than or equal to 24"),
        ("default_hours = 9\ncap_hours = 8", "default_hours is more than cap_hours"),
        ("reference_pattern = '(DEV'", "is not a regular expression"),
        ("reference_pattern = '.*'", "fits an empty text"),
    ],
)
def test_no_configuration_makes_an_override_unbounded(tmp_path: Path, line: str, words: str) -> None:
    """24 h and a reference are the least there is; a site can only ask for more."""
    with pytest.raises(SettingsError, match=words):
        load_settings(write(tmp_path, f"[overrides]\n{line}\n{GOOD}"))
