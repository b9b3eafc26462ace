"""Replays, and the history of what was published; tables made before there were revisions stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables unless they are there."""
    op.create_table(
        "replays",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("arrived_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offsets", sa.JSON, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer),
        schema="windowpane",
        if_not_exists=True,
    )
    op.create_table(
        "history",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("generation", sa.Integer, primary_key=True),
        sa.Column("replay", sa.Integer, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("arrived_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("definition_digest", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("rows", sa.JSON, nullable=False),
        sa.Column("completed", sa.Boolean, nullable=False),
        schema="windowpane",
        if_not_exists=True,
    )
