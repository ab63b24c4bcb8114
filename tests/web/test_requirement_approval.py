"""Requirement sets: approved by another, effective in time, refused where something stands against them."""

# ruff: noqa: F811 - fixtures are imported

import pytest

from tests.scenarios.plant import P1
from tests.scenarios.world import local
from tests.web.test_requirement_pages import HOSTILE, LONG, R7, REVISE, SET, fingerprint, seen, shown, site  # noqa: F401
from tests.web.trained_site import TrainedSite


@pytest.mark.req("B2")
def test_the_list_says_where_nothing_is_asked_and_where_everybody_is_denied(site: TrainedSite) -> None:
    """A class without a set denies everybody; an area without one asks for nothing: not the same words."""
    page = site.of("sup").get("/admin/requirements?lang=en").text
    assert "None: nothing is asked" in page
    assert "OJT-MILL" in page
    assert "Draft a new version" not in site.of("sup").get(f"{SET}?lang=en").text
    french = site.of("qa").get(f"{SET}?lang=fr").text
    assert "En vigueur" in french
    assert "Préparer une nouvelle version" in french
    empty = site.of("qa").get("/admin/requirements/of/class/CLEAN/PRESS?lang=en").text
    assert "everybody is denied this operation" in empty


# --- items and revisions --------------------------------------------------------------------------------------


@pytest.mark.req("B3", "G1")
@pytest.mark.scenario(4)
def test_a_revision_is_shown_signed_and_asks_for_training_from_its_instant(site: TrainedSite) -> None:
    """Both operators of the presses are named before the trainer signs; at midnight the reader says SOP_REVISION."""
    page = shown(site, "tr", REVISE)
    assert "Would lose: 2" in page
    answer = site.sign("tr", REVISE, **R7, seen=fingerprint(page))
    assert answer.status_code == 303, answer.text
    entry = site.world.trail("change")[-1]
    assert (entry["subject"], entry["new"]["losing_people"]) == ("item_revision:SOP-1/R7", ["E1", "E2"])
    assert entry["detail"]["signatures"][0]["meaning"] == "recorded"
    item = site.of("tr").get("/admin/items/of/SOP-1?lang=en").text
    assert "To come" in item
    site.world.go_to(local("2026-11-23T23:59:50"))
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    site.world.go_to(local("2026-11-24T00:00:02"))
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["SOP_REVISION"]


@pytest.mark.req("B3")
@pytest.mark.scenario(6)
def test_only_qa_signs_that_nobody_retrains_and_then_nobody_loses(site: TrainedSite) -> None:
    """A trainer who tries is refused on record; whoever is both signs as QA."""
    waive = {**R7, "retraining": "no"}
    page = shown(site, "tr", REVISE, retraining="no")
    assert "Would lose: 0" in page
    refused = site.sign("tr", REVISE, **waive, seen=fingerprint(page))
    assert refused.status_code == 422
    assert "Only QA signs" in refused.text
    assert site.refusals("new revision") == [["only_qa"]]
    page = shown(site, "both", REVISE, retraining="no")
    assert site.sign("both", REVISE, **waive, seen=fingerprint(page)).status_code == 303
    signature = site.world.trail("change")[-1]["detail"]["signatures"][0]
    assert (signature["meaning"], signature["role"]) == ("no retraining needed", "qa")
    site.world.go_to(local("2026-11-24T00:00:02"))
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"


