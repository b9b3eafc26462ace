"""What Alembic runs for each command; the connection, in a transaction, comes from `migrate`."""

from __future__ import annotations

from alembic import context

from database.migrations import SCHEMA

context.configure(connection=context.config.attributes["connection"], version_table_schema=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
