"""The number of a record is the way to it, for whoever may open it."""

from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

from gate.core.roles import Act, Role, may
from tests.web.people import add_account, signed_in
from tests.web.records import GateOnRecord
from tests.web.test_changed_marks import Changed

MACRO = '{% from "record_link.html" import record with context %}{{ record(48207) }}'


@pytest.mark.req("E7")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_of_a_lot_leads_to_each_of_its_records(gate: GateOnRecord, app: Flask, language: str) -> None:
    """From "corrected" to what was signed in one tap."""
    gate.clock.advance(60)
    changed = Changed(gate)
    add_account(gate, "su", Role.SUPERVISOR)
    page = signed_in(app, "su").get(f"/lots/{changed.window}?lang={language}").text
    for seq in (changed.lot, changed.lot_corrected, changed.lot_withdrawn):
        assert f'href="/log/{seq}?lang={language}">#{seq}</a>' in page


@pytest.mark.parametrize(("role", "linked"), [(role, role is not Role.OPERATOR) for role in Role])
def test_the_number_is_a_link_only_where_it_opens(app: Flask, role: Role, linked: bool) -> None:
    """A link that ends at "not for you" is worse than a number."""
    user = SimpleNamespace(may=lambda act: may({role}, Act(act)))
    with app.test_request_context("/?lang=en"):
        viewer = app.extensions["gate"].parts.viewer("en")
        shown = render_template_string(MACRO, user=user, viewer=viewer)
        nobody = render_template_string(MACRO, user=None, viewer=viewer)
    assert ('href="/log/48207?lang=en"' in shown) is linked
    assert "#48207" in shown
    assert nobody == '<span class="mono nb">#48207</span>'
