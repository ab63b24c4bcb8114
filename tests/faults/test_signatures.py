"""Fault 21: signatures. A replayed form, an own override, content changed after signing, and a wrong password 5 times.

Each check is run on a deliberately wrong variant too, which it must catch.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

import gate.override_acts
import gate.signatures
import gate.web.authentication
from gate.core.audit import leaf_hash
from gate.core.granting import refusals
from gate.core.records import Moment
from gate.store.granted import signatures_of
from gate.store.web_sessions import read_failures
from gate.web.authentication import TRIES
from tests.scenarios.plant import P1, P2
from tests.scenarios.world import moment_now
from tests.store.open_records import tamper
from tests.web.people import WORD, send, sign_in, signed_in
from tests.web.test_override_pages import GOOD, Site, site  # noqa: F401 - a fixture

WRONG = "not the password at all"


# --- a replayed form ----------------------------------------------------------------------------------------


def _grants_of_a_replayed_form(found: Site) -> int:
    """Send the same bytes twice, as a double tap, a back button or a thief does; return how many were granted."""
    found.world.badge("R1", P1)
    path = f"/overrides/new/{found.denied_seq()}?lang=en"
    for _ in range(2):
        send(found.browser, path, **GOOD)
    return len(found.world.trail("override_granted"))


@pytest.mark.fault(21)
@pytest.mark.req("D1", "G3")
def test_a_form_that_is_replayed_signs_once(site: Site) -> None:  # noqa: F811
    """The act judges anew; the second finds that it is done, and its refusal is on record."""
    assert _grants_of_a_replayed_form(site) == 1
    assert [e["detail"]["refused"] for e in site.world.trail("security") if "refused" in e["detail"]] != []


@pytest.mark.fault(21)
@pytest.mark.req("G3")
def test_a_form_replayed_after_the_session_ended_signs_nothing(site: Site) -> None:  # noqa: F811
    """Whoever finds the tablet with the page open has no password in it."""
    site.world.badge("R1", P1)
    path = f"/overrides/new/{site.denied_seq()}?lang=en"
    site.browser.get(path)
    site.world.clock.advance(timedelta(minutes=16).total_seconds())
    assert site.browser.post(path, data=GOOD).status_code in {400, 401, 403}
    assert site.world.trail("override_granted") == []


@pytest.mark.fault(21)
def test_the_mutant_that_does_not_judge_anew_is_caught(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Shows that the count above can be two."""
    monkeypatch.setattr(gate.override_acts, "refusals", lambda *_: ())
    assert _grants_of_a_replayed_form(site) == 2


# --- an own override ----------------------------------------------------------------------------------------


def _own_grants(found: Site) -> int:
    """Let the supervisor who was denied grant it to himself; return how many were granted."""
    found.world.badge("R1", P2)
    own = signed_in(found.app, "bo")
    send(own, f"/overrides/new/{found.denied_seq()}?lang=en", **{**GOOD, "sign_user": "bo"})
    return len(found.world.trail("override_granted"))


@pytest.mark.fault(21)
@pytest.mark.req("D2")
def test_nobody_signs_an_own_override(site: Site) -> None:  # noqa: F811
    """Refused by the rules, not by a missing button, and on record."""
    assert _own_grants(site) == 0
    assert "to_himself" in [e["detail"].get("refused", []) for e in site.world.trail("security")][-1]


