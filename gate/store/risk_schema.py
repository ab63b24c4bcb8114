"""Risks that QA has accepted by signature, bitemporal like the tables of `schema.py`."""

import sqlalchemy as sa

from gate.store.schema import known_table

risk_acceptances = known_table("risk_acceptances", sa.Column("risk", sa.Text, nullable=False))
"""`id` is the equipment's; `risk` is the one of `gate/risk_acts.py` that was accepted there."""

RISK_TABLES = (risk_acceptances,)
