"""Growing by many leaves comes to the same tree as growing one by one."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from gate.core.audit import grown
from gate.core.frontier import extended


@given(st.integers(0, 70), st.integers(0, 70))
def test_many_leaves_at_once_are_the_leaves_one_by_one(first: int, more: int) -> None:
    """A verification that computes another tree than the append would call sound records damaged."""
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(first + more)]
    frontier: tuple[bytes, ...] = ()
    for size, leaf in enumerate(leaves[:first]):
        frontier = grown(frontier, size, leaf)
    slowly = frontier
    for size, leaf in enumerate(leaves[first:], start=first):
        slowly = grown(slowly, size, leaf)
    assert extended(frontier, first, leaves[first:]) == slowly
