"""No single byte of any row can change unseen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gate.core.audit import Kind
from tests.store.open_records import Records, tamper


@pytest.fixture(scope="module")
def long_trail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Records, Path]]:
    """Twelve entries without the refusing triggers, to be damaged again and again."""
    records = Records(tmp_path_factory.mktemp("trail"))
    for number in range(12):
        records.append(Kind.DECISION, by="é" * number, detail={"n": number}, reasons=("A", "B")[: number % 3])
    records.trail.close()
    tamper(records.path)
    yield records, records.path


@pytest.mark.req("E4")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seq=st.integers(1, 12), place=st.integers(0, 10_000), flip=st.integers(1, 255), full=st.sampled_from([True, False])
)
def test_any_single_changed_byte_is_found(
    long_trail: tuple[Records, Path], seq: int, place: int, flip: int, full: bool
) -> None:
    """One flipped bit in one record of ten years is the whole promise."""
    records, path = long_trail
    connection = sqlite.connect(str(path), isolation_level=None)
    put = "UPDATE audit_trail SET data = CAST(? AS TEXT) WHERE seq = ?"
    before: bytes = connection.execute("SELECT CAST(data AS BLOB) FROM audit_trail WHERE seq = ?", (seq,)).fetchone()[0]
    damaged = bytearray(before)
    damaged[place % len(before)] ^= flip
    connection.execute(put, (bytes(damaged), seq))
    try:
        assert records.verify(full=full).first_bad_seq == seq
    finally:
        connection.execute(put, (before, seq))
        connection.close()
    assert records.verify(full=full).sound
