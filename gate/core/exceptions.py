"""Review by exception: what the rules find in the entries of a period, in one pass in order of number (H4).

Order is that of the trail, never of time: a wall clock that was set back hides nothing and breaks nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from gate.core import exceptions_of_decisions as of_decisions
from gate.core import exceptions_of_others as of_others
from gate.core.audit import Kind
from gate.core.exception_memory import Finding, Memory, Said, Stamp, stamp_of


class Finder:
    """Takes entry after entry and returns the exceptions they complete; what it keeps in mind is bounded."""

    def __init__(self, first_seq: int = 1, config: str = "") -> None:
        """Begin a period with the entry `first_seq`; entries handed over before it only prepare.

        `config` is the SHA-256 of the configuration at the last start before, empty where it is not known.
        """
        self._memory = Memory(first_seq, config)
        self._last: Stamp | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many entries of the period were routine, by what they were."""
        return self._memory.counts

    def take(self, said: Said) -> list[Finding]:
        """Look at the next entry."""
        now, memory = stamp_of(said), self._memory
        memory.counting = now.seq >= memory.first_seq
        self._last = now
        if said["kind"] == Kind.DECISION:
            return self._within(of_decisions.decision(memory, said, now))
        rule = of_others.OF_KIND.get(said["kind"])
        return self._within(rule(memory, said, now)) if rule else []

    def end(self) -> list[Finding]:
        """Return what was still going on when the period ended."""
        if self._last is None:
            return []
        found = self._within(of_decisions.at_the_end(self._memory))
        return found + self._within(of_others.at_the_end(self._memory, self._last))

    def _within(self, found: Iterable[Finding]) -> list[Finding]:
        return [one for one in found if one.seq >= self._memory.first_seq]


def exceptions(entries: Iterable[Said], first_seq: int = 1, config: str = "") -> tuple[list[Finding], Counter[str]]:
    """Return everything the rules find in these entries, and the counts of what is routine."""
    finder = Finder(first_seq, config)
    found = [one for said in entries for one in finder.take(said)]
    return found + finder.end(), Counter(finder.counts)


def found_in(finder: Finder, entries: Iterable[Said]) -> Iterator[Finding]:
    """Yield the exceptions one by one, so that a long period is never held whole."""
    for said in entries:
        yield from finder.take(said)
    yield from finder.end()
