"""One record: what happened, on what it rested then and now, what followed, its place in the chain (E2, E4, E7, E8)."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from gate.core.audit import Kind
from gate.web.entry_report import record_report
from gate.web.report_makers import BadQuestionError
from gate.web.view import Viewer
from tests.rewriting import on_entry, rewrite
from tests.scenarios.world import TORONTO
from tests.store.open_records import tamper
from tests.web.floor_site import FloorSite
from tests.web.records import HOSTILE
from tests.web.told_site import told_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FloorSite]:
    with told_site(tmp_path_factory.mktemp("told")) as found:
        yield found


@pytest.fixture
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FloorSite]:
    """A site of its own, for a test that changes the file behind the program's back."""
    with told_site(tmp_path_factory.mktemp("spoilt")) as found:
        yield found


def numbered(site: FloorSite, kind: str, number: int = 0) -> int:
    return int(site.world.trail(kind)[number]["seq"])


def shown(site: FloorSite, seq: int, language: str = "en", login: str = "qa") -> str:
    """Return a record's page as plain words."""
    text = re.sub(r"</?bdi[^>]*>", "", site.page(login, f"/log/{seq}", language))
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"\s+", " ", html.unescape(text))


@pytest.mark.req("E2", "E7")
def test_a_denial_says_what_was_missing_on_which_record_and_decides_again(site: FloorSite) -> None:
    """The inspector's question in one page: why, on what evidence, and does it still follow."""
    page = shown(site, numbered(site, "decision"))
    for said in (
        "Ada One was denied at TP-01",
        "Training has expired",
        "E1-SOP-1-R6-2026-01-10",
        "expires 2026-11-20",
        "As known then",
        "As known now: the same",
        "same result",
        "Use, not chosen",
        "B1, ending",
        "asserted only",
        "gate 0.1.0",
        "In the chain",
        "granted an override to Ada One",
    ):
        assert said in page, said


@pytest.mark.req("E7", "E8")
@pytest.mark.scenario(29)
def test_a_late_record_stands_beside_the_denial_it_would_have_prevented(site: FloorSite) -> None:
    """As known then: nothing. As known now: met, by a record that came after the access."""
    page = shown(site, numbered(site, "decision", 3))
    assert "no training record" in page
    assert "Late record It first appeared here after this access." in page
    assert "E3-SOP-1-R6-2026-11-10" in page
    assert "Late record" not in shown(site, numbered(site, "decision")), "taken over at set-up is not late"


@pytest.mark.req("E7")
def test_an_allow_tells_its_confirmation_its_use_and_its_end(site: FloorSite) -> None:
    """From the badge to the badge-out on one page."""
    page = shown(site, numbered(site, "decision", 2))
    assert "Bo Deux was allowed at TP-02" in page
    assert "The output followed record" in page
    assert "Bo Deux left TP-02; the use ended" in page


@pytest.mark.req("E2", "A3")
def test_an_unknown_badge_and_an_unread_one_claim_nothing_about_anybody(site: FloorSite) -> None:
    """Only the last 4, and a mark; never a name that is not known."""
    unknown = shown(site, numbered(site, "decision", 4))
    assert "A badge ending 0001 was denied at TP-02" in unknown and "mark unknown:" in unknown
    assert "Nothing was looked at" in unknown and "same result" in unknown
    unread = shown(site, numbered(site, "decision", 5))
    assert "A badge could not be read at TP-02" in unread
    assert "there is nothing to decide again" in unread


@pytest.mark.req("E5", "G2")
def test_a_signed_change_shows_old_new_who_why_and_whole_signatures(site: FloorSite) -> None:
    """Hostile words in a justification are words."""
    page = shown(site, numbered(site, "hold_set"))
    for said in ("Name of qa set a hold on TP-02", "Signed electronically", "<b>Deviation</b>", "\\u202e", "P-qa"):
        assert said in page, said
    revoked = shown(site, numbered(site, "override_revoked"))
    assert "Cy Three" in revoked and "revoked an override" in revoked


@pytest.mark.req("E4", "L2")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_of_entry_has_a_page_in_both_languages(site: FloorSite, language: str) -> None:
    """No number of the trail leads nowhere, and no sentence is left with a hole in it."""
    for entry in site.world.trail():
        page = site.page("qa", f"/log/{entry['seq']}", language)
        assert "{" not in re.sub(r"<pre.*?</pre>|<table.*?</table>|<dl.*?</dl>", "", page, flags=re.S), entry["kind"]
        assert HOSTILE not in page and "<script>alert" not in page


