"""The live page tells what happens at the readers, in both languages, and never shows a name as markup."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gate.core.audit import Kind
from gate.core.terms import Mode, Outcome
from gate.store.database import STORE_FAULTS
from gate.web.formats import clock_time, utc_offset, visible
from gate.web.pages import ROWS
from tests.web.records import NOON, PEOPLE, GateOnRecord


def text_of(html: str) -> str:
    """Return the words of a page, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


@pytest.mark.req("L3", "F1")
def test_a_decision_shows_who_where_what_and_every_reason(gate: GateOnRecord, client: FlaskClient) -> None:
    """All reasons at once, or the next badge read brings the next surprise."""
    gate.decision("E2", Outcome.DENY, ("TRAINING_EXPIRED", "SOP_REVISION", "GMP_REFRESHER"))
    words = text_of(client.get("/?lang=en").text)
    assert "Camille O’Lanterne &amp; Fils" in words
    assert "TP-01" in words
    assert "Denied" in words
    for reason in ("Training has expired", "Not trained on the current version", "GMP refresher is overdue"):
        assert reason in words
    assert "12:00:01.000 2026-11-23 UTC−05:00" in words


def test_decisions_stand_newest_first_and_only_so_many(gate: GateOnRecord, client: FlaskClient) -> None:
    """The page is for now; the trail keeps the rest."""
    numbers = [gate.decision() for _ in range(ROWS + 3)]
    shown = [int(found) for found in re.findall(r'id="entry-(\d+)"', client.get("/").text)]
    assert shown == sorted(numbers, reverse=True)[:ROWS]


@pytest.mark.parametrize(
    ("outcome", "reasons", "mode", "look", "word"),
    [
        (Outcome.ALLOW, ("ALLOW_CERTIFIED",), Mode.ENFORCE, "allow", "Allowed"),
        (Outcome.ALLOW, ("ALLOW_OVERRIDE",), Mode.ENFORCE, "over", "Override"),
        (Outcome.DENY, ("NOT_CERTIFIED",), Mode.ENFORCE, "deny", "Denied"),
        (Outcome.DENY, ("NOT_CERTIFIED",), Mode.SHADOW, "deny", "Would be denied"),
        (Outcome.DENY, ("BADGE_UNREADABLE",), Mode.ENFORCE, "off", "Read again"),
        (Outcome.PENDING, ("NEED_TRAINER",), Mode.ENFORCE, "due", "Waiting"),
    ],
)
def test_each_outcome_has_its_own_shape_and_word(
    gate: GateOnRecord,
    client: FlaskClient,
    outcome: Outcome,
    reasons: tuple[str, ...],
    mode: Mode,
    look: str,
    word: str,
) -> None:
    """Colour alone would leave out one man in twelve."""
    gate.decision("E1", outcome, reasons, mode=mode)
    row = client.get("/").text.split('id="entry-')[1].split("</li>\n")[0]
    assert re.search(rf'<span class="tag {look}"><svg[^>]*>.*?</svg>{word}</span>', row)
    assert ("TRIAL" in row) == (mode is Mode.SHADOW)


def test_a_machine_in_shadow_mode_is_marked_on_its_reader_too(client: FlaskClient) -> None:
    """SHADOW never withholds anything; who looks at the page must not take it for enforced."""
    cards = client.get("/?lang=fr").text.split('id="reader-')[1:]
    assert "ESSAI" in cards[0]
    assert "ESSAI" not in cards[1]


def test_a_badge_out_is_shown_and_other_ends_of_a_use_are_not(gate: GateOnRecord, client: FlaskClient) -> None:
    """A badge-out is a badge read too; a use that ends otherwise is not one."""
    shown, hidden = gate.badge_out(), gate.badge_out("denied")
    page = client.get("/").text
    assert f'id="entry-{shown}"' in page
    assert f'id="entry-{hidden}"' not in page
    assert "Signed out" in page


def test_of_a_badge_only_the_last_four_are_shown(gate: GateOnRecord, client: FlaskClient) -> None:
    """A page must not be a list of badges to copy."""
    gate.decision(None, Outcome.DENY, ("BADGE_UNKNOWN",), last4="7F3A")
    words = text_of(client.get("/").text)
    assert "Badge ending 7F3A" in words
    assert "w26:" not in words


