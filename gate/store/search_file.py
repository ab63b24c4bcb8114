"""The file of the search index: immutable volumes of posting lists and of times, derived from the trail.

A volume covers the entries of one aligned span of numbers. For each term it holds the numbers of the entries that
have it, as a roaring bitmap. Sixteen volumes that fill the span of one above them are merged into it, so a search
reads a few dozen lists however long the trail is. The file holds nothing that the trail does not say: it may be
deleted at any time.
"""

import heapq
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from pyroaring import BitMap

from gate.core.log_terms import SEARCHED, Term
from gate.store.database import make_engine
from gate.store.search_spans import Volume, span_of

FORMAT = 2
"""Another number, another index: raise it when the terms or the tables change."""

BLOCK = 1024
"""Entries whose times stand together; a span is a multiple of it."""
ROUND = 500
"""Rows at once."""

metadata = sa.MetaData()

about = sa.Table("about", metadata, sa.Column("name", sa.Text, primary_key=True), sa.Column("said", sa.Text))
volumes = sa.Table(
    "volumes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
)
postings = sa.Table(
    "postings",
    metadata,
    sa.Column("volume", sa.Integer, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("crc", sa.Integer, nullable=False),
    sa.Column("seqs", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
words = sa.Table(
    "words",
    metadata,
    sa.Column("field", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("folded", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
times = sa.Table(
    "times",
    metadata,
    sa.Column("block", sa.Integer, primary_key=True),
    sa.Column("low", sa.Integer, nullable=False),
    sa.Column("high", sa.Integer, nullable=False),
    sa.Column("ordered", sa.Integer, nullable=False),
    sa.Column("crc", sa.Integer, nullable=False),
    sa.Column("at", sa.LargeBinary, nullable=False),
)


class DamagedIndexError(Exception):
    """What the file says cannot be right: it is of another gate, another format, or not what was written."""


class BlockTimes(NamedTuple):
    """When the entries of one block were made: first, last, and whether the times never go back."""

    low: int
    high: int
    ordered: bool


Postings = Mapping[Term, BitMap]


def block_times(at: Sequence[int]) -> BlockTimes:
    """Return what the times of a block come to."""
    return BlockTimes(min(at), max(at), all(earlier <= later for earlier, later in pairwise(at)))


class SearchFile:
    """One connection to the file; not for use by two threads at once."""

    def __init__(self, path: Path, *, key: str | None, read_only: bool = False) -> None:
        self._engine = make_engine(path, key=key, read_only=read_only)
        self._connection = self._engine.connect()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()
        self._engine.dispose()

    def prepare(self, gate_id: str) -> None:
        """Make the tables of a new file, or look whether an old one is ours.

        Raises:
            DamagedIndexError: it is another gate's or of another format.
        """
        with self._connection.begin():
            metadata.create_all(self._connection)
            if not self._connection.execute(sa.select(about)).all():
                said = _about(gate_id)
                self._connection.execute(sa.insert(about), [{"name": n, "said": s} for n, s in said.items()])
        self.check(gate_id)

    def check(self, gate_id: str) -> None:
        """Look whether the file is ours.

        Raises:
            DamagedIndexError: it is another gate's or of another format.
        """
        found = {row.name: row.said for row in self._connection.execute(sa.select(about))}
        self.release()
        if found != _about(gate_id):
            raise DamagedIndexError(f"the index is of {found}, wanted is {_about(gate_id)}")

    def volumes(self) -> list[Volume]:
        """Return every volume, the oldest entries first."""
        rows = self._connection.execute(sa.select(volumes).order_by(volumes.c.first))
        return [Volume(*row) for row in rows]

    def release(self) -> None:
        """End the snapshot that reading began."""
        self._connection.rollback()

    def read(self, terms: Iterable[Term], within: Sequence[Volume]) -> BitMap:
        """Return the numbers of the entries in these volumes that have any of the terms.

        Raises:
            DamagedIndexError: a list is not the one that was written.
        """
        by_field: dict[str, list[str]] = {}
        for term in terms:
            by_field.setdefault(term.field, []).append(term.value)
        ids = [volume.id for volume in within]
        found = []
        for field, values in by_field.items():
            for start in range(0, len(values), ROUND):
                asked = {"asked_field": field, "asked": values[start : start + ROUND], "ids": ids}
                found += [_bitmap(row.crc, row.seqs) for row in self._connection.execute(_READ, asked)]
        return BitMap.union(*found) if found else BitMap()

    def find(self, text: str, most: int) -> list[Term]:
        """Return at most `most` terms whose value holds a text, which is in lower case."""
        fits = words.c.folded.contains(text, autoescape=True)
        rows = self._connection.execute(sa.select(words.c.field, words.c.value).where(fits).limit(most))
        return [Term(*row) for row in rows]

    def blocks(self, first: int, last: int) -> dict[int, BlockTimes]:
        """Return what the times of the blocks in a range of entries come to."""
        wanted = sa.select(times.c.block, times.c.low, times.c.high, times.c.ordered).where(
            times.c.block >= first // BLOCK, times.c.block <= last // BLOCK
        )
        return {row[0]: BlockTimes(row[1], row[2], bool(row[3])) for row in self._connection.execute(wanted)}

    def times(self, blocks: Sequence[int]) -> dict[int, "array[int]"]:
        """Return the times of every entry of some blocks, in milliseconds since 1970.

        Raises:
            DamagedIndexError: they are not the ones that were written.
        """
        found = {}
        for start in range(0, len(blocks), ROUND):
            asked = {"asked": blocks[start : start + ROUND]}
            for row in self._connection.execute(_TIMES, asked):
                found[row.block] = array("q", zlib.decompress(_whole(row.crc, row.at)))
        return found

    def write(self, level: int, first: int, leaf: bytes, held: Postings, at: Mapping[int, "array[int]"]) -> None:
        """Add a volume with its posting lists and times in one transaction."""
        with self._connection.begin():
            id_ = self._add(level, first, leaf)
            rows = [_row(id_, term, seqs) for term, seqs in sorted(held.items())]
            for start in range(0, len(rows), ROUND):
                self._connection.execute(sa.insert(postings), rows[start : start + ROUND])
            self._connection.execute(sa.insert(times), [_times_row(block, found) for block, found in at.items()])
            self._add_words(held)

    def merge(self, level: int, parts: Sequence[Volume]) -> None:
        """Put one volume in the place of the parts that fill its span."""
        with self._connection.begin(), ExitStack() as stack:
            id_ = self._add(level, parts[0].first, parts[-1].leaf)
            every = [self._lists(stack, part) for part in parts]
            waiting = []
            for term, lists in groupby(heapq.merge(*every, key=lambda row: row[0]), key=lambda row: row[0]):
                waiting.append(_row(id_, term, BitMap.union(*[seqs for _, seqs in lists])))
                if len(waiting) == ROUND:
                    self._connection.execute(sa.insert(postings), waiting)
                    waiting = []
            if waiting:
                self._connection.execute(sa.insert(postings), waiting)
            ids = [part.id for part in parts]
            self._connection.execute(sa.delete(postings).where(postings.c.volume.in_(ids)))
            self._connection.execute(sa.delete(volumes).where(volumes.c.id.in_(ids)))

    def _lists(self, stack: ExitStack, part: Volume) -> Iterator[tuple[Term, BitMap]]:
        wanted = (
            sa.select(postings.c.field, postings.c.value, postings.c.crc, postings.c.seqs)
            .where(postings.c.volume == part.id)
            .order_by(postings.c.field, postings.c.value)
        )
        rows = stack.enter_context(self._connection.execute(wanted, execution_options={"yield_per": ROUND}))
        return ((Term(row[0], row[1]), _bitmap(row[2], row[3])) for row in rows)

    def _add(self, level: int, first: int, leaf: bytes) -> int:
        values = {"level": level, "first": first, "last": first + span_of(level) - 1, "leaf": leaf}
        added = self._connection.execute(sa.insert(volumes).values(values)).inserted_primary_key
        return int(added[0]) if added else 0

    def _add_words(self, held: Postings) -> None:
        by_field: dict[str, list[str]] = {}
        for term in held:
            if term.field in SEARCHED:
                by_field.setdefault(term.field, []).append(term.value)
        for field, values in by_field.items():
            for start in range(0, len(values), ROUND):
                part = values[start : start + ROUND]
                known = sa.select(words.c.value).where(words.c.field == field, words.c.value.in_(part))
                there = set(self._connection.execute(known).scalars())
                new = [{"field": field, "value": v, "folded": v.casefold()} for v in part if v not in there]
                if new:
                    self._connection.execute(sa.insert(words), new)


_READ = sa.select(postings.c.crc, postings.c.seqs).where(
    postings.c.volume.in_(sa.bindparam("ids", expanding=True)),
    postings.c.field == sa.bindparam("asked_field"),
    postings.c.value.in_(sa.bindparam("asked", expanding=True)),
)
_TIMES = sa.select(times.c.block, times.c.crc, times.c.at).where(
    times.c.block.in_(sa.bindparam("asked", expanding=True))
)


def _about(gate_id: str) -> dict[str, str]:
    return {"format": str(FORMAT), "gate": gate_id}


def _row(volume: int, term: Term, seqs: BitMap) -> dict[str, Any]:
    seqs.run_optimize()
    data = seqs.serialize()
    return {
        "volume": volume,
        "field": str(term.field),
        "value": str(term.value),
        "crc": zlib.crc32(data),
        "seqs": data,
    }


def _times_row(block: int, at: "array[int]") -> dict[str, Any]:
    data = zlib.compress(at.tobytes(), 1)
    said = block_times(at)
    return {
        "block": block,
        "low": said.low,
        "high": said.high,
        "ordered": int(said.ordered),
        "crc": zlib.crc32(data),
        "at": data,
    }


def _whole(crc: int, data: bytes) -> bytes:
    if zlib.crc32(data) != crc:
        raise DamagedIndexError("a part of the index is not the one that was written")
    return data


def _bitmap(crc: int, data: bytes) -> BitMap:
    return BitMap.deserialize(_whole(crc, data))
