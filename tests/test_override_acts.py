"""Granting and revoking on real records: one transaction, signed, each refusal on record (scenario 40)."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gate.core.audit import Kind, canonical
from gate.core.granting import SiteRules
from gate.core.records import Moment
from gate.core.terms import OverrideClass
from gate.override_acts import GrantedOverride, OverrideRefusedError, grant_override, new_id, revoke_override
from gate.signatures import Signer
from gate.store import override_rows
from gate.store.facts import FactReader
from tests.scenarios.plant import Plant, plant, record
from tests.scenarios.supervisors import OF_QA, SUPERVISOR, asking
from tests.store.open_records import NOON, TORONTO, Records

EXPIRED: Plant = {
    **plant(),
    "training_record": [record("E1", expires_on=date(2026, 11, 1)), record("E2", expires_on=date(2026, 11, 1))],
    "suspension": [{"id": "S-1", "person": "E2"}],
}
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records of a plant where the training of E1 and E2 has expired and E2 is suspended."""
    found = Records(tmp_path)
    found.load(EXPIRED)
    yield found
    found.close()


def grant(records: Records, signer: Signer = SUPERVISOR, **more: Any) -> GrantedOverride:
    names = ("cosigner", "supervisor_of", "trail_sound", "trail", "rules")
    acts = {name: more.pop(name) for name in names if name in more}
    acts.setdefault("rules", SiteRules())
    trail = acts.pop("trail", records.trail)
    return grant_override(
        trail,
        FactReader(trail, TORONTO),
        asking(NOON + timedelta(minutes=1), **more),
        signer,
        moment=records.moment(),
        **acts,
    )


def last_entry(records: Records) -> dict[str, Any]:
    rows = records.rows("SELECT data FROM audit_trail ORDER BY seq DESC LIMIT 1")
    found: dict[str, Any] = json.loads(rows[0][0])
    return found


def refused(records: Records, **more: Any) -> tuple[list[str], str]:
    """Try to grant; return the codes in the trail and the text that was shown."""
    with pytest.raises(OverrideRefusedError) as found:
        grant(records, **more)
    entry = last_entry(records)
    assert entry["kind"] == Kind.SECURITY
    assert [refusal.code for refusal in found.value.refusals] == entry["detail"]["refused"]
    assert records.rows("SELECT count(*) FROM overrides") == [(0,)]
    return entry["detail"]["refused"], str(found.value)


@pytest.mark.scenario(40)
@pytest.mark.req("D2", "D3")
@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"person_id": "E3", "operations": frozenset({"CLEAN"})}, "to_himself", "Nobody grants an override to himself"),
        ({"supervisor_of": False}, "not_his_supervisor", "You are not the supervisor of E1"),
        ({"person_id": "E2"}, "suspended", "E2 is suspended"),
        ({"ends_at": NOON + 25 * AN_HOUR + timedelta(minutes=1)}, "too_long", "longer than 24 h"),
        ({"starts_at": NOON - 24 * AN_HOUR, "ends_at": NOON - 23 * AN_HOUR}, "starts_in_past", "start in the past"),
    ],
    ids=["to himself", "not his supervisor", "suspended", "25 h", "yesterday"],
)
def test_the_grant_is_refused_with_its_own_message_and_an_entry(
    records: Records, more: dict[str, Any], code: str, words: str
) -> None:
    """Who tries what he must not do is told why, and leaves a trace that QA can see."""
    codes, text = refused(records, **more)
    assert code in codes
    assert words in text


@pytest.mark.req("D1", "G1", "G2", "E5")
def test_a_grant_is_one_entry_signed_over_exactly_what_it_says(records: Records) -> None:
    """The digest can be computed anew from the entry alone; a changed letter breaks it."""
    granted = grant(records, cosigner=OF_QA, cosigner_person_id="Q1", cosigner_roles=frozenset({"qa"}))
    entry = last_entry(records)
    assert (entry["kind"], entry["seq"], entry["subject"]) == (
        "override_granted",
        granted.seq,
        f"override:{granted.id}",
    )
    assert (entry["person"], entry["equipment"], entry["by"], entry["role"]) == ("E1", "TP-01", "E3", "supervisor")
    assert entry["why"] == "retraining is booked for Friday"
    assert (entry["new"]["reasons"], entry["new"]["cosigned"], entry["new"]["reference"]) == (
        "TRAINING_EXPIRED",
        1,
        "DEV-2026-0042",
    )
    signed = {name: entry[name] for name in ("kind", "subject", "person", "equipment", "new", "why")}
    first, second = entry["detail"]["signatures"]
    assert {first["sha256"], second["sha256"]} == {hashlib.sha256(canonical(signed)).hexdigest()}
    assert (first["name"], first["meaning"], first["role"]) == ("Cy Three", "granted", "supervisor")
    assert (second["name"], second["meaning"], second["role"]) == ("Quinn One", "co-signed", "qa")
    assert first["at"].endswith("-05:00") and first["zone"] == "America/Toronto"
    assert records.verify().sound


