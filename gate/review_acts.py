"""Review by exception: give exceptions their outcome, sign the review, add notes to it later (H4, H5)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.act_refusals import ActRefusedError, record_refusal
from gate.core.audit import Entry, Json, Kind, canonical, timestamp
from gate.core.exception_groups import Group
from gate.core.granting import Refusal
from gate.core.records import Moment
from gate.core.review_rules import RULES_VERSION
from gate.core.reviewing import Chosen, Decided, Reviewer, disposal_refusals
from gate.signatures import Signer
from gate.store import registry
from gate.store.audit_trail import Trail
from gate.store.granted import Ask, asking_trail
from gate.store.review_schema import review_dispositions, reviews
from gate.store.reviews import (
    GATE,
    Disposed,
    Review,
    dispositions_in,
    gate_reviews,
    override_outcomes,
    review_of,
    review_values,
)

OVERRIDE = "OVERRIDE"

CHANGED_MEANWHILE = Refusal(
    "changed_meanwhile",
    "Somebody changed this review while you had it open. Look at it again; what you typed is still here.",
    "Quelqu’un a modifié cette revue pendant que vous l’aviez ouverte. Regardez-la de nouveau; votre texte est gardé.",
    "",
)


@dataclass(frozen=True, slots=True)
class Again:
    """The signed review before this one of the same, and the entries that changed something since."""

    review_id: str
    signed_seq: int
    changed: tuple[int, ...]

    @property
    def said(self) -> dict[str, Json]:
        """What an entry tells of it."""
        return {"review": self.review_id, "signed": self.signed_seq, "changed": list(self.changed)}


@dataclass(frozen=True, slots=True)
class Case:
    """A review as a page has found it: its bounds, and what the rules found in its entries.

    `earlier` are the periods before it that are not on record yet: they are put on record with it, so that the bounds
    between two periods are settled once and no entry falls between them.
    `again` is why a lot or a machine is reviewed once more after its signature; None for every first review.
    """

    review: Review
    groups: tuple[Group, ...]
    earlier: tuple[Review, ...] = ()
    again: "Again | None" = None

    @property
    def last_seq(self) -> int:
        """The last entry that an exception rests on: late entries about a lot stand behind the review's bounds."""
        return max([self.review.last_seq, *(_last_of(group) for group in self.groups)])

    def group(self, group_id: str) -> Group | None:
        """Return one of the groups."""
        return next((group for group in self.groups if group.id == group_id), None)


Outcomes = Mapping[str, Disposed]
"""Group id -> what was decided of it; a group without one is not in it."""


def outcomes(ask: Ask, case: Case) -> dict[str, Disposed]:
    """Return what was decided of each group; one of which a part is open has none.

    What was decided in this review goes before what was decided of the same exceptions in another; an override's
    disposition is signed on its own page (D9). A signed review keeps the outcomes that stood at its signature.
    """
    overrides = override_outcomes(ask, [group.first.what for group in case.groups if group.rule == OVERRIDE])
    told = {group.id: overrides[what] for group in case.groups if (what := group.first.what) in overrides}
    found = dispositions_in(ask, case.review.first_seq, case.last_seq, known=case.review.signed_seq)
    for group in case.groups:
        rows = sorted(
            (row for row in found if row.rule == group.rule and row.marks & set(group.marks)),
            key=lambda row: (row.review_id == case.review.id, row.seq),
        )
        if rows and frozenset[str]().union(*(row.marks for row in rows)) >= set(group.marks):
            told[group.id] = rows[-1]
    return told


def fingerprint(case: Case, counts: Mapping[str, Json], found: Outcomes) -> str:
    """Return the SHA-256 of what a signature of this review would be about: bounds, counts, exceptions, outcomes."""
    rows: list[Json] = [
        [group.id, list(group.marks), one.outcome, one.reference, one.comment, one.by] if one else [group.id]
        for group in case.groups
        for one in [found.get(group.id)]
    ]
    said: dict[str, Json] = {"review": case.review.id, "bounds": bounds(case.review), "rules": RULES_VERSION}
    if case.again:
        said["again"] = case.again.said
    return hashlib.sha256(canonical({**said, "counts": counts, "exceptions": rows})).hexdigest()


def dispose(
    trail: Trail,
    case: Case,
    ticked: Mapping[str, int],
    decided: Decided,
    signer: Signer,
    *,
    names: Mapping[str, str],
    moment: Moment,
    pattern: str,
) -> int | None:
    """Give groups one outcome and return the entry's number; None: they all have exactly this one already.

    `ticked` is group id -> entry of the outcome that the form showed, 0 for none; `names` what to call each group.

    Raises:
        ActRefusedError: something stands against it; nothing was decided, and the refusal is on record.
        STORE_FAULTS: the records are held by another for too long, or cannot be written.
    """
    groups = [group for group_id in ticked if (group := case.group(group_id))]
    seq = None
    with trail.transaction():
        chosen, who = _chosen(ticked, groups, names), reviewer_of(signer)
        found = disposal_refusals(chosen, decided, who, pattern, signed=is_signed(trail, case))
        standing = _standing(trail, case)
        before = {group.id: standing.get(_row_id(case, group)) for group in groups}
        same = all(_says(one, decided, signer) for one in before.values())
        if not found and not same and not _as_seen(trail, case, before, ticked):
            found = (CHANGED_MEANWHILE,)
        if found:
            asked = {"review": case.review.id, "outcome": decided.outcome, "comment": decided.comment}
            record_refusal(trail, found, signer, moment, what="review outcome refused", equipment=None, asked=asked)
        elif not same:
            seq = _disposed(trail, case, groups, decided, signer, moment)
    if found:
        raise ActRefusedError(found)
    return seq


