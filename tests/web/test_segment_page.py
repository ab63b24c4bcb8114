"""QA and the damaged records: what stops, what goes on, and the signature that ends it."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate.__main__ import main
from gate.examining import last_examined
from gate.jobs import look_again, nightly_verify
from gate.store.database_files import sha256_of
from gate.verified import Running, last_verified, running_path, tell_running, verified_path
from gate.web.segment_texts import finding
from tests.scenarios.plant import P1
from tests.scenarios.world import World, local
from tests.store.open_records import tamper
from tests.web.floor_site import FloorSite, floor_site
from tests.web.people import WORD, send, sign_in

SEGMENT = "/integrity/segment"
WHY = "one bit flipped by the disk, DEV-2026-0044"


@pytest.fixture
def site(make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch) -> Iterator[FloorSite]:
    """A gate with a decision on record, its pages, and children that run at once in this process."""
    world: World = make_world(local("2026-11-23T12:00"))
    world.badge("R1", P1)
    world.badge("R1", P1, wait_s=12)

    def child(*words: str) -> None:
        found = CliRunner().invoke(main, ["--config", str(world.config), *words])
        assert found.exit_code in {0, 1}, found.output

    monkeypatch.setattr("gate.web.segment_pages.start_child", child)
    with floor_site(world) as made:
        yield made


def old_damage(site: FloorSite) -> int:
    """Change an old row, and let the night find it; return its number."""
    world = site.world
    world.replays = False
    seq: int = world.decisions()[0]["seq"]
    for _ in range(3):
        world.badge("R1", P1, wait_s=12)
    tamper(world.settings.database_path, ("UPDATE audit_trail SET outcome = 'deny' WHERE seq = ?", (seq,)))
    return seq


def night(site: FloorSite) -> None:
    nightly_verify(site.world.edge.gate, site.world.config)
    site.world.run(1)


def signed(site: FloorSite, **fields: str) -> tuple[int, str]:
    found = last_examined(site.world.settings.gate.state_dir)
    assert found is not None
    values = {
        "kept": found.kept_sha256,
        "justification": WHY,
        "cosign_user": "sup",
        "cosign_password": WORD,
        "sign_user": "qa",
        "password": WORD,
        **fields,
    }
    answer = send(site.browser("qa"), f"{SEGMENT}?lang=en", **values)
    return answer.status_code, answer.text


@pytest.mark.req("E4")
@pytest.mark.fault(7)
@pytest.mark.scenario(22)
def test_damage_in_old_rows_stops_signing_until_two_have_signed_a_segment(
    site: FloorSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Badging goes on all the while; nobody signs on a broken chain, and QA has a way out of it."""
    monkeypatch.setattr("gate.store.verify.LATEST", 4)
    seq = old_damage(site)
    answer = send(site.browser("qa"), "/integrity/verify", page=f"{SEGMENT}?lang=en")
    assert answer.status_code == 303
    verified = last_verified(verified_path(site.world.settings.gate.state_dir))
    assert verified is not None
    assert (verified.sound, verified.head_sound, verified.first_bad_seq) == (False, True, seq)
    assert site.world.trail("verify")[-1]["by"] == "P-qa"
    assert site.sign("sup", "/floor/TP-01/out-of-service").status_code == 409
    shown = site.world.badge("R1", P1, wait_s=12)
    assert shown is not None
    assert "SYSTEM" not in shown.line1

    page = site.page("qa", SEGMENT)
    assert "Badges are answered as ever" in page
    assert "column outcome does not say" in page
    send(site.browser("qa"), "/integrity/examine", page=f"{SEGMENT}?lang=en")
    page = site.page("qa", SEGMENT)
    assert f"#{seq}" in page
    kept = last_examined(site.world.settings.gate.state_dir)
    assert kept is not None
    assert sha256_of(site.world.settings.gate.state_dir / "segments" / kept.kept) == kept.kept_sha256
    assert signed(site)[0] == 303
    entry = site.world.trail("segment")[-1]
    assert [one["account"] for one in entry["detail"]["signatures"]] == ["qa", "sup"]
    assert entry["why"] == WHY
    assert site.sign("sup", "/floor/TP-01/out-of-service", operations=["SETUP"]).status_code == 303
    assert "There is nothing to sign for" in site.page("qa", SEGMENT)
    assert f"#{entry['seq']}" in site.page("qa", SEGMENT)
    assert "Verify now" in site.page("qa", "/integrity")
    assert site.world.sound()
    night(site)
    assert site.world.trail("verify")[-1]["detail"]["sound"] is True


