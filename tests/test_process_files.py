"""The small files a process keeps beside the records: keys, its lock, and when it was last alive."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate import alive
from gate.core.clock_trust import Reading
from gate.keys import KeyFileError, forget_previous, new_key, read_key, write_key
from gate.single_instance import AlreadyRunningError, take_lock


def test_a_key_is_written_for_the_service_alone_and_read_back(tmp_path: Path) -> None:
    """Whoever can read the key can be the reader."""
    key = new_key()
    write_key(tmp_path / "keys", "R1", key)
    path = tmp_path / "keys" / "R1.key"
    assert read_key(tmp_path / "keys", "R1") == key
    assert path.stat().st_mode & 0o777 == 0o400
    assert len({new_key() for _ in range(8)}) == 8


def test_the_key_before_is_kept_until_the_new_one_has_shaken_hands(tmp_path: Path) -> None:
    """A KEYSET whose answer is lost leaves nobody knowing which key the reader has."""
    old, new = new_key(), new_key()
    write_key(tmp_path, "R1", old)
    write_key(tmp_path, "R1", new)
    assert read_key(tmp_path, "R1") == new
    assert read_key(tmp_path, "R1.previous") == old
    forget_previous(tmp_path, "R1")
    assert read_key(tmp_path, "R1.previous") is None


def test_a_reader_without_a_key_has_none(tmp_path: Path) -> None:
    """No key is not an error: the reader has not been commissioned yet."""
    assert read_key(tmp_path, "R1") is None


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("00" * 16, 0o444, "chmod 0400"),
        ("zz", 0o400, "is not a key"),
        ("00" * 8, 0o400, "8 bytes"),
        ("é", 0o400, "not"),
    ],
)
def test_a_key_file_that_cannot_be_trusted_is_refused_by_name(
    tmp_path: Path, content: str, mode: int, words: str
) -> None:
    """A key that others can read is no key."""
    path = tmp_path / "R1.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=words):
        read_key(tmp_path, "R1")


@pytest.mark.fault(10)
def test_a_second_gate_on_the_same_records_is_refused_and_told_who_holds_them(tmp_path: Path) -> None:
    """Two gates on one database would both answer and fight over the relays."""
    with take_lock(tmp_path / "run" / "gate.lock"):
        code = (
            "import sys; from pathlib import Path; from gate.single_instance import *\n"
            "try: take_lock(Path(sys.argv[1]))\n"
            "except AlreadyRunningError as error: print(error); sys.exit(3)"
        )
        told = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "run" / "gate.lock")],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parent.parent,
        )
    assert told.returncode == 3
    assert f"process {os.getpid()}" in told.stdout


def test_the_lock_is_free_again_when_its_holder_is_gone(tmp_path: Path) -> None:
    """A killed gate must restart unattended (E10)."""
    take_lock(tmp_path / "gate.lock").close()
    take_lock(tmp_path / "gate.lock").close()


def test_two_locks_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    """The refusal does not depend on being another process."""
    with take_lock(tmp_path / "gate.lock"), pytest.raises(AlreadyRunningError, match="stop that one first"):
        take_lock(tmp_path / "gate.lock")


def test_the_last_sign_of_life_is_read_back(tmp_path: Path) -> None:
    """It is what the blind time at the next start is counted from."""
    at = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
    alive.tell_alive(tmp_path / "alive.json", Reading(at, "boot", 1, synchronised=True))
    assert alive.last_alive(tmp_path / "alive.json") == at


@pytest.mark.parametrize("content", [None, "", "{}", "[]", '{"at": 5}', '{"at": "2026-11-23T12:00:00"}', "nonsense"])
def test_an_unusable_sign_of_life_counts_as_none(tmp_path: Path, content: str | None) -> None:
    """It is a hint; a torn file must not stop the gate from starting."""
    path = tmp_path / "alive.json"
    if content is not None:
        path.write_text(content, encoding="ascii")
    assert alive.last_alive(path) is None
