"""The edges of the canonical form: empty, single, and what only looks like JSON."""

from types import MappingProxyType

import pytest

from gate.core.audit import CanonicalFormError, Json, canonical


@pytest.mark.parametrize(("value", "data"), [({}, b"{}"), ([], b"[]"), ({"a": []}, b'{"a":[]}'), (((),), b"[[]]")])
def test_empty_lists_and_mappings_have_bytes_too(value: Json, data: bytes) -> None:
    """An entry that names no reasons must not break the chain."""
    assert canonical(value) == data


@pytest.mark.parametrize(
    ("value", "told"),
    [([{"a": 1}, 1.5], r"entry\[1\]: a float"), ({"a": MappingProxyType({})}, "entry.a: a mappingproxy")],
)
def test_what_only_looks_like_json_is_refused_by_its_place(value: Json, told: str) -> None:
    """What the encoder cannot write must be named, not end in a stack trace."""
    with pytest.raises(CanonicalFormError, match=told):
        canonical(value)


@pytest.mark.parametrize(("value", "data"), [("a", b'"a"'), (7, b"7"), (True, b"true"), (["a"], b'["a"]')])
def test_a_single_value_has_bytes_of_its_own(value: Json, data: bytes) -> None:
    """The groups of a requirement set are written in the same form."""
    assert canonical(value) == data