@pytest.mark.req("D3", "F4")
def test_the_end_is_stored_on_both_clocks(records: Records) -> None:
    """Both say the same instant; whichever comes first ends it."""
    granted = grant(records)
    held = override_rows.held(records.trail, granted.id)
    assert held is not None
    moment: Moment = records.moment()
    left = held.override.ends_at - moment.at
    assert held.override.boot_id == moment.boot_id
    assert held.override.ends_boot_us == moment.boot_us + left // timedelta(microseconds=1)


@pytest.mark.req("D3", "G1", "E5")
def test_a_revocation_keeps_what_stood_and_is_signed(records: Records) -> None:
    """No edit, only a new version: as known then it still stood."""
    granted = grant(records)
    revoked = revoke_override(records.trail, granted.id, SUPERVISOR, "retrained this morning", records.moment())
    entry = last_entry(records)
    assert (entry["kind"], entry["seq"], entry["person"]) == ("override_revoked", revoked.seq, "E1")
    assert "revoked_at" not in entry["old"] and entry["new"]["revoked_at"] == entry["at"]
    assert entry["detail"]["signatures"][0]["meaning"] == "revoked"
    known = records.rows("SELECT known_from, known_to, revoked_at IS NULL FROM overrides ORDER BY version")
    assert known == [(granted.seq, revoked.seq, 1), (revoked.seq, None, 0)]
    assert records.verify().sound


@pytest.mark.req("D2", "D3")
def test_a_refused_revocation_changes_nothing_and_stays_on_record(records: Records) -> None:
    """Unknown, over, without a reason, or by somebody who may not."""
    granted = grant(records)
    system = Signer("E9", "A9", "Sy Admin", "sysadmin")
    with pytest.raises(OverrideRefusedError, match="Only a supervisor or QA"):
        revoke_override(records.trail, granted.id, system, "I can do anything", records.moment())
    assert last_entry(records)["detail"]["refused"] == ["not_allowed"]
    with pytest.raises(OverrideRefusedError, match="not on record"):
        revoke_override(records.trail, "O-0", SUPERVISOR, "retrained this morning", records.moment())
    assert "person" not in last_entry(records)
    revoke_override(records.trail, granted.id, SUPERVISOR, "retrained this morning", records.moment())
    with pytest.raises(OverrideRefusedError, match="revoked already"):
        revoke_override(records.trail, granted.id, SUPERVISOR, "retrained this morning", records.moment())
    assert records.rows("SELECT count(*) FROM overrides") == [(2,)]


@pytest.mark.req("D4")
def test_the_second_within_30_days_needs_qa_even_after_a_revocation(records: Records) -> None:
    """Who needs an override again and again needs training; QA must see it before, not after."""
    granted = grant(records)
    revoke_override(records.trail, granted.id, SUPERVISOR, "retrained this morning", records.moment())
    with pytest.raises(OverrideRefusedError, match="needs QA's co-signature"):
        grant(records)
    signed: dict[str, Any] = {"cosigner": OF_QA, "cosigner_person_id": "Q1", "cosigner_roles": frozenset({"qa"})}
    assert grant(records, **signed).id != granted.id
    records.clock.advance(31 * 86400)
    later = records.clock.at + timedelta(minutes=1)
    signed = {"starts_at": later, "ends_at": later + AN_HOUR}
    with pytest.raises(OverrideRefusedError) as found:
        grant(records, **signed)
    assert "second_in_30_days" not in [refusal.code for refusal in found.value.refusals]


