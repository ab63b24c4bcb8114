"""Where alembic is handed the connection that the gate has opened."""

from alembic import context

from gate.store.account_schema import web_sessions
from gate.store.floor_schema import alerts
from gate.store.log_schema import saved_views
from gate.store.lots_schema import attachments
from gate.store.review_schema import reviews
from gate.store.risk_schema import risk_acceptances
from gate.store.seal_schema import checkpoints
from gate.store.segments import segments

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[
        web_sessions.metadata,
        alerts.metadata,
        attachments.metadata,
        saved_views.metadata,
        reviews.metadata,
        risk_acceptances.metadata,
        checkpoints.metadata,
        segments.metadata,
    ],
)
with context.begin_transaction():
    context.run_migrations()
