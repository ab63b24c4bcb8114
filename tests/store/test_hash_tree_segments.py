"""The stored tree after damage and a signed segment: the same root as the head's, so that checkpoints go on."""

import pytest
import sqlalchemy as sa

from gate.core.audit import grown, tree_root
from gate.head_check import end_fits_checkpoint
from gate.seal_keys import new_seal_key
from gate.sealing import store_checkpoint
from gate.store.audit_trail import split_frontier
from gate.store.database import open_database
from gate.store.hash_tree import HashTree
from gate.store.schema import trail_head
from tests.store.open_records import Records
from tests.store.test_segments import append, looked, sign
from tests.store.test_verify import COUNT, TAMPERED, Act, written

__all__ = ["written"]


@pytest.mark.req("E11")
@pytest.mark.fault(7)
@pytest.mark.parametrize(("act", "bad"), [row[1:3] for row in TAMPERED], ids=[row[0] for row in TAMPERED])
def test_the_tree_goes_on_behind_any_damage_that_was_signed_for(written: Records, act: Act, bad: int) -> None:
    """Else nothing could be proved, and no witness asked, from the first damage on."""
    act(written)
    sign(written)
    append(written)
    engine = open_database(written.path, read_only=True)
    with engine.connect() as connection:
        head = connection.execute(sa.select(trail_head)).one()
    assert HashTree(engine).root(head.seq) == tree_root(split_frontier(head.frontier))
    engine.dispose()


@pytest.mark.req("E11")
@pytest.mark.fault(7)
def test_numbers_that_a_checkpoint_covers_are_never_given_again(written: Records) -> None:
    """The end was cut off with its head row; the signed head on the disk still knows how far the trail had come."""
    trail = written.another_trail()
    with trail.transaction():
        store_checkpoint(trail, written.moment(), [new_seal_key("gate-1.test")])
    sealed = trail.head
    frontier: tuple[bytes, ...] = ()
    leaves = [leaf for (leaf,) in written.rows("SELECT leaf FROM audit_trail WHERE seq <= ? ORDER BY seq", COUNT - 3)]
    for number, leaf in enumerate(leaves):
        frontier = grown(frontier, number, leaf)
    written.tamper(
        ("DELETE FROM audit_trail WHERE seq > ?", (COUNT - 3,)),
        ("UPDATE trail_head SET seq = ?, leaf = ?, frontier = ?", (COUNT - 3, leaves[-1], b"".join(frontier))),
    )
    engine = open_database(written.path, read_only=True)
    assert looked(written).whole
    assert not end_fits_checkpoint(engine)
    assert sign(written).seq == sealed.seq + 1
    assert end_fits_checkpoint(engine)
    assert written.verify().sound
    with engine.connect() as connection:
        head = connection.execute(sa.select(trail_head)).one()
    assert HashTree(engine).root(head.seq) == tree_root(split_frontier(head.frontier))
    engine.dispose()
