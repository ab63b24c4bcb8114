"""Proofs over the tree: what we make, any RFC 6962 verifier accepts, and what we check, no other tree passes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.audit import leaf_hash, node_hash
from gate.core.merkle import Node, consistency_path, consistent, included, inclusion_path, root_of
from tests.core.test_audit_bytes import RFC_6962_LEAVES, RFC_6962_ROOTS

pytestmark = pytest.mark.req("E11")

INCLUSION = {
    (0, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 "
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e "
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (5, 8): "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b "
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 "
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 5): "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d "
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e "
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    (0, 1): "",
}
"""The proofs of Certificate Transparency's own tests over the eight leaves: (index, size) -> path."""

CONSISTENCY = {
    (1, 1): "",
    (1, 8): "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 "
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e "
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    (6, 8): "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a "
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 "
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    (2, 5): "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e "
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
}
"""Likewise: (old, new) -> path."""


def naive_root(leaves: tuple[bytes, ...]) -> bytes:
    """The definition of RFC 6962, section 2.1, over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return node_hash(naive_root(leaves[:middle]), naive_root(leaves[middle:]))


def naive(leaves: tuple[bytes, ...]) -> Node:
    """Every full subtree worked out from the leaves."""
    return lambda level, number: naive_root(leaves[number << level : (number + 1) << level])


def leaves_of(count: int, salt: int = 0) -> tuple[bytes, ...]:
    return tuple(leaf_hash(f"{salt}:{number}".encode()) for number in range(count))


def hashes(text: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(word) for word in text.split())


PUBLISHED = tuple(leaf_hash(data) for data in RFC_6962_LEAVES)
KNOWN = naive(PUBLISHED)
SIZES = st.integers(min_value=1, max_value=130)


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_come_out(size: int) -> None:
    """Eight leaves whose roots every implementation of RFC 6962 agrees on."""
    assert root_of(size, KNOWN).hex() == RFC_6962_ROOTS[size]


@pytest.mark.parametrize("place", INCLUSION, ids=str)
def test_the_published_inclusion_proofs_come_out(place: tuple[int, int]) -> None:
    """A proof in another order, or with another hash, would be accepted by us alone."""
    index, size = place
    path = inclusion_path(index, size, KNOWN)
    assert path == hashes(INCLUSION[place])
    assert included(PUBLISHED[index], index, size, path, root_of(size, KNOWN))


@pytest.mark.parametrize("sizes", CONSISTENCY, ids=str)
def test_the_published_consistency_proofs_come_out(sizes: tuple[int, int]) -> None:
    """Likewise for what a witness is sent."""
    old, new = sizes
    path = consistency_path(old, new, KNOWN)
    assert path == hashes(CONSISTENCY[sizes])
    assert consistent(old, root_of(old, KNOWN), new, root_of(new, KNOWN), path)


@given(SIZES, st.data())
def test_every_entry_is_proved_and_no_other_leaf_place_or_root_is(size: int, data: st.DataObject) -> None:
    """A proof that fits a second leaf proves nothing."""
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(index, size, naive(leaves)), naive_root(leaves)
    assert included(leaves[index], index, size, path, root)
    assert not included(leaf_hash(b"another"), index, size, path, root)
    assert not included(leaves[index], index, size, path, leaf_hash(b"another"))
    other = data.draw(st.integers(-1, size + 1))
    assert other == index or not included(leaves[index], other, size, path, root)
    changed = data.draw(st.sampled_from(["cut", "grown", "swapped"]))
    wrong = {"cut": path[:-1], "grown": (*path, root), "swapped": path[::-1]}[changed]
    assert wrong == path or not included(leaves[index], index, size, wrong, root)


@given(SIZES, st.data())
def test_every_beginning_is_proved_and_no_other_history_is(new: int, data: st.DataObject) -> None:
    """This is the check by which a witness refuses a second head."""
    leaves = leaves_of(new)
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, naive(leaves))
    old_root, root = naive_root(leaves[:old]), naive_root(leaves)
    assert consistent(old, old_root, new, root, path)
    fork = leaves_of(new, salt=1)
    assert not consistent(old, naive_root(fork[:old]), new, root, path)
    assert not consistent(old, old_root, new, naive_root(fork), path)
    assert not consistent(old, old_root, new, naive_root(fork), consistency_path(old, new, naive(fork)))
    assert not consistent(old, old_root, new, root, (*path, root))
    assert not path or not consistent(old, old_root, new, root, path[:-1])


@given(SIZES, st.data())
def test_a_tree_that_shrinks_is_refused_with_any_path(old: int, data: st.DataObject) -> None:
    """A rolled-back disk image offers a smaller head."""
    leaves = leaves_of(old)
    new = data.draw(st.integers(-1, old - 1))
    path = data.draw(st.lists(st.sampled_from(leaves), max_size=4))
    assert not consistent(old, naive_root(leaves), new, naive_root(leaves[: max(new, 0)]), path)


def test_everything_is_consistent_with_nothing() -> None:
    """The first head that a witness sees has no earlier one; a path would be a lie."""
    empty, root = root_of(0, KNOWN), root_of(8, KNOWN)
    assert consistency_path(0, 8, KNOWN) == ()
    assert consistent(0, empty, 8, root, ())
    assert not consistent(0, empty, 8, root, (root,))
    assert not consistent(0, root, 8, root, ())


@pytest.mark.parametrize(("index", "size"), [(-1, 8), (8, 8), (0, 0)])
def test_a_place_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    """An export of a later entry against an earlier checkpoint must not get a proof that proves nothing."""
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_path(index, size, KNOWN)
    assert not included(PUBLISHED[0], index, size, (), PUBLISHED[0])


@pytest.mark.parametrize(("old", "new"), [(-1, 8), (9, 8)])
def test_a_larger_tree_is_no_beginning(old: int, new: int) -> None:
    """Handed in the wrong order, the sizes must not come out as a proof."""
    with pytest.raises(ValueError, match="is no beginning"):
        consistency_path(old, new, KNOWN)
