"""Proofs over the Merkle tree of the trail: made from the hashes of full subtrees, and checked (RFC 6962, RFC 9162).

Entry n of the trail is leaf n - 1. Whoever makes a proof hands in where the hashes come from.
"""

from collections.abc import Callable, Sequence

from gate.core.audit import node_hash, tree_root

Node = Callable[[int, int], bytes]
"""(level, number) -> the hash of the full subtree over the leaves number * 2^level up to (number + 1) * 2^level."""

Path = tuple[bytes, ...]


def root_of(size: int, node: Node) -> bytes:
    """Return the root of the tree of the first `size` leaves (RFC 6962, section 2.1)."""
    return tree_root(()) if size == 0 else _range_root(0, size, node)


def inclusion_path(index: int, size: int, node: Node) -> Path:
    """Return the proof that a leaf stands at `index` in the tree of `size` leaves (RFC 6962, section 2.1.1).

    Raises:
        ValueError: there is no such leaf in that tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} entries has no leaf {index}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(begin, middle, node))
            begin = middle
    return tuple(reversed(path))


def consistency_path(old: int, new: int, node: Node) -> Path:
    """Return the proof that the tree of `old` leaves is the beginning of that of `new` leaves (RFC 6962, 2.1.2).

    Raises:
        ValueError: the old tree is the larger one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} entries is no beginning of one of {new}")
    path: list[bytes] = []
    begin, end = 0, new
    while old not in {0, end}:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(begin, middle, node))
            begin = middle
    if begin:
        path.append(_range_root(begin, end, node))
    return tuple(reversed(path))


def _split(count: int) -> int:
    """Return the largest power of two that is smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_root(begin: int, end: int, node: Node) -> bytes:
    count = end - begin
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, begin >> level)
    middle = begin + _split(count)
    return node_hash(_range_root(begin, middle, node), _range_root(middle, end, node))


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether the path proves the leaf at `index` of the tree with this root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            place, last = _up_while_left(place, last)
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether the path proves that the old tree is the beginning of the new (RFC 9162, section 2.1.4.2)."""
    if old == 0:
        return not path and old_root == tree_root(()) and new >= 0
    if old == new:
        return not path and old_root == new_root
    if not (0 < old < new and path):
        return False
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(step, before), node_hash(step, after)
            place, last = _up_while_left(place, last)
        else:
            after = node_hash(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _up_while_left(place: int, last: int) -> tuple[int, int]:
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last
