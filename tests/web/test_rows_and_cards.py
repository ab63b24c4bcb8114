"""Rows and cards tell what a supervisor acts on: what is missing, what ends soon, who is where, which clock."""

import re

import pytest
from flask.testing import FlaskClient

from gate.core.audit import Entry, Kind
from gate.core.terms import Mode, Operation, Outcome
from gate.store import schema
from gate.store.database import make_engine
from tests.web.records import GateOnRecord
from tests.web.test_live_page import text_of

SOP, OJT = 1, 2


@pytest.fixture
def items(gate: GateOnRecord) -> None:
    """Two things to be trained on; the title of one is hostile."""
    engine = make_engine(gate.settings.database_path, key=None, read_only=False)
    with engine.begin() as connection:
        for version, name, kind, title in ((SOP, "SOP-7", "sop", "Press <b>"), (OJT, "OJT-7", "ojt", "Practice")):
            connection.execute(
                schema.items.insert().values(version=version, id=name, known_from=1, kind=kind, title=title)
            )
    engine.dispose()


def decided(gate: GateOnRecord, outcome: Outcome, reasons: tuple[str, ...], rows: list[list[int | str]]) -> int:
    return gate.append(
        Entry(
            kind=Kind.DECISION,
            moment=gate.moment(),
            person="E1",
            equipment="TP-01",
            reader="TP-01-R",
            mode=Mode.ENFORCE,
            operation=Operation.USE,
            outcome=outcome,
            reasons=reasons,
            evidence={"requirements": rows},
        )
    )


def row_of(page: str, seq: int) -> str:
    return page.split(f'id="entry-{seq}"')[1].partition('<p class="when">')[0]


def reasons_of(page: str, seq: int) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", row_of(page, seq))


@pytest.mark.req("L3")
@pytest.mark.usefixtures("items")
def test_each_reason_names_the_items_that_it_is_about(gate: GateOnRecord, client: FlaskClient) -> None:
    """`Not certified` alone sends the operator to ask what for; both languages say it in one line each."""
    seq = decided(
        gate, Outcome.DENY, ("VISITOR", "NOT_CERTIFIED"), [[SOP, 0, 0, "NOT_CERTIFIED"], [OJT, 0, 0, "NOT_CERTIFIED"]]
    )
    assert reasons_of(client.get("/?lang=en").text, seq) == [
        "Visitors do not operate machines",
        "Not certified on this machine yet: SOP-7 Press &lt;b&gt;; OJT-7 Practice",
    ]
    assert reasons_of(client.get("/?lang=fr").text, seq)[1].startswith(
        "Pas encore de certification sur cette machine : SOP-7"
    )


@pytest.mark.req("D6")
@pytest.mark.usefixtures("items")
def test_an_override_shows_what_it_lifts_and_is_not_called_certified(gate: GateOnRecord, client: FlaskClient) -> None:
    """The training record is as it was: the page must not hide that it has expired."""
    seq = decided(gate, Outcome.ALLOW, ("ALLOW_OVERRIDE",), [[SOP, 3, 1, "TRAINING_EXPIRED"], [OJT, 4, 0]])
    page = client.get("/?lang=en").text
    assert reasons_of(page, seq) == [
        "Allowed under an override",
        "Training has expired: SOP-7 Press &lt;b&gt;",
    ]
    assert "All requirements are met" not in row_of(page, seq)


@pytest.mark.parametrize(
    ("outcome", "reasons", "word"),
    [
        (Outcome.ALLOW, ("ALLOW_EXPIRING",), "Expires soon"),
        (Outcome.ALLOW, ("ALLOW_ENDS_IN_SHIFT", "ALLOW_JOIN"), "Expires soon"),
        (Outcome.ALLOW, ("ALLOW_GRACE",), "In grace"),
        (Outcome.ALLOW, ("ALLOW_CERTIFIED",), None),
        (Outcome.DENY, ("TRAINING_EXPIRED",), None),
    ],
)
def test_an_allow_that_will_not_last_carries_a_second_tag(
    gate: GateOnRecord, client: FlaskClient, outcome: Outcome, reasons: tuple[str, ...], word: str | None
) -> None:
    """The supervisor books the training before the denial comes."""
    seq = gate.decision("E1", outcome, reasons)
    row = row_of(client.get("/?lang=en").text, seq)
    assert re.findall(r'class="tag due">.*?</svg>(.*?)</span>', row) == ([word] if word else [])


