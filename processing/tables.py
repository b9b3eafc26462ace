"""The tables of processes as this version reads and writes them; a change needs a revision in database/migrations."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from database.migrations import SCHEMA

PROCESS_TABLES = sa.MetaData(schema=SCHEMA)

_TIME = sa.DateTime(timezone=True)

RUNS = sa.Table(
    "process_runs",
    PROCESS_TABLES,
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
    sa.Index("process_runs_newest", "process", "id"),
)
RESULTS = sa.Table(
    "process_results",
    PROCESS_TABLES,
    sa.Column("run", sa.BigInteger, sa.ForeignKey(f"{SCHEMA}.process_runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("result", JSONB(none_as_null=True)),
    sa.Column("problem", sa.Text, nullable=False, server_default=""),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("done_at", _TIME, nullable=False),
)
