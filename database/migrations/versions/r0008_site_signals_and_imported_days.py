"""Sites: whether nobody is counted who asks for it; figures of days that another service counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column and the table."""
    respected = sa.Column("respect_dnt", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("sites", respected, schema="windowpane")
    numbers = ("visitors", "visits", "views", "bounces", "seconds", "events")
    op.create_table(
        "site_imported_days",
        sa.Column("site", sa.Text, sa.ForeignKey("windowpane.sites.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("by", sa.Text, primary_key=True),
        sa.Column("key", ARRAY(sa.Text), primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in numbers),
        schema="windowpane",
    )
