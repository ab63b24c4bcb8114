"""Look at the heads for the alerts: what stands of signing and of the witnesses now."""

from datetime import datetime

import sqlalchemy as sa

from gate.core.alert_rules import Raised
from gate.core.head_conditions import Silent, head_conditions
from gate.store.seals import last_checkpoint, witness_rows
from gate.web.witness_asking import SILENT


def head_alerts(connection: sa.Connection, now: datetime) -> list[Raised]:
    """Return what calls for somebody now."""
    last = last_checkpoint(connection)
    silent = [Silent(row.name, row.since_at) for row in witness_rows(connection).values() if row.state == SILENT]
    return head_conditions(last.at if last else None, silent, now)
