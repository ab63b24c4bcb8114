"""The exact bytes of an entry, the chain of hashes and the Merkle tree: what any other program must be able to redo."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.audit import (
    FACT_KINDS,
    INTEGER_LIMIT,
    NO_LEAF,
    CanonicalFormError,
    Entry,
    Json,
    Kind,
    canonical,
    entry_bytes,
    grown,
    leaf_hash,
    node_hash,
    timestamp,
    tree_root,
)
from gate.core.records import Moment
from tests.core.facts_builder import TORONTO, local

AT = datetime(2026, 11, 23, 17, 0, 0, 123_999, tzinfo=UTC)
MOMENT = Moment(AT, "b7c1", 5_000_000, True, "ntp")


def written(entry: Entry, zone: ZoneInfo = TORONTO, seq: int = 1, previous: bytes = NO_LEAF) -> bytes:
    return entry_bytes(entry, seq=seq, gate="gate-1", zone=zone, previous=previous)


# --- golden bytes ----------------------------------------------------------------------------------------------

SHORT = (
    b'{"at":"2026-11-23T17:00:00.123Z","boot":"b7c1","boot_us":5000000,"clock":"ntp","gate":"gate-1","kind":"stop",'
    b'"offset":"-05:00","prev":"0000000000000000000000000000000000000000000000000000000000000000","seq":1,'
    b'"zone":"America/Toronto"}'
)
SHORT_LEAF = "2dfe46329bc7989b566d042e5dda3f03f93db5c08f60ea814ea3ce1bf01315a1"

FULL = (
    '{"at":"2026-11-23T17:00:00.123Z","badge":"B-7","badge_last4":"0C86","boot":"b7c1","boot_us":5000000,'
    '"by":"E2","clock":"ntp","data_as_of":"2026-11-23T16:00:00.000Z","detail":{"a":[1,"x"],"n":null},'
    '"equipment":"TP-01","evidence":{"badge":11,"holds":[80,81]},"gate":"gate-1","kind":"decision","mode":"enforce",'
    '"new":{"x":true},"offset":"-05:00","old":false,"operation":"USE","outcome":"allow","person":"E1",'
    '"prev":"2dfe46329bc7989b566d042e5dda3f03f93db5c08f60ea814ea3ce1bf01315a1","reader":"R-1",'
    '"reasons":["ALLOW_EXPIRING","ALLOW_JOIN"],"ref":3,"role":"operator","seq":2,'
    '"subject":"S","until":"2026-11-24T05:00:00.000Z","use":9,"why":"Élan \\"vital\\"\\n\\u0001\u2028\U0001f600",'
    '"zone":"America/Toronto"}'
).encode()


@pytest.mark.req("E2", "E4")
def test_the_shortest_entry_has_exactly_these_bytes_and_this_leaf() -> None:
    """Written out by hand: the format may never drift, or old chains could no longer be checked."""
    assert written(Entry(Kind.STOP, MOMENT)) == SHORT
    assert leaf_hash(SHORT).hex() == SHORT_LEAF == hashlib.sha256(b"\x00" + SHORT).hexdigest()


@pytest.mark.req("E2", "E4")
def test_an_entry_with_everything_has_exactly_these_bytes() -> None:
    """Every field, in its place; text beyond ASCII stands as itself, control characters as JSON escapes them."""
    entry = Entry(
        Kind.DECISION,
        MOMENT,
        person="E1",
        role="operator",
        badge="B-7",
        last4="0C86",
        reader="R-1",
        equipment="TP-01",
        mode="enforce",
        operation="USE",
        outcome="allow",
        reasons=("ALLOW_EXPIRING", "ALLOW_JOIN"),
        evidence={"holds": (80, 81), "badge": 11},
        data_as_of=AT - timedelta(hours=1, microseconds=123_999),
        until=local("2026-11-24 00:00"),
        ref=3,
        use=9,
        subject="S",
        old=False,
        new={"x": True},
        by="E2",
        why='Élan "vital"\n\x01\u2028\U0001f600',
        detail={"n": None, "a": [1, "x"]},
    )
    assert written(entry, seq=2, previous=bytes.fromhex(SHORT_LEAF)) == FULL


@pytest.mark.req("E2")
def test_absent_values_are_left_out_and_false_zero_and_empty_text_are_not() -> None:
    """ "Was false" and "is not said" are different things in an audit trail."""
    said = json.loads(written(Entry(Kind.CHANGE, MOMENT, old=False, new=0, why="", ref=0)))
    assert (said["old"], said["new"], said["why"], said["ref"]) == (False, 0, "", 0)
    absent = {"person", "reasons", "evidence", "data_as_of", "until", "use", "detail", "badge_last4"}
    assert absent.isdisjoint(said)


@pytest.mark.req("F1", "F5")
@pytest.mark.parametrize(
    ("at", "zone", "offset"),
    [
        (local("2026-11-01 01:30"), TORONTO, "-04:00"),
        (local("2026-11-01 01:30", fold=1), TORONTO, "-05:00"),
        (AT, ZoneInfo("UTC"), "+00:00"),
        (AT, ZoneInfo("Asia/Kolkata"), "+05:30"),
        (AT, ZoneInfo("America/St_Johns"), "-03:30"),
    ],
)
def test_the_offset_of_the_site_stands_beside_the_utc_time(at: datetime, zone: ZoneInfo, offset: str) -> None:
    """Scenario 25: the hour that comes twice is told apart by its offset, and by its UTC time."""
    said = json.loads(written(Entry(Kind.STOP, Moment(at, "b", 0, True, "ntp")), zone))
    assert (said["offset"], said["zone"]) == (offset, zone.key)
    assert said["at"] == timestamp(at)


def test_times_are_cut_to_milliseconds_and_never_rounded_up() -> None:
    """A time in the record is never later than the event; years have four digits."""
    assert timestamp(datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)) == "2026-01-02T03:04:05.999Z"
    assert timestamp(datetime(999, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta()))) == "0999-01-02T03:04:05.000Z"


def test_keys_are_sorted_at_every_depth_and_their_order_of_insertion_is_forgotten() -> None:
    """The same content always has the same bytes."""
    assert canonical({"b": {"d": 1, "c": 2}, "B": 0, "a": [], "_": {}}) == b'{"B":0,"_":{},"a":[],"b":{"c":2,"d":1}}'


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-INTEGER_LIMIT + 1, INTEGER_LIMIT - 1) | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZ_09", max_size=4), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_canonical_bytes_read_back_as_the_same_value_and_write_the_same_bytes(value: Json) -> None:
    """Whatever is stored can be read by any JSON reader, and proven by writing it again."""
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data


# --- refusals --------------------------------------------------------------------------------------------------


@pytest.mark.req("E2")
@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1.0, "entry: a float"),
        ({"a": [0, {"b": float("nan")}]}, r"entry.a\[1\].b: a float"),
        ((1, (2, 0.5)), r"entry\[1\]\[1\]: a float"),
        (2**53, "does not fit in 53 bits"),
        ({"a": -(2**53)}, r"entry.a: -9007199254740992 does not fit"),
        ({"a": AT}, "entry.a: a datetime"),
        ({"a": b"x"}, "entry.a: a bytes"),
        ({"a": {1, 2}}, "entry.a: a set"),
        ({"é": 1}, "the key 'é' is not ASCII"),
        ({"a": {1: 2}}, "entry.a: the key 1 is not ASCII text"),
        ({"a": "x\ud800y"}, "is not Unicode text"),
        ("\udfff", "is not Unicode text"),
    ],
)
def test_what_has_no_canonical_form_is_refused_and_its_place_is_named(value: Json, told: str) -> None:
    """A float or a huge integer reads differently elsewhere: better no entry than one that cannot be proven."""
    with pytest.raises(CanonicalFormError, match=told):
        canonical(value)


def test_the_greatest_integers_that_fit_are_written() -> None:
    """The limit is 2^53, exclusive on both sides; alone, in a list, and as a key's value."""
    assert canonical(2**53 - 1) == b"9007199254740991"
    assert canonical({"a": [1 - 2**53]}) == b'{"a":[-9007199254740991]}'


