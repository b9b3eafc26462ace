"""Sources: how each stands, their files, runs, rejected rows, what was sent of them, and their secrets, encrypted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _sources()
    _files()
    _beside()


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, sa.Identity(), nullable=False, unique=True),
        sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("paused_by", sa.Text, nullable=False, server_default=""),
        sa.Column("asked_at", _TIME),
        sa.Column("run", sa.BigInteger),
        sa.Column("ran_at", _TIME),
        sa.Column("succeeded_at", _TIME),
        sa.Column("next_at", _TIME),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        sa.Column("position", JSONB),
        sa.Column("landed", sa.Text),
        sa.Column("columns", JSONB),
        schema="windowpane",
    )


def _files() -> None:
    op.create_table(
        "source_files",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        _source(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("parts", JSONB, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("found", sa.Text),
        sa.Column("licence", sa.Text, nullable=False),
        sa.Column("kept_at", _TIME, nullable=False),
        sa.Column("kept_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("accepts_losses", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("definition", sa.Text, nullable=False, server_default=""),
        sa.Column("counts", JSONB, nullable=False, server_default="{}"),
        sa.Column("columns", JSONB),
        sa.Column("drift", JSONB),
        sa.Column("outbox", sa.Text),
        sa.Column("waiting", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("sent", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("noted_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME),
        schema="windowpane",
    )
    op.create_index("source_files_newest", "source_files", ["source", "name", "id"], schema="windowpane")
    op.create_index("source_files_digest", "source_files", ["source", "digest"], schema="windowpane")
    unfinished = sa.text("state <> 'done'")
    op.create_index(
        "source_files_unfinished", "source_files", ["source", "id"], schema="windowpane", postgresql_where=unfinished
    )
    op.create_table(
        "source_rejected",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "file",
            sa.BigInteger,
            sa.ForeignKey("windowpane.source_files.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("line", sa.BigInteger),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        schema="windowpane",
    )


def _beside() -> None:
    op.create_table(
        "source_runs",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        _source(),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("begun_by", sa.Text, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("counts", JSONB, nullable=False, server_default="{}"),
        sa.Column("problem", sa.Text, nullable=False, server_default=""),
        schema="windowpane",
    )
    op.create_index("source_runs_newest", "source_runs", ["source", "id"], schema="windowpane")
    op.create_table(
        "source_sent",
        sa.Column("source", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        schema="windowpane",
    )
    op.create_table(
        "source_secrets",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        schema="windowpane",
    )


def _source() -> sa.Column[str]:
    target = sa.ForeignKey("windowpane.sources.name", ondelete="CASCADE")
    return sa.Column("source", sa.Text, target, nullable=False)
