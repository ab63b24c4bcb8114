"""People and badges for the tests of the acts, and the acts in as few words as a test can spare."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gate.badge_enrolment import Enrolled, Identity, NewBadge, enrol_badge
from gate.badge_lending import lend_badge
from gate.badge_refusals import BadgeRefusedError
from gate.core.audit import Kind
from gate.demo_badges import wiegand26
from gate.signatures import Signer
from gate.store.reader_state import note_unknown_badge
from tests.scenarios.plant import Plant, plant
from tests.store.open_records import Records

SUPERVISOR = Signer("P-sup", "sup", "Sue Pervisor", "supervisor")
OTHER = Signer("P-adm", "adm", "Ada Ministrator", "sysadmin")
ONE_OF_THEM = Signer("E2", "bo", "Bo Deux", "supervisor")
NEW, POOL = wiegand26(118, 9001), wiegand26(118, 9900)
WHY = "forgot it at home"
AN_HOUR = timedelta(hours=1)
HOSTILE = "<b>\u202e" + "x" * 10_000


def people() -> Plant:
    """The plant of the scenarios, somebody who has left, somebody new without a badge, and a badge of the pool."""
    found = plant()
    more = [{"id": "E4", "name": "Di Four"}, {"id": "E9", "name": "Gone Away", "state": "inactive"}]
    found["person"] = [*found["person"], *more]
    found["badge"] = [*found["badge"], {"id": "POOL-1", "number": POOL, "pool": True}]
    return found


def enrol(records: Records, who: Signer = SUPERVISOR, **more: Any) -> Enrolled:
    new = NewBadge(**{"person_id": "E4", "identity": Identity.PHOTO_ID, "typed": NEW, **more})
    return enrol_badge(records.trail, new, who, records.moment())


def lend(records: Records, who: Signer = SUPERVISOR, **more: Any) -> int:
    moment = records.moment()
    terms = {"badge_id": "POOL-1", "person_id": "E1", "until_at": moment.at + 8 * AN_HOUR} | {
        "identity": Identity.KNOWN_PERSONALLY,
        "why": WHY,
    }
    return lend_badge(records.trail, **{**terms, **more}, who=who, moment=moment)


def entries(records: Records, kind: Kind | None = None) -> list[dict[str, Any]]:
    said = [json.loads(row[0]) for row in records.rows("SELECT data FROM audit_trail ORDER BY seq")]
    return [entry for entry in said if kind is None or entry["kind"] == kind]


def refused(records: Records, act: Callable[[], object]) -> str:
    """Try, and return the refusal's code as it stands on record; nothing else may have been written."""
    before = len(entries(records))
    known = records.rows("SELECT * FROM badges"), records.rows("SELECT * FROM badge_assignments")
    with pytest.raises(BadgeRefusedError) as found:
        act()
    assert known == (records.rows("SELECT * FROM badges"), records.rows("SELECT * FROM badge_assignments"))
    assert len(entries(records)) == before + 1
    entry = entries(records)[-1]
    assert (entry["kind"], entry["detail"]["what"]) == ("security", "badge_act_refused")
    assert entry["detail"]["refused"] == found.value.code
    english, french = (found.value.sentences(language)[0] for language in ("en", "fr"))
    assert english != french
    assert "{" not in english + french
    return found.value.code


def unknown(records: Records, number: str, mark: str) -> str:
    """Let a number that nobody owns be read somewhere."""
    records.trail.begin()
    note_unknown_badge(records.trail, mark, number)
    records.trail.append(records.entry())
    records.trail.commit()
    return mark
