"""The tables of sources as this version reads and writes them; a change needs a revision in database/migrations."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from database.migrations import SCHEMA

SOURCE_TABLES = sa.MetaData(schema=SCHEMA)

_TIME = sa.DateTime(timezone=True)


def _source() -> sa.Column[str]:
    return sa.Column("source", sa.Text, sa.ForeignKey(f"{SCHEMA}.sources.name", ondelete="CASCADE"), nullable=False)


SOURCES = sa.Table(
    "sources",
    SOURCE_TABLES,
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
    sa.Column("position", JSONB(none_as_null=True)),
    sa.Column("landed", sa.Text),
    sa.Column("columns", JSONB(none_as_null=True)),
)
FILES = sa.Table(
    "source_files",
    SOURCE_TABLES,
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
    sa.Column("columns", JSONB(none_as_null=True)),
    sa.Column("drift", JSONB(none_as_null=True)),
    sa.Column("outbox", sa.Text),
    sa.Column("waiting", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("sent", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("noted_at", _TIME, nullable=False),
    sa.Column("done_at", _TIME),
    sa.Index("source_files_newest", "source", "name", "id"),
    sa.Index("source_files_digest", "source", "digest"),
    sa.Index("source_files_unfinished", "source", "id", postgresql_where=sa.text("state <> 'done'")),
)
REJECTED = sa.Table(
    "source_rejected",
    SOURCE_TABLES,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column(
        "file",
        sa.BigInteger,
        sa.ForeignKey(f"{SCHEMA}.source_files.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("line", sa.BigInteger),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
RUNS = sa.Table(
    "source_runs",
    SOURCE_TABLES,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    _source(),
    sa.Column("begun_at", _TIME, nullable=False),
    sa.Column("begun_by", sa.Text, nullable=False),
    sa.Column("ended_at", _TIME),
    sa.Column("counts", JSONB, nullable=False, server_default="{}"),
    sa.Column("problem", sa.Text, nullable=False, server_default=""),
    sa.Index("source_runs_newest", "source", "id"),
)
SENT = sa.Table(
    "source_sent",
    SOURCE_TABLES,
    sa.Column("source", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, primary_key=True),
)
SECRETS = sa.Table(
    "source_secrets",
    SOURCE_TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)
