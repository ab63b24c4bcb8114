"""The plant of the demo is alive on whatever day it starts: every kind of answer comes from the real rules."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from gate.core.records import Decision, Moment
from gate.core.terms import Mode, Outcome
from gate.demo import Options, prepare
from gate.demo_badges import UNKNOWN, number_of, wiegand26
from gate.demo_machines import AREAS, IN_TRIAL, MACHINES, line_of
from gate.demo_people import PEOPLE, DemoPerson
from gate.demo_plant import plant_toml
from gate.demo_traffic import Visit, visits
from gate.desk import Desk
from gate.desk_opening import open_desk
from gate.entries import mode_of
from gate.explain import explain
from gate.settings import load_settings
from gate.store.database import create_database
from gate.store.plant_file import read_plant
from gate.store.plant_load import load_plant
from gate.wiring import plan_of
from tests.web.served import free_port

DAYS = ("2026-11-23", "2028-02-29", "2027-03-31", "2026-11-01", "2027-03-14")
"""An ordinary day, a leap day, an end of a month, and the days on which the clocks change."""

BY_ID = {machine.id: machine for machine in MACHINES}
BY_NAME = {person.name: person for person in PEOPLE}

Asks = Callable[[str, str], Decision]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T17:00:00").replace(tzinfo=UTC)


@pytest.fixture(scope="module", params=DAYS)
def day(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, day: str) -> Iterator[Desk]:
    """The demo's own configuration and plant, loaded as the demo loads it, on this day."""
    asked = Options(tmp_path_factory.mktemp("demo") / "demo", free_port(), None, 7, keep=False)
    prepare(asked)
    settings = load_settings(asked.config)
    create_database(settings.database_path, gate_id=settings.gate.id)
    opened = open_desk(settings, plan_of(settings))
    plant = plant_toml(noon(day), settings.zone).encode()
    moment = Moment(noon(day), "boot", 1, trusted=True, clock="asserted")
    load_plant(opened.trail, plant, by="demo", why="a test", os_user="demo", moment=moment)
    yield opened
    opened.trail.close()


@pytest.fixture
def ask(desk: Desk, day: str) -> Asks:
    """Return a function that asks the real rules: whose badge number, at which machine."""
    moment = Moment(noon(day), "boot", 1, trusted=True, clock="asserted")
    return lambda number, machine: explain(desk, number, machine, None, moment).decision


def badge_of(person: DemoPerson, machine: str) -> str:
    return number_of(person, line_of(BY_ID[machine]).badge)


def test_the_plant_has_twelve_machines_in_four_areas_and_forty_people(tmp_path: Path) -> None:
    """Small enough to take in, large enough to believe."""
    zone = load_settings(_prepared(tmp_path).config).zone
    plant = read_plant(plant_toml(noon("2026-11-23"), zone).encode())
    assert plant.equipment is not None
    assert plant.area is not None
    assert plant.person is not None
    assert len(plant.equipment) == 12
    assert {row.area for row in plant.equipment} == {row.id for row in plant.area} == set(AREAS)
    assert len(AREAS) == 4
    assert len({row.name for row in plant.person}) == 40
    assert [row.id for row in plant.equipment if row.mode == "shadow"] == [IN_TRIAL]
    assert {row.language for row in plant.person} == {"en", "fr"}


def _prepared(tmp_path: Path) -> Options:
    asked = Options(tmp_path / "demo", free_port(), None, 7, keep=False)
    prepare(asked)
    return asked


@pytest.mark.parametrize(
    ("name", "machine", "reasons"),
    [
        ("Robin Teakettle", "HSG-01", {"ALLOW_CERTIFIED"}),
        ("Morgan Umbrella", "HSG-01", {"ALLOW_EXPIRING"}),
        ("Pascale Girouette", "TP-01", {"ALLOW_EXPIRING"}),
        ("Quinn Marmalade", "TP-02", {"ALLOW_CERTIFIED"}),
        ("Frédérique Pantoufle", "TP-02", {"ALLOW_OVERRIDE"}),
        ("Claude Parapluie", "HSG-01", {"TRAINING_EXPIRED"}),
        ("Maxime Réverbère", "FBD-02", {"GMP_REFRESHER"}),
        ("Avery Doorknob", "HSG-01", {"GOWN_EXPIRED"}),
        ("Noa Escabeau", "HSG-01", {"ASSESSMENT_FAILED"}),
        ("Riley Thimble", "TP-02", {"SOP_REVISION"}),
        ("Drew Gumboot", "TP-03", {"PERSON_SUSPENDED"}),
        ("Marlowe Inkwell", "CT-01", {"BADGE_LOST"}),
        ("Ellis Drainpipe", "HSG-01", {"ALLOW_CERTIFIED"}),
        ("Robin Teakettle", "MILL-01", {"EQ_CAL_OVERDUE"}),
        ("Lou Carafe", "CP-02", {"EQ_QUARANTINE"}),
        ("Rowan Clothespin", "HSG-01", {"NOT_CERTIFIED", "OJT_OPEN"}),
    ],
)
def test_each_story_gets_its_answer(ask: Asks, name: str, machine: str, reasons: set[str]) -> None:
    """What the demo shows is decided by the product, not played."""
    assert set(ask(badge_of(BY_NAME[name], machine), machine).reasons) == reasons


