"""Who can run what: cells with whole sentences, as known then and today, ahead in time, and whatever is typed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.web import matrix_reading, matrix_view
from tests.web.matrix_records import MatrixOnRecord, exported
from tests.web.matrix_site import auditor, pages
from tests.web.people import add_account

__all__ = ["auditor", "pages"]

LONG = "x" * 10_000


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixOnRecord]:
    """Read by every test, changed by none."""
    found = MatrixOnRecord(tmp_path_factory.mktemp("matrix"))
    add_account(found, "aud", Role.AUDITOR)
    found.lot("24K1187", "TP-01", datetime(2026, 11, 10, 11, 10, tzinfo=UTC))
    found.lot("24K1187", "TP-02", datetime(2026, 11, 12, 13, 0, tzinfo=UTC))
    found.alive()
    yield found
    found.close()


def sentences(page: str) -> list[str]:
    """Return what a screen reader says of the cells."""
    return [unescape(found) for found in re.findall(r'<a class="mxc [^>]*><span class="vh">([^<]*)</span>', page)]


def seen(auditor: FlaskClient, query: str = "", status: int = 200) -> str:
    answer = auditor.get(f"/matrix?lang=en&{query}")
    assert answer.status_code == status
    return answer.text


@pytest.mark.req("B13", "L1")
def test_every_cell_is_a_whole_sentence_with_its_reason(auditor: FlaskClient) -> None:
    """Colour and place say nothing to somebody who hears the page."""
    said = sentences(seen(auditor))
    assert "Ada One, TP-01: certified, 69 days left" in said, "the next version takes it away on 1 February"
    assert "Élise Deux, TP-01: certified, 9 days left" in said
    assert "Gil Lapsed, TP-01: lapsed (Training has expired)" in said
    assert "Hal Override, TP-01: override until 2026-11-23 15:00" in said
    assert "Hal Override, TP-02: lapsed (Training has expired)" in said
    assert "Ida Barred, TP-01: suspended (Access is suspended; talk to QA)" in said
    assert "Ada One, TP-02: certified, machine stopped (The machine is on QA hold)" in said
    assert "Ada One, NW-01: no requirements set" in said
    assert "Élise Deux, ML-01: not trained" in said
    assert not any("Jo Untrained" in one for one in said)


@pytest.mark.req("B13")
def test_people_are_in_the_order_of_a_dictionary_and_the_rest_on_request(auditor: FlaskClient) -> None:
    """Élise stands beside Eli, and who has no training here is one link away, counted."""
    page = seen(auditor)
    names = re.findall(r'<th scope="row"><bdi>([^<]*)</bdi></th>', page)
    assert names[1:4] == ["Ada One", "Eli Late", "Élise Deux"]
    assert "1 more person has no training here" in page
    everybody = seen(auditor, "who=all")
    assert "Jo Untrained, TP-01: not trained" in sentences(everybody)


@pytest.mark.req("B13")
def test_the_head_count_counts_everybody_and_is_red_below_the_minimum(auditor: FlaskClient) -> None:
    """Certified is certified, shown on this page of the table or not, on a machine that is on hold or not."""
    foot = seen(auditor)[seen(auditor).index("<tfoot>") :]
    counts = re.findall(r"<td>(?:<span class=\"(t-deny)\">)?([^<]+)", foot)
    assert counts == [("", "4"), ("", "4"), ("t-deny", "1 of 2"), ("t-deny", "0 of 2")]


@pytest.mark.req("E7", "B13")
def test_as_known_then_and_as_known_today_are_kept_apart_and_marked(auditor: FlaskClient) -> None:
    """The gate denied rightly by what it knew; the record came later, and the page says both."""
    then = seen(auditor, "as_of=2026-11-10+12:00")
    assert "Eli Late, TP-01: not trained; as known today: certified, 82 days left" in sentences(then)
    today = seen(auditor, "as_of=2026-11-10+12:00&known=today")
    assert "Eli Late, TP-01: certified, 82 days left; as known then: not trained" in sentences(today)
    assert "Known differently then" in today
    assert not any("known" in one for one in sentences(seen(auditor)))
    assert "not trained" not in " ".join(one for one in sentences(seen(auditor)) if "Eli Late, TP" in one)


@pytest.mark.req("E7")
def test_nothing_was_on_record_before_the_first_load(auditor: FlaskClient) -> None:
    """An empty answer says what to do."""
    assert "No machine was on record then" in seen(auditor, "as_of=2026-10-01")


@pytest.mark.req("B13")
def test_the_future_is_asked_the_same_way(auditor: FlaskClient) -> None:
    """Who will still be certified in 30 days; what is approved and not effective yet counts."""
    ahead = sentences(seen(auditor, "as_of=2026-12-23+12:00"))
    assert "Ada One, TP-01: certified, 39 days left" in ahead
    assert "Élise Deux, TP-01: lapsed (Training has expired)" in ahead
    later = seen(auditor, "as_of=2027-02-01")
    assert "Ada One, TP-01: lapsed (Not trained on the current version)" in sentences(later)
    assert "As it will stand on" in later
    assert "As known today</a>" not in later, "the future is known only today"


def test_another_operation_another_area_one_machine(auditor: FlaskClient) -> None:
    """Certified to run is not certified to clean (B1)."""
    assert "Élise Deux, TP-01: not trained" in sentences(seen(auditor, "operation=CLEAN&who=all"))
    area = sentences(seen(auditor, "area=GRAN"))
    assert area
    assert not any("TP-01" in one for one in area)
    one = seen(auditor, "machine=TP-01")
    assert "<h1><bdi>Who can run TP-01</bdi></h1>" in one
    order = [one.index(name) for name in ("Hal Override", "Élise Deux", "Ada One", "Gil Lapsed")]
    assert order == sorted(order), "who ends first stands first, who cannot comes after"
    assert "Jo Untrained" not in one
    assert "Jo Untrained" in seen(auditor, "machine=TP-01&who=all")


@pytest.mark.req("E7", "B13")
def test_the_page_behind_a_cell_shows_the_records_of_both(auditor: FlaskClient) -> None:
    """Each requirement with the record that met it, and the entry that brought it."""
    found = auditor.get("/matrix/of?lang=en&person=E8&machine=TP-01&as_of=2026-11-10T12:00-05:00").text
    assert found.index("As known then") < found.index("As known today")
    assert "No training record counts" in found
    assert "Training record E8-SOP-1-R6-2026-01-10, completed 2026-01-10, version R6, valid through 2027-01-31" in found
    assert "recorded after that moment, 2026-11-18" in found
    now = auditor.get("/matrix/of?lang=en&person=E8&machine=TP-01").text
    assert "As known then" not in now
    held = auditor.get("/matrix/of?lang=en&person=E1&machine=TP-02").text
    assert "The gate’s answer: would be denied" in held
    assert "The machine is on QA hold" in held
    lifted = auditor.get("/matrix/of?lang=en&person=E5&machine=TP-01").text
    assert 'href="/overrides/OV-1?lang=en"' in lifted
    assert "would be allowed" in lifted


@pytest.mark.parametrize(
    "query",
    [
        "person=E9&machine=TP-01",
        "person=E1&machine=TP-99",
        "person=E1",
        "",
        f"person={LONG}&machine=TP-01",
        "person=E1&machine=TP-01&as_of=nonsense",
        "person=' OR 1=1--&machine=TP-01",
    ],
)
def test_what_is_not_on_record_has_no_page(auditor: FlaskClient, query: str) -> None:
    """Ids in addresses are no authority."""
    assert auditor.get(f"/matrix/of?{query}").status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("as_of=yesterday", "Enter year-month-day and hour:minute"),
        ("as_of=2026-02-30", "Enter year-month-day and hour:minute"),
        ("as_of=2026-11-23+25:00", "Enter year-month-day and hour:minute"),
        ("as_of=2026-11-23T12:00Zulu", "Enter year-month-day and hour:minute"),
        ("as_of=9999-12-31+23:59", "Enter year-month-day and hour:minute"),
        ("as_of=0001-01-01", "Enter year-month-day and hour:minute"),
        ("as_of=9999-12-31T23:59-14:00", "Enter year-month-day and hour:minute"),
        ("as_of=2026-99-99T99:99Z", "Enter year-month-day and hour:minute"),
        ("as_of=2026-11-01+01:30", "the clocks change"),
        ("as_of=%F0%9F%98%80%E2%80%AE", "Enter year-month-day and hour:minute"),
        (f"as_of={LONG}", "Enter year-month-day and hour:minute"),
        ("operation=FLY", "Choose one of the operations"),
        ("known=tomorrow", "as known then, or as known today"),
    ],
)
def test_what_makes_no_sense_is_named_and_answers_nothing(auditor: FlaskClient, query: str, words: str) -> None:
    """A wrong question with some answer would be shown to an inspector."""
    page = seen(auditor, query, 422)
    assert words in page
    assert "<title>There is a problem" in page
    assert "<table" not in page


@pytest.mark.parametrize("query", ["area=NOWHERE", f"area={LONG}", "machine=%00", "machine='--", "after=E99", "who=x"])
def test_an_address_by_hand_never_breaks_the_page(auditor: FlaskClient, query: str) -> None:
    """Whatever is asked, nothing is run and nothing falls over."""
    assert "<script>alert" not in seen(auditor, query)


def test_hostile_names_are_shown_and_never_obeyed(auditor: FlaskClient) -> None:
    """A name may hold markup and marks that turn text around."""
    page = seen(auditor)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert any("\\u202egro.live" in one for one in sentences(page))


def test_both_hours_of_the_night_the_clocks_go_back_can_be_asked_about(auditor: FlaskClient) -> None:
    """An instant with its offset has one meaning, and the links of the page write it so."""
    for offset in ("-04:00", "-05:00"):
        page = seen(auditor, f"as_of=2026-11-01T01:30{offset}")
        assert f"2026-11-01 01:30</strong> UTC−0{offset[2]}:00" in page


def test_people_come_by_pages_and_none_is_lost(auditor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keyset, not offset; the head-count stays that of everybody."""
    whole = re.findall(r'<th scope="row"><bdi>([^<]*)</bdi></th>', seen(auditor, "who=all"))
    monkeypatch.setattr(matrix_view, "PEOPLE_A_PAGE", 3)
    found, page = [], seen(auditor, "who=all")
    for _ in range(9):
        found += re.findall(r'<th scope="row"><bdi>([^<]*)</bdi></th>', page)
        assert "1 of 2" in page
        more = re.search(r'rel="next" href="([^"]+)"', page)
        if more is None:
            break
        page = auditor.get(unescape(more[1])).text
    assert found == whole


