"""The commands of the key and of kept heads, on the real command line."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gate.core.signed_note import parse_note, parse_vkey
from gate.seal_keys import is_signed
from gate.settings import load_settings
from tests.commands.site import Site, new_site
from tests.scenarios.plant import plant, plant_file
from tests.sealed import notes

pytestmark = pytest.mark.req("E11")


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, str]:
    """A site as `gate init` leaves it, and what that printed."""
    site = new_site(tmp_path_factory.mktemp("site"))
    told = site.gate("init")
    site.load(plant_file(plant()))
    return site, told


def vkey_in(told: str) -> str:
    found = re.search(r"vkey: (\S+)", told)
    assert found, told
    return found[1]


def test_init_makes_the_key_and_prints_what_goes_on_paper(keyed: tuple[Site, str]) -> None:
    """Commissioning ends with a fingerprint on paper; a second `init` makes no second key."""
    site, told = keyed
    key = parse_vkey(vkey_in(told))
    assert (key.name, key.fingerprint in told) == ("gate-1.test-plant", True)
    assert (site.folder / "state" / "keys" / "seal.key").stat().st_mode & 0o777 == 0o400
    assert vkey_in(site.gate("init")) == key.vkey
    assert "there is a key already" in site.gate("key", "new", expect=1)
    assert site.gate("key", "show", "--pem") == key.pem


def test_rotation_is_recorded_and_signed_by_both_and_needs_words(keyed: tuple[Site, str]) -> None:
    """Who, why, and a first checkpoint that the old key vouches for."""
    site, told = keyed
    old = parse_vkey(vkey_in(told))
    assert "needs a name and a justification" in site.gate("key", "rotate", "--by", " ", "--why", "x", expect=1)
    fresh = parse_vkey(vkey_in(site.gate("key", "rotate", "--by", "i.t", "--why", "yearly")))
    assert fresh != old
    entry = site.said("key")[-1]
    assert (entry["by"], entry["why"], entry["detail"]["what"]) == ("i.t", "yearly", "key rotated")
    assert entry["detail"]["old"] == old.vkey
    size, note = notes(load_settings(site.folder / "gate.toml"))[-1]
    assert size == entry["seq"]
    assert is_signed(note, old)
    assert is_signed(note, fresh)
    assert vkey_in(site.gate("key", "show")) == fresh.vkey
    assert not list((site.folder / "state" / "keys").glob("*.next"))


def test_a_kept_head_is_compared_from_a_file_or_as_text(keyed: tuple[Site, str], tmp_path: Path) -> None:
    """Exit 0 fits, 1 does not fit, 2 could not check: for people and for scripts."""
    site, _ = keyed
    if not notes(load_settings(site.folder / "gate.toml")):
        site.gate("key", "rotate", "--by", "i.t", "--why", "to have one")
    _, note = notes(load_settings(site.folder / "gate.toml"))[-1]
    kept = tmp_path / "head.txt"
    kept.write_text(note.whole, "utf-8")
    assert site.gate("witness", "check", str(kept)).startswith("fits: the first ")
    assert parse_note(note.whole) == note
    assert "\nfits: the first " in site.gate("verify", "--head", str(kept))
    assert '"fit": "fits"' in site.gate("verify", "--json", "--head", str(kept))
    assert "\nTRUNCATED" in site.gate("verify", "--head", f"4000 {'0' * 64}", expect=1)
    assert "could not check" in site.gate("verify", "--head", "x", expect=2)
    assert "TRUNCATED" in site.gate("witness", "check", f"4000 {'0' * 64}", expect=1)
    assert "DIFFERS" in site.gate("witness", "check", f"1 {'0' * 64}", expect=1)
    assert "could not check: a head is a signed checkpoint" in site.gate("witness", "check", "nowhere.txt", expect=2)


def test_a_witness_refuses_a_file_that_it_cannot_use(tmp_path: Path) -> None:
    """It names the file, the key and why; it needs no gate.toml."""
    site = Site(tmp_path)
    file = tmp_path / "witness.toml"
    cases = {
        "name": ('name = "two words"\nstate_dir = "s"\nlogs = []', ("name", "logs")),
        "log": ('name = "w"\nstate_dir = "s"\nlogs = ["x"]', ("no public key",)),
        "host": ('name = "w"\nstate_dir = "s"\nhost = "0.0.0.0"\nlogs = ["x"]', ("logs",)),
        "toml": ("name", ("is not TOML",)),
        "extra": ('nam = "w"', ("nam", "state_dir")),
    }
    for text, words in cases.values():
        file.write_text(text, "utf-8")
        done = site.run(["witness", "serve", str(file)])
        assert done.returncode == 1
        assert all(word in done.stderr for word in (*words, str(file)))


@pytest.mark.scenario(22)
@pytest.mark.req("E4")
def test_a_row_edited_as_root_is_named_by_verify(fresh: Site) -> None:
    """With SQLite's own tools, past the program and its triggers."""
    with closing(sqlite3.connect(fresh.database)) as connection, connection:
        (number,) = connection.execute("SELECT max(seq) FROM audit_trail").fetchone()
        connection.execute("DROP TRIGGER audit_trail_no_update")
        connection.execute("UPDATE audit_trail SET data = replace(data, 'q.a', 'q.b') WHERE seq = ?", (number,))
    for words in (("verify",), ("verify", "--full"), ("verify", "--hash-only")):
        assert f"first bad entry {number}: " in fresh.gate(*words, expect=1)
