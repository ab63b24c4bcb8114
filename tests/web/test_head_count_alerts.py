"""Too few certified people call by themselves, once an hour looked at, only where decisions are enforced."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from gate.store.database import open_database
from gate.web.head_count_alerts import head_count_alerts
from gate.web.reading import Records
from tests.scenarios.plant import changed
from tests.web.matrix_records import MatrixOnRecord, matrix_plant
from tests.web.records import NOON


@pytest.fixture
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MatrixOnRecord]:
    found = MatrixOnRecord(tmp_path_factory.mktemp("few"))
    yield found
    found.close()


def raised(
    found: MatrixOnRecord, *, minimum: int = 2, hours: int = 0, on: bool = True
) -> list[tuple[str, str | int, str | int]]:
    """Return what a process that has just begun would be told."""
    training = found.settings.training.model_copy(update={"minimum_certified": minimum})
    alerts = found.settings.alerts.model_copy(update={"too_few_certified": on})
    settings = found.settings.model_copy(update={"training": training, "alerts": alerts})
    records = Records(settings, None)
    engine = open_database(settings.database_path, read_only=True)
    with engine.connect() as connection:
        every = [
            one
            for look in head_count_alerts(settings, records)
            for _ in range(2)
            for one in look(connection, NOON + timedelta(hours=hours))
        ]
    engine.dispose()
    records.close()
    half = every[: len(every) // 2]
    assert half == every[len(half) :], "what is kept says the same"
    assert all(one.rule == "TOO_FEW_CERTIFIED" and one.equipment == one.subject for one in every)
    return [(one.subject, one.detail["n"], one.detail["m"]) for one in half]


@pytest.mark.req("B13")
def test_a_machine_that_is_short_calls_and_one_that_is_not_does_not(plant: MatrixOnRecord) -> None:
    """The mill has one certified person, the new machine none; the presses have four."""
    assert raised(plant) == [("ML-01", 1, 2), ("NW-01", 0, 2)]
    assert raised(plant, minimum=5) == [("TP-01", 4, 5), ("TP-02", 4, 5), ("ML-01", 1, 5), ("NW-01", 0, 5)]
    assert raised(plant, minimum=0) == []
    assert raised(plant, on=False) == [], "until the site turns it on"


@pytest.mark.req("B13")
def test_it_calls_a_week_ahead(plant: MatrixOnRecord) -> None:
    """Élise’s training ends on 2 December: from 26 November on the presses are to have three."""
    assert ("TP-01", 3, 4) not in raised(plant, minimum=4)
    assert ("TP-01", 3, 4) in raised(plant, minimum=4, hours=24 * 3)


def test_trial_calls_nobody(plant: MatrixOnRecord) -> None:
    """Nothing is withheld there, and a machine that is being set up has nobody yet."""
    plant.load(changed(matrix_plant(late=True), "equipment", "NW-01", mode="shadow"), NOON)
    assert raised(plant) == [("ML-01", 1, 2)]
