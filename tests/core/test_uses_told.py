"""The uses as the entries tell them: joined, dropped, left, and nothing from entries that tell of something else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.core.uses_told import UsesTold


def allow(seq: int, person: str = "E1", equipment: str = "TP-01", **more: Any) -> dict[str, Any]:
    return {
        "kind": "decision",
        "seq": seq,
        "at": "2026-11-23T17:00:00.000Z",
        "outcome": "allow",
        "person": person,
        "badge": f"B-{person}",
        "equipment": equipment,
        "operation": "USE",
        **more,
    }


def told(*entries: dict[str, Any]) -> UsesTold:
    uses = UsesTold()
    for entry in entries:
        uses.take(entry)
    return uses


@pytest.mark.req("E7")
def test_an_allow_joins_and_the_entry_that_names_it_leaves() -> None:
    """Who was at the machine decides EQ_BUSY and a hand-over, so it must come out of the record as it was."""
    uses = told(allow(3, until="2026-11-24T06:00:00.000Z"), allow(5, "E2"))
    use = uses.use_of("TP-01")
    assert use is not None
    assert [(member.person_id, member.joined_seq, member.permissive) for member in use.members] == [
        ("E1", 3, True),
        ("E2", 5, True),
    ]
    assert use.members[0].permissive_until_at is not None and use.members[1].permissive_until_at is None
    uses.take({"kind": "use_left", "seq": 6, "ref": 3})
    use = uses.use_of("TP-01")
    assert use is not None and [member.person_id for member in use.members] == ["E2"]
    uses.take({"kind": "use_ended", "seq": 7, "ref": 5})
    assert uses.use_of("TP-01") is None


@pytest.mark.req("E7")
@pytest.mark.parametrize("kind", ["use_expired", "use_waiting", "permissive_dropped"])
def test_a_drop_takes_the_entitlement_and_leaves_the_person_in_the_use(kind: str) -> None:
    """The machine runs on: somebody without an entitlement is still there."""
    uses = told(allow(3), {"kind": kind, "seq": 4, "ref": 3})
    use = uses.use_of("TP-01")
    assert use is not None and [member.permissive for member in use.members] == [False]


@pytest.mark.req("E7")
@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "use_left", "seq": 4, "ref": 99},
        {"kind": "use_left", "seq": 4},
        {"kind": "use_closed", "seq": 4, "ref": None},
        {"kind": "use_expired", "seq": 4, "ref": 99},
        {"kind": "use_expired", "seq": 4},
        {"kind": "change", "seq": 4, "ref": 3},
        {**allow(4, "E2"), "outcome": "deny"},
        {name: value for name, value in allow(4, "E2").items() if name != "person"},
        {name: value for name, value in allow(4, "E2").items() if name != "equipment"},
    ],
)
def test_an_entry_that_tells_nothing_of_a_use_changes_nothing(entry: dict[str, Any]) -> None:
    """A row with a wrong reference must not put anybody anywhere."""
    before, after = told(allow(3)), told(allow(3), entry)
    assert after.use_of("TP-01") == before.use_of("TP-01")
    assert after.elsewhere("E1", "-") == before.elsewhere("E1", "-")


@pytest.mark.req("E7")
def test_elsewhere_is_where_the_person_is_a_member_and_not_here() -> None:
    """One person in two uses is a warning, or a deny between excluding machines."""
    uses = told(allow(3), allow(4, equipment="TP-03"), allow(5, equipment="TP-02"))
    assert uses.elsewhere("E1", "TP-01") == ("TP-02", "TP-03")
    uses.take({"kind": "use_left", "seq": 6, "ref": 4})
    assert uses.elsewhere("E1", "TP-01") == ("TP-02",)
    assert uses.elsewhere("E9", "TP-01") == ()


@given(st.lists(st.tuples(st.sampled_from(["E1", "E2", "E3"]), st.sampled_from(["TP-01", "TP-02"])), max_size=12))
@pytest.mark.req("E7")
def test_when_everybody_has_left_nothing_remains(joined: list[tuple[str, str]]) -> None:
    """A walk over a million entries keeps only what is open: flat memory."""
    uses = told(*(allow(seq, person, equipment) for seq, (person, equipment) in enumerate(joined, start=1)))
    for seq in range(1, len(joined) + 1):
        uses.take({"kind": "use_left", "seq": 100 + seq, "ref": seq})
    assert all(uses.use_of(equipment) is None for equipment in ("TP-01", "TP-02"))
    assert all(uses.elsewhere(person, "") == () for person in ("E1", "E2", "E3"))
