"""The mode of a machine: what a trial would have denied comes before the signature that ends it."""

from collections.abc import Callable, Iterator

import pytest

from tests.scenarios.plant import P1, P3, changed, plant
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite, floor_site, modes, signed_right

Make = Callable[..., World]


@pytest.fixture
def site(make_world: Make) -> Iterator[FloorSite]:
    with floor_site(make_world(local("2026-11-23T13:00"))) as found:
        yield found


@pytest.mark.scenario(45)
@pytest.mark.req("L1")
def test_shadow_withholds_nothing_and_the_list_says_whom_it_would_have_denied(make_world: Make) -> None:
    """Before a machine denies anybody QA sees whom; the signature covers how many reads that were."""
    world = make_world(local("2026-11-23T13:00"), changed(plant(), "equipment", "TP-01", mode="shadow"))
    with floor_site(world) as site:
        shown = world.badge("R1", P3, 11)
        assert shown is not None
        assert (shown.color, shown.line1) == ("amber", "OK (TRIAL)")
        world.badge("R1", P3, 11)
        world.badge("R1", "w26:1FFFFFF", 11)
        world.badge("R1", P1, 11)
        last = world.decisions()[0]
        assert (last["outcome"], last["mode"], last["reasons"]) == ("deny", "shadow", ["NOT_CERTIFIED"])
        assert world.output("R1"), "the permissive stands whatever was decided"
        page = site.page("qa", "/floor/TP-01/trial")
        assert "Reads that would have been denied: <bdi>3</bdi>. People: <bdi>2</bdi>" in page
        assert "<bdi>Cy Three</bdi>" in page
        assert '<td class="num">2</td>' in page
        assert "FFFF" in page
        assert "Ada One" not in page
        assert "TRIAL" in site.page("sup", "/floor")
        assert "was denied at" not in site.page("sup", "/floor"), "nobody stands there waiting"
        form = site.page("qa", "/floor/TP-01/mode")
        assert form.index("Cy Three") < form.index('name="mode"'), "the list comes first"
        assert 'name="seen" value="3"' in form
        answer = site.sign("qa", "/floor/TP-01/mode", mode="enforce", seen="3")
        assert answer.status_code == 303, answer.text
        change = modes(world)[-1]
        assert (change["old"], change["new"]["mode"], change["new"]["would_deny"]) == ({"mode": "shadow"}, "enforce", 3)
        assert signed_right(change, "Name of qa", "changed mode")
        world.run(11)
        world.badge("R1", P3)
        assert world.decisions()[-1]["mode"] == "enforce"
        assert "no trial to look at" in site.page("qa", "/floor/TP-01/trial")
        assert world.sound()


@pytest.mark.req("L1", "G2")
def test_nobody_signs_for_a_list_that_has_grown_meanwhile(make_world: Make) -> None:
    """The signature is for what was on the page: a read more, and the page comes back with the new list."""
    world = make_world(local("2026-11-23T13:00"), changed(plant(), "equipment", "TP-01", mode="shadow"))
    with floor_site(world) as site:
        world.badge("R1", P3, 11)
        for seen in ("0", "2", "", "x", "-1", "9" * 40, "١"):
            answer = site.sign("qa", "/floor/TP-01/mode", mode="enforce", seen=seen)
            assert answer.status_code == 422
            assert "has changed since you opened it" in answer.text
            assert 'name="seen" value="1"' in answer.text
        assert modes(world) == [], "the machine is still in trial"
        assert site.sign("qa", "/floor/TP-01/mode", mode="off").status_code == 303, "withholding nothing needs no list"


@pytest.mark.req("A7")
def test_a_mode_that_is_not_offered_is_refused(site: FloorSite) -> None:
    """Nor is the one that the machine has."""
    for wanted in ("", "enforced", "<b>", "shadow shadow", "ENFORCE"):
        answer = site.sign("qa", "/floor/TP-01/mode", mode=wanted, seen="0")
        assert answer.status_code == 422
        assert "Choose one of the values offered" in answer.text
    assert site.sign("qa", "/floor/TP-01/mode", mode="enforce", seen="0").status_code == 422
    assert site.refused("change of mode refused") == [["has_it_already"]]
    assert modes(site.world) == []
