"""Equipment and configuration from the pages: two signatures for what changes who may start what, and SHADOW first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from gate.web.admin_configuration import settings_rows
from gate.web.config_path import VARIABLE
from tests.scenarios.plant import P1
from tests.web.admin_site import HOSTILE_TEXTS, AdminSite, Make, admin_site, approved_by, form_of, signed_by

CHANGE = "/admin/machine-change/TP-01"
BOTH = {**signed_by("sys"), **approved_by("qa")}
NEW = {"id": "TP-09", "name": "Press 9", "class_id": "PRESS", "area_id": "COMP", "why": "installed, CC-9"}


@pytest.fixture
def site(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[AdminSite]:
    with admin_site(make_world) as found:
        monkeypatch.setenv(VARIABLE, str(found.world.config))
        yield found


@pytest.mark.req("B2", "C5", "G1", "G2", "E5")
def test_a_date_changed_with_two_signatures_counts_at_the_next_badge(site: AdminSite) -> None:
    """The administrator changes, QA approves, and the reader knows."""
    site.world.badge("R1", P1)
    assert site.world.decisions()[-1]["outcome"] == "allow"
    site.world.badge("R1", P1, 12)
    due = {"calibration_due_on": "2026-11-20", "why": "overdue, CAL-3"}
    answer = site.send("sys", CHANGE, **due, **BOTH)
    assert answer.status_code == 303, answer.text
    site.world.badge("R1", P1)
    assert site.world.reasons() == ["EQ_CAL_OVERDUE"]
    (entry,) = site.changes("equipment:TP-01")
    assert "calibration_due_on" not in entry["old"]
    assert entry["new"]["calibration_due_on"] == "2026-11-20"
    signatures = entry["detail"]["signatures"]
    assert [(s["account"], s["meaning"]) for s in signatures] == [("sys", "changed"), ("qa", "approved")]
    page = site.page("aud", "/admin/machine/TP-01")
    assert "overdue, CAL-3" in page
    assert "2026-11-20" in page
    assert site.world.sound()


@pytest.mark.req("A7", "G3")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"cosign_user": "", "cosign_password": ""}, "somebody from QA signs it too"),
        ({"cosign_password": "not it at all"}, "The co-signature is not right"),
        ({"cosign_user": "sup"}, "The co-signature is not right"),
        ({"cosign_user": "sys2"}, "The co-signature is not right"),
        ({"cosign_user": "nobody"}, "The co-signature is not right"),
        ({"password": "not it at all"}, "The password is not right"),
        ({"why": " "}, "needs a justification"),
        ({"name": "x" * 121}, "A name has 1 to 120"),
        ({"class_id": "NO-SUCH"}, "Choose an equipment class"),
        ({"area_id": ""}, "Choose an area"),
        ({"permissive": "always"}, "Choose one of the values offered"),
        ({"default_operation": "PARTY"}, "Choose one of the values offered"),
        ({"window_s": "0"}, "The window has 1 to 3600"),
        ({"window_s": "-1"}, "A whole number"),
        ({"window_s": "1e3"}, "A whole number"),
        ({"longest_use_h": "25"}, "The longest use has 1 to 24"),
        ({"longest_use_h": "\u0663"}, "A whole number"),
        ({"qualified_until_on": "3000-01-01"}, "A day is written"),
    ],
)
def test_a_change_that_cannot_be_or_is_not_approved_changes_nothing(
    site: AdminSite, wrong: dict[str, str], said: str
) -> None:
    """What decides who may start a machine takes two people and values that are possible."""
    good = {"calibration_due_on": "2027-11-20", "why": "calibrated, CAL-4", **BOTH}
    answer = site.send("sys", CHANGE, **{**good, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    assert site.changes("equipment:TP-01") == []
    assert "calibrated" in answer.text or "why" in wrong


def test_a_new_name_alone_needs_no_qa_but_a_signature(site: AdminSite) -> None:
    """A spelling error is no quality event."""
    answer = site.send("sys", CHANGE, name="Press One", why="spelling", **signed_by("sys"))
    assert answer.status_code == 303, answer.text
    (entry,) = site.changes("equipment:TP-01")
    assert [s["meaning"] for s in entry["detail"]["signatures"]] == ["changed"]
    assert entry["new"]["mode"] == "enforce", "what the form does not have stays"


@pytest.mark.req("B2")
def test_a_new_machine_starts_in_trial_with_its_area_and_class(site: AdminSite) -> None:
    """Nothing is withheld by a machine that nobody has tried."""
    area = {"id": "ASEP", "name": "Aseptic", "sterile": "yes", "why": "new suite, CC-8"}
    assert site.send("sys", "/admin/area-new", **area, **signed_by("sys")).status_code == 303
    klass = {"id": "FILL", "name": "Vial filler", "why": "new suite, CC-8"}
    assert site.send("sys", "/admin/class-new", **klass, **signed_by("sys")).status_code == 303
    answer = site.send("sys", "/admin/machine-new", **{**NEW, "class_id": "FILL", "area_id": "ASEP"}, **BOTH)
    assert answer.status_code == 303, answer.text
    (entry,) = site.changes("equipment:TP-09")
    assert (entry["new"]["mode"], entry["new"]["class_id"]) == ("shadow", "FILL")
    assert "TRIAL" in site.page("sup", "/admin/equipment")
    assert "No reader" in site.page("sup", "/admin/machine/TP-09")
    again = site.send("sys", "/admin/machine-new", **{**NEW, "id": "tp-09"}, **BOTH)
    assert "ids are never given twice" in again.text
    odd = site.send("sys", "/admin/machine-new", **{**NEW, "id": "a/b"}, **BOTH)
    assert "An id has 1 to 40" in odd.text
    without = site.send("sys", "/admin/machine-new", **{**NEW, "id": "TP-10"}, **signed_by("sys"))
    assert "somebody from QA signs it too" in without.text


@pytest.mark.req("D4")
def test_sterile_changes_with_qa_and_never_without(site: AdminSite) -> None:
    """It decides whether an override there needs QA."""
    path = "/admin/area-change/COMP"
    alone = site.send("sys", path, sterile="yes", why="reclassified", **signed_by("sys"))
    assert alone.status_code == 422
    assert "somebody from QA signs it too" in alone.text
    assert site.send("sys", path, sterile="yes", why="reclassified", **BOTH).status_code == 303
    assert site.changes("area:COMP")[-1]["new"] == {"name": "Compression", "sterile": 1}


def test_a_form_of_a_machine_overtaken_by_another_comes_back(site: AdminSite) -> None:
    """The second administrator sees what the first has changed; sent again it is judged anew."""
    opened = form_of(site.page("sys2", CHANGE))
    site.send("sys", CHANGE, name="Press One", why="spelling", **signed_by("sys"))
    late = {**opened, "critical": "yes", "why": "risk assessment 12", **signed_by("sys2"), **approved_by("qa")}
    answer = site.as_("sys2").post(f"{CHANGE}?lang=en", data=late)
    assert answer.status_code == 422
    assert "Changed since you opened this form" in answer.text
    assert "Press One" in answer.text
    assert len(site.changes("equipment:TP-01")) == 1
    again = {**form_of(answer.text), **signed_by("sys2"), **approved_by("qa"), "name": "Press One"}
    assert site.as_("sys2").post(f"{CHANGE}?lang=en", data=again).status_code == 303
    assert site.changes("equipment:TP-01")[-1]["new"]["critical"] == 1


@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize("field", ["id", "name", "class_id", "why", "window_s", "cosign_user"])
def test_hostile_text_in_any_field_of_a_machine_stays_text(site: AdminSite, field: str, text: str) -> None:
    """Machine names reach kiosks and signatures."""
    answer = site.send("sys", "/admin/machine-new", **{**NEW, **BOTH, field: text})
    shown = answer.text + site.page("sys", "/admin/equipment") + site.page("sys", "/admin/machine/TP-09")
    assert answer.status_code in {303, 422}
    for forbidden in ("<script>alert", "<img src=x", "\u202e", "\x00", "\x1b", "\u200b"):
        assert forbidden not in shown


@pytest.mark.req("A7")
def test_mode_and_other_fields_of_the_record_cannot_be_set_through_the_form(site: AdminSite) -> None:
    """Mass assignment: a mode is QA's to change, on its own page."""
    more = {"mode": "off", "known_from": "1", "longest_use_s": "999999", "id": "TP-02"}
    answer = site.send("sys", CHANGE, name="Press One", why="spelling", **signed_by("sys"), **more)
    assert answer.status_code == 303
    (entry,) = site.changes("equipment:TP-01")
    assert entry["new"] == {**entry["old"], "name": "Press One"}
    assert site.changes("equipment:TP-02") == []


