"""Which state a kiosk shows, without a browser: the answer, the use, and what is broken before both."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gate.core.audit import Entry, Kind
from gate.core.terms import Outcome
from gate.settings import load_settings
from gate.store import schema
from gate.web.app import create_app
from gate.web.next_steps import NEXT_STEPS
from tests.web.kiosk_records import ENGLISH, FRENCH, FRENCH_NAME, REFERENCE, KioskOnRecord
from tests.web.records import HOSTILE


def tile(screen: FlaskClient, kiosk: KioskOnRecord, equipment: str = "CT-01") -> str:
    page = screen.get(kiosk.path(equipment))
    assert page.status_code == 200
    found = re.search(rf'<section id="kiosk-{equipment}".*?</section>', page.text, re.DOTALL)
    assert found is not None
    return found.group()


def look(shown: str) -> str:
    found = re.search(r'class="kt k-(\w+)', shown)
    assert found is not None
    return found.group(1)


def test_an_idle_kiosk_asks_for_a_badge_in_both_languages(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """Nobody's language is known before the badge."""
    shown = tile(screen, kiosk)
    assert look(shown) == "idle"
    assert "Present your badge" in shown
    assert '<span lang="fr"' in shown
    assert "Passez votre badge" in shown


@pytest.mark.req("L1", "L2")
def test_an_allow_is_said_in_the_language_of_the_person_for_12_seconds(
    kiosk: KioskOnRecord, screen: FlaskClient
) -> None:
    """Long enough to read from the machine, gone before the next person stands there."""
    kiosk.read(FRENCH)
    shown = tile(screen, kiosk)
    assert (look(shown), 'lang="fr"' in shown) == ("allow", True)
    assert "AUTORISÉ" in shown
    assert FRENCH_NAME in shown
    assert "Démarrage permis jusqu’à 16\u00a0h\u00a000" in shown
    kiosk.clock.advance(11)
    assert look(tile(screen, kiosk)) == "allow"
    kiosk.clock.advance(1)
    assert look(tile(screen, kiosk)) == "idle"