@pytest.mark.req("B3")
def test_a_revision_is_moved_while_it_is_still_to_come_and_waived_by_qa_at_any_time(site: TrainedSite) -> None:
    """A procedure is postponed more often than not; what is in force does not move."""
    page = shown(site, "tr", REVISE)
    site.sign("tr", REVISE, **R7, seen=fingerprint(page))
    version = site.rows("SELECT version FROM item_revisions WHERE id = 'SOP-1/R7' AND known_to IS NULL")[0][0]
    change = f"/admin/items/revision/{version}"
    assert 'value="2026-11-24"' in site.of("tr").get(f"{change}?lang=en").text
    moved = {**R7, "effective_on": "2026-12-01"}
    page = shown(site, "tr", change, effective_on="2026-12-01")
    assert site.sign("tr", change, **moved, seen=fingerprint(page)).status_code == 303
    assert site.rows("SELECT effective_at FROM item_revisions WHERE id = 'SOP-1/R7' AND known_to IS NULL") == [
        ("2026-12-01T05:00:00.000Z",)
    ]
    old = site.rows("SELECT version FROM item_revisions WHERE id = 'SOP-1/R6' AND known_to IS NULL")[0][0]
    in_force = f"/admin/items/revision/{old}"
    page = shown(site, "tr", in_force, effective_on="2026-12-02")
    refused = site.sign("tr", in_force, **{**R7, "effective_on": "2026-12-02"}, seen=fingerprint(page))
    assert refused.status_code == 422
    assert site.refusals("change of a revision") == [["in_force"]]
    gone = site.of("tr").get(f"{change}?lang=en", follow_redirects=True)
    assert "Here is how it stands now" in gone.text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"revision": ""}, "Name the revision"),
        ({"revision": "R6"}, "has a revision R6 already"),
        ({"revision": LONG}, "1 to 120 characters"),
        ({"revision": "R\u202e7"}, "1 to 120 characters"),
        ({"revision": "---"}, "1 to 120 characters"),
        ({"effective_on": "2020-01-01"}, "takes effect at that very instant"),
        ({"effective_on": "soon"}, "Choose a day"),
        ({"retraining": "maybe"}, "Choose one of the values offered"),
        ({"why": " "}, "A justification is needed"),
        ({"why": LONG}, "at most 2000"),
        ({"seen": "0" * 64}, "Who is affected has changed"),
        ({"seen": HOSTILE}, "Who is affected has changed"),
        ({"password": "wrong"}, "The password is not right"),
    ],
)
def test_a_revision_that_cannot_stand_comes_back_named_and_changes_nothing(
    site: TrainedSite, more: dict[str, str], words: str
) -> None:
    """Whatever is typed: nothing is put on record half."""
    honest = {name: value for name, value in more.items() if name in R7 and value not in ("soon", "maybe", "")}
    page = shown(site, "tr", REVISE, **honest)
    answer = site.sign("tr", REVISE, **{**R7, "seen": fingerprint(page), **more})
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert(1)" not in answer.text
    assert site.rows("SELECT count(*) FROM item_revisions WHERE item_id = 'SOP-1'") == [(1,)]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, ""),
        ({"id": "GMP"}, "GMP is on record already"),
        ({"id": HOSTILE}, "An item id has 1 to 80 characters"),
        ({"id": LONG}, "An item id has 1 to 80 characters"),
        ({"title": ""}, "A title has 1 to 120 characters"),
        ({"title": LONG}, "A title has 1 to 120 characters"),
        ({"title": HOSTILE}, "A title has 1 to 120 characters"),
        ({"kind": "video"}, "Choose one of the values offered"),
        ({"why": ""}, "A justification is needed"),
    ],
)
def test_an_item_is_added_or_refused_by_name(site: TrainedSite, more: dict[str, str], words: str) -> None:
    """An id never changes and is never given twice."""
    good = {"id": "SOP-CLN-0107", "kind": "sop", "title": "Cleaning <between> batches", "why": "New procedure"}
    answer = site.fill("tr", "/admin/items/new", **{**good, **more})
    assert answer.status_code == (422 if words else 303)
    assert words in answer.text
    on_record = site.rows("SELECT kind, title FROM items WHERE id = 'SOP-CLN-0107'")
    assert on_record == ([] if words else [("sop", "Cleaning <between> batches")])
    if not words:
        assert "Cleaning &lt;between&gt; batches" in site.of("tr").get("/admin/items?lang=en").text
