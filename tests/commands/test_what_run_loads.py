"""The reader process starts anew within a second after a fault, so it loads nothing that it does not use."""

import subprocess
import sys
from pathlib import Path

import pytest

PAGES = {"flask", "jinja2", "werkzeug", "gunicorn", "argon2"}
REPORTS = {"typst", "xlsxwriter", "openpyxl", "pikepdf"}
MIGRATIONS = {"alembic", "mako"}
NOT_FOR_READERS = PAGES | REPORTS | MIGRATIONS
LOADED = "import sys; from gate.__main__ import main; {}; print(*{{name.partition('.')[0] for name in sys.modules}})"


def loaded(more: str) -> set[str]:
    """Return the packages that a fresh interpreter has after this."""
    command = [sys.executable, "-c", LOADED.format(more)]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.req("L1")
def test_the_reader_process_loads_neither_pages_nor_migrations() -> None:
    """What is not loaded costs no time when operators wait for a restart, and cannot fail in the way of a badge."""
    assert loaded("import gate.run_command") & NOT_FOR_READERS == set()


def test_opening_the_records_loads_no_migrations(tmp_path: Path) -> None:
    """Each start asks whether the schema fits; the migrations are only for `gate init`."""
    records = f"Path({str(tmp_path / 'gate.db')!r})"
    ready = "from pathlib import Path; from gate.store.database import create_database, open_database; "
    made = loaded(f"{ready}create_database({records}, gate_id='gate-1')")
    opened = loaded(f"{ready}open_database({records})")
    assert made >= MIGRATIONS, "making records is what needs them, or this test could not fail"
    assert MIGRATIONS & opened == set()
