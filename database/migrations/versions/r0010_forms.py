"""Forms: what seals the keys in their addresses, and what was done that may be done once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "form_secrets",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        schema="windowpane",
    )
    op.create_table(
        "claims",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("submission", sa.Text, nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        schema="windowpane",
    )
