"""People and suspensions from the pages to the reader: what is changed counts within seconds and stays on record."""

import re
from collections.abc import Iterator

import pytest

from tests.scenarios.plant import P1
from tests.web.admin_site import HOSTILE_TEXTS, AdminSite, Make, admin_site, form_of, signed_by
from tests.web.people import send, token

NEW = {
    "id": "E77",
    "name": "Zoé Nouvelle",
    "kind": "employee",
    "state": "active",
    "language": "fr",
    "supervisor_id": "",
    "why": "hired, HR-77",
}
CHANGE = "/admin/person-change/E1"


@pytest.fixture
def site(make_world: Make) -> Iterator[AdminSite]:
    with admin_site(make_world) as found:
        yield found


@pytest.mark.req("A1", "C7", "C8")
def test_whoever_is_ended_loses_the_permissive_within_5_s_and_the_use_stays(site: AdminSite) -> None:
    """Somebody who was let go at noon starts nothing at one past noon; the running machine is not stopped."""
    site.world.badge("R1", P1)
    assert site.world.output("R1")
    assert "Signed in at TP-01 now" in site.page("sys", CHANGE)
    answer = site.send("sys", CHANGE, state="inactive", why="left the company, HR-12")
    assert answer.status_code == 303, answer.text
    site.world.run(5)
    assert not site.world.output("R1")
    dropped = site.world.trail("permissive_dropped") + site.world.trail("use_expired")
    assert [entry["person"] for entry in dropped] == ["E1"]
    assert site.world.trail("use_ended") == []
    site.world.badge("R1", P1)
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["PERSON_INACTIVE"]
    (entry,) = site.changes("person:E1")
    assert (entry["old"]["state"], entry["new"]["state"]) == ("active", "inactive")
    assert (entry["by"], entry["why"]) == ("P-sys", "left the company, HR-12")
    assert "left the company, HR-12" in site.page("aud", "/admin/person/E1")
    assert site.world.sound()


