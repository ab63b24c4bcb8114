"""Who may open a kiosk, what its stream tells, and that its words keep the rules."""

import re
import stat
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.reasons import REASONS, ReasonClass
from gate.core.terms import Outcome
from gate.settings import load_settings
from gate.web.kiosk_key import kiosk_address, kiosk_key, machines_of, secrets_folder
from gate.web.kiosk_texts import KIOSK_TEXTS
from gate.web.next_steps import NEXT_STEPS
from tests.commands.site import new_site
from tests.web.kiosk_records import ENGLISH, KioskOnRecord
from tests.web.test_page_texts import FORBIDDEN

LONGEST_STEP = 95


def test_the_key_becomes_a_cookie_of_this_path_alone(kiosk: KioskOnRecord, pages: Flask) -> None:
    """The key must not stay in the address bar of a screen that everybody sees."""
    answer = pages.test_client().get(kiosk.opened())
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/kiosk/CT-01"
    cookie = answer.headers["Set-Cookie"]
    assert "Path=/kiosk/CT-01" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_a_wrong_key_looks_like_equipment_that_there_is_not(kiosk: KioskOnRecord, pages: Flask) -> None:
    """Else the address tells a stranger which machines the plant has."""
    stranger = pages.test_client()
    key = kiosk_key(kiosk.settings, ("TP-01",))
    answers = [
        stranger.get(path)
        for path in (
            "/kiosk/CT-01",
            "/kiosk/CT-01?key=",
            "/kiosk/CT-01?key=é",
            f"/kiosk/CT-01?key={key}",
            "/kiosk/CT-01/events",
            "/kiosk/NO-99",
            f"/kiosk/NO-99?key={key}",
            "/kiosk/NO-99/events",
        )
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert not any("kiosk=" in answer.headers.get("Set-Cookie", "") for answer in answers)


def test_a_kiosk_key_opens_no_other_kiosk(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """A screen in one room shows nothing of another."""
    key = kiosk_key(kiosk.settings, ("CT-01",))
    assert screen.get("/kiosk/TP-01").status_code == 404
    assert screen.get(f"/kiosk/CT-01+TP-01?key={key}").status_code == 404
    assert screen.get(kiosk.opened("CT-01", "TP-01")).status_code == 303


def test_the_secret_is_readable_by_the_service_alone_and_a_new_one_voids_all_keys(kiosk: KioskOnRecord) -> None:
    """Whoever reads it can make every key; removing it is how lost keys are called back."""
    before = kiosk_key(kiosk.settings, ("CT-01",))
    secret = secrets_folder(kiosk.settings) / "kiosk.key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o400
    assert before == kiosk_key(kiosk.settings, ("CT-01",))
    secret.unlink()
    assert before != kiosk_key(kiosk.settings, ("CT-01",))


def test_a_secret_that_others_can_read_is_not_used(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """A key that anybody could have made opens nothing."""
    (secrets_folder(kiosk.settings) / "kiosk.key").chmod(0o644)
    assert screen.get("/kiosk/CT-01").status_code == 503


@pytest.mark.parametrize("name", ["", "CT-01+CT-01", "CT-01+", "CT-01+NO-99", "CT-01+TP-01+A+B+C", "../x"])
def test_a_path_names_one_to_four_machines_that_have_a_reader(kiosk: KioskOnRecord, name: str) -> None:
    """Nothing else can be on a screen."""
    assert machines_of(name, kiosk.settings) == ()
    assert machines_of("TP-01+CT-01", kiosk.settings) == ("TP-01", "CT-01")


def test_a_form_without_its_token_is_refused_and_the_stream_takes_none(
    kiosk: KioskOnRecord, screen: FlaskClient
) -> None:
    """Another page in the same browser must press nothing here."""
    assert screen.post(kiosk.path()).status_code == 403
    assert screen.post(f"{kiosk.path()}/events").status_code == 405


def test_the_command_prints_the_address_that_opens_the_kiosk(tmp_path: Path) -> None:
    """Both processes make the same key from the same file."""
    site = new_site(tmp_path)
    settings = load_settings(tmp_path / "gate.toml")
    assert site.gate("kiosk", "TP-01", "TP-02").strip() == kiosk_address(settings, ("TP-01", "TP-02"))
    assert "have a reader" in site.gate("kiosk", "NO-99", expect=1)


def test_the_stream_tells_of_its_machines_and_of_no_other(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """The live page's entries hold names that are nobody's business at this machine."""
    kiosk.read(ENGLISH, equipment="TP-01")
    with screen.get(f"{kiosk.path()}/events", buffered=False) as stream:
        lines = (text.decode() for text in stream.iter_encoded())
        assert next(lines).startswith("retry: ")
        first = next(lines)
    assert "event: tick" in first
    assert "kiosk-CT-01" in first
    assert "TP-01" not in first
    assert "Robin" not in first


def test_without_javascript_the_page_refreshes_itself(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """The screen is then late, never wrong for long."""
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in screen.get(kiosk.path()).text


def test_the_page_has_no_inline_code(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """What the policy forbids must not be in the page."""
    kiosk.read(ENGLISH, Outcome.DENY, "VISITOR")
    page = screen.get(kiosk.path()).text
    assert not [word for word in (" style=", " onclick=", "<style", "http://", "https://") if word in page]
    assert page.count("<script") == 1


def test_every_reason_that_does_not_allow_has_a_next_step_in_both_languages() -> None:
    """Nobody is told no without what to do."""
    answering = {ReasonClass.DENY, ReasonClass.PENDING}
    assert {code for code, reason in REASONS.items() if reason.reason_class in answering} - set(NEXT_STEPS) == set()
    for both in NEXT_STEPS.values():
        assert all(0 < len(text) <= LONGEST_STEP for text in both)
        assert both[0] != both[1]


def test_no_word_of_the_kiosk_is_forbidden_and_both_languages_fit() -> None:
    """Locks belong to lock-out/tag-out."""
    words = [
        *KIOSK_TEXTS["en"].values(),
        *KIOSK_TEXTS["fr"].values(),
        *(text for both in NEXT_STEPS.values() for text in both),
    ]
    assert [text for text in words if FORBIDDEN.search(text)] == []
    for key, text in KIOSK_TEXTS["en"].items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", KIOSK_TEXTS["fr"][key])), key
