"""One morning at a gate for the standard questions: uses, a badge that looks lent, a hold, a late entry, a revision."""

import io
import re
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage

from tests.core.test_scans import PDF
from tests.scenarios.plant import P1, P2, P3, changed, plant, record
from tests.scenarios.world import World, local
from tests.web.floor_site import FloorSite
from tests.web.people import send
from tests.web.test_late_pages import RIGHT as LATE
from tests.web.test_late_pages import upload
from tests.web.test_question_lot import lot


def morning(site: FloorSite) -> None:
    """Let the morning pass."""
    _uses(site.world)
    _revision(site.world)
    lot(site, "06:00", "06:30", "L1")
    lot(site, "07:00", "07:30", "L9")
    assert site.sign("sup", "/floor/TP-02/out-of-service", operations=["USE"]).status_code == 303
    _late_entry(site)


def _uses(world: World) -> None:
    world.badge("R1", P1, 11)
    world.go_to(local("2026-11-23T06:20"))
    world.badge("R1", P1, 11)
    world.badge("R1", P3, 30)
    world.badge("R1", P2, 11)
    world.go_to(local("2026-11-23T06:40"))
    world.badge("R1", P2, 11)
    world.go_to(local("2026-11-23T07:00"))
    world.badge("R2", P3, 11)
    world.go_to(local("2026-11-23T07:30"))


def _revision(world: World) -> None:
    revised = changed(
        plant(),
        "item",
        "SOP-1",
        revisions=[
            {"revision": "R6", "effective_at": date(2020, 1, 1)},
            {"revision": "R7", "effective_at": date(2026, 11, 23), "retraining": False},
        ],
    )
    world.load(
        {
            **revised,
            "training_record": [
                record("E1"),
                record("E2"),
                record("E2", revision="R7", completed_on=date(2026, 11, 22)),
            ],
        }
    )
    world.badge("R1", P1, 11)
    world.go_to(local("2026-11-23T11:00"))


def _late_entry(site: FloorSite) -> None:
    sup = site.browser("sup")
    token = re.search(r'name="csrf_token" value="([^"]+)"', sup.get("/late-entries/new").text)
    assert token
    fields: dict[str, Any] = {"csrf_token": token[1], **LATE, "person_id": "E2", "lot": "L9"}
    fields["scan"] = FileStorage(io.BytesIO(PDF), "sheet.pdf")
    fields |= {"from_time": "07:05", "until_time": "07:25"}
    made = upload(sup, fields)
    assert made.status_code == 303, made.text
    late = re.search(r"/late-entries/([0-9A-Z]{26})", made.location)
    assert late
    site.world.run(2)
    answered = send(
        site.browser("qa"),
        f"/late-entries/{late[1]}/verify?lang=en",
        answer="verified",
        justification="Compared with the log sheet",
        sign_user="qa",
        password="correct horse battery",
    )
    assert answered.status_code == 303
