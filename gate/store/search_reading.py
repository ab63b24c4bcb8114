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


class Reading:
    """All that is indexed, as one question sees it: the entries from `from_seq` to `head_seq`."""

    def __init__(self, live: Part, file: SearchFile | None, volumes: Sequence[Volume], known: "Blocks") -> None:
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
        return self._file.read(wanted, self._volumes) | found

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


class Blocks:
    """What the file says of times, read once: what each block comes to, and the blocks that were last asked for."""

    def __init__(self) -> None:
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
