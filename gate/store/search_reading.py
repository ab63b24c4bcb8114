"""All that is indexed, as one question sees it: the segments of the file and the part in memory together."""

from array import array
from collections.abc import Iterable, Mapping, Sequence

from pyroaring import BitMap

from gate.core.log_terms import Term
from gate.store.search_file import BlockTimes, SearchFile
from gate.store.search_live import Part
from gate.store.search_spans import SPAN, Segment, unbroken


class Reading:
    """All that is indexed, as one question sees it: the entries from `from_seq` to `head_seq`."""

    def __init__(self, live: Part, file: SearchFile | None, segments: Sequence[Segment], known: "Blocks") -> None:
        self._live, self._file = live, file
        self._segments = unbroken(segments, live.first)
        self.from_seq = max(1, self._segments[-1].first) if self._segments else live.first
        self.head_seq = live.last
        self._blocks = known.of(file, self._segments) | live.blocks()

    def read(self, terms: Iterable[Term]) -> BitMap:
        """Return the numbers of the entries that have any of the terms."""
        wanted = tuple(terms)
        found = self._live.read(wanted)
        if self._file is None or not self._segments:
            return found
        return self._file.read(wanted, self._segments) | found

    def find(self, text: str, most: int) -> Sequence[Term]:
        """Return at most `most` terms whose value holds a text, which is in lower case."""
        found = set(self._live.find(text))
        if self._file is not None:
            found.update(self._file.find(text, most))
        return sorted(found)[:most]

    def blocks(self) -> Mapping[int, BlockTimes]:
        """Return what the times of every block come to."""
        return self._blocks

    def times(self, blocks: Sequence[int]) -> Mapping[int, "array[int]"]:
        """Return the times of every entry of some blocks."""
        found = {block: self._live.at[block] for block in blocks if block in self._live.at}
        rest = [block for block in blocks if block not in found]
        return found | self._file.times(rest) if rest and self._file is not None else found


class Blocks:
    """What the times of the blocks in the file come to, read once."""

    def __init__(self) -> None:
        self._known: dict[int, dict[int, BlockTimes]] = {}

    def of(self, file: SearchFile | None, segments: Sequence[Segment]) -> dict[int, BlockTimes]:
        """Return the blocks of the segments; only those of new spans are read."""
        found: dict[int, BlockTimes] = {}
        for first in (first for segment in segments for first in range(segment.first, segment.last, SPAN)):
            if first not in self._known and file is not None:
                self._known[first] = file.blocks(first, first + SPAN - 1)
            found |= self._known.get(first, {})
        return found
