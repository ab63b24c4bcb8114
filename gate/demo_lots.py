"""The demo's lots: two on record as a supervisor would have typed and signed them this morning."""

from datetime import timedelta
from pathlib import Path

from gate.clock import SystemClock
from gate.core.clock_trust import ClockState, moment_of, observe
from gate.core.lotting import LotData
from gate.lot_acts import Saying, record_lot
from gate.settings import load_settings
from gate.signatures import Signer
from gate.store.audit_trail import Trail
from gate.store.database import open_database

SIGNER = Signer("E2001", "supervisor", "Nour Paperclip", "supervisor")

RUNNING, MADE = "26K1187", "26K1186"
"""On TP-01: the one that is being made while badges arrive, and the one before it."""


def make_lots(config: Path) -> None:
    """Put the lots on record: one that was finished ten minutes ago, and one that has run since."""
    settings = load_settings(config)
    trail = Trail(open_database(settings.database_path), settings.gate.id, settings.zone)
    reading = SystemClock().read()
    moment = moment_of(observe(ClockState(settings.clock.trust, None), reading).state, reading)
    change = moment.at.replace(second=0, microsecond=0) - timedelta(minutes=10)
    lots = (
        LotData("TP-01", MADE, "Invented tablets 5 mg", change - timedelta(hours=6), change),
        LotData("TP-01", RUNNING, "Invented tablets 5 mg", change, None),
    )
    try:
        for lot in lots:
            saying = Saying(lot, "typed from the batch record of the demo")
            record_lot(trail, saying, SIGNER, moment, pattern=settings.site.lot_pattern)
    finally:
        trail.close()
