"""The duty calendar: put on, ended, taken out; what cannot be is said; and each change is on record."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from gate.core.roles import Role
from gate.store import schema
from gate.store.database import make_engine
from tests.web.people import add_account, send, signed_in
from tests.web.records import HOSTILE, GateOnRecord

GOOD = {"person": "P-sup", "area": "COMP", "from": "2026-11-23 14:00", "to": "2026-11-23 22:00"}
"""It is noon of that Monday."""


def _write(gate: GateOnRecord, *statements: object) -> None:
    engine = make_engine(gate.settings.database_path, key=None, read_only=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]
    engine.dispose()


@pytest.fixture
def sup(gate: GateOnRecord, app: Flask) -> Iterator[FlaskClient]:
    """A supervisor who has signed in; an area with a friendly name and one with a hostile one."""
    _write(
        gate,
        schema.areas.insert().values(id="COMP", known_from=1, name="Compression"),
        schema.areas.insert().values(id="X", known_from=1, name=HOSTILE),
    )
    for login, role in (("first", Role.SYSADMIN), ("sup", Role.SUPERVISOR), ("qa", Role.QA), ("tr", Role.TRAINER)):
        add_account(gate, login, role)
    yield signed_in(app, "sup")


def duties(gate: GateOnRecord) -> list[dict[str, object]]:
    """What the trail tells of duties."""
    engine = make_engine(gate.settings.database_path, key=None, read_only=True)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(schema.audit_trail.c.data).where(schema.audit_trail.c.kind == "change")
        ).scalars()
        found = [json.loads(row) for row in rows]
    engine.dispose()
    return [one for one in found if str(one.get("subject", "")).startswith("duty:")]


def cells(page: str) -> list[str]:
    """What stands in the cells of the row of the first area, without markup."""
    row = re.search(r'<th scope="row"><bdi>Compression.*?</tr>', page, re.DOTALL)
    assert row
    texts = re.findall(r"<td>(.*?)</td>", row.group(), re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split()) for text in texts]


def test_somebody_is_put_on_duty_seen_and_ended(gate: GateOnRecord, sup: FlaskClient) -> None:
    """The week shows it where it is, from its first minute on the kiosks do too."""
    answer = send(sup, "/duty?lang=en", **GOOD)
    assert answer.status_code == 303, answer.text
    page = sup.get(answer.location).text
    assert "On duty as entered" in page
    assert cells(page)[:2] == ["nobody on duty", "14:00–22:00 Name of sup End"]
    entry = duties(gate)[-1]
    assert (entry["person"], entry["by"]) == ("P-sup", "sup")
    gate.clock.advance(3 * 3600)
    sup = signed_in(sup.application, "sup")
    page = sup.get("/duty?lang=en").text
    assert cells(page)[0] == "Name of sup"
    duty_id = str(entry["subject"]).removeprefix("duty:")
    ended = send(sup, f"/duty/{duty_id}/end?lang=en", "/duty?lang=en")
    assert ended.status_code == 303
    assert cells(sup.get(ended.location).text)[:2] == ["nobody on duty", "14:00–15:00 Name of sup"]
    assert send(sup, f"/duty/{duty_id}/end?lang=en", "/duty?lang=en").status_code == 422
    assert len(duties(gate)) == 2


def test_a_duty_that_has_not_begun_is_taken_out_and_its_history_stays(gate: GateOnRecord, sup: FlaskClient) -> None:
    """A plan that was wrong was never a duty; that it was planned stays on record."""
    send(sup, "/duty?lang=en", **GOOD)
    duty_id = str(duties(gate)[-1]["subject"]).removeprefix("duty:")
    send(sup, f"/duty/{duty_id}/end?lang=en", "/duty?lang=en")
    assert cells(sup.get("/duty?lang=en").text)[1] == ""
    last = duties(gate)[-1]
    assert "new" not in last
    assert last["old"]["area_id"] == "COMP"  # type: ignore[index]


def test_a_duty_over_midnight_and_over_the_week_stands_in_each_day(sup: FlaskClient) -> None:
    """The night shift looks for itself on both days."""
    send(sup, "/duty?lang=en", **{**GOOD, "from": "2026-11-29 22:00", "to": "2026-11-30 06:00"})
    assert cells(sup.get("/duty?lang=en").text)[-1] == "22:00–24:00 Name of sup End"
    after = sup.get("/duty?lang=en&week=2026-12-03").text
    assert "Week of 2026-11-30" in after
    assert cells(after)[1] == "00:00–06:00 Name of sup End"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"person": "P-tr"}, "Only somebody with an account as supervisor or QA"),
        ({"person": "nobody"}, "Only somebody with an account as supervisor or QA"),
        ({"person": "<script>"}, "Only somebody with an account as supervisor or QA"),
        ({"area": "MOON"}, "There is no such area"),
        ({"area": ""}, "There is no such area"),
        ({"to": "2026-11-23 14:00"}, "would end before it starts"),
        ({"from": "2026-11-22 06:00", "to": "2026-11-23 11:59"}, "is over already"),
        ({"to": "2026-12-08 14:01"}, "14 days at most"),
        ({"from": "2028-01-01 00:00", "to": "2028-01-01 08:00"}, "starts within a year"),
        ({"from": "tomorrow"}, "Type date and time like"),
        ({"to": "03/04/2026"}, "Type date and time like"),
        ({"to": "\u202e2026-11-23 22:00"}, "Type date and time like"),
        ({"to": "9999-12-31 23:59"}, "Type date and time like"),
        ({"to": "x" * 10_000}, "Type date and time like"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    gate: GateOnRecord, sup: FlaskClient, wrong: dict[str, str], words: str
) -> None:
    """A calendar that took anything would name nobody when somebody is denied."""
    answer = send(sup, "/duty?lang=en", **{**GOOD, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert "\u202e" not in answer.text
    if "from" not in wrong:
        assert 'value="2026-11-23 14:00"' in answer.text
    assert duties(gate) == []


def test_the_time_is_the_sites_over_a_change_of_clocks(gate: GateOnRecord, sup: FlaskClient) -> None:
    """Six hours by the wall are seven by the sun in the night when clocks go back."""
    answer = send(sup, "/duty?lang=en", **{**GOOD, "from": "2026-11-23 14:00", "to": "2026-11-23 15:00"})
    assert answer.status_code == 303
    new = duties(gate)[-1]["new"]
    assert isinstance(new, dict)
    assert new["starts_at"] == "2026-11-23T19:00:00.000Z"
    answer = send(sup, "/duty?lang=en", **{**GOOD, "from": "2027-07-01 14:00", "to": "2027-07-01 15:00"})
    new = duties(gate)[-1]["new"]
    assert isinstance(new, dict)
    assert new["starts_at"] == "2027-07-01T18:00:00.000Z"


@pytest.mark.req("A7")
def test_a_trainer_reads_the_calendar_and_is_offered_no_form(app: Flask, sup: FlaskClient) -> None:
    """Authority is the server's (the table of privileges); a form that would be refused is not shown."""
    send(sup, "/duty?lang=en", **GOOD)
    page = signed_in(app, "tr").get("/duty?lang=en").text
    assert "Name of sup" in page
    assert '<form method="post" action="/duty' not in page
    assert 'action="/duty?' in sup.get("/duty?lang=en").text


def test_hostile_names_and_weeks_are_text(sup: FlaskClient) -> None:
    """Names come from other systems, addresses from anybody."""
    for week in ("", "x", "0001-01-01", "9999-12-31", "2026-11-23'--", "<script>"):
        page = sup.get("/duty", query_string={"week": week, "lang": "fr"})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "\u202e" not in page.text
    assert "Semaine du 2026-11-23" in page.text