@pytest.mark.req("E4")
@pytest.mark.fault(7)
def test_a_head_that_cannot_be_trusted_denies_until_two_have_signed(site: FloorSite) -> None:
    """SYSTEM: RECORDS at every reader; QA signs in all the same, signs, and the next badge is answered as ever."""
    world = site.world
    world.replays = False
    site.alive()
    world.kill()
    tamper(world.settings.database_path, "UPDATE trail_head SET leaf = zeroblob(32)")
    world.restart(3)
    shown = world.badge("R1", P1)
    assert shown is not None
    assert shown.line1 == "SYSTEM: RECORDS"
    assert world.reasons() == ["SYS_INTEGRITY"]
    site.browsers.clear()
    assert site.sign("sup", "/floor/TP-01/out-of-service").status_code == 409
    assert "nobody can start a machine by badge" in site.page("qa", SEGMENT).replace("\n", " ")
    send(site.browser("qa"), "/integrity/examine", page=f"{SEGMENT}?lang=en")
    assert signed(site)[0] == 303
    state_dir = world.settings.gate.state_dir
    world.edge.gate.submit(partial(look_again, state_dir))
    world.run(12)
    shown = world.badge("R1", P1)
    assert shown is not None
    assert shown.line1.startswith("OK")
    assert world.sound()


@pytest.mark.req("E4")
@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"kept": "ab" * 32}, 409, "looked at the records again"),
        ({"password": "wrong"}, 422, "password"),
        ({"cosign_password": "wrong"}, 422, "another person of QA or a supervisor"),
        ({"cosign_user": "qa"}, 422, "A second person must sign"),
        ({"cosign_user": "op"}, 422, "another person of QA or a supervisor"),
        ({"cosign_user": "adm"}, 422, "another person of QA or a supervisor"),
        ({"cosign_user": "x" * 10_000}, 422, "another person of QA or a supervisor"),
        ({"cosign_user": ""}, 422, "another person of QA or a supervisor"),
        ({"justification": " "}, 422, "Say what was found"),
    ],
)
def test_what_stands_against_the_signature_comes_back_and_nothing_is_signed(
    site: FloorSite, fields: dict[str, str], status: int, said: str
) -> None:
    """One password of the two, or findings that are no longer the findings, are no signature."""
    old_damage(site)
    send(site.browser("qa"), "/integrity/examine", page=f"{SEGMENT}?lang=en")
    found = signed(site, **fields)
    assert (found[0], said in found[1]) == (status, True), found[1]
    assert site.world.trail("segment") == []


def test_a_segment_is_not_signed_for_sound_records(site: FloorSite) -> None:
    """The form is not even there; who sends it all the same is told why."""
    assert "has not been checked yet" in site.page("qa", SEGMENT)
    assert "Sign and open" not in site.page("qa", SEGMENT)
    send(site.browser("qa"), "/integrity/examine", page=f"{SEGMENT}?lang=en")
    assert "Sign and open" not in site.page("qa", SEGMENT)
    status, text = signed(site)
    assert status == 422
    assert "nothing to sign for" in text


def test_a_verification_under_way_is_shown_and_not_started_twice(
    site: FloorSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who press the button at once cost one pass over the records."""
    path = running_path(site.world.settings.gate.state_dir)
    tell_running(path, Running(site.world.clock.at, "<b>P-qa</b>", 500, 2000))
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr("gate.web.segment_pages.start_child", lambda *words: started.append(words))
    page = site.page("qa", SEGMENT, "fr")
    assert "inscription 500 sur 2000" in page
    assert "<b>P-qa" not in page
    for path_ in ("/integrity/verify", "/integrity/examine"):
        assert send(site.browser("qa"), path_, page="/account").status_code == 303
    assert started == []
    path.unlink()
    assert send(site.browser("adm"), "/integrity/verify", page="/account").status_code == 303
    assert started == [("verify", "--full", "--record", "--by", "P-adm")]


@pytest.mark.req("F3")
def test_findings_that_are_half_written_are_none(site: FloorSite) -> None:
    """The child may be killed at any byte."""
    send(site.browser("qa"), "/integrity/examine", page=f"{SEGMENT}?lang=en")
    path: Path = site.world.settings.gate.state_dir / "examined.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    for left in ("", "[]", json.dumps({**told, "leaf": "zz"}), json.dumps({**told, "breaks": [{}]})):
        path.write_text(left, encoding="utf-8")
        assert last_examined(site.world.settings.gate.state_dir) is None
        assert site.browser("qa").get(SEGMENT).status_code == 200
    assert sign_in(site.app.test_client(), "qa").status_code == 303


@pytest.mark.parametrize(
    ("what", "french"),
    [
        ("it is missing", "elle est absente"),
        (
            "its column outcome does not say what its bytes say",
            "sa colonne outcome ne dit pas ce que disent ses octets",
        ),
        ("it and everything up to 12 is missing", "elle et tout jusqu’à 12 sont absents"),
        ("something new", "something new"),
    ],
)
def test_findings_are_said_in_french_too(what: str, french: str) -> None:
    """QA in Québec reads what it signs for."""
    assert finding(what, "fr") == french
    assert finding(what, "en") == what
