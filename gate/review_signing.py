"""Sign a review as a whole, and add signed notes to one that is signed (H5; 21 CFR 11.50, 11.70)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from gate.act_refusals import ActRefusedError, record_refusal
from gate.core.audit import Entry, Json, Kind, timestamp
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.core.review_rules import RULES_VERSION
from gate.core.reviewing import Standing, note_refusals, signing_refusals
from gate.override_acts import new_id
from gate.review_acts import (
    CHANGED_MEANWHILE,
    Case,
    Outcomes,
    bounds,
    bounds_stand,
    fingerprint,
    is_signed,
    outcomes,
    put_on_record,
    reviewer_of,
)
from gate.signatures import Signer, signed
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.granted import asking_trail
from gate.store.review_schema import review_notes, reviews
from gate.store.reviews import review_of, review_values

MEANING = "reviewed and accepted by QA"
SECOND = "reviewed by a second reviewer where the first had a part"

LONGEST_NAMED = 50
"""Groups with a second reviewer that an entry names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What is signed: the review as it was found, what was counted, and what the reviewer saw of it."""

    case: Case
    counts: Mapping[str, Json]
    sample: tuple[int, ...]
    last_leaf: str
    seen: str
    """The fingerprint that the page showed."""
    over: bool
    chain_whole: bool
    next_due_on: date | None
    names: Mapping[str, str]
    """What to call each group."""


def sign_review(trail: Trail, found: Reviewing, signer: Signer, second: Signer | None, moment: Moment) -> int:
    """Sign that the period was reviewed and return the entry's number; after it only notes follow.

    Raises:
        ActRefusedError: something stands against it; nothing was signed, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    case, seq = found.case, None
    with trail.transaction():
        decided = outcomes(asking_trail(trail), case)
        wrong = signing_refusals(_standing(trail, found, decided, signer, second), reviewer_of(signer))
        if not wrong and not (bounds_stand(trail, case) and fingerprint(case, found.counts, decided) == found.seen):
            wrong = (CHANGED_MEANWHILE,)
        if wrong:
            _refused(trail, case, wrong, signer, moment, "signing a review refused")
        else:
            seq = _signed(trail, found, decided, signer, second, moment)
    if seq is None:
        raise ActRefusedError(wrong)
    return seq


def add_note(trail: Trail, review_id: str, note: str, signer: Signer, moment: Moment) -> int:
    """Add a signed note to a signed review and return the entry's number.

    Raises:
        ActRefusedError: something stands against it; the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    seq = None
    with trail.transaction():
        review = review_of(asking_trail(trail), review_id)
        wrong = note_refusals(note, reviewer_of(signer), signed=review is not None and review.signed)
        if review is None or wrong:
            asked = {"review": review_id, "note": note}
            record_refusal(trail, wrong, signer, moment, what="review note refused", equipment=None, asked=asked)
        else:
            entry = Entry(
                kind=Kind.SIGN,
                moment=moment,
                role=signer.role,
                ref=review.signed_seq,
                subject=f"review:{review_id}",
                by=signer.person_id,
                why=note,
            )
            seq = trail.append(signed(entry, trail.zone, (signer, "note added")))
            values = {
                "review_id": review_id,
                "note": note,
                "written_by": signer.person_id,
                "written_at": timestamp(moment.at),
            }
            registry.put(trail, review_notes, new_id(moment.at), values, seq)
    if seq is None:
        raise ActRefusedError(wrong)
    return seq


def _standing(trail: Trail, found: Reviewing, decided: Outcomes, signer: Signer, second: Signer | None) -> Standing:
    case, who = found.case, reviewer_of(signer)
    own = [group for group in case.groups if who.had_a_part(group.parts)]
    beside = reviewer_of(second) if second else None
    names = [found.names.get(group.id, group.id) for group in own]
    second_own = [found.names.get(group.id, group.id) for group in own if beside and beside.had_a_part(group.parts)]
    return Standing(
        signed=is_signed(trail, case),
        over=found.over,
        chain_whole=found.chain_whole,
        undecided=len(case.groups) - len(decided),
        own=names,
        second=beside,
        second_own=second_own,
    )


def _signed(
    trail: Trail, found: Reviewing, decided: Outcomes, signer: Signer, second: Signer | None, moment: Moment
) -> int:
    case = found.case
    who = reviewer_of(signer)
    own = [group.id for group in case.groups if who.had_a_part(group.parts)]
    entry = Entry(
        kind=Kind.REVIEW_SIGNED,
        moment=moment,
        role=signer.role,
        ref=case.again.signed_seq if case.again else None,
        subject=f"review:{case.review.id}",
        new=_said(found, decided, own),
        by=signer.person_id,
    )
    signatures = [(signer, MEANING), *([(second, SECOND)] if second else [])]
    seq = trail.append(signed(entry, trail.zone, *signatures))
    put_on_record(trail, case, seq)
    after = replace(
        case.review,
        reviewer_id=signer.person_id,
        signed_at=moment.at,
        counts={**found.counts, "exceptions": len(case.groups), "fingerprint": found.seen},
    )
    registry.put(trail, reviews, case.review.id, review_values(after), seq)
    return seq


def _said(found: Reviewing, decided: Outcomes, own: list[str]) -> dict[str, Json]:
    """Return what the signature is bound to: period, filter, counts, rule version, head, and what it follows."""
    review = found.case.review
    said: dict[str, Json] = {
        "scope": review.scope,
        "scope_id": review.scope_id or None,
        "from_on": review.from_on.isoformat() if review.from_on else None,
        "until_on": review.until_on.isoformat() if review.until_on else None,
        "bounds": bounds(review),
        "last_leaf": found.last_leaf,
        "rules": RULES_VERSION,
        "counts": found.counts,
        "exceptions": len(found.case.groups),
        "outcomes": dict(sorted(Counter(one.outcome for one in decided.values()).items())),
        "sample": list(found.sample),
        "fingerprint": found.seen,
        "next_due_on": found.next_due_on.isoformat() if found.next_due_on else None,
        "second_for": own[:LONGEST_NAMED] or None,
        "again": found.case.again.said if found.case.again else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _refused(trail: Trail, case: Case, wrong: tuple[Refusal, ...], signer: Signer, moment: Moment, what: str) -> None:
    record_refusal(trail, wrong, signer, moment, what=what, equipment=None, asked={"review": case.review.id})
