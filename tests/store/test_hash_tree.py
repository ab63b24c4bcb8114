"""Proofs out of the records: the same with tiles, without them, and with some of them; a missing entry is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from gate.core.audit import Kind, tree_root
from gate.core.merkle import consistent, included
from gate.store.database import open_database
from gate.store.hash_tree import TILE, HashTree, TreeError, next_tile_hashes, tile_bytes
from gate.store.seals import add_hashes, forget_hashes
from tests.core.test_merkle import naive_root
from tests.store.open_records import Records, sql

pytestmark = pytest.mark.req("E11")

SIZE = 2 * TILE + 37


class Grown(NamedTuple):
    """Records of more than two tiles, with their leaves."""

    records: Records
    engine: sa.Engine
    leaves: tuple[bytes, ...]


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grown]:
    records = Records(tmp_path_factory.mktemp("tree"))
    with records.trail.transaction():
        for _ in range(SIZE):
            records.trail.append(records.entry(Kind.STOP))
    engine = open_database(records.path, read_only=True)
    yield Grown(records, engine, tuple(leaf for (leaf,) in records.rows("SELECT leaf FROM audit_trail ORDER BY seq")))
    engine.dispose()
    records.close()


def build(grown: Grown, size: int = SIZE) -> int:
    """Make the tiles as the gate does, a few at a time; return how many hashes they got."""
    made = 0
    while hashes := next_tile_hashes(grown.engine, size, 1):
        with grown.records.trail.transaction():
            add_hashes(grown.records.trail, hashes)
        made += len(hashes)
    return made


@pytest.fixture(params=["no tiles", "one tile", "all tiles"])
def tiles(grown: Grown, request: pytest.FixtureRequest) -> Iterator[str]:
    with grown.records.trail.transaction():
        forget_hashes(grown.records.trail)
    build(grown, {"no tiles": 0, "one tile": TILE, "all tiles": SIZE}[request.param])
    yield request.param


@pytest.mark.usefixtures("tiles")
def test_the_root_is_that_of_the_leaves_and_of_the_frontier(grown: Grown) -> None:
    """Three ways to one number: the definition, the head row, the tiles."""
    tree = HashTree(grown.engine)
    assert tree.root(SIZE) == naive_root(grown.leaves) == tree_root(grown.records.trail.head.frontier)
    assert tree.root(TILE + 3) == naive_root(grown.leaves[: TILE + 3])


@pytest.mark.usefixtures("tiles")
@pytest.mark.parametrize("seq", [1, TILE, TILE + 1, 2 * TILE, SIZE])
def test_an_entry_is_proved_whatever_tiles_there_are(grown: Grown, seq: int) -> None:
    """Tiles make a proof fast; they never decide what it says."""
    tree, root = HashTree(grown.engine), naive_root(grown.leaves)
    assert included(grown.leaves[seq - 1], seq - 1, SIZE, tree.inclusion(seq, SIZE), root)


@pytest.mark.usefixtures("tiles")
@pytest.mark.parametrize("old", [1, TILE - 1, TILE, TILE + 1, SIZE])
def test_a_beginning_is_proved_whatever_tiles_there_are(grown: Grown, old: int) -> None:
    """Likewise for what a witness is sent."""
    path = HashTree(grown.engine).consistency(old, SIZE)
    assert consistent(old, naive_root(grown.leaves[:old]), SIZE, naive_root(grown.leaves), path)


def test_tiles_hold_one_hash_for_256_entries_and_none_for_what_is_not_full(grown: Grown) -> None:
    """A hash over entries that are still to come would be wrong once they are there."""
    with grown.records.trail.transaction():
        forget_hashes(grown.records.trail)
    assert build(grown) == SIZE // TILE
    assert next_tile_hashes(grown.engine, SIZE, 100) == []
    assert tile_bytes(grown.engine, 1, 0, 2) == naive_root(grown.leaves[:TILE]) + naive_root(
        grown.leaves[TILE : 2 * TILE]
    )
    assert tile_bytes(grown.engine, 0, 0)[:32] == grown.leaves[0]
    with pytest.raises(TreeError):
        tile_bytes(grown.engine, 1, 0, 3)


def test_a_proof_reads_few_rows_however_long_the_trail_is(grown: Grown) -> None:
    """With tiles a proof of ten million entries is milliseconds; what is counted here is reads, not time."""
    build(grown)
    asked: list[str] = []
    event.listen(grown.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    HashTree(grown.engine).inclusion(3, SIZE)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) <= 5


def test_a_missing_entry_is_named(tmp_path: Path) -> None:
    """A proof that left it out would prove something else."""
    records = Records(tmp_path)
    for _ in range(5):
        records.append(Kind.STOP)
    records.tamper(sql("DELETE FROM audit_trail WHERE seq = 3"))
    engine = open_database(records.path, read_only=True)
    with pytest.raises(TreeError, match="entry 3 is missing"):
        HashTree(engine).root(5)
    assert next_tile_hashes(engine, 5, 10) == []
    with pytest.raises(TreeError, match="entry 3 is missing"):
        next_tile_hashes(engine, TILE, 10)
    engine.dispose()
    records.close()
