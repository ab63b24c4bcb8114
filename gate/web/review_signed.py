"""The signatures of a review and of its later notes, as they are shown (21 CFR 11.50, 11.70)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate.core.audit import leaf_hash
from gate.review_signing import MEANING, SECOND
from gate.signatures import is_whole
from gate.store.schema import audit_trail
from gate.store.trail_bytes import said_of
from gate.web.formats import utc_offset, visible
from gate.web.numbering import account_of, signer_of
from gate.web.review_cases import Opened, connect
from gate.web.review_words import ReviewWords

MEANINGS = {MEANING: "rv_meaning_reviewed", SECOND: "rv_meaning_second", "note added": "rv_meaning_note"}
"""The meaning as signed -> the key of its words."""


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature; `whole` False: the content is not the one that was signed."""

    name: str
    account: str
    iso: str
    at: str
    meaning: str
    record: str
    whole: bool
    why: str

    @property
    def line(self) -> str:
        """The whole manifestation in one line."""
        return f"{self.name} ({self.account}), {self.at}: {self.meaning} [{self.record}]"


def signatures_of_review(opened: Opened, words: ReviewWords) -> dict[str, object]:
    """Return what the report says of signatures: those of the review, of its notes, and whether they still fit."""
    review = opened.review
    seqs = [review.signed_seq] if review.signed_seq else []
    recorded = str(review.counts.get("fingerprint", ""))
    return {
        "signatures": signature_views(seqs, words),
        "notes": signature_views([note.seq for note in opened.notes], words),
        "signed_fingerprint": recorded,
        "next_due": _next_due(review.signed_seq),
    }


def signature_views(seqs: Iterable[int], words: ReviewWords) -> list[SignatureView]:
    """Return every signature in these entries, in order."""
    wanted = sa.select(audit_trail.c.seq, audit_trail.c.data, audit_trail.c.leaf)
    with connect() as connection:
        rows = connection.execute(wanted.where(audit_trail.c.seq.in_(list(seqs))).order_by(audit_trail.c.seq)).all()
    found = []
    for row in rows:
        said = said_of(row.data) or {}
        intact = leaf_hash(row.data.encode()) == row.leaf
        for signature in (said.get("detail") or {}).get("signatures", ()):
            found.append(_view(row.seq, row.leaf.hex(), said, signature, words, intact=intact))
    return found


def _view(
    seq: int, leaf: str, said: Mapping[str, Any], signature: Mapping[str, Any], words: ReviewWords, *, intact: bool
) -> SignatureView:
    at, zone = datetime.fromisoformat(signature["at"]), ZoneInfo(str(signature["zone"]))
    meaning = str(signature["meaning"])
    return SignatureView(
        name=visible(signer_of(signature)),
        account=visible(account_of(signature)),
        iso=at.isoformat(),
        at=f"{at:%Y-%m-%d %H:%M:%S} {at.astimezone(zone).tzname()} ({utc_offset(at)})",
        meaning=words.viewer.texts.get(MEANINGS.get(meaning, ""), visible(meaning)),
        record=f"#{seq} · sha256 {leaf[:4]} {leaf[4:8]} … {leaf[-4:]}",
        whole=intact and is_whole(said, signature),
        why=visible(str(said.get("why", ""))),
    )


def _next_due(signed_seq: int | None) -> str:
    if signed_seq is None:
        return ""
    with connect() as connection:
        data = connection.execute(sa.select(audit_trail.c.data).where(audit_trail.c.seq == signed_seq)).scalar()
    said = said_of(data) if data else None
    return str((said.get("new") or {}).get("next_due_on", "")) if said else ""