def test_names_are_never_markup_nor_turn_the_text_around(gate: GateOnRecord, client: FlaskClient) -> None:
    """Names come from other systems: markup, bidirectional controls and terminal escapes are shown, not obeyed."""
    gate.decision("E3")
    page = client.get("/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "\\u202e" in page
    assert "Plant &lt;1&gt;" in page


def test_somebody_who_is_not_on_record_is_shown_by_number(gate: GateOnRecord, client: FlaskClient) -> None:
    """A row without anybody would look like a badge without an owner."""
    gate.decision("E99")
    assert "E99" in text_of(client.get("/").text)


def test_readers_show_their_health_with_cause_and_since_when(gate: GateOnRecord, client: FlaskClient) -> None:
    """Whoever stands before a dark reader must see here what is known of it."""
    assert text_of(client.get("/").text).count("Not seen yet") == 2
    gate.reader(Kind.READER_ONLINE, "secure 0001")
    gate.reader(Kind.READER_OFFLINE, "no answer for 8 polls")
    gate.reader(Kind.READER_ONLINE, "", reader="CT-01-R")
    cards = [text_of(card) for card in client.get("/").text.split('id="reader-')[1:]]
    assert "Offline" in cards[0]
    assert "no answer for 8 polls" in cards[0]
    assert "12:00:00.000 2026-11-23 UTC−05:00" in cards[0]
    assert "OSDP, encrypted" in cards[0]
    assert "Port open" in cards[1]
    assert "only the port is watched" in cards[1]
    assert "Readers: 1 offline, 1 port open." in text_of(client.get("/").text)


def test_the_last_read_of_a_reader_moves_on(gate: GateOnRecord, client: FlaskClient) -> None:
    """The first look asks for it, later ones go on from there: both ways must show it."""
    assert "none yet" in client.get("/").text.split('id="reader-')[1]
    gate.decision()
    assert "12:00:01.000" in client.get("/").text.split('id="reader-')[1]
    gate.decision()
    assert "12:00:02.000" in client.get("/").text.split('id="reader-')[1]


def test_the_gate_is_called_silent_when_it_has_not_told_for_a_while(gate: GateOnRecord, client: FlaskClient) -> None:
    """Unknown is never shown as good."""
    gate.decision()
    words = text_of(client.get("/").text)
    assert "The gate is running" in words
    assert "#1" in words
    gate.clock.advance(16)
    assert "The gate is silent" in text_of(client.get("/").text)


def test_the_language_is_that_asked_for_then_the_browsers_then_the_sites(client: FlaskClient) -> None:
    """French and English are equal; a wrong wish is not an error."""
    assert '<html lang="fr"' in client.get("/?lang=fr").text
    assert '<html lang="fr"' in client.get("/", headers={"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}).text
    assert '<html lang="en"' in client.get("/?lang=xx", headers={"Accept-Language": "de"}).text
    assert "Ce qui se passe aux lecteurs" in client.get("/?lang=fr").text


def test_without_javascript_the_page_reloads_by_itself(client: FlaskClient) -> None:
    """A page works without script, better with it."""
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in client.get("/").text


def test_health_is_good_only_with_records_and_a_gate_at_work(gate: GateOnRecord, client: FlaskClient) -> None:
    """A monitor must not be told that all is well by a page process alone."""
    gate.decision()
    good = client.get("/healthz")
    assert (good.status_code, good.json) == (200, {"database": True, "last_seq": 1, "gate_alive": True})
    gate.clock.advance(16)
    silent = client.get("/healthz")
    assert (silent.status_code, silent.json) == (503, {"database": True, "last_seq": 1, "gate_alive": False})


def test_without_records_the_pages_say_so_and_recover(gate: GateOnRecord, client: FlaskClient) -> None:
    """The pages may start before `gate init`, and must not need a restart after it."""
    path = gate.settings.database_path
    path.rename(path.with_suffix(".away"))
    assert client.get("/").status_code == 503
    assert "cannot be read now" in client.get("/").text
    assert client.get("/healthz").json == {"database": False, "last_seq": None, "gate_alive": True}
    path.with_suffix(".away").rename(path)
    assert client.get("/").status_code == 200


def test_the_pages_cannot_write_to_the_records(app: Flask) -> None:
    """Law 3: the web is never in the way of a badge read, and can change nothing by a mistake of its own."""
    engine = app.extensions["gate"].records.engine()
    with engine.connect() as connection, pytest.raises(STORE_FAULTS):
        connection.execute(sa.text("DELETE FROM people"))
    with engine.connect() as connection, pytest.raises(STORE_FAULTS):
        connection.execute(sa.text("CREATE TABLE mine (a INTEGER)"))
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM people")).scalar() == len(PEOPLE)


@pytest.mark.req("F1")
def test_times_are_those_of_the_site_with_their_offset(gate: GateOnRecord) -> None:
    """Evidence without its offset has two meanings on the night the clocks change."""
    zone = gate.settings.zone
    assert clock_time(NOON, zone, "en") == "12:00:00.000"
    assert clock_time(NOON + timedelta(milliseconds=7), zone, "fr") == "12:00:00,007"
    assert utc_offset(NOON.astimezone(zone)) == "UTC−05:00"
    assert utc_offset((NOON - timedelta(days=120)).astimezone(zone)) == "UTC−04:00"
    assert utc_offset(NOON) == "UTC+00:00"


def test_text_of_others_is_made_visible() -> None:
    """Only what cannot be seen is changed."""
    assert visible("Élie O’Ñandú, 漢字") == "Élie O’Ñandú, 漢字"
    assert visible("a\u2066b\nc") == "a\\u2066b\\u000ac"
