"""What the grant form shows before it is signed: the evidence, the same again, certified meanwhile, who can help."""

import re
from datetime import date

import pytest

from tests.scenarios.plant import P1, record
from tests.web.people import WORD, send
from tests.web.test_override_pages import Site, site  # noqa: F401 - a fixture
from tests.web.test_override_queue import granted


@pytest.mark.req("D4")
def test_the_same_reason_again_is_said_before_signing_and_needs_qa(site: Site) -> None:  # noqa: F811
    """Whoever needs the same override again and again needs training."""
    override_id = granted(site)
    why = {"justification": "a certified operator took over", "password": WORD}
    assert send(site.browser, f"/overrides/{override_id}/revoke?lang=en", **why).status_code == 303
    site.world.badge("R1", P1, 12)
    seq = site.denied_seq()
    page = site.browser.get(f"/overrides/new/{seq}?lang=en").text
    assert "The same reason again within 30 days" in page
    assert "Overrides of Ada One on TP-01 within 30 days: 1." in page
    assert 'name="cosign_user"' in page
    assert "La même raison encore une fois" in site.browser.get(f"/overrides/new/{seq}?lang=fr").text
    assert site.grant(seq).status_code == 422
    assert site.grant(seq, cosign_user="qa", cosign_password=WORD).status_code == 303


@pytest.mark.req("D4")
def test_the_first_one_is_not_warned_of_and_asks_for_no_co_signature(site: Site) -> None:  # noqa: F811
    """A warning that is always there is read by nobody."""
    site.world.badge("R1", P1)
    page = site.browser.get(f"/overrides/new/{site.denied_seq()}?lang=en").text
    assert "within 30 days:" not in page
    assert 'name="cosign_user"' not in page


@pytest.mark.req("D1", "L3")
def test_who_was_certified_a_second_ago_needs_none_and_what_was_typed_stays(site: Site) -> None:  # noqa: F811
    """The form was open while the training desk filed the record."""
    site.world.badge("R1", P1)
    seq = site.denied_seq()
    site.world.load({"training_record": [record("E1"), record("E2", expires_on=date(2026, 11, 1))]})
    answer = site.grant(seq, justification="retraining is booked <b>today</b>")
    assert answer.status_code == 422
    assert "no override is needed" in answer.text
    assert "retraining is booked &lt;b&gt;today" in answer.text
    assert 'value="DEV-2026-0318"' in answer.text
    assert re.search(r'value="60"[^>]* checked', answer.text)


@pytest.mark.req("D1")
def test_nothing_that_carries_responsibility_is_chosen_beforehand(site: Site) -> None:  # noqa: F811
    """Duration and cause are the supervisor's own choice (DESIGN, section 11)."""
    site.world.badge("R1", P1)
    page = site.browser.get(f"/overrides/new/{site.denied_seq()}?lang=en").text
    assert page.count('type="radio"') == 9
    assert " checked" not in page
    for words in ("Training done, record not filed yet", "No certified operator is free", "A fault of the system"):
        assert words in page
    assert "Press operation, SOP-1" in page, "the evidence of the decision names the requirement"
    assert "Valid to 2026-11-01" in page


@pytest.mark.req("D5", "L3")
def test_a_denial_that_nothing_lifts_says_who_may_run_the_machine_now(site: Site) -> None:  # noqa: F811
    """The supervisor needs somebody at the machine, not a form."""
    site.world.load({"training_record": [record("E1"), record("E3")], "suspension": [{"id": "S-1", "person": "E1"}]})
    site.world.badge("R1", P1)
    page = site.browser.get(f"/overrides/new/{site.denied_seq()}?lang=en").text
    assert "Cy Three" in page
    assert "Bo Deux" not in page, "has no training record"
    before = len(site.world.trail())
    site.browser.get(f"/overrides/new/{site.denied_seq()}?lang=fr")
    assert len(site.world.trail()) == before, "looking records nothing"
