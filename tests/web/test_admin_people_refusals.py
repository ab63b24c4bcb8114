"""People and suspensions on the pages: what is refused, hostile or overtaken changes nothing."""

# ruff: noqa: F811 - fixtures are imported

from gate.core.terms import PersonKind, PersonState
from gate.people_acts import PersonData, add_person
from tests.scenarios.world import moment_now
from tests.web.admin_site import AdminSite, form_of
from tests.web.people import WORD
from tests.web.test_admin_people import CHANGE, form_token, site  # noqa: F401


def test_fifty_people_a_page_and_the_address_holds_what_was_asked(site: AdminSite) -> None:
    """A list that is sent to a colleague shows the same there; a page out of reach is the last."""
    trail = site.trail()
    for number in range(120):
        data = PersonData(f"Person {number:03d}", PersonKind.EMPLOYEE, PersonState.ACTIVE, "en")
        add_person(trail, f"N{number:03d}", data, by="it", why="test", moment=moment_now(site.world.clock))
    trail.close()
    second = site.as_("sys").get("/admin/people?q=person&state=active&page=2&lang=en").text
    assert "51 to 100 of 120" in second
    assert "q=person" in second
    for odd in ("99999", "0", "-1", "x", "1" * 50, "\u0663"):
        assert site.as_("sys").get("/admin/people", query_string={"q": "person", "page": odd}).status_code == 200
    assert "101 to 120 of 120" in site.as_("sys").get("/admin/people?q=person&page=99999&lang=en").text
    assert "Nobody found" in site.as_("sys").get("/admin/people?q=%3Cscript%3E&lang=en").text


def test_a_form_whose_session_ended_comes_back_filled_and_still_knows_its_version(site: AdminSite) -> None:
    """A telephone call of sixteen minutes costs nobody the form; and a change meanwhile is still noticed."""
    form = {**form_of(site.page("sys", CHANGE)), "state": "inactive", "why": "left on Friday"}
    site.world.clock.advance(16 * 60)
    waiting = site.as_("sys").post(f"{CHANGE}?lang=en", data=form)
    assert waiting.status_code == 401
    site.browsers.pop("sys2", None)
    assert site.send("sys2", CHANGE, language="fr", why="asked for French").status_code == 303
    kept = {f"kept_{name}": value for name, value in form.items() if name != "csrf_token"}
    login = {"user": "sys", "password": WORD, "kept_path": CHANGE, "csrf_token": form_token(waiting.text)}
    back = site.as_("sys").post("/login?lang=en", data={**login, **kept})
    assert back.status_code == 200
    again = form_of(back.text)
    assert (again["state"], again["why"], again["version"]) == ("inactive", "left on Friday", form["version"])
    late = site.as_("sys").post(f"{CHANGE}?lang=en", data=again)
    assert late.status_code == 422
    assert "asked for French" in late.text