def _chosen(ticked: Mapping[str, int], groups: Sequence[Group], names: Mapping[str, str]) -> Chosen:
    overrides = sum(group.rule == OVERRIDE for group in groups)
    parts = {names.get(group.id, group.id): group.parts for group in groups}
    return Chosen(len(ticked), len(ticked) - len(groups), overrides, parts)


def _says(before: Disposed | None, decided: Decided, signer: Signer) -> bool:
    if before is None or before.by != signer.person_id:
        return False
    return (before.outcome, before.reference, before.comment) == (decided.outcome, decided.reference, decided.comment)


def _as_seen(trail: Trail, case: Case, before: Mapping[str, Disposed | None], ticked: Mapping[str, int]) -> bool:
    outcomes_seen = all((one.seq if one else 0) == ticked[group_id] for group_id, one in before.items())
    return outcomes_seen and bounds_stand(trail, case)


def bounds_stand(trail: Trail, case: Case) -> bool:
    """Whether the review's bounds are those on record, or continue what is on record without a gap.

    Those of a lot follow its windows until it is signed, and those of a machine its days; the fingerprint says whether
    they are what was on the screen.
    """
    if case.review.scope != GATE:
        return True
    known = review_of(asking_trail(trail), case.review.id)
    if known is not None:
        return (known.first_seq, known.last_seq) == (case.review.first_seq, case.review.last_seq)
    last = max((review.last_seq for review in gate_reviews(asking_trail(trail))), default=0)
    return next(review.first_seq for review in (*case.earlier, case.review)) == last + 1


def _disposed(
    trail: Trail, case: Case, groups: Sequence[Group], decided: Decided, signer: Signer, moment: Moment
) -> int:
    new: dict[str, Json] = {
        "outcome": decided.outcome,
        "exceptions": {group.id: len(group.marks) for group in groups},
        "rules": RULES_VERSION,
        "bounds": bounds(case.review),
    }
    if decided.reference:
        new["reference"] = decided.reference
    entry = Entry(
        kind=Kind.CHANGE,
        moment=moment,
        role=signer.role,
        subject=f"review:{case.review.id}",
        new=new,
        by=signer.person_id,
        why=decided.comment,
    )
    seq = trail.append(entry)
    put_on_record(trail, case, seq)
    for group in groups:
        values: dict[str, str | int | None] = {
            "review_id": case.review.id,
            "rule": group.rule,
            "first_seq": group.first.seq,
            "last_seq": _last_of(group),
            "marks": " ".join(group.marks),
            "outcome": decided.outcome,
            "reference": decided.reference or None,
            "comment": decided.comment,
            "disposed_by": signer.person_id,
            "disposed_at": timestamp(moment.at),
        }
        registry.put(trail, review_dispositions, _row_id(case, group), values, seq)
    return seq


def _last_of(group: Group) -> int:
    return max(int(mark.partition(".")[0]) for mark in group.marks)


def _row_id(case: Case, group: Group) -> str:
    return f"{case.review.id}:{group.id}"


def put_on_record(trail: Trail, case: Case, seq: int) -> None:
    """Settle the bounds of the review, and of the periods before it, with the entry `seq`."""
    for review in (*case.earlier, case.review):
        known = review_of(asking_trail(trail), review.id)
        if known is None or (review.scope != GATE and bounds(known) != bounds(review)):
            registry.put(trail, reviews, review.id, review_values(review), seq)


def _standing(trail: Trail, case: Case) -> dict[str, Disposed]:
    """Return the outcomes that stand, by their row; read once, as the write lock is held meanwhile."""
    found = dispositions_in(asking_trail(trail), case.review.first_seq, case.last_seq)
    return {row.id: row for row in found}


def is_signed(trail: Trail, case: Case) -> bool:
    """Whether the review is signed, as the open transaction sees it."""
    known = review_of(asking_trail(trail), case.review.id)
    return known is not None and known.signed


def reviewer_of(signer: Signer) -> Reviewer:
    """Return who reviews."""
    return Reviewer(signer.person_id, signer.account_id, signer.role)


def bounds(review: Review) -> list[Json]:
    """Return the first and the last entry of a review, as an entry tells them."""
    return [review.first_seq, review.last_seq]