@pytest.mark.req("L2")
def test_every_kind_has_a_sentence(site: FloorSite) -> None:
    """The list of kinds is closed; a new one needs its words."""
    from gate.web.texts import PAGE_TEXTS

    missing = [kind for kind in Kind if f"entry_{kind.value}" not in PAGE_TEXTS["fr"] and kind is not Kind.DECISION]
    assert missing == []


@pytest.mark.req("E7", "H6")
def test_the_report_of_a_record_says_what_its_page_says(site: FloorSite) -> None:
    """For paper and for the bundle, which holds this one entry."""
    seq = numbered(site, "decision", 3)
    with site.app.test_request_context("/"):
        report = record_report({"seq": f"#{seq}"}, Viewer("en", TORONTO))
        rows = list(report.rows())
        signed = record_report({"seq": str(numbered(site, "hold_set"))}, Viewer("fr", TORONTO))
        for wrong in ("", "0", "x", "99999", "9" * 400):
            with pytest.raises(BadQuestionError):
                record_report({"seq": wrong}, Viewer("fr", TORONTO))
    assert (report.entries, report.total, len(rows)) == ((seq,), len(rows), len(list(report.rows())))
    told = "\n".join(" | ".join(str(cell) for cell in row) for row in rows)
    assert "E3-SOP-1-R6-2026-11-10" in told and "Late record: It first appeared here after this access." in told
    assert "same result" in told and "No override was granted" in told
    assert len(signed.signatures) == 1 and "Name of qa (qa)" in signed.signatures[0]


@pytest.mark.req("E6")
def test_numbers_that_are_no_entry_are_not_found(site: FloorSite) -> None:
    """By hand in the address: zero, the next one, an absurd one."""
    for seq in ("0", "99999", str(2**53), "9" * 400, "-1", "x"):
        assert site.browser("qa").get(f"/log/{seq}").status_code == 404, seq


@pytest.mark.req("A7")
def test_an_operator_sees_no_record(site: FloorSite) -> None:
    """Records are of supervisors, QA, trainers, administrators and auditors."""
    assert site.browser("op").get("/log/1").status_code == 403


@pytest.mark.req("E4", "E7")
@pytest.mark.fault(6)
def test_a_changed_row_is_shown_as_changed(spoilt: FloorSite) -> None:
    """Bytes edited: the page says so, and the replay says what differs."""
    spoilt.browser("qa")
    seq = numbered(spoilt, "decision")
    change = 'UPDATE audit_trail SET data = replace(data, \'"outcome":"deny"\', \'"outcome":"allow"\')'
    tamper(spoilt.world.settings.database_path, " ".join([change, "WHERE seq =", str(seq)]))
    page = shown(spoilt, seq)
    assert "Not as it was written" in page and "The bytes do not match the hash." in page
    assert "The searchable columns say something else" in page
    assert "the result is different" in page and "outcome: recorded allow, now deny" in page
    after = shown(spoilt, seq + 1)
    assert "In the chain" in after, "the next one still continues the stored hash"


@pytest.mark.req("G2", "E4")
def test_a_signature_over_other_content_is_shown_as_broken(spoilt: FloorSite) -> None:
    """Root has rewritten the chain over a changed hold; the signature no longer fits."""
    seq = numbered(spoilt, "hold_set")

    def change(said: dict[str, Any]) -> None:
        said["new"]["operations"] = "CLEAN"

    rewrite(spoilt.world.settings.database_path, on_entry(seq, change))
    page = shown(spoilt, seq)
    assert "In the chain" in page
    assert "This signature does not belong to this content" in page


@pytest.mark.req("E4")
@pytest.mark.fault(7)
@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(detail="x" * 10_000),
        lambda said: said.update(evidence={"requirements": [[1]], "start": 2}),
        lambda said: said.update(evidence={"requirements": "x", "start": []}),
        lambda said: said.update(reasons=[None, {"a": 1}]),
        lambda said: said.update(until="soon", data_as_of="yesterday"),
        lambda said: said.update(subject=7, person=["x"], by={"a": "b"}),
    ],
)
def test_an_entry_that_no_gate_writes_breaks_no_page(spoilt: FloorSite, change: Any) -> None:
    """A page that fails on a forged row would hide it."""
    spoilt.browser("qa")
    seq = numbered(spoilt, "decision")
    rewrite(spoilt.world.settings.database_path, on_entry(seq, change))
    assert spoilt.browser("qa").get(f"/log/{seq}?lang=en").status_code == 200