@pytest.mark.req("E2")
def test_the_configuration_page_tells_a_file_that_has_changed_since_the_start(site: AdminSite) -> None:
    """Somebody edited it at night: it says so until the restart, and says what cannot be known."""
    page = site.page("aud", "/admin/configuration")
    assert "The file is the one that the gate started with" in page
    assert "America/Toronto" in page
    assert "line[1].reader[1].name" in page
    config = Path(site.world.config)
    config.write_text(config.read_text("utf-8") + "\n# a comment\n", "utf-8")
    assert "The file has changed since the gate started" in site.page("aud", "/admin/configuration")
    config.unlink()
    assert "cannot be read now" in site.page("aud", "/admin/configuration")


def test_secrets_of_the_configuration_are_never_shown(site: AdminSite) -> None:
    """An auditor's screen is photographed."""

    class Mail(BaseModel):
        host: str = "mail.example"
        password: str = "hunter2-hunter2"
        webhook_url: str = "https://hooks.example/T0/secret"
        pin: SecretStr = SecretStr("1234")
        api_token: str = ""

    shown = dict(settings_rows(Mail(), "mail."))
    assert shown == {
        "mail.host": "mail.example",
        "mail.password": None,
        "mail.webhook_url": None,
        "mail.pin": None,
        "mail.api_token": "–",
    }


def test_the_index_lists_what_the_account_may_open(site: AdminSite) -> None:
    """A page that would answer "not your role" is not offered."""
    assert "/admin/accounts" in site.page("sys", "/admin")
    assert "/admin/accounts" not in site.page("qa", "/admin")
    assert "/admin/suspensions" in site.page("qa", "/admin")
    assert 'aria-current="page"' in site.page("qa", "/admin/machine/TP-01")