@pytest.mark.req("F1")
@pytest.mark.parametrize("at", [AT.replace(tzinfo=None), AT.astimezone(TORONTO)], ids=["naive", "local"])
def test_a_time_that_does_not_say_utc_is_refused_wherever_it_stands(at: datetime) -> None:
    """A local time taken for UTC would move a decision by hours."""
    with pytest.raises(CanonicalFormError, match="not in UTC"):
        timestamp(at)
    for entry in (
        Entry(Kind.STOP, Moment(at, "b", 0, True, "ntp")),
        Entry(Kind.STOP, MOMENT, until=at),
        Entry(Kind.STOP, MOMENT, data_as_of=at),
    ):
        with pytest.raises(CanonicalFormError, match="not in UTC"):
            written(entry)


def test_a_refused_value_inside_an_entry_is_refused() -> None:
    """There is no way round the check through the free fields."""
    bad: Mapping[str, Json] = {"x": 2**60}
    for entry in (Entry(Kind.STOP, MOMENT, detail=bad), Entry(Kind.STOP, MOMENT, old=2**60)):
        with pytest.raises(CanonicalFormError, match="53 bits"):
            written(entry)


# --- kinds, chain and tree -------------------------------------------------------------------------------------


def test_the_kinds_are_a_closed_list_of_distinct_words() -> None:
    """A kind, once written, is there for ever; those that change facts are among them."""
    assert len({kind.value for kind in Kind}) == len(Kind) == 42
    assert {k for k in Kind if k.value in _CHANGING} == FACT_KINDS


