"""The tables of our own in the catalog's PostgreSQL, schema `windowpane`, brought to the newest revision by Alembic.

A revision is a module in `versions/`; which one a database has is in its table `windowpane.alembic_version`.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

__all__ = ["SCHEMA", "migrate"]

SCHEMA = "windowpane"

# The same lock as before there were migrations, so that no two versions make the tables at once.
_LOCK = sa.text("select pg_advisory_xact_lock(hashtext('windowpane schema'))")


def migrate(engine: sa.Engine, revision: str = "head") -> None:
    """Make the schema and its tables, or change them to a revision: in one transaction, one process at a time.

    Raises alembic.util.CommandError when a newer version has made the tables.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    with engine.begin() as connection:
        connection.execute(_LOCK)
        connection.execute(sa.schema.CreateSchema(SCHEMA, if_not_exists=True))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
