"""The pages of readers: health from the records, the line while somebody watches, tests that enable nothing."""

import pytest
from flask.testing import FlaskClient

from gate.line_watch import read_seen, watch_path, write_seen
from gate.web.line_quality import fault_of_silence, quality
from tests.scenarios.plant import P1
from tests.web.people import send, sign_in
from tests.web.test_override_pages import Site, site  # noqa: F401 - a fixture

SEEN = {"seconds": 10.0, "sent": {"0": 200}, "answered": {"0": 199}, "refused": {"0": 0}, "noise": 0, "frames": []}


def technician(found: Site) -> FlaskClient:
    browser = found.app.test_client()
    assert sign_in(browser, "tech").status_code == 303
    return browser


def seen(**more: object) -> dict[str, object]:
    return {**SEEN, **more}


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (seen(), "fault_none"),
        (seen(sent={"0": 200}, answered={"0": 0}), "fault_silent"),
        (seen(sent={"0": 200}, answered={"0": 0}, noise=50), "fault_noise"),
        (seen(noise=60), "fault_noise"),
        (seen(refused={"0": 9}), "fault_refused"),
        (seen(answered={"0": 180}), "fault_missing"),
        (seen(sent={}, answered={}), "fault_none"),
    ],
)
def test_the_fault_table_names_what_is_most_likely(found: dict[str, object], fault: str) -> None:
    """A technician at two in the morning wants one thing to do, not a count of frames."""
    assert quality(found, 0, osdp=True).fault == fault
    assert quality(found, 0, osdp=False).fault == "fault_none"


def test_the_frame_under_way_is_not_a_missing_answer() -> None:
    """A good line must read 100 per cent, or nobody believes the figure."""
    good = quality(seen(), 0, osdp=True)
    assert (good.missing, good.percent) == (0, 100.0)
    bad = quality(seen(answered={"0": 180}), 0, osdp=True)
    assert (bad.missing, bad.percent) == (19, 90.5)


def test_a_silent_reader_and_a_lost_port_have_different_words() -> None:
    """One is mended at the machine, the other at the box."""
    assert fault_of_silence("no answer") == "fault_silent"
    assert fault_of_silence("No such file or directory") == "fault_port"


def test_the_list_shows_every_reader_and_how_often_it_was_lost(site: Site) -> None:  # noqa: F811
    """Before somebody calls, somebody should have seen it."""
    site.world.badge("R1", P1)
    page = site.browser.get("/admin/readers?lang=en").text
    assert "R1" in page
    assert "R2" in page
    assert '<td class="num">1</td>' in page
    assert site.browser.get("/admin/readers/R1?lang=fr").status_code == 200
    assert site.browser.get("/admin/readers/R9").status_code == 404
    assert site.browser.get("/admin/readers/%3Cscript%3E").status_code == 404


@pytest.mark.req("A7")
def test_a_supervisor_sees_readers_and_has_no_button(site: Site) -> None:  # noqa: F811
    """Whoever mends lines is the technician; the others may look."""
    page = site.browser.get("/admin/readers/R1?lang=en").text
    assert "<form method" not in page.partition("</header>")[2].replace("logout", "")
    answer = site.browser.post("/admin/readers/R1/test", data={"csrf_token": "x"})
    assert answer.status_code in {400, 403}


def test_the_line_is_shown_while_it_is_watched_and_not_a_moment_longer(site: Site) -> None:  # noqa: F811
    """What goes over a line is looked at when somebody mends it, and never otherwise."""
    browser = technician(site)
    answer = send(browser, "/admin/readers/R1/watch", "/admin/readers/R1?lang=en")
    assert answer.status_code == 303
    assert "Waiting for the reader process" in browser.get(answer.location).text
    site.world.run(3)
    path = watch_path(site.world.settings.gate.state_dir)
    write_seen(path, site.world.edge.lines.seen, site.world.clock.monotonic())
    assert read_seen(path)["line-1"]["sent"]["0"] > 10
    page = browser.get("/admin/readers/R1?lang=en").text
    assert "POLL" in page
    assert "Nothing wrong was seen" in page
    assert 'http-equiv="refresh"' in page
    site.world.run(61)
    write_seen(path, site.world.edge.lines.seen, site.world.clock.monotonic())
    assert not path.exists()
    assert read_seen(path) == {}
    assert "POLL" not in browser.get("/admin/readers/R1?lang=en").text


@pytest.mark.parametrize("left", ["", "[]", "{", '{"other": {}}', "\x00"])
def test_a_file_that_is_not_usable_is_nothing_seen(site: Site, left: str) -> None:  # noqa: F811
    """The file is a hint of another process, which may die in the middle of anything."""
    path = watch_path(site.world.settings.gate.state_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(left, encoding="utf-8")
    assert site.browser.get("/admin/readers/R1").status_code == 200


@pytest.mark.req("A4")
def test_a_badge_is_tested_without_deciding_anything(site: Site) -> None:  # noqa: F811
    """A technician tries a badge at a machine that somebody uses."""
    browser = technician(site)
    answer = send(browser, "/admin/readers/R1/badge", "/admin/readers/R1?lang=en")
    page = browser.get(answer.location).text
    assert "Hold a badge to R1 now" in page
    site.world.badge("R1", P1)
    page = browser.get(answer.location).text
    assert "Ada One" in page
    assert "Denied" in page
    assert P1.removeprefix("w26:") not in page
    assert P1[-4:] in page
    assert site.world.decisions() == []
    other = site.browser.get(answer.location).text
    assert "Ada One" not in other, "only whoever asked sees it"


def test_a_badge_that_nobody_held_there_in_time_is_said(site: Site) -> None:  # noqa: F811
    """The page must not wait for ever."""
    browser = technician(site)
    answer = send(browser, "/admin/readers/R1/badge", "/admin/readers/R1?lang=en")
    site.world.run(31)
    page = browser.get(answer.location).text
    assert "No badge came in time" in page
    assert 'http-equiv="refresh"' not in page


def test_the_light_is_tested_and_unknown_wishes_are_refused(site: Site) -> None:  # noqa: F811
    """A form can say anything."""
    browser = technician(site)
    assert send(browser, "/admin/readers/R1/test", "/admin/readers/R1?lang=en").status_code == 303
    site.world.run(2)
    assert site.world.trail("security")[-1]["detail"] == {"what": "reader_tested"}
    assert site.world.trail("security")[-1]["by"] == "tech"
    assert send(browser, "/admin/readers/R1/unlock", "/admin/readers/R1?lang=en").status_code == 404
    assert send(browser, "/admin/readers/R9/test", "/admin/readers/R1?lang=en").status_code == 404
    for hostile in ("1e9", "-1", "99999999999999999999", "²", "<b>"):
        assert browser.get(f"/admin/readers/R1?request={hostile}").status_code == 200
