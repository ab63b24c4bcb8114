"""Where alembic is handed the connection that the gate has opened."""

from alembic import context

from gate.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