def test_a_large_plant_is_shown_area_by_area(auditor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is made in a second or two, whatever the size of the plant."""
    monkeypatch.setattr(matrix_reading, "MOST_MACHINES", 3)
    said = sentences(seen(auditor))
    assert said
    assert not any("ML-01" in one for one in said)


def test_french_is_complete_and_times_carry_their_offset(auditor: FlaskClient) -> None:
    """Two languages, equal."""
    page = auditor.get("/matrix?lang=fr&as_of=2026-11-10+12:00").text
    assert "Eli Late, TP-01 : pas de formation; connu aujourd’hui : certification valide, reste 82 jours" in sentences(
        page
    )
    assert "2026-11-10 12:00</strong> UTC−05:00" in page
    assert "Known" not in page


@pytest.mark.req("H9", "E7")
def test_the_export_is_the_answer_of_the_page(auditor: FlaskClient) -> None:
    """As known then the late record does not count, as known today it does; the lot begins what it begins."""
    for known, stands in (("then", []), ("today", ["certified", "held"])):
        rows = exported(auditor, "matrix", f"as_of=2026-11-20+12:00&known={known}&operation=USE")
        mine = [row for row in rows if row["person"] == "E8"]
        assert [row["state"] for row in mine] == ["certified", "held"]
        rows = exported(auditor, "matrix", f"as_of=2026-11-10+12:00&known={known}&operation=USE")
        assert [row["state"] for row in rows if row["person"] == "E8"] == stands


@pytest.mark.req("H1", "B13")
def test_at_the_start_of_a_lot(plant: MatrixOnRecord, auditor: FlaskClient) -> None:
    """The question of the inspector: who could, when lot 24K1187 began, as known then."""
    page = seen(auditor, "lot=24K1187")
    assert "2026-11-10 06:10</strong> UTC−05:00" in page
    assert "Eli Late, TP-01: not trained; as known today: certified, 82 days left" in sentences(page)
    assert "2026-11-12 08:00</strong>" in seen(auditor, "lot=24K1187&machine=TP-02")
    for lot in ("24K9999", "%3Cscript%3Ealert(1)", LONG):
        assert "No lot of this name is on record" in seen(auditor, f"lot={lot}", 422)
