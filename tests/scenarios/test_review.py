"""From the bytes on a reader's line to QA's review: lending, trials again and again, a use nobody ended (H4, H5)."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gate.core.exceptions import exceptions
from tests.scenarios.plant import P1, P2, P3, Plant, plant, record
from tests.scenarios.world import World, local
from tests.store.open_records import run_sql
from tests.web.floor_site import FloorSite, floor_site
from tests.web.test_reviews import ticks

MONDAY = "2026-11-16T08:00"
WEEK = "/reviews/2026-11-16"


def expired(person: str) -> Plant:
    """One person's training has ended."""
    found = plant()
    rows = [row for row in found["training_record"] if not (row["person"] == person and row["item"] == "SOP-1")]
    found["training_record"] = [*rows, record(person, expires_on=date(2026, 11, 1))]
    return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[FloorSite]:
    """A gate at work on a Monday morning; E2 is not certified any more."""
    world = World(tmp_path, local(MONDAY), expired("E2"))
    with floor_site(world) as found:
        yield found
    world.edge.gate.close()


def next_week(site: FloorSite) -> None:
    """Let the week end, with something on record after it."""
    site.world.go_to(local("2026-11-23T08:00"))
    site.world.badge("R1", P3)


@pytest.mark.req("H4")
def test_a_lent_badge_is_found_from_the_badges_alone(site: FloorSite) -> None:
    """E2 is denied, and half a minute later the badge of E1 opens the same machine."""
    shown = site.world.badge("R1", P2)
    assert shown and shown.color == "red"
    site.world.run(30)
    site.world.badge("R1", P1)
    site.world.run(30)
    site.world.badge("R1", P1)
    next_week(site)
    page = site.page("qa", WEEK)
    assert "then the badge of" in page
    denied, allowed = (one["seq"] for one in site.world.decisions()[:2])
    assert f"LENT_BADGE-{allowed}" in "".join(ticks(site.browser("qa"), WEEK))
    assert f"#{denied}" in page


@pytest.mark.req("H4", "E7")
@pytest.mark.scenario(30)
def test_the_sample_is_decided_again_and_a_record_changed_beside_the_pages_is_found(site: FloorSite) -> None:
    """Nothing differs while the records are what they were; an edit in the database is an exception of the review."""
    for _ in range(2):
        site.world.badge("R1", P1)
        site.world.run(60)
        site.world.badge("R1", P2)
        site.world.run(60)
    next_week(site)
    page = site.page("qa", WEEK)
    decided = len(site.world.decisions()) - 1
    assert f"Same: {decided}" in page
    assert "decided differently" not in page
    site.world.replays = False
    path = site.world.settings.database_path
    run_sql(path, "DROP TRIGGER training_records_only_closing")
    run_sql(path, "UPDATE training_records SET expires_on = '2026-11-01' WHERE person_id = 'E1'")
    site.app.extensions.pop("gate_reviews")
    page = site.page("qa", WEEK)
    assert "decided differently when decided again" in page
    assert "Different: " in page


@pytest.mark.req("H4", "C7")
def test_somebody_who_forgot_to_badge_out_is_found_once(site: FloorSite) -> None:
    """The longest use drops the permissive after 13 hours; that is told once, not again at the end of the week."""
    site.world.badge("R1", P1)
    site.world.go_to(local("2026-11-16T21:30"))
    site.world.run(3)
    next_week(site)
    page = site.page("qa", WEEK)
    assert page.count("beyond the longest use</h3>") == 1


@pytest.mark.req("H4", "F3")
@pytest.mark.scenario(24)
def test_a_clock_set_back_is_an_exception_and_ends_no_period(site: FloorSite) -> None:
    """The numbers go on; what was recorded on a clock that nobody trusts neither ends the week nor leaves it."""
    site.world.badge("R1", P1)
    site.world.run(60)
    site.world.clock.set_wall(local("2026-11-14T08:00"))
    site.world.badge("R2", P1)
    site.world.clock.set_wall(local("2026-11-23T09:00"))
    site.world.badge("R2", P1)
    found = {one.rule for one in exceptions(site.world.trail())[0]}
    assert {"CLOCK", "SYSTEM_FAULT"} <= found
    weeks = re.findall(r'href="/reviews/([0-9-]+)', site.page("qa", "/reviews"))
    assert weeks == ["2026-11-16"]
