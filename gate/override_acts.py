"""Grant and revoke overrides: rules, record, signature and audit entry in one transaction; refusals on record too."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.decision import decide
from gate.core.delegating import runs
from gate.core.granting import GrantContext, GrantRequest, Refusal, SiteRules, refusals
from gate.core.granting_checks import QA
from gate.core.records import Badge, Facts, Moment
from gate.core.revoking import revocation_refusals
from gate.core.terms import BadgeState, Operation
from gate.signatures import Signer, signed
from gate.store import delegates, override_rows, registry
from gate.store.audit_trail import Trail
from gate.store.facts import FactReader
from gate.store.registry import Values
from gate.store.schema import people
from gate.supervision import RefusedError

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MS = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class GrantedOverride:
    """The override that now stands, and the number of its entry."""

    id: str
    seq: int


class OverrideRefusedError(RefusedError):
    """Granting or revoking is refused; the text holds every refusal in English, `refusals` both languages."""

    def __init__(self, found: tuple[Refusal, ...]) -> None:
        super().__init__(*("\n".join(texts) for texts in zip(*((r.text_en, r.text_fr) for r in found), strict=True)))
        self.refusals = found

    def sentences(self, language: str) -> tuple[str, ...]:
        """Return every refusal in one language."""
        return tuple(refusal.text_fr if language == "fr" else refusal.text_en for refusal in self.refusals)


def new_id(at: datetime) -> str:
    """Return a ULID: 26 letters and digits, in order of time, never given twice."""
    number = ((at - EPOCH) // MS) << 80 | secrets.randbits(80)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def grant_override(
    trail: Trail,
    facts: FactReader,
    request: GrantRequest,
    signer: Signer,
    *,
    moment: Moment,
    rules: SiteRules,
    cosigner: Signer | None = None,
    supervisor_of: bool | None = None,
    trail_sound: bool = True,
) -> GrantedOverride:
    """Grant the override, signed, if nothing stands against it; `facts` reads through `trail`.

    Raises:
        OverrideRefusedError: something stands against it; nothing was granted, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    granted = None
    with trail.transaction():
        context = grant_context(
            trail, facts, request, signer, moment, rules, cosigner, supervisor_of, trail_sound=trail_sound
        )
        found = refusals(request, context)
        if found:
            asked = _asked(request)
            trail.append(refused_entry(request.person_id, request.equipment_id, signer, moment, found, asked))
        else:
            granted = _granted(trail, request, signer, cosigner, moment, delegated=context.cosigner_delegated)
    if granted is None:
        raise OverrideRefusedError(found)
    return granted


