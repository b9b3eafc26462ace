"""Merchants' sites with goals, funnels, shared links and annotations; grants are found by the one site they are of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and an index of grants of one site."""
    op.execute("create sequence windowpane.site_versions")
    op.create_table(
        "sites",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("origins", ARRAY(sa.Text), nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("exclusions", JSONB, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("deleted_at", _TIME),
        sa.Column("version", sa.BigInteger, nullable=False),
        schema="windowpane",
    )
    gone = sa.text("deleted_at is not null")
    op.create_index("sites_deleted", "sites", ["name"], schema="windowpane", postgresql_where=gone)
    _make_parts()
    of_site, of_stream = sa.text("((\"where\" -> 'site') ->> 0)"), sa.text("stream = 'web_events'")
    op.create_index("grants_of_site", "grants", [of_site], schema="windowpane", postgresql_where=of_stream)


def _make_parts() -> None:
    op.create_table(
        "site_goals",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        _site(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("condition", JSONB, nullable=False),
        schema="windowpane",
    )
    op.create_table(
        "site_funnels",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        _site(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("steps", JSONB, nullable=False),
        schema="windowpane",
    )
    op.create_table(
        "site_links",
        sa.Column("id", sa.Text, primary_key=True),
        _site(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("password", sa.Text),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires_at", _TIME),
        schema="windowpane",
    )
    op.create_table(
        "site_annotations",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        _site(),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        schema="windowpane",
    )


def _site() -> sa.Column[str]:
    """A site, whose removal removes what it had."""
    target = sa.ForeignKey("windowpane.sites.name", ondelete="CASCADE")
    return sa.Column("site", sa.Text, target, nullable=False, index=True)
