"""Sign a review of access: who holds which role, what stays and what is to be revoked (A9; 21 CFR 11.10(d), (g))."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from gate.act_refusals import ActRefusedError, record_refusal
from gate.core.access_review import Decided, review_refusals
from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.records import Moment
from gate.core.roles import Role
from gate.override_acts import new_id
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.accounts import ACTIVE
from gate.store.audit_trail import Trail
from gate.store.lots_schema import access_reviews
from gate.store.schema import accounts

_ACTIVE = sa.select(accounts.c.id, accounts.c.person_id, accounts.c.roles).where(
    accounts.c.known_to.is_(None), accounts.c.state == ACTIVE
)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The review that is now on record, and the number of its entry."""

    id: str
    seq: int


def review_access(trail: Trail, decided: Mapping[str, str], statement: str, signer: Signer, moment: Moment) -> Reviewed:
    """Put on record, signed, what was decided of every active account; revoking itself is the administrator's act.

    Raises:
        ActRefusedError: something stands against it; nothing was signed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    made = None
    with trail.transaction():
        rows = trail.run(_ACTIVE, {}).fetchall()
        owners = {login: person for login, person, _ in rows}
        found = review_refusals(decided, owners, statement, signer.person_id, Role(signer.role))
        if found:
            asked: dict[str, Json] = {"accounts": len(decided), "why": statement}
            record_refusal(trail, found, signer, moment, what="access review refused", equipment=None, asked=asked)
        else:
            roles = {login: words for login, _, words in rows}
            made = _put(trail, decided, roles, statement, signer, moment)
    if made is None:
        raise ActRefusedError(found)
    return made


def _put(
    trail: Trail,
    decided: Mapping[str, str],
    roles: Mapping[str, str],
    statement: str,
    signer: Signer,
    moment: Moment,
) -> Reviewed:
    review_id, as_of = new_id(moment.at), trail.head.seq
    told: Json = {login: f"{decided[login]}: {roles[login]}" for login in sorted(decided)}
    entry = Entry(
        kind=Kind.REVIEW_SIGNED,
        moment=moment,
        role=signer.role,
        subject=f"access_review:{review_id}",
        new={"accounts": told, "as_of_seq": as_of, "revoke": _to_revoke(decided)},
        by=signer.person_id,
        why=statement,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "access reviewed")))
    values: dict[str, str | int | None] = {
        "as_of_at": timestamp(moment.at),
        "as_of_seq": as_of,
        "reviewed": len(decided),
        "decided": json.dumps(dict(sorted(decided.items()))),
        "statement": statement,
    }
    registry.put(trail, access_reviews, review_id, values, seq)
    return Reviewed(review_id, seq)


def _to_revoke(decided: Mapping[str, str]) -> list[Json]:
    return [login for login in sorted(decided) if decided[login] == Decided.REVOKE]
