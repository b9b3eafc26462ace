"""Processes: their runs, with what each read and by which code, and the result of each step."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "process_runs",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("snapshot", sa.BigInteger, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("declaration", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger),
        sa.Column("sampled", sa.BigInteger),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("begun_by", sa.Text, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        schema="windowpane",
    )
    op.create_index("process_runs_newest", "process_runs", ["process", "id"], schema="windowpane")
    run = sa.ForeignKey("windowpane.process_runs.id", ondelete="CASCADE")
    op.create_table(
        "process_results",
        sa.Column("run", sa.BigInteger, run, primary_key=True),
        sa.Column("step", sa.Text, primary_key=True),
        sa.Column("result", JSONB),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("done_at", _TIME, nullable=False),
        schema="windowpane",
    )
