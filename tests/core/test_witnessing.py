"""What a witness may cosign: only what continues the last head; and requests that are exactly formed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.checkpoint import TreeHead
from gate.core.merkle import consistency_path
from gate.core.signed_note import NoteError
from gate.core.witnessing import MOST_STEPS, Submission, Verdict, judged, parse_submission
from tests.core.test_merkle import leaves_of, naive, naive_root

pytestmark = [pytest.mark.req("E11"), pytest.mark.fault(11)]

ORIGIN = "gate-1.test"
LEAVES, FORK = leaves_of(40), (*leaves_of(20), *leaves_of(20, salt=1))
STEP = "A" * 43 + "="


def head(size: int, leaves: tuple[bytes, ...] = LEAVES) -> TreeHead:
    return TreeHead(ORIGIN, size, naive_root(leaves[:size]))


def offered(old: int, new: int, leaves: tuple[bytes, ...] = LEAVES) -> tuple[TreeHead, int, tuple[bytes, ...]]:
    return head(new, leaves), old, consistency_path(old, new, naive(leaves))


def test_the_first_head_is_cosigned_whatever_it_is() -> None:
    """There is nothing yet that it could contradict."""
    assert judged(None, *offered(0, 30)) is Verdict.COSIGNED


@given(st.integers(1, 40), st.integers(1, 40))
def test_every_head_that_continues_the_last_one_is_cosigned_and_no_smaller_one(old: int, new: int) -> None:
    """A gate that only ever appends is never refused; a rolled-back one always is, whatever it claims."""
    if old <= new:
        assert judged(head(old), *offered(old, new)) is Verdict.COSIGNED
    else:
        assert judged(head(old), *offered(new, new)) is Verdict.OTHER_SIZE
        assert judged(head(old), head(new), old, ()) is Verdict.MALFORMED


@given(st.integers(21, 40), st.integers(21, 40))
def test_no_head_of_a_copy_that_went_another_way_is_cosigned(old: int, new: int) -> None:
    """The first twenty entries are the same, as on a copied disk."""
    verdict = judged(head(old), *offered(min(old, new), new, FORK))
    assert verdict in {Verdict.OTHER_SIZE, Verdict.INCONSISTENT}


def test_the_same_head_again_is_cosigned_again_without_a_proof() -> None:
    """Its answer was lost; a proof with it would be of nothing."""
    assert judged(head(30), head(30), 30, ()) is Verdict.COSIGNED
    assert judged(head(30), head(30), 30, (bytes(32),)) is Verdict.INCONSISTENT
    assert judged(head(30), head(30, FORK), 30, ()) is Verdict.OTHER_SIZE


def test_an_old_size_that_is_not_the_witness_s_own_is_answered_with_its_own() -> None:
    """The log then proves from there; it may not choose what it is held to."""
    assert judged(head(30), *offered(25, 40)) is Verdict.OTHER_SIZE
    assert judged(head(30), *offered(0, 40)) is Verdict.OTHER_SIZE
    assert judged(None, *offered(25, 40)) is Verdict.OTHER_SIZE


@given(st.integers(0, 2**62), st.lists(st.binary(min_size=32, max_size=32), max_size=MOST_STEPS), st.text())
def test_a_request_is_read_as_it_was_written(old: int, path: list[bytes], note: str) -> None:
    """Whatever the note holds: the first empty line ends the proof."""
    asked = Submission(old, tuple(path), note)
    assert parse_submission(asked.body) == asked


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 1",
        "old 1\n",
        "old 01\n\nnote",
        "old -1\n\nnote",
        "new 1\n\nnote",
        "1\n\nnote",
        f"old 1\n{STEP}x\n\nnote",
        "old 1\nAAAA\n\nnote",
        "old 1\n!\n\nnote",
        f"old 1\n{STEP}\n" + f"{STEP}\n" * MOST_STEPS + "\nnote",
    ],
    ids=range(11),
)
def test_what_is_no_request_is_refused(body: str) -> None:
    """It comes from the network."""
    with pytest.raises(NoteError):
        parse_submission(body)
