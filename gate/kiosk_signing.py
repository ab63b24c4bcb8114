"""Grant an override at the denied kiosk: the supervisor's badge and PIN are the two components of the signature."""

from gate.core.audit import Entry, Json, Kind
from gate.core.granting import GrantRequest, SiteRules
from gate.core.records import Moment
from gate.core.roles import Role
from gate.held_out import BadgeRefusedError, Presented, Wanted, look
from gate.override_acts import GrantedOverride, grant_override
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.store.facts import FactReader
from gate.store.held_badges import use_up


def sign_with_badge(trail: Trail, wanted: Wanted, moment: Moment) -> tuple[Presented, int]:
    """Use the badge up for one signature, after its PIN was checked; return whose it is and the entry's number.

    Everything about the badge is judged anew: whoever sent the same form a moment earlier has used it up.

    Raises:
        BadgeRefusedError: the badge cannot be used (any more).
    """
    with trail.transaction():
        found, codes = look(trail, wanted, moment)
        if isinstance(found, Presented):
            use_up(trail, wanted.request_id)
            seq = trail.append(_both(found, wanted, moment))
    if not isinstance(found, Presented):
        raise BadgeRefusedError(codes)
    return found, seq


def grant_at_kiosk(
    trail: Trail, facts: FactReader, wanted: Wanted, request: GrantRequest, *, moment: Moment, rules: SiteRules
) -> GrantedOverride:
    """Grant the override signed with badge and PIN, by all the rules of granting; the PIN was checked before.

    Raises:
        BadgeRefusedError: the badge cannot be used (any more); nothing was granted.
        OverrideRefusedError: something stands against it; nothing was granted, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    found, _ = sign_with_badge(trail, wanted, moment)
    account = found.account
    signer = Signer(found.person_id, account.id, account.name, Role.SUPERVISOR.value)
    return grant_override(trail, facts, request, signer, moment=moment, rules=rules)


def _both(found: Presented, wanted: Wanted, moment: Moment) -> Entry:
    """Tell that both components were there: the badge by its own entry, the PIN just now."""
    detail: dict[str, Json] = {"what": "badge_and_pin"}
    if wanted.about is not None:
        detail["about"] = wanted.about
    return Entry(
        kind=Kind.SECURITY,
        moment=moment,
        person=found.person_id,
        role=Role.SUPERVISOR.value,
        badge=found.held.badge_id,
        reader=found.held.reader,
        equipment=wanted.asked_by.partition(":")[2].partition(" ")[0],
        ref=found.held.seq,
        subject=f"account:{found.account.id}",
        by=found.person_id,
        detail=detail,
    )
