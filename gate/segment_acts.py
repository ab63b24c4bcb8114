"""Sign a new segment: the one signature that is possible while the chain of records is broken (21 CFR 11.10(a)).

QA says, with a second person of QA or a supervisor, which entries do not hold; from the signed entry on the trail is
sound again. The file as it was found is kept, and its SHA-256 stands in the entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa

from gate.core.audit import Entry, Json, Kind
from gate.core.frontier import LOST_LEAF, extended
from gate.core.records import Moment
from gate.core.roles import Role
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import EMPTY, Head, Trail
from gate.store.damage import Damage, damage_behind
from gate.store.schema import trail_head
from gate.store.seals import last_sealed
from gate.store.segments import Break, segments, segments_of, stored_digest
from gate.supervision import RefusedError

MOST_LOST = 10_000_000
"""More numbers than this were never given between a backup and its loss: somebody has mistyped."""

SECOND_ROLES = frozenset({Role.QA, Role.SUPERVISOR})

LOST = "nothing is left of it"


@dataclass(frozen=True, slots=True)
class Kept:
    """The file as it was found."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The segment that now runs."""

    number: int
    seq: int
    leaf: bytes
    frontier: tuple[bytes, ...]


def sign_segment(
    trail: Trail,
    engine: sa.Engine,
    damage: Damage,
    kept: Kept,
    signer: Signer,
    second: Signer,
    *,
    why: str,
    moment: Moment,
    claimed: int = 0,
    more: Mapping[str, Json] | None = None,
) -> Signed:
    """Open a new segment behind everything that was ever written; `engine` reads what `trail` writes to.

    `damage` is what was found by a survey; rows written since are looked at here. `claimed` is the last number that
    was given as far as anybody knows; a checkpoint that is stored here counts too. `more` is what else the entry
    tells, such as the last checkpoint.

    Raises:
        RefusedError: nothing is wrong, no reason is given, one person signs twice, or damage was found since.
        STORE_FAULTS: the records cannot be read or written.
    """
    _refuse(why, signer, second, claimed, damage)
    with trail.transaction(partial(_begin, trail)):
        claimed = max(claimed, last_sealed(trail)[1])
        now = _as_it_is(engine, damage, claimed)
        return _write(trail, engine, now, kept, (signer, second), why, moment, claimed, more or {})


def _refuse(why: str, signer: Signer, second: Signer, claimed: int, damage: Damage) -> None:
    if not why.strip():
        raise RefusedError(
            "Say what was found and what was done about it.", "Dites ce qui a été constaté et fait.", "justification"
        )
    if second.person_id == signer.person_id:
        raise RefusedError(
            "A second person must sign: QA or a supervisor.",
            "Une deuxième personne doit signer: AQ ou supervision.",
            "cosign_user",
        )
    if claimed > damage.seq + MOST_LOST:
        raise RefusedError(
            f"{claimed} is far behind the last entry, {damage.seq}. Check the number.",
            f"{claimed} est loin derrière la dernière inscription, {damage.seq}. Vérifiez le numéro.",
            "claimed",
        )


def _as_it_is(engine: sa.Engine, damage: Damage, claimed: int) -> Damage:
    """Look at what was written since the survey; nobody signs for what nobody has seen."""
    now = damage_behind(engine, damage)
    if now.breaks != damage.breaks:
        raise RefusedError(
            "More damage has been found since the records were looked at. Look at them again.",
            "D’autres dommages ont été trouvés depuis l’examen. Examinez de nouveau les enregistrements.",
        )
    if now.whole and claimed <= now.seq:
        raise RefusedError(
            "The records hold: there is nothing to sign for.",
            "Les enregistrements sont intègres: il n’y a rien à signer.",
        )
    return now


def _begin(trail: Trail) -> None:
    """Take the write lock also where the head of the trail is gone."""
    try:
        trail.begin()
    except OSError:
        trail.begin_headless()
        values = {"id": 1, "seq": 0, "leaf": EMPTY.leaf, "frontier": b"", "facts_seq": 0}
        trail.run(sa.insert(trail_head), values)


def _write(
    trail: Trail,
    engine: sa.Engine,
    now: Damage,
    kept: Kept,
    signers: tuple[Signer, Signer],
    why: str,
    moment: Moment,
    claimed: int,
    more: Mapping[str, Json],
) -> Signed:
    number = len(segments_of(engine)) + 2
    breaks, frontier, last = now.breaks, now.frontier, now.seq
    if claimed > last:
        breaks = (*breaks, Break(last + 1, claimed, LOST, now.leaf, stored_digest(engine, last + 1, claimed)))
        frontier, last = extended(frontier, last, [LOST_LEAF] * (claimed - last)), claimed
    new: dict[str, Json] = {
        "kept": {"name": kept.name, "sha256": kept.sha256},
        "breaks": [one.as_json() for one in breaks],
        "head": {"seq": now.head_seq, "fits": now.head_fits},
        "last": {"seq": now.seq, "leaf": now.leaf.hex()},
        "frontier": [node.hex() for node in frontier],
        **more,
    }
    entry = Entry(
        kind=Kind.SEGMENT,
        moment=moment,
        role=signers[0].role,
        subject=f"segment:{number}",
        new=new,
        by=signers[0].person_id,
        why=why,
    )
    trail.head = Head(last, now.leaf, frontier, max(trail.head.facts_seq, last))
    seq = trail.append(signed(entry, trail.zone, (signers[0], "opened the segment"), (signers[1], "confirmed")))
    registry.put(trail, segments, str(number), {"kept": kept.name, "kept_sha256": kept.sha256}, seq)
    return Signed(number, seq, trail.head.leaf, trail.head.frontier)