def test_an_allow_names_what_ends_during_the_shift(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """The operator can mend it before it stops the next start; an end of which no record tells stays unnamed."""
    kiosk.read(FRENCH, Outcome.ALLOW, "ALLOW_ENDS_IN_SHIFT")
    unnamed = tile(screen, kiosk)
    assert "Prend fin pendant ce quart" in unnamed
    assert "SOP-PRD-0388" not in unnamed
    kiosk.clock.advance(timedelta(days=9).total_seconds())
    kiosk.alive()
    kiosk.read(FRENCH, Outcome.ALLOW, "ALLOW_ENDS_IN_SHIFT")
    assert "SOP-PRD-0388 2026-12-02" in tile(screen, kiosk)


@pytest.mark.req("L1", "L3")
def test_a_denial_gives_every_reason_with_what_to_do_for_45_seconds(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """Everything is mended in one trip, and nobody is sent away without knowing whom to ask."""
    kiosk.read(ENGLISH, Outcome.DENY, "TRAINING_EXPIRED", "GMP_REFRESHER", "GOWN_EXPIRED")
    shown = tile(screen, kiosk)
    assert look(shown) == "deny"
    for code in ("TRAINING_EXPIRED", "GMP_REFRESHER", "GOWN_EXPIRED"):
        assert NEXT_STEPS[code][0] in shown
    assert "Conduite de la presse" in shown
    assert "Your supervisor" in shown
    kiosk.clock.advance(44)
    kiosk.alive()
    assert look(tile(screen, kiosk)) == "deny"
    kiosk.clock.advance(1)
    kiosk.alive()
    assert look(tile(screen, kiosk)) == "idle"


def test_the_site_says_who_can_help(kiosk: KioskOnRecord) -> None:
    """Only the site knows its telephone numbers."""
    text = kiosk.config.read_text("utf-8") + '\n[kiosk]\nhelp_en = "Supervisor, ext. <4402>"\n'
    kiosk.config.write_text(text, "utf-8")
    kiosk.settings = load_settings(kiosk.config)
    pages = create_app(kiosk.settings, kiosk.clock)
    screen = pages.test_client()
    screen.get(kiosk.opened())
    kiosk.read(ENGLISH, Outcome.DENY, "VISITOR")
    assert "Supervisor, ext. &lt;4402&gt;" in tile(screen, kiosk)
    pages.extensions["gate"].close()


@pytest.mark.req("L1")
@pytest.mark.parametrize("code", ["PERSON_RESTRICTED", "PERSON_SUSPENDED"])
def test_medical_and_disciplinary_causes_are_masked(kiosk: KioskOnRecord, screen: FlaskClient, code: str) -> None:
    """The next person in the queue reads the screen too."""
    kiosk.read(ENGLISH, Outcome.DENY, code)
    shown = tile(screen, kiosk)
    assert "see the supervisor" in shown
    assert "suspended" not in shown.lower()


@pytest.mark.req("L1")
def test_a_system_fault_does_not_look_like_a_denial_of_the_person(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """Nobody shall think that their training is the matter."""
    kiosk.read(ENGLISH, Outcome.DENY, "SYS_TIME_BAD")
    shown = tile(screen, kiosk)
    assert look(shown) == "fault"
    assert "DENIED" not in shown
    assert "Robin" not in shown
    assert "not about you" in shown


def test_an_allow_that_came_too_late_is_not_shown_as_one(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """The reader has shown a fault; a screen that says allowed would send somebody to a start that is not enabled."""
    seq = kiosk.read(ENGLISH)
    kiosk.append(Entry(kind=Kind.ANSWERED_LATE, moment=kiosk.moment(), ref=seq))
    shown = tile(screen, kiosk)
    assert look(shown) == "fault"
    assert "Badge again" in shown


def test_a_badge_of_nobody_is_answered_in_both_languages_with_its_last_four(
    kiosk: KioskOnRecord, screen: FlaskClient
) -> None:
    """Whoever holds it speaks one of them, and the number itself is nobody's business."""
    kiosk.read(None, Outcome.DENY, "BADGE_UNKNOWN")
    shown = tile(screen, kiosk)
    assert "This badge is not registered" in shown
    assert "Ce badge n’est pas inscrit" in shown
    assert "0C86" in shown


@pytest.mark.parametrize(
    ("outcome", "code", "expected"),
    [
        (Outcome.DENY, "BADGE_UNREADABLE", "again"),
        (Outcome.DENY, "READ_LATE", "again"),
        (Outcome.PENDING, "NEED_TRAINER", "wait"),
        (Outcome.DENY, "SYS_INTEGRITY", "fault"),
        (Outcome.ALLOW, "ALLOW_OVERRIDE", "over"),
        (Outcome.ALLOW, "ALLOW_JOIN", "allow"),
    ],
)
def test_each_kind_of_answer_has_its_look(
    kiosk: KioskOnRecord, screen: FlaskClient, outcome: Outcome, code: str, expected: str
) -> None:
    """What to do next differs."""
    kiosk.read(ENGLISH, outcome, code)
    assert look(tile(screen, kiosk)) == expected


def test_who_uses_the_machine_stands_there_with_the_time(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """Colleagues see whose machine it is and since when."""
    kiosk.use(ENGLISH, FRENCH)
    shown = tile(screen, kiosk)
    assert look(shown) == "use"
    assert "Robin Teakettle" in shown
    assert FRENCH_NAME in shown
    assert "since 06:59" in shown
    assert "05:00:07" in shown


def test_a_denial_to_somebody_else_gives_way_to_the_use_again(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """A denial never ends somebody else's use, on the screen neither."""
    kiosk.use(ENGLISH)
    kiosk.read(FRENCH, Outcome.DENY, "NOT_CERTIFIED")
    assert look(tile(screen, kiosk)) == "deny"
    kiosk.clock.advance(20)
    kiosk.alive()
    assert look(tile(screen, kiosk)) == "use"


@pytest.mark.req("C8")
def test_a_dropped_permissive_says_no_new_start_at_once(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """An answer of a moment ago must not hide that it no longer holds."""
    kiosk.use(ENGLISH, dropped="expired", since_s=2)
    shown = tile(screen, kiosk)
    assert look(shown) == "drop"
    assert "NO NEW START" in shown
    assert "runs on" in shown


def test_a_use_under_an_override_counts_down_with_its_reference(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """The holder and whoever passes by see that it is an exception, and when it ends."""
    kiosk.use(ENGLISH, override=True)
    shown = tile(screen, kiosk)
    assert look(shown) == "over"
    assert "00:56:48" in shown
    assert REFERENCE in shown
    assert "data-until=" in shown


def test_a_badge_out_is_confirmed(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """Else nobody knows whether the second badge ended the use."""
    kiosk.append(
        Entry(kind=Kind.USE_ENDED, moment=kiosk.moment(), person="E1", equipment="CT-01", detail={"cause": "badge_out"})
    )
    assert "Signed out" in tile(screen, kiosk)
    kiosk.clock.advance(6)
    assert look(tile(screen, kiosk)) == "idle"


def test_trial_is_unmistakable(kiosk: KioskOnRecord, pages: Flask) -> None:
    """In trial a denial withholds nothing, and the screen says so."""
    screen = pages.test_client()
    screen.get(kiosk.opened("TP-01"))
    assert "TRIAL" in tile(screen, kiosk, "TP-01")
    kiosk.read(FRENCH, Outcome.DENY, "NOT_CERTIFIED", equipment="TP-01")
    shown = tile(screen, kiosk, "TP-01")
    assert "SERAIT REFUSÉ" in shown
    assert "ESSAI" in shown
    assert "trial" in shown.partition(">")[0]
    assert "Démarrage non permis" not in shown


def test_what_is_broken_comes_before_everything(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """Unknown is never shown as good."""
    kiosk.use(ENGLISH)
    kiosk.read(FRENCH)
    kiosk.reader(Kind.READER_OFFLINE, "no answer", reader="CT-01-R")
    shown = tile(screen, kiosk)
    assert look(shown) == "off"
    assert "Robin Teakettle" in shown
    kiosk.clock.advance(60)
    assert look(tile(screen, kiosk)) == "silent"


def test_records_that_cannot_be_read_are_said_on_the_kiosk_itself(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """An error page with a way home is of no use in gloves."""
    kiosk.settings.database_path.rename(kiosk.folder / "away.db")
    page = screen.get(kiosk.path())
    assert page.status_code == 503
    assert "SYSTEM FAULT" in page.text


def test_several_machines_stand_side_by_side_in_the_order_of_the_address(kiosk: KioskOnRecord, pages: Flask) -> None:
    """One screen serves a room."""
    screen = pages.test_client()
    screen.get(kiosk.opened("TP-01", "CT-01"))
    page = screen.get(kiosk.path("TP-01", "CT-01")).text
    assert re.findall(r'<section id="kiosk-([\w-]+)"', page) == ["TP-01", "CT-01"]


def test_a_machine_that_is_not_on_record_says_so(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """A reader that is wired before its machine is loaded must not look ready."""
    kiosk._insert(schema.equipment.update().where(schema.equipment.c.id == "CT-01").values(known_to=2))
    assert look(tile(screen, kiosk)) == "unset"


def test_hostile_names_are_text(kiosk: KioskOnRecord, screen: FlaskClient) -> None:
    """Names come from other systems."""
    kiosk.read("E3")
    shown = tile(screen, kiosk)
    assert "<script" not in shown
    assert "\u202e" not in shown
    assert HOSTILE not in shown
