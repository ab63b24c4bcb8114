"""All that is indexed, as one question sees it: the volumes of the file and the part in memory together."""

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from pyroaring import BitMap

from gate.core.log_terms import Term
from gate.store.search_file import BlockTimes, SearchFile
from gate.store.search_live import Part
from gate.store.search_spans import SPAN, Volume, unbroken

KEPT = 512
"""Blocks whose times stay in memory: 4 MB."""
KEPT_BYTES = 8_000_000
"""Posting lists that stay in memory: each page asks for those of every view."""


class Reading:
    """All that is indexed, as one question sees it: the entries from `from_seq` to `head_seq`."""

    def __init__(self, live: Part, file: SearchFile | None, volumes: Sequence[Volume], known: "Known") -> None:
        self._live, self._file = live, file
        self._volumes = unbroken(volumes, live.first)
        self.from_seq = max(1, self._volumes[-1].first) if self._volumes else live.first
        self.head_seq = live.last
        self._known = known
        self._blocks = known.of(file, self._volumes) | live.blocks()

    def read(self, terms: Iterable[Term]) -> BitMap:
        """Return the numbers of the entries that have any of the terms."""
        wanted = tuple(terms)
        found = self._live.read(wanted)
        if self._file is None or not self._volumes:
            return found
        return self._known.lists(self._file, wanted, self._volumes) | found

    def find(self, text: str, most: int) -> Sequence[Term]:
        """Return at most `most` terms whose value holds a text, which is in lower case."""
        found = set(self._live.find(text))
        if self._file is not None:
            found.update(self._file.find(text, most))
        return sorted(found)[:most]

    def blocks(self) -> Mapping[int, BlockTimes]:
        """Return what the times of every block come to, in the order of the entries."""
        return self._blocks

    def times(self, blocks: Sequence[int]) -> Mapping[int, "array[int]"]:
        """Return the times of every entry of some blocks."""
        found = {block: self._live.at[block] for block in blocks if block in self._live.at}
        rest = [block for block in blocks if block not in found]
        return found | self._known.times(self._file, rest) if rest and self._file is not None else found


class Known:
    """What the file says and never changes, read once: what blocks of times come to, the last times and lists."""

    def __init__(self) -> None:
        self._lists: OrderedDict[tuple[tuple[Term, ...], tuple[int, ...]], BitMap] = OrderedDict()
        self._bytes = 0
        self._spans: dict[int, dict[int, BlockTimes]] = {}
        self._reach: tuple[int, int, int] = (0, 0, 0)
        self._of: dict[int, BlockTimes] = {}
        self._times: OrderedDict[int, array[int]] = OrderedDict()

    def of(self, file: SearchFile | None, volumes: Sequence[Volume]) -> dict[int, BlockTimes]:
        """Return the blocks of volumes that follow each other, in order; only those of new spans are read."""
        reach = (volumes[-1].first, volumes[0].last, 1) if volumes else (0, 0, 0)
        if reach != self._reach:
            found: dict[int, BlockTimes] = {}
            for first in (first for one in reversed(volumes) for first in range(one.first, one.last, SPAN)):
                if first not in self._spans and file is not None:
                    self._spans[first] = file.blocks(first, first + SPAN - 1)
                found |= self._spans.get(first, {})
            self._reach, self._of = reach, found
        return self._of

    def times(self, file: SearchFile, blocks: Sequence[int]) -> dict[int, "array[int]"]:
        """Return the times of some blocks; what is in the file never changes, so the last ones are kept."""
        found = {block: self._times[block] for block in blocks if block in self._times}
        read = file.times([block for block in blocks if block not in found])
        self._times |= read
        for block in found:
            self._times.move_to_end(block)
        while len(self._times) > KEPT:
            self._times.popitem(last=False)
        return found | read

    def lists(self, file: SearchFile, terms: tuple[Term, ...], volumes: Sequence[Volume]) -> BitMap:
        """Return the numbers of the entries in some volumes that have any of the terms."""
        key = (terms, tuple(volume.id for volume in volumes))
        found = self._lists.get(key)
        if found is None:
            found = self._lists[key] = file.read(terms, volumes)
            self._bytes += _bytes_of(found)
            while self._bytes > KEPT_BYTES and len(self._lists) > 1:
                self._bytes -= _bytes_of(self._lists.popitem(last=False)[1])
        self._lists.move_to_end(key)
        return found


def _bytes_of(seqs: BitMap) -> int:
    sizes = [size for name, size in seqs.get_statistics().items() if name.startswith("n_bytes_")]
    return sum(size for size in sizes if isinstance(size, int))