_CHANGING = {
    "config", "load", "import_published", "override_granted", "override_revoked", "change", "hold_set", "hold_released",
}  # fmt: skip


@pytest.mark.req("E4")
@pytest.mark.parametrize("position", range(0, len(SHORT), 7))
def test_one_changed_bit_in_an_entry_changes_every_leaf_after_it(position: int) -> None:
    """The chain: the leaf before stands inside the bytes."""
    forged = bytearray(SHORT)
    forged[position] ^= 1
    leaves = []
    for first in (SHORT, bytes(forged)):
        second = written(Entry(Kind.START, MOMENT), seq=2, previous=leaf_hash(first))
        leaves.append(leaf_hash(written(Entry(Kind.STOP, MOMENT), seq=3, previous=leaf_hash(second))))
    assert leaves[0] != leaves[1]


RFC_6962_LEAVES = tuple(
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
)
RFC_6962_ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Test vectors of the Certificate Transparency reference implementation: the root of 0 to 8 leaves."""


def frontier_of(leaves: tuple[bytes, ...]) -> tuple[bytes, ...]:
    frontier: tuple[bytes, ...] = ()
    for size, data in enumerate(leaves):
        frontier = grown(frontier, size, leaf_hash(data))
    return frontier


@pytest.mark.req("E4", "E11")
@pytest.mark.parametrize("size", range(9))
def test_the_tree_gives_the_published_roots(size: int) -> None:
    """Any RFC 6962 tool can check an anchored root of ours."""
    assert tree_root(frontier_of(RFC_6962_LEAVES[:size])).hex() == RFC_6962_ROOTS[size]


def recursive_root(leaves: tuple[bytes, ...]) -> bytes:
    """Return the root by the definition of RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(recursive_root(leaves[:split]), recursive_root(leaves[split:]))


@given(st.integers(1, 200))
def test_the_frontier_gives_the_root_of_the_definition_with_one_hash_for_each_set_bit(size: int) -> None:
    """The head stays small for ever, and nothing is lost by it."""
    leaves = tuple(str(number).encode() for number in range(size))
    frontier = frontier_of(leaves)
    assert len(frontier) == size.bit_count()
    assert tree_root(frontier) == recursive_root(leaves)