def revoke_override(trail: Trail, override_id: str, signer: Signer, why: str, moment: Moment) -> GrantedOverride:
    """Revoke the override, signed; it counts no more from the entry on.

    Raises:
        OverrideRefusedError: it is unknown or over, or no justification is given; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    revoked = None
    with trail.transaction():
        held = override_rows.held(trail, override_id)
        found = revocation_refusals(held.override if held else None, why, signer.role, moment)
        if held is None or found:
            person, equipment = (held.person_id, held.equipment_id) if held else (None, None)
            trail.append(refused_entry(person, equipment, signer, moment, found, {"revoke": override_id, "why": why}))
        else:
            revoked = _revoked(trail, held, signer, why, moment)
    if revoked is None:
        raise OverrideRefusedError(found)
    return revoked


def grant_context(
    trail: Trail,
    facts: FactReader,
    request: GrantRequest,
    signer: Signer,
    moment: Moment,
    rules: SiteRules,
    cosigner: Signer | None = None,
    supervisor_of: bool | None = None,
    *,
    trail_sound: bool = True,
) -> GrantContext:
    """Return what the rules need to know, inside the open transaction."""
    known = sorted(request.operations & {operation.value for operation in Operation})
    seen = [_facts(facts, request, Operation(name), rules, trail_sound) for name in known or [Operation.USE.value]]
    first = seen[0]
    second = request.second_named_person_id
    return GrantContext(
        moment=moment,
        zone=trail.zone,
        rules=rules,
        person=first.person,
        equipment=first.equipment,
        suspended=bool(first.suspensions),
        decisions=tuple(decide(replace(found, overrides=()), moment) for found in seen) if known else (),
        standing=first.overrides,
        earlier=override_rows.started_lately(trail, request.person_id, request.equipment_id, moment.at),
        signer_person_id=signer.person_id,
        cosigned_by_person_id=cosigner.person_id if cosigner else None,
        second_named=facts.facts_of_person(second, "", request.equipment_id, None).person if second else None,
        supervisor_of=_supervises(trail, request) if rules.only_own_reports else supervisor_of,
        cosigner_delegated=_delegated(trail, request, moment),
    )


def _supervises(trail: Trail, request: GrantRequest) -> bool:
    person = registry.current(trail, people, request.person_id)
    return person is not None and person["supervisor_id"] == request.approver_person_id


def _delegated(trail: Trail, request: GrantRequest, moment: Moment) -> bool:
    """Whether who co-signs is not of QA but appointed by QA for this time, as the records say."""
    cosigner = request.cosigner_person_id
    if cosigner is None or QA in request.cosigner_roles:
        return False
    return any(runs(found, moment.at) for found in delegates.delegations_of(trail, cosigner))


def _facts(facts: FactReader, request: GrantRequest, operation: Operation, rules: SiteRules, sound: bool) -> Facts:
    """Return the facts as if the person came with a good badge while nobody used the machine.

    An override is for a person: which badge is presented, and who stands at the machine, is judged at each read.
    """
    found = facts.facts_of_person(request.person_id, "", request.equipment_id, operation)
    badge = Badge(version=0, id="", state=BadgeState.ACTIVE, person_id=request.person_id)
    data = replace(found.data, deny_after_s=rules.data_deny_after_s)
    return replace(found, badge=badge, use=None, data=data, trail_sound=sound)


# --- what is written ----------------------------------------------------------------------------------------


def _granted(
    trail: Trail,
    request: GrantRequest,
    signer: Signer,
    cosigner: Signer | None,
    moment: Moment,
    *,
    delegated: bool,
) -> GrantedOverride:
    override_id = new_id(moment.at)
    values = _values(request, moment)
    new = {**_said(values), "second_named": request.second_named_person_id or None}
    entry = Entry(
        kind=Kind.OVERRIDE_GRANTED,
        moment=moment,
        person=request.person_id,
        role=signer.role,
        equipment=request.equipment_id,
        subject=f"override:{override_id}",
        new={name: value for name, value in new.items() if value is not None},
        by=signer.person_id,
        why=request.justification,
    )
    meaning = "co-signed as QA delegate" if delegated else "co-signed"
    signatures = [(signer, "granted"), *([(cosigner, meaning)] if cosigner else [])]
    seq = trail.append(signed(entry, trail.zone, *signatures))
    override_rows.write(trail, override_id, values, seq)
    return GrantedOverride(override_id, seq)


def _values(request: GrantRequest, moment: Moment) -> Values:
    left_us = (request.ends_at - moment.at) // timedelta(microseconds=1)
    return {
        "person_id": request.person_id,
        "equipment_id": request.equipment_id,
        "class": request.override_class.value,
        "operations": " ".join(sorted(request.operations)),
        "reasons": " ".join(sorted(request.reasons)),
        "starts_at": timestamp(request.starts_at.astimezone(UTC)),
        "ends_at": timestamp(request.ends_at.astimezone(UTC)),
        "revoked_at": None,
        "cosigned": int(request.cosigner_person_id is not None),
        "boot_id": moment.boot_id,
        "ends_boot_us": moment.boot_us + left_us,
        "reference": request.reference,
        "justification": request.justification,
        "granted_by": request.approver_person_id,
        "second_person_id": request.second_named_person_id or None,
    }


def _revoked(trail: Trail, held: override_rows.Held, signer: Signer, why: str, moment: Moment) -> GrantedOverride:
    values = {**held.values, "revoked_at": timestamp(moment.at)}
    entry = Entry(
        kind=Kind.OVERRIDE_REVOKED,
        moment=moment,
        person=held.person_id,
        role=signer.role,
        equipment=held.equipment_id,
        subject=f"override:{held.override.id}",
        old=_said(held.values),
        new=_said(values),
        by=signer.person_id,
        why=why,
    )
    seq = trail.append(signed(entry, trail.zone, (signer, "revoked")))
    override_rows.write(trail, held.override.id, values, seq)
    return GrantedOverride(held.override.id, seq)


def refused_entry(
    person: str | None,
    equipment: str | None,
    signer: Signer,
    moment: Moment,
    found: tuple[Refusal, ...],
    asked: Mapping[str, Json],
    what: str = "override refused",
) -> Entry:
    """Return what tells of a signed act that was refused: who asked for what, and each cause."""
    return Entry(
        kind=Kind.SECURITY,
        moment=moment,
        person=person,
        role=signer.role,
        equipment=equipment,
        by=signer.person_id,
        detail={"what": what, "refused": [refusal.code for refusal in found], "asked": asked},
    )


def _asked(request: GrantRequest) -> Mapping[str, Json]:
    return {
        "approver": request.approver_person_id,
        "class": request.override_class.value,
        "operations": " ".join(sorted(request.operations)),
        "reasons": " ".join(sorted(request.reasons)),
        "starts_at": timestamp(request.starts_at.astimezone(UTC)),
        "ends_at": timestamp(request.ends_at.astimezone(UTC)),
        "reference": request.reference,
        "why": request.justification,
        "cosigner": request.cosigner_person_id or "",
        "second_named": request.second_named_person_id or "",
    }


def _said(values: Values) -> dict[str, Json]:
    """Return what a row says, absent values left out; whose it is and the justification have places of their own."""
    left_out = {"person_id", "equipment_id", "justification", "granted_by", "second_person_id"}
    return {name: value for name, value in values.items() if value is not None and name not in left_out}