def test_visitors_and_ended_contracts_are_denied_and_nobody_owns_the_unknown_badges(ask: Asks) -> None:
    """The plant has people without any right to run a machine."""
    assert "VISITOR" in ask(badge_of(BY_NAME["Billie Visitor-Hat"], "TP-01"), "TP-01").reasons
    assert "CONTRACT_ENDED" in ask(badge_of(BY_NAME["Kendall Suitcase"], "TP-01"), "TP-01").reasons
    for kind, machine in (("w26", "TP-01"), ("em", "BLI-02"), ("txt", "CT-01")):
        assert ask(UNKNOWN[kind], machine).reasons == ("BADGE_UNKNOWN",)


def test_most_are_allowed_some_expire_soon_and_some_are_denied(ask: Asks) -> None:
    """A plant where nearly nobody may work would not be believed, nor one without an exception."""
    outcomes: Counter[Outcome] = Counter()
    expiring = 0
    for person in PEOPLE:
        for machine in (machine for machine in MACHINES if machine.class_id in person.classes):
            found = ask(badge_of(person, machine.id), machine.id)
            outcomes[found.outcome] += 1
            expiring += "ALLOW_EXPIRING" in found.reasons
    assert outcomes[Outcome.ALLOW] > outcomes[Outcome.DENY] > 10
    assert expiring > 5


def test_the_machine_in_trial_decides_and_withholds_nothing(desk: Desk, day: str) -> None:
    """SHADOW shows what would happen; one machine of the demo is in it, and only one."""
    moment = Moment(noon(day), "boot", 1, trusted=True, clock="asserted")
    modes = {
        machine.id: mode_of(explain(desk, UNKNOWN[line_of(machine).badge], machine.id, None, moment).facts)
        for machine in MACHINES
    }
    assert [machine for machine, mode in modes.items() if mode is Mode.SHADOW] == [IN_TRIAL]


def test_the_opening_shows_every_kind_of_answer_within_a_minute(ask: Asks) -> None:
    """Whoever opens the page sees at once what the product is for."""
    opening = _first_minute(7)
    reads = [visit for visit in opening if visit.what == "badge"]
    reasons = {code for visit in reads for code in ask(visit.number, visit.machine.id).reasons}
    assert {
        "ALLOW_CERTIFIED",
        "ALLOW_EXPIRING",
        "ALLOW_OVERRIDE",
        "BADGE_UNKNOWN",
        "BADGE_LOST",
        "BADGE_REPLACED",
        "SOP_REVISION",
        "TRAINING_EXPIRED",
        "PERSON_SUSPENDED",
        "EQ_QUARANTINE",
        "EQ_CAL_OVERDUE",
    } <= reasons
    assert any(visit.machine.id == IN_TRIAL for visit in reads)
    assert {"unplug", "replug", "noise"} <= {visit.what for visit in opening}
    assert _signed_out(opening, ask)


def _first_minute(seed: int) -> list[Visit]:
    found: list[Visit] = []
    passed_s = 0.0
    for visit in visits(seed):
        passed_s += visit.pause_s
        if passed_s > 60:
            break
        found.append(visit)
    return found


def _signed_out(opening: list[Visit], ask: Asks) -> bool:
    """Whether somebody allowed badges again at the same machine, later than the time of a repeated read."""
    allowed: dict[tuple[str, str], float] = {}
    passed_s = 0.0
    for visit in opening:
        passed_s += visit.pause_s
        key = (visit.machine.id, visit.number)
        if visit.what == "badge" and passed_s - allowed.get(key, passed_s) > 10:
            return True
        if visit.what == "badge" and ask(visit.number, visit.machine.id).outcome is Outcome.ALLOW:
            allowed.setdefault(key, passed_s)
    return False


def test_the_first_decisions_come_within_a_second() -> None:
    """An empty page for long looks broken."""
    pauses = [visit.pause_s for visit in islice(visits(7), 3)]
    assert pauses[0] < 1
    assert sum(pauses) <= 1


def test_a_seed_repeats_the_day_and_another_seed_gives_another() -> None:
    """What somebody saw in the demo can be shown again."""
    assert list(islice(visits(3), 200)) == list(islice(visits(3), 200))
    assert list(islice(visits(3), 200)) != list(islice(visits(4), 200))


def test_a_pulled_plug_is_always_put_back_and_only_one_is_out(day: str) -> None:
    """A demo left running for a day must not end with every reader dark."""
    out: set[str] = set()
    for visit in islice(visits(int(day[-2:])), 5000):
        if visit.what == "unplug":
            assert not out
            out.add(visit.machine.id)
        elif visit.what == "replug":
            out.remove(visit.machine.id)


def test_badge_numbers_are_those_of_a_real_card() -> None:
    """Facility 118, card 20307: the parity is that of the format, worked out by hand."""
    assert wiegand26(118, 20307) == "w26:0EC9EA7"
    assert wiegand26(0, 0) == "w26:0000001"
    assert wiegand26(255, 65535) == "w26:1FFFFFF"
