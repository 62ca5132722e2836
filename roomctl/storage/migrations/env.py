"""Runs the migrations on the connection, and in the transaction, that `storage.schema` hands over."""

from alembic import context

from roomctl.storage.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters most things only by making the table anew
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
