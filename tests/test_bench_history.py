"""The made history is what the product would have written, else figures measured on it are about something else."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gate.core.audit import canonical
from gate.store.database import open_database
from gate.store.schema import audit_trail, use_members
from gate.store.verify import verify
from tests.bench.history import Shape, kept_history, make_history
from tests.store.open_records import tamper

ROWS = 4000


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a short history."""
    return make_history(tmp_path_factory.mktemp("history") / "gate.db", ROWS, people=60)


def _said(path: Path) -> list[dict[str, Any]]:
    engine = open_database(path, read_only=True)
    with engine.connect() as connection:
        return [json.loads(text) for text in connection.scalars(sa.select(audit_trail.c.data))]


def test_a_made_history_is_sound_to_the_last_row(history: Path) -> None:
    """Chain, columns, frontier and head are those of the product."""
    found = verify(open_database(history, read_only=True), full=True)
    assert (found.sound, found.checked, found.head_seq) == (True, ROWS, ROWS), found.what


def test_its_bytes_are_canonical_and_in_order_of_time(history: Path) -> None:
    """A template with a hole in the wrong place would still be JSON."""
    engine = open_database(history, read_only=True)
    with engine.connect() as connection:
        texts = list(connection.scalars(sa.select(audit_trail.c.data)))
    assert all(canonical(json.loads(text)).decode() == text for text in texts)
    assert "@" not in "".join(texts)
    assert "999" + "0-01" not in "".join(texts)
    times = [json.loads(text)["at"] for text in texts[1:]]
    assert times == sorted(times)


def test_it_tells_of_everything_that_the_pages_filter_by(history: Path) -> None:
    """A history of allows alone would measure nothing but allows."""
    said = _said(history)
    kinds = Counter(entry["kind"] for entry in said)
    assert {"decision", "actuated", "use_left", "use_ended", "override_granted", "start", "load", "verify"} <= set(
        kinds
    )
    reasons = Counter(entry["reasons"][0] for entry in said if entry["kind"] == "decision")
    assert {"ALLOW_CERTIFIED", "ALLOW_JOIN", "ALLOW_OVERRIDE", "NOT_CERTIFIED", "BADGE_UNREADABLE"} <= set(reasons)
    assert {entry["mode"] for entry in said if "mode" in entry} == {"enforce", "shadow"}
    certified = next(entry for entry in said if entry.get("reasons") == ["ALLOW_CERTIFIED"])
    assert len(certified["evidence"]["requirements"]) == 20


def test_every_use_left_refers_to_the_allow_that_began_it(history: Path) -> None:
    """Who operated the machine, and until when, must be one join away."""
    said = {entry["seq"]: entry for entry in _said(history)}
    engine = open_database(history, read_only=True)
    with engine.connect() as connection:
        members = list(connection.execute(sa.select(use_members)))
    assert members
    for member in members:
        assert said[member.decision_seq]["person"] == member.person_id
        if member.left_seq:
            assert said[member.left_seq]["ref"] == member.decision_seq


def test_the_same_shape_makes_the_same_records_and_another_seed_others(tmp_path: Path) -> None:
    """A bench that measures other rows each time compares nothing."""
    shape = Shape(600, people=30, equipment=6)
    first = kept_history(shape).read_bytes()
    kept_history(shape).unlink()
    assert _said(_copied(kept_history(shape), tmp_path / "a.db")) == _said(_copied_bytes(first, tmp_path / "b.db"))
    other = make_history(tmp_path / "c.db", 600, people=30, equipment=6, seed=2)
    assert _said(other)[-1] != _said(tmp_path / "a.db")[-1]


def test_the_refusals_of_the_database_stand_again(history: Path, tmp_path: Path) -> None:
    """They are dropped while it is made; a history without them would not be the product's."""
    copy = _copied(history, tmp_path / "gate.db")
    engine = open_database(copy)
    with pytest.raises(sa.exc.IntegrityError, match="history only grows"), engine.begin() as connection:
        connection.execute(sa.delete(audit_trail).where(audit_trail.c.seq == 5))
    engine.dispose()
    tamper(copy, "UPDATE audit_trail SET person_id = 'E9' WHERE seq = 777")
    assert verify(open_database(copy, read_only=True), full=True).first_bad_seq == 777


def _copied(source: Path, to: Path) -> Path:
    shutil.copyfile(source, to)
    return to


def _copied_bytes(data: bytes, to: Path) -> Path:
    to.write_bytes(data)
    return to
