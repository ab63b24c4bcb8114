"""Electronic signatures: who signed what, when, with what meaning, bound to the exact content (G1, G2)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from gate.core.audit import Entry, Json, canonical
from gate.core.records import Moment

SIGNED = ("kind", "subject", "person", "equipment", "old", "new", "why")
"""The fields of an entry that its signatures are bound to."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, as the signature shows it."""

    person_id: str
    account_id: str
    printed_name: str
    role: str


def signed(entry: Entry, zone: ZoneInfo, *signatures: tuple[Signer, str]) -> Entry:
    """Return the entry with its signatures, each bound to the exact content by the content's SHA-256.

    The digest is over the canonical form of kind, subject, person, equipment, old, new and why, as they stand in the
    entry, so anybody can compute it anew from the entry alone. A signature is (who, with what meaning).
    """
    said = {
        "kind": entry.kind.value,
        "subject": entry.subject,
        "person": entry.person,
        "equipment": entry.equipment,
        "old": entry.old,
        "new": entry.new,
        "why": entry.why,
    }
    digest = content_sha256(said)
    shown = [_manifestation(zone, entry.moment, signer, meaning, digest) for signer, meaning in signatures]
    return replace(entry, detail={"signatures": shown})


def content_sha256(said: Mapping[str, Json]) -> str:
    """Return the SHA-256 of what a signature is bound to: the signed fields of an entry, absent values left out."""
    signed_part = {name: said[name] for name in SIGNED if said.get(name) is not None}
    return hashlib.sha256(canonical(signed_part)).hexdigest()


def is_whole(said: Mapping[str, Any], signature: Mapping[str, Any]) -> bool:
    """Tell whether a signature still belongs to its entry: the content is the one that was signed (G2)."""
    return hmac.compare_digest(str(signature.get("sha256", "")), content_sha256(said))


def _manifestation(zone: ZoneInfo, moment: Moment, signer: Signer, meaning: str, digest: str) -> dict[str, Json]:
    """Return what a signature shows: printed name, date and time with zone, meaning (21 CFR 11.50)."""
    return {
        "name": signer.printed_name,
        "person": signer.person_id,
        "account": signer.account_id,
        "role": signer.role,
        "meaning": meaning,
        "at": moment.at.astimezone(zone).isoformat(timespec="milliseconds"),
        "zone": zone.key,
        "sha256": digest,
    }