@pytest.mark.req("D3")
def test_of_two_supervisors_granting_at_once_one_is_told_that_it_is_done(records: Records) -> None:
    """The second sees what the first wrote, because both judge inside the write lock."""
    other = Signer("E5", "A5", "Di Five", "supervisor")
    second = records.another_trail()
    done: list[GrantedOverride] = []
    told: list[str] = []

    def attempt(**more: Any) -> None:
        try:
            done.append(grant(records, **more))
        except OverrideRefusedError as error:
            told.extend(refusal.code for refusal in error.refusals)

    threads = [
        Thread(target=attempt),
        Thread(target=attempt, kwargs={"signer": other, "approver_person_id": "E5", "trail": second}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert "already_covered" in told
    assert records.rows("SELECT count(*) FROM overrides") == [(1,)]
    assert records.verify().sound


@pytest.mark.scenario(40)
@pytest.mark.req("D2")
def test_where_the_site_asks_only_the_own_supervisor_grants_as_the_records_say(records: Records) -> None:
    """Not what a form says counts but whose report the person is on record; nobody's report is nobody's."""
    own = SiteRules(only_own_reports=True)
    assert refused(records, rules=own)[0] == ["not_his_supervisor"]
    records.load({**EXPIRED, "person": [{**row, "supervisor": "E2"} for row in EXPIRED["person"]]})
    assert refused(records, rules=own)[0] == ["not_his_supervisor"]
    assert refused(records, rules=own, supervisor_of=True)[0] == ["not_his_supervisor"]
    records.load({**EXPIRED, "person": [{**row, "supervisor": "E3"} for row in EXPIRED["person"]]})
    assert grant(records, rules=own).seq > 0


@pytest.mark.req("D9", "G1")
def test_who_granted_and_who_was_named_stand_in_the_row(records: Records) -> None:
    """QA's queue, trends and the independence of a disposition are built on them; revoking keeps them."""
    form: dict[str, Any] = {"override_class": OverrideClass.EMERGENCY, "ends_at": NOON + 2 * AN_HOUR, "reference": ""}
    granted = grant(records, **form, second_named_person_id="E2")
    revoke_override(records.trail, granted.id, SUPERVISOR, "retrained this morning", records.moment())
    rows = records.rows("SELECT granted_by, second_person_id FROM overrides ORDER BY version")
    assert rows == [("E3", "E2"), ("E3", "E2")]


@pytest.mark.req("D8")
def test_an_emergency_names_a_second_person_and_may_lack_its_reference(records: Records) -> None:
    """At three in the morning nobody of QA is there, but never is one person alone enough."""
    form: dict[str, Any] = {"override_class": OverrideClass.EMERGENCY, "ends_at": NOON + 2 * AN_HOUR, "reference": ""}
    assert refused(records, **form)[0] == ["needs_second_person"]
    assert refused(records, **form, second_named_person_id="E0")[0] == ["needs_second_person"]
    assert grant(records, **form, second_named_person_id="E2").seq > 0
    assert last_entry(records)["new"]["second_named"] == "E2"


@pytest.mark.req("D2", "D5")
def test_only_the_one_who_signs_counts_and_unsound_records_grant_nothing(records: Records) -> None:
    """A form that names another approver, unknown people, or a damaged trail: refused, and on record."""
    assert refused(records, signer=OF_QA)[0] == ["signed_by_another"]
    assert refused(records, trail_sound=False)[0] == ["never_lifted"]
    assert "unknown_person" in refused(records, person_id="E77")[0]
    assert "unknown_equipment" in refused(records, equipment_id="TP-77")[0]
    assert refused(records, operations=frozenset({"JUGGLE"}))[0] == ["unknown_operation"]


@pytest.mark.req("E1")
def test_what_cannot_be_written_is_not_granted(records: Records) -> None:
    """No override without its entry, and none half written."""
    with pytest.raises(ValueError, match="not Unicode"):
        grant(records, justification="retraining is booked \ud800")
    assert records.rows("SELECT count(*) FROM overrides") == [(0,)]
    assert grant(records).seq > 0


def test_ids_are_in_order_of_time_and_never_given_twice() -> None:
    """They are read aloud and sorted: 26 letters and digits without I, L, O, U."""
    ids = [new_id(NOON + timedelta(milliseconds=number)) for number in range(50)]
    assert ids == sorted(ids)
    assert len({new_id(NOON) for _ in range(100)}) == 100
    assert all(len(id_) == 26 and not set(id_) & set("ILOU") for id_ in ids)
