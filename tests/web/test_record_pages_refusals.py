"""Training records by hand: what is refused, hostile or sent twice changes nothing."""

# ruff: noqa: F811 - fixtures are imported

from datetime import timedelta

import pytest

from tests.scenarios.plant import P1, P2
from tests.scenarios.world import local
from tests.web.test_record_pages import FIRST, HOSTILE, LOAD, LONG, MILL, site, version_of  # noqa: F401
from tests.web.trained_site import TrainedSite


@pytest.mark.req("I4")
def test_a_source_kept_by_hand_is_attested_by_a_signature_instead_of_an_import(site: TrainedSite) -> None:
    """A site without a training system signs each week that its records are complete."""
    site.world.go_to(local("2026-11-30T13:00"))
    answer = site.sign("qa", LOAD, way="hand", why="All paper records up to today are typed in")
    assert answer.status_code == 303, answer.text
    page = site.of("qa").get(f"{LOAD}?lang=en").text
    assert "No changes are known" not in page
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    assert "Kept by hand" in site.of("sup").get("/admin/training/sources?lang=en").text
    refused = site.sign("qa", LOAD, way="no_changes", hours="72", why="None known")
    assert refused.status_code == 422
    assert site.refusals("attestation") == [["by_hand"]]
    site.world.clock.advance(timedelta(days=7, hours=1).total_seconds())
    site.world.run(1)
    site.world.badge("R2", P2)
    assert site.world.reasons() == ["SYS_DATA_STALE"]


@pytest.mark.req("I4")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"hours": "73"}, "1 to 72 hours"),
        ({"hours": ""}, "1 to 72 hours"),
        ({"hours": "0"}, "not between 1 and 72"),
        ({"hours": "1e3"}, "1 to 72 hours"),
        ({"way": ""}, "Choose one of the values offered"),
        ({"way": HOSTILE}, "Choose one of the values offered"),
        ({"why": ""}, "A justification is needed"),
        ({"why": LONG}, "at most 2000"),
    ],
)
def test_an_attestation_that_cannot_stand_leaves_the_data_as_old_as_it_is(
    site: TrainedSite, more: dict[str, str], words: str
) -> None:
    """Nothing makes old data young but a whole signature."""
    answer = site.sign("qa", LOAD, **{"way": "no_changes", "hours": "72", "why": "None known", **more})
    assert answer.status_code == 422
    assert words in answer.text
    assert site.rows("SELECT attested_until_at FROM data_sources") == [(None,)]
    assert site.of("qa").get("/admin/training/source/nothing").status_code == 404


# --- the first certified person of a class --------------------------------------------------------------------


@pytest.mark.req("B14", "G1")
def test_the_first_person_of_a_class_is_certified_by_two_signatures_once(site: TrainedSite) -> None:
    """Works once; refused while somebody is certified, and refused for good afterwards."""
    assert "/admin/training/first/MILL" in site.of("qa").get("/admin/training/first?lang=en").text
    answer = site.sign("qa", MILL, **FIRST)
    assert answer.status_code == 303, answer.text
    entry = next(e for e in site.world.trail("change") if e.get("subject") == "equipment_class:MILL")
    assert entry["new"]["exception"] == "first certification"
    assert (entry["new"]["items"], entry["new"]["operations"]) == ([["OJT-MILL", ""]], ["USE"])
    signatures = entry["detail"]["signatures"]
    assert [(one["name"], one["meaning"]) for one in signatures] == [
        ("Name of qa", "certified first"),
        ("Name of sup", "agreed"),
    ]
    page = site.of("qa").get("/admin/training/people/E3?lang=en").text
    assert "first certification" in page
    assert "Mill: Use" in page
    assert "SAT report ML-01" in page
    assert "/admin/training/first/MILL" not in site.of("qa").get("/admin/training/first?lang=en").text
    assert "Let that person train the next one" in site.of("qa").get(f"{MILL}?lang=en").text
    second = site.sign("qa", MILL, **{**FIRST, "person": "E2"})
    assert second.status_code == 422
    assert site.refusals("first certification") == [["used_before", "somebody_is_certified"]]
    version = version_of(site, "E3", "OJT-MILL")
    site.sign("qb", f"/admin/training/record/{version}", ending="mistake", why="The report was for another mill")
    third = site.sign("qa", MILL, **{**FIRST, "person": "E2"})
    assert third.status_code == 422
    assert site.refusals("first certification")[-1] == ["used_before"]


@pytest.mark.req("B14")
def test_where_somebody_is_certified_the_first_way_is_refused(site: TrainedSite) -> None:
    """E1 knows the presses: E1 trains the next one."""
    answer = site.sign("qa", "/admin/training/first/PRESS", **FIRST)
    assert answer.status_code == 422
    assert site.refusals("first certification") == [["somebody_is_certified"]]
    assert site.rows("SELECT count(*) FROM training_records WHERE person_id = 'E3'") == [(0,)]


@pytest.mark.req("B14", "A7")
@pytest.mark.parametrize(
    ("more", "codes", "words"),
    [
        ({"second_user": "qa"}, ["same_person"], "Three people are needed"),
        ({"second_user": "e1", "person": "E2"}, [], "The second signature is not right"),
        ({"second_user": "tr"}, [], "The second signature is not right"),
        ({"second_password": "no"}, [], "The second signature is not right"),
        ({"second_user": HOSTILE}, [], "The second signature is not right"),
        ({"second_user": ""}, [], "The second signature is not right"),
        ({"person": "P-qa"}, [], "Choose one of the values offered"),
        ({"person": HOSTILE}, [], "Choose one of the values offered"),
        ({"completed_on": ""}, [], "Choose a day"),
        ({"completed_on": "2026-11-24"}, ["completed_ahead"], "still to come"),
        ({"evidence": ""}, ["bad_evidence"], "A reference to the evidence"),
        ({"evidence": LONG}, ["bad_evidence"], "A reference to the evidence"),
        ({"why": ""}, ["no_why"], "A justification is needed"),
    ],
)
def test_a_first_certification_that_cannot_stand_certifies_nobody(
    site: TrainedSite, more: dict[str, str], codes: list[str], words: str
) -> None:
    """It is an exception to training by a trainer: nothing of it may be missing."""
    answer = site.sign("qa", MILL, **{**FIRST, **more})
    assert answer.status_code == 422
    assert words in answer.text
    assert "<script>alert(1)" not in answer.text
    assert site.refusals("first certification") == ([codes] if codes else [])
    assert site.rows("SELECT count(*) FROM training_records WHERE id LIKE 'FIRST%'") == [(0,)]