@pytest.mark.parametrize(
    ("clock", "words"),
    [("asserted", "clock asserted only"), ("ntp:untrusted", "clock not trusted"), ("ntp", None), ("rtc", None)],
)
def test_a_time_that_nothing_vouched_for_says_so_on_its_row(
    gate: GateOnRecord, client: FlaskClient, clock: str, words: str | None
) -> None:
    """Evidence whose clock nobody checked must not look like the other rows."""
    moment = gate.moment()
    entry = Entry(
        kind=Kind.DECISION,
        moment=type(moment)(moment.at, moment.boot_id, moment.boot_us, trusted="un" not in clock, clock=clock),
        person="E1",
        equipment="TP-01",
        mode=Mode.ENFORCE,
        outcome=Outcome.ALLOW,
        reasons=("ALLOW_CERTIFIED",),
    )
    gate.append(entry)
    text = text_of(client.get("/?lang=en").text)
    assert [said for said in ("clock asserted only", "clock not trusted") if said in text] == ([words] if words else [])


@pytest.mark.req("C7")
def test_a_card_names_who_is_signed_in_and_who_gets_no_new_start(gate: GateOnRecord, client: FlaskClient) -> None:
    """Open uses are visible; after a permissive has dropped the person is still at the machine."""
    cards = client.get("/?lang=en").text.split('id="reader-')
    assert "Nobody signed in" in cards[1]
    gate.sign_in("E1", gate.decision("E1"))
    gate.sign_in("E3", gate.decision("E3"), entitled=False)
    gate.sign_in("E77", gate.decision("E77"))
    press, cartoner = client.get("/?lang=en").text.split('id="reader-')[1:]
    names = re.findall(r"<bdi>(.*?)</bdi>", press)
    assert names[0] == "Robin Teakettle"
    assert names[1].startswith("&lt;script&gt;")
    assert names[1].endswith("(no new start)")
    assert names[2] == "E77"
    assert "Nobody signed in" not in press
    assert "Nobody signed in" in cartoner


@pytest.mark.req("A8")
def test_only_a_reader_that_was_lost_needs_attention(gate: GateOnRecord, client: FlaskClient) -> None:
    """A reader never seen may not be installed yet; one that was there and is gone is somebody's task."""

    def needs() -> str:
        return text_of(client.get("/?lang=en").text.split('id="needs"')[1].split("</section>")[0])

    assert "offline" not in needs()
    gate.reader(Kind.READER_OFFLINE, "no answer")
    assert "TP-01: reader offline Since 12:00:00.000 2026-11-23 UTC−05:00" in needs()
    assert "CT-01" not in needs()
    gate.reader(Kind.READER_ONLINE, "secure")
    assert "offline" not in needs()


def test_an_unknown_reader_state_is_never_counted_as_online(gate: GateOnRecord, client: FlaskClient) -> None:
    """Unknown is never shown as good: an open port says nothing of the wire behind it."""
    assert "Readers: 2 not seen yet." in text_of(client.get("/?lang=en").text)
    gate.reader(Kind.READER_ONLINE, "", reader="CT-01-R")
    assert "Readers: 1 not seen yet, 1 port open." in text_of(client.get("/?lang=en").text)
    gate.reader(Kind.READER_ONLINE, "secure")
    assert "Lecteurs : 1 en service, 1 port ouvert." in text_of(client.get("/?lang=fr").text)


@pytest.mark.req("J5")
def test_while_the_gate_is_silent_no_reader_is_called_online(gate: GateOnRecord, client: FlaskClient) -> None:
    """What was online when the gate last spoke may be dark by now; what was offline is still on record as that."""
    gate.reader(Kind.READER_ONLINE, "secure")
    gate.reader(Kind.READER_OFFLINE, "the port ended", reader="CT-01-R")
    gate.clock.advance(16)
    press, cartoner = client.get("/?lang=en").text.split('id="reader-')[1:]
    assert "State unknown" in press
    assert "Online" not in press
    assert "Offline" in cartoner
    gate.alive()
    assert "Online" in client.get("/?lang=en").text
