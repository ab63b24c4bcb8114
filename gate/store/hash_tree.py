"""The Merkle tree as it is stored: leaves in the trail, roots of 256, 65 536 ... entries in tiles made from them.

A proof over ten million entries reads a few hundred rows. Tiles are derived: where one is missing its hash is worked
out from the leaves, so a proof is never wrong, only slower. Each read is a short transaction of its own, because what
is read never changes (C2SP tlog-tiles for the layout).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import sqlalchemy as sa

from gate.core.audit import node_hash
from gate.core.frontier import LOST_LEAF
from gate.core.merkle import Path, consistency_path, inclusion_path, root_of
from gate.store.schema import audit_trail
from gate.store.seal_schema import hash_tiles
from gate.store.segments import Break, Segment, segments_of

TILE = 256
TILE_LEVELS = 8
"""Levels of the tree that one tile spans: 2^8 = 256."""

KEPT = 64
"""Tiles held in memory by one tree: half a megabyte."""

KEPT_NODES = 8192
"""Nodes that were worked out and are kept: what neighbours' proofs share; a megabyte."""


class TreeError(Exception):
    """The tree has no such hash, because the entry `seq` is missing."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"entry {seq} is missing")
        self.seq = seq


class HashTree:
    """Reads hashes of the stored tree and makes proofs of them; keeps a few tiles, so one serves many proofs.

    It sees the trail as it was when a tile was first read: make another one for what was written since.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: sa.Connection | None = None
        self._tile = lru_cache(maxsize=KEPT)(self._read)
        self._made = lru_cache(maxsize=KEPT_NODES)(self.made)
        segments = segments_of(engine)
        self._breaks = [one for segment in segments for one in segment.breaks]
        self._signed_for = {place: node for segment in segments for place, node in _places(segment)}
        """Where entries do not hold, what the tree had over them, as the signed entry of the segment says."""

    def root(self, size: int) -> bytes:
        """Return the root of the first `size` entries.

        Raises:
            TreeError: there are fewer.
        """
        with self._reading():
            return root_of(size, self.node)

    def inclusion(self, seq: int, size: int) -> Path:
        """Return the proof that entry `seq` is in the tree of `size` entries.

        Raises:
            ValueError: it cannot be in a tree of that size.
            TreeError: an entry is missing.
        """
        with self._reading():
            return inclusion_path(seq - 1, size, self.node)

    def consistency(self, old: int, new: int) -> Path:
        """Return the proof that the first `old` entries are the beginning of the first `new`.

        Raises:
            ValueError: the old tree is the larger one.
            TreeError: an entry is missing.
        """
        with self._reading():
            return consistency_path(old, new, self.node)

    def hashes(self, level: int, numbers: Iterable[int]) -> list[tuple[int, int, bytes]]:
        """Return hashes of a tile's level (level, number, hash), each worked out from the level below.

        Raises:
            TreeError: an entry is missing.
        """
        with self._reading():
            return [(level, number, self.made(level * TILE_LEVELS, number)) for number in numbers]

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        """Keep one connection for as long as a proof takes; a transaction still lasts for one read only."""
        if self._connection is not None:
            yield self._connection
            self._connection.rollback()
            return
        with self._engine.connect() as connection:
            self._connection = connection
            try:
                yield connection
            finally:
                self._connection = None

    def node(self, level: int, number: int) -> bytes:
        """Return the root of the full subtree over 2^level entries.

        Raises:
            TreeError: an entry is missing.
        """
        if (level, number) in self._signed_for:
            return self._signed_for[level, number]
        tile_level, rest = divmod(level, TILE_LEVELS)
        found = self._tile(tile_level, number // TILE).get(number % TILE) if rest == 0 else None
        if found is None and level == 0:
            raise TreeError(number + 1)
        return found if found is not None else self._made(level, number)

    def made(self, level: int, number: int) -> bytes:
        """Return the same, worked out from the level below whether it is stored or not."""
        return node_hash(self.node(level - 1, 2 * number), self.node(level - 1, 2 * number + 1))

    def _read(self, level: int, tile: int) -> dict[int, bytes]:
        """Return the hashes of a tile by their place in it; the last tile of a level is not full."""
        first = tile * TILE
        statement = _LEAVES if level == 0 else _HASHES
        with self._reading() as connection:
            rows = connection.execute(statement, {"level": level, "first": first, "end": first + TILE})
            found = {row.number - first: row.hash for row in rows if len(row.hash) == len(LOST_LEAF)}
        return self._mended(first, found) if level == 0 else found

    def _mended(self, first: int, found: dict[int, bytes]) -> dict[int, bytes]:
        """Put in what the tree has for entries that do not hold and for which QA has signed a segment."""
        for one in self._breaks:
            for number in range(max(one.first - 1, first), min(one.last, first + TILE)):
                found.setdefault(number - first, LOST_LEAF)
            if first < one.last <= first + TILE and not self._is_lost(one):
                found[one.last - 1 - first] = one.after
        return found

    def _is_lost(self, one: Break) -> bool:
        """Whether nothing stood behind the break that named a leaf: it then continues what stood before it."""
        before = sa.select(audit_trail.c.leaf).where(audit_trail.c.seq == one.first - 1)
        with self._reading() as connection:
            return bool(connection.execute(before).scalar() == one.after)


def _places(segment: Segment) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield level and number of each full subtree that the tree before a segment is made of."""
    size, begin = segment.seq - 1, 0
    for node in segment.frontier:
        level = (size - begin).bit_length() - 1
        yield (level, begin >> level), node
        begin += 1 << level


_NUMBER = (audit_trail.c.seq - 1).label("number")
_LEAVES = sa.select(_NUMBER, audit_trail.c.leaf.label("hash")).where(
    audit_trail.c.seq > sa.bindparam("first"), audit_trail.c.seq <= sa.bindparam("end")
)
_HASHES = sa.select(hash_tiles.c.number, hash_tiles.c.hash).where(
    hash_tiles.c.level == sa.bindparam("level"),
    hash_tiles.c.number >= sa.bindparam("first"),
    hash_tiles.c.number < sa.bindparam("end"),
)


def next_tile_hashes(engine: sa.Engine, size: int, limit: int) -> list[tuple[int, int, bytes]]:
    """Return up to `limit` hashes (level, number, hash) that tiles of the first `size` entries still lack, in order."""
    found: list[tuple[int, int, bytes]] = []
    level = 1
    while size // TILE**level and not found:
        with engine.connect() as connection:
            done = connection.execute(_COUNT, {"level": level}).scalar()
        first = 0 if done is None else done + 1
        numbers = range(first, min(size // TILE**level, first + limit))
        found = HashTree(engine).hashes(level, numbers)
        level += 1
    return found


_COUNT = sa.select(sa.func.max(hash_tiles.c.number)).where(hash_tiles.c.level == sa.bindparam("level"))

ADD_HASH = sa.insert(hash_tiles)


def tile_bytes(engine: sa.Engine, level: int, tile: int, width: int = TILE) -> bytes:
    """Return the first `width` hashes of a tile, one behind the other, as a C2SP tlog-tiles server would.

    Raises:
        TreeError: it is not that wide yet.
    """
    tree = HashTree(engine)
    return b"".join(tree.node(level * TILE_LEVELS, tile * TILE + place) for place in range(width))