@pytest.mark.fault(21)
def test_the_mutant_without_segregation_is_caught(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Shows that the check above can fail."""
    monkeypatch.setattr(
        gate.override_acts, "refusals", lambda *of: tuple(r for r in refusals(*of) if r.code != "to_himself")
    )
    assert _own_grants(site) == 1


# --- content changed after signing --------------------------------------------------------------------------

CHANGES = {
    "longer": ("new", "ends_at", "2026-11-24T23:00:00.000Z"),
    "another reason": ("new", "reasons", "TRAINING_EXPIRED EQ_CAL_OVERDUE"),
    "another reference": ("new", "reference", "DEV-2026-9999"),
    "another person": ("person", "", "E2"),
    "another machine": ("equipment", "", "TP-02"),
    "another justification": ("why", "", "somebody else wrote this here"),
}


def _granted(found: Site) -> tuple[str, int]:
    found.world.badge("R1", P1)
    answer = found.grant(found.denied_seq())
    entry = found.world.trail("override_granted")[0]
    return answer.location.partition("?")[0], int(entry["seq"])


def _changed_after_signing(found: Site, change: str) -> str:
    """Change the signed entry and its leaf in the file as root could; return what the page says of it."""
    path, seq = _granted(found)
    entry = found.world.trail("override_granted")[0]
    field, inner, value = CHANGES[change]
    entry[field] = {**entry[field], inner: value} if inner else value
    _write(found, seq, entry, leaf=True)
    return found.browser.get(f"{path}?lang=en").text


def _write(found: Site, seq: int, entry: dict[str, object], *, leaf: bool) -> None:
    data = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    statements: list[tuple[str, tuple[object, ...]]] = [("UPDATE audit_trail SET data = ? WHERE seq = ?", (data, seq))]
    if leaf:
        statements.append(("UPDATE audit_trail SET leaf = ? WHERE seq = ?", (leaf_hash(data.encode()), seq)))
    tamper(found.world.settings.database_path, *statements)


@pytest.mark.fault(21)
@pytest.mark.req("G2")
@pytest.mark.parametrize("field", ["name", "meaning", "at", "account"])
def test_a_signature_whose_own_words_were_changed_shows_as_broken(site: Site, field: str) -> None:  # noqa: F811
    """The printed name is not part of the content; the entry's leaf covers it."""
    path, seq = _granted(site)
    entry = site.world.trail("override_granted")[0]
    entry["detail"]["signatures"][0][field] = "2026-11-23T09:00:00.000-05:00" if field == "at" else "Somebody Else"
    _write(site, seq, entry, leaf=False)
    assert "This signature is broken" in site.browser.get(f"{path}?lang=en").text


@pytest.mark.fault(21)
@pytest.mark.req("G2")
@pytest.mark.parametrize("change", CHANGES)
def test_content_changed_after_signing_shows_as_broken(site: Site, change: str) -> None:  # noqa: F811
    """The signature belongs to exactly what was signed (21 CFR 11.70): the page says that it no longer does."""
    page = _changed_after_signing(site, change)
    assert "This signature is broken" in page
    assert "call QA" in page
    assert "Signed electronically</h3>" not in page
    assert not site.world.sound()


@pytest.mark.fault(21)
@pytest.mark.req("G2")
def test_what_was_not_changed_is_whole(site: Site) -> None:  # noqa: F811
    """A warning that cries always is no warning."""
    path, _ = _granted(site)
    page = site.browser.get(f"{path}?lang=en").text
    assert "broken" not in page.replace("signed broken", "")
    assert "Signed electronically</h3>" in page
    entry = site.world.trail("override_granted")[0]
    assert all(gate.signatures.is_whole(entry, signature) for signature in signatures_of(entry))


@pytest.mark.fault(21)
@pytest.mark.req("G2")
def test_a_signature_that_was_moved_to_another_entry_is_broken(site: Site) -> None:  # noqa: F811
    """Cut out of one record and pasted into another it proves nothing (21 CFR 11.70)."""
    _granted(site)
    first = site.world.trail("override_granted")[0]
    site.world.badge("R2", P1)
    site.grant(site.denied_seq())
    second = site.world.trail("override_granted")[1]
    assert gate.signatures.is_whole(second, signatures_of(second)[0])
    assert not gate.signatures.is_whole(second, signatures_of(first)[0])


@pytest.mark.fault(21)
@pytest.mark.parametrize("change", CHANGES)
def test_the_mutant_that_signs_only_the_subject_is_caught(
    site: Site,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """A digest over less than the content would leave the change unseen."""
    monkeypatch.setattr(gate.signatures, "SIGNED", ("kind", "subject"))
    assert "This signature is broken" not in _changed_after_signing(site, change)


# --- wrong passwords ----------------------------------------------------------------------------------------


def _wrong_five_times(found: Site) -> tuple[bool, bool]:
    """Sign with a wrong password until the account rests; return whether it, and another account, still sign in."""
    found.world.badge("R1", P1)
    seq = found.denied_seq()
    for _ in range(TRIES):
        assert found.grant(seq, password=WRONG).status_code == 422
    right = found.grant(seq, password=WORD).status_code == 303
    other = sign_in(found.app.test_client(), "qa").status_code == 303
    return right, other


@pytest.mark.fault(21)
@pytest.mark.req("G3")
def test_five_wrong_passwords_rest_this_account_for_minutes_and_nobody_else(site: Site) -> None:  # noqa: F811
    """A guesser gets five tries; the shift goes on, and the account comes back by itself."""
    assert _wrong_five_times(site) == (False, True)
    assert site.world.trail("override_granted") == []
    said = [entry["detail"]["what"] for entry in site.world.trail("security")]
    assert "account_blocked" in said
    site.world.clock.advance(timedelta(minutes=11).total_seconds())
    assert sign_in(site.app.test_client(), "sup").status_code == 303


@pytest.fixture
def never_rests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(gate.web.authentication, "TRIES", 10**6)
    yield


@pytest.mark.fault(21)
@pytest.mark.usefixtures("never_rests")
def test_the_mutant_that_counts_no_tries_is_caught(site: Site) -> None:  # noqa: F811
    """Shows that the sixth password is really refused above."""
    assert _wrong_five_times(site)[0]


@pytest.mark.fault(21)
def test_the_mutant_that_blocks_everybody_is_caught(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Shows that the other account is really asked for above."""
    monkeypatch.setattr(
        gate.web.authentication, "read_failures", lambda connection, _: read_failures(connection, "sup")
    )
    assert _wrong_five_times(site)[1] is False


def test_the_moment_of_a_signature_is_the_gates_own(site: Site) -> None:  # noqa: F811
    """No form can say when something was signed."""
    before: Moment = moment_now(site.world.clock)
    site.world.badge("R1", P1)
    site.grant(site.denied_seq(), at="2020-01-01", starts_at="2020-01-01", moment="2020-01-01")
    signature = signatures_of(site.world.trail("override_granted")[0])[0]
    assert str(signature["at"])[:10] == before.at.date().isoformat()
