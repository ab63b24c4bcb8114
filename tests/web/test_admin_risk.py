"""A badge alone starts a machine: who accepted that, when and why, is a signed record (requirement A5)."""

from collections.abc import Iterator

import pytest

from gate.risk_acts import BADGE_ALONE
from tests.scenarios.plant import P1
from tests.web.admin_site import HOSTILE_TEXTS, AdminSite, Make, admin_site, signed_by

RISK = "/admin/machine-risk/TP-01"
WHY = "Photo badges, room with access control, RA-2026-014"
SIGNED = {"justification": WHY, **signed_by("qa")}


@pytest.fixture
def site(make_world: Make) -> Iterator[AdminSite]:
    with admin_site(make_world) as found:
        yield found


@pytest.mark.req("A5", "G1", "E5")
def test_the_acceptance_of_the_risk_is_signed_shown_and_can_be_taken_back(site: AdminSite) -> None:
    """An inspector asks who decided that no PIN is asked for here; the answer is one line on the machine's page."""
    assert "Nobody has accepted this yet." in site.page("aud", "/admin/machine/TP-01")
    assert site.send("qa", RISK, **SIGNED).status_code == 303
    (entry,) = site.changes("risk:TP-01")
    (signature,) = entry["detail"]["signatures"]
    assert (entry["new"], entry["why"]) == ({"risk": BADGE_ALONE}, WHY)
    assert (signature["account"], signature["meaning"]) == ("qa", "accepted the risk")
    assert f"#{entry['seq']}" in site.page("aud", "/admin/machine/TP-01")
    assert site.send("qa", RISK, **SIGNED).status_code == 303
    assert site.changes("risk:TP-01")[-1]["old"] == {"risk": BADGE_ALONE}
    assert "Nobody has accepted this yet." in site.page("aud", "/admin/machine/TP-01")
    assert site.world.sound()


@pytest.mark.req("A5")
def test_an_acceptance_changes_no_decision(site: AdminSite) -> None:
    """It records a judgement; it is no way around a rule."""
    site.world.badge("R1", P1)
    before = site.world.reasons()
    site.send("qa", RISK, **SIGNED)
    site.world.badge("R1", P1, 12)
    site.world.badge("R1", P1)
    assert site.world.reasons() == before


@pytest.mark.req("A5", "A7")
def test_it_is_signed_once_by_qa_alone_and_in_words(site: AdminSite) -> None:
    """Each refusal is on record; a form sent twice accepts once."""
    assert site.as_("sup").get(RISK).status_code == 403
    assert site.as_("sys").get(RISK).status_code == 403
    assert site.as_("qa").get("/admin/machine-risk/NO-SUCH").status_code == 404
    for wrong in ({"justification": " "}, {"justification": "x" * 10_000}, {"password": "not it at all"}):
        assert site.send("qa", RISK, **{**SIGNED, **wrong}).status_code == 422
    assert site.changes("risk:TP-01") == []
    assert site.send("qa", RISK, **SIGNED).status_code == 303
    again = site.send("qa", RISK, **{**SIGNED, "what": "accept"})
    assert "accepted for this machine already" in again.text
    assert len(site.changes("risk:TP-01")) == 1
    assert "risk refused" in [entry["detail"]["what"] for entry in site.refused()]


@pytest.mark.req("A5")
@pytest.mark.parametrize("hostile", [text for text in HOSTILE_TEXTS if len(text.strip()) > 9 and len(text) < 2000])
def test_a_hostile_justification_is_shown_as_text(site: AdminSite, hostile: str) -> None:
    """What was typed stands on the page as it was typed, and does nothing."""
    site.send("qa", RISK, **{**SIGNED, "justification": hostile})
    page = site.page("aud", "/admin/machine/TP-01")
    assert hostile not in page or "<" not in hostile
    assert "\u202e" not in page