@pytest.mark.req("A1", "E5")
def test_a_new_person_is_on_record_and_found_by_any_part_of_the_name(site: AdminSite) -> None:
    """Whatever the accents and capitals: the badge desk types what it hears."""
    answer = site.send("sys", "/admin/people/new", **NEW)
    assert answer.status_code == 303, answer.text
    found = site.as_("sup").get("/admin/people?q=zoe&lang=en").text
    assert "Zoé Nouvelle" in found
    assert "Ada One" not in found
    (entry,) = site.changes("person:E77")
    assert entry["new"] == {"name": "Zoé Nouvelle", "kind": "employee", "state": "active", "language": "fr"}
    assert "old" not in entry
    again = site.send("sys", "/admin/people/new", **NEW)
    assert again.status_code == 422
    assert "ids are never given twice" in again.text
    capitals = site.send("sys", "/admin/people/new", **{**NEW, "id": "e77"})
    assert "ids are never given twice" in capitals.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "E 1"}, "A person id has 1 to 40"),
        ({"id": "../E1"}, "A person id has 1 to 40"),
        ({"id": ""}, "A person id has 1 to 40"),
        ({"kind": "boss"}, "Choose one of the values offered"),
        ({"state": "suspended"}, "Choose one of the values offered"),
        ({"language": "de"}, "Choose one of the values offered"),
        ({"contract_until_on": "2026-02-30"}, "A day is written"),
        ({"contract_until_on": "9999-12-31"}, "A day is written"),
        ({"contract_until_on": "20261123"}, "A day is written"),
        ({"contract_until_on": "tomorrow"}, "A day is written"),
        ({"contract_from_on": "2026-12-01", "contract_until_on": "2026-11-01"}, "ends before it begins"),
        ({"kind": "contractor"}, "needs the last day of the contract"),
        ({"supervisor_id": "E999"}, "There is no active person of this number"),
        ({"supervisor_id": "E77"}, "Nobody is the own supervisor"),
        ({"why": ""}, "needs a justification"),
        ({"why": " \u202e "}, "needs a justification"),
        ({"why": "x" * 2001}, "has 2001 characters"),
    ],
)
def test_a_person_that_cannot_be_is_refused_with_what_and_nothing_typed_is_lost(
    site: AdminSite, wrong: dict[str, str], said: str
) -> None:
    """The form says what to correct; nothing is put on record."""
    answer = site.send("sys", "/admin/people/new", **{**NEW, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Zoé Nouvelle" in answer.text
    assert "<title>Problem:" in answer.text
    assert site.changes("person:E77") == []


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("field", ["name", "id", "why", "supervisor_id", "contract_from_on", "version"])
def test_hostile_text_in_any_field_neither_runs_nor_turns_the_page_around(
    site: AdminSite, field: str, text: str
) -> None:
    """Names of people reach kiosks, tables and signatures."""
    answer = site.send("sys", "/admin/people/new", **{**NEW, field: text})
    shown = answer.text + site.page("sys", "/admin/person/E77") + site.page("sys", "/admin/people")
    for forbidden in ("<script>alert", "<img src=x", "\u202e", "\x00", "\x1b", "\u200b"):
        assert forbidden not in shown
    assert answer.status_code in {303, 422}
    if answer.status_code == 422 and field in {"name", "id", "supervisor_id"}:
        assert site.changes("person:E77") == []
        assert len(site.refused()) == 1
    assert site.world.sound()


@pytest.mark.req("E5")
def test_a_refused_change_is_on_record_with_who_asked_for_what(site: AdminSite) -> None:
    """What was tried is as telling as what was done; long texts are cut, so that nobody fills the disk with them."""
    site.send("sys", CHANGE, supervisor_id="E1", why="x" * 1000)
    (entry,) = site.refused()
    assert entry["detail"]["what"] == "changing a person refused"
    assert entry["detail"]["refused"] == ["Nobody is the own supervisor."]
    assert entry["detail"]["asked"]["supervisor_id"] == "E1"
    assert len(entry["detail"]["asked"]["why"]) == 200
    assert (entry["by"], entry["subject"], entry["person"]) == ("P-sys", "person:E1", "E1")


@pytest.mark.req("E5")
def test_a_form_overtaken_by_another_comes_back_saying_what_changed(site: AdminSite) -> None:
    """Two administrators at once: the second sees the first's change before it is replaced; nothing typed is lost."""
    opened = form_of(site.page("sys2", CHANGE))
    assert site.send("sys", CHANGE, language="fr", why="asked for French").status_code == 303
    late = {**opened, "name": "Ada Onelle", "why": "married, HR-9"}
    answer = site.as_("sys2").post(f"{CHANGE}?lang=en", data=late)
    assert answer.status_code == 422
    assert "Changed since you opened this form" in answer.text
    assert "asked for French" in answer.text
    assert "Ada Onelle" in answer.text
    assert len(site.changes("person:E1")) == 1
    again = form_of(answer.text)
    assert again["version"] != opened["version"]
    assert site.as_("sys2").post(f"{CHANGE}?lang=en", data=again).status_code == 303
    assert site.changes("person:E1")[-1]["new"]["name"] == "Ada Onelle"


def test_a_form_sent_twice_changes_once(site: AdminSite) -> None:
    """The back button and a double tap are no second change."""
    form = {**form_of(site.page("sys", CHANGE)), "language": "fr", "why": "asked for French"}
    assert site.as_("sys").post(f"{CHANGE}?lang=en", data=form).status_code == 303
    assert site.as_("sys").post(f"{CHANGE}?lang=en", data=form).status_code == 422
    assert len(site.changes("person:E1")) == 1


@pytest.mark.req("B7", "D5", "G1", "G2")
@pytest.mark.scenario(15)
def test_a_suspension_counts_mid_use_no_override_lifts_it_and_qa_lifts_it(site: AdminSite) -> None:
    """Signed, within 5 s; the badge says only whom to see; lifted with the record of the recertification."""
    site.world.badge("R1", P1)
    assert site.world.output("R1")
    ground = {"where": "class:PRESS", "reference": "QE-2026-017", "why": "open quality event"}
    answer = site.send("qa", "/admin/suspend/E1", **ground, **signed_by("qa"))
    assert answer.status_code == 303, answer.text
    site.world.run(5)
    assert not site.world.output("R1")
    site.world.badge("R1", P1)
    shown = site.world.badge("R1", P1)
    assert site.world.reasons() == ["PERSON_SUSPENDED"]
    assert shown is not None
    assert "SUPERVISOR" in f"{shown.line1} {shown.line2}"
    assert "quality" not in f"{shown.line1} {shown.line2}".lower()
    set_ = site.world.trail("change")[-1]
    signature = set_["detail"]["signatures"][0]
    assert (signature["name"], signature["meaning"], signature["role"]) == ("Name of qa", "suspended", "qa")
    assert set_["new"] == {"scope": "class", "scope_id": "PRESS", "reference": "QE-2026-017"}
    seq = site.world.decisions()[-1]["seq"]
    grant = {
        "minutes": "60",
        "class": "COVERAGE",
        "reference": "DEV-2026-0318",
        "justification": "we need this person at this press now",
        **signed_by("sup"),
    }
    asked = send(site.as_("sup"), f"/overrides/new/{seq}?lang=en", "/account/password?lang=en", **grant)
    assert asked.status_code == 422
    assert site.world.trail("override_granted") == []
    suspension = set_["subject"].removeprefix("suspension:")
    path = f"/admin/suspension/{suspension}/lift"
    lifted = site.send("qa", path, reference="TR-2026-9", why="recertified today", **signed_by("qa"))
    assert lifted.status_code == 303, lifted.text
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    assert site.world.trail("change")[-1]["detail"]["signatures"][0]["meaning"] == "lifted"
    assert site.as_("qa").get(path).status_code == 404, "it is lifted once"
    assert site.world.sound()


@pytest.mark.req("B7")
@pytest.mark.parametrize(("where", "reader", "barred"), [("equipment:TP-02", "R1", False), ("everywhere", "R2", True)])
def test_a_suspension_bars_where_it_says_and_nowhere_else(
    site: AdminSite, where: str, reader: str, barred: bool
) -> None:
    """One machine is one machine, and everywhere is every reader."""
    answer = site.send("qa", "/admin/suspend/E1", where=where, reference="QE-1", why="a reason", **signed_by("qa"))
    assert answer.status_code == 303, answer.text
    site.world.badge(reader, P1)
    assert ("PERSON_SUSPENDED" in site.world.reasons()) is barred


@pytest.mark.req("B7", "G3")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "not it"}, "The password is not right"),
        ({"sign_user": "qa2"}, "Type your own user name"),
        ({"where": "equipment:NO-SUCH"}, "Choose one of the values offered"),
        ({"where": ""}, "Choose one of the values offered"),
        ({"reference": ""}, "needs the reference"),
        ({"reference": "<b>\u202e"}, "A name has 1 to 80"),
        ({"why": ""}, "needs a justification"),
    ],
)
def test_a_suspension_that_is_not_signed_or_not_grounded_is_none(
    site: AdminSite, wrong: dict[str, str], said: str
) -> None:
    """Nothing is suspended by a session that lies open."""
    good = {"where": "everywhere", "reference": "QE-1", "why": "a reason", **signed_by("qa")}
    answer = site.send("qa", "/admin/suspend/E1", **{**good, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert "\u202e" not in answer.text
    assert "Nobody is suspended" in site.page("aud", "/admin/suspensions")


@pytest.mark.req("B7", "A7")
def test_nobody_suspends_or_frees_himself_and_one_suspension_is_set_once(site: AdminSite) -> None:
    """QA's own case is another's to judge; the refusals are on record."""
    good = {"where": "everywhere", "reference": "QE-1", "why": "a reason"}
    own = site.send("qa2", "/admin/suspend/E2", **good, **signed_by("qa2"))
    assert own.status_code == 422
    assert "Nobody suspends himself" in own.text
    assert site.send("qa", "/admin/suspend/E2", **good, **signed_by("qa")).status_code == 303
    assert "stands already" in site.send("qa", "/admin/suspend/E2", **good, **signed_by("qa")).text
    suspension = site.world.trail("change")[-1]["subject"].removeprefix("suspension:")
    lift = f"/admin/suspension/{suspension}/lift"
    freed = site.send("qa2", lift, reference="TR-1", why="I am fine", **signed_by("qa2"))
    assert freed.status_code == 422
    assert "lifts his own suspension" in freed.text
    assert len(site.refused()) == 3
    assert "E2" in site.page("aud", "/admin/suspensions")


def test_the_pages_speak_french_and_name_unknown_ids_nowhere(site: AdminSite) -> None:
    """Half the plant reads French; an id in an address is no authority."""
    page = site.page("sys", "/admin", "fr")
    assert "Personnes" in page
    assert "Suspensions" in page
    assert "Pourquoi" in site.page("sys", CHANGE, "fr")
    refused = site.as_("sys").post(
        "/admin/people/new?lang=fr", data={**NEW, "why": "", "csrf_token": token(site.as_("sys"), "/account")}
    )
    assert "Un changement demande une justification" in refused.text
    for path in ("/admin/person/nobody", "/admin/person-change/nobody", "/admin/person/%2e%2e%2fetc/passwd"):
        assert site.as_("sys").get(path).status_code == 404
    assert site.as_("qa").get("/admin/suspend/nobody").status_code == 404
    assert site.as_("qa").get("/admin/suspension/nothing/lift").status_code == 404


def form_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]
