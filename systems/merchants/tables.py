"""The tables of sites as this version reads and writes them; a change needs a revision in database/migrations."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from access.tables import USERS
from database.migrations import SCHEMA

SITE_TABLES = sa.MetaData(schema=SCHEMA)

_TIME = sa.DateTime(timezone=True)

NEXT_VERSION = sa.Sequence("site_versions", schema=SCHEMA)


def _site() -> sa.Column[str]:
    """A site, whose removal removes what it had."""
    target = sa.ForeignKey(f"{SCHEMA}.sites.name", ondelete="CASCADE")
    return sa.Column("site", sa.Text, target, nullable=False, index=True)


SITES = sa.Table(
    "sites",
    SITE_TABLES,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("origins", ARRAY(sa.Text), nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("exclusions", JSONB, nullable=False),
    sa.Column("respect_dnt", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("deleted_at", _TIME),
    sa.Column("version", sa.BigInteger, nullable=False),
    # Few of a million.
    sa.Index("sites_deleted", "name", postgresql_where=sa.text("deleted_at is not null")),
)
GOALS = sa.Table(
    "site_goals",
    SITE_TABLES,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    _site(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("condition", JSONB, nullable=False),
)
FUNNELS = sa.Table(
    "site_funnels",
    SITE_TABLES,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    _site(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("days", sa.Integer, nullable=False),
    sa.Column("steps", JSONB, nullable=False),
)
SHARED_LINKS = sa.Table(
    "site_links",
    SITE_TABLES,
    sa.Column("id", sa.Text, primary_key=True),
    _site(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("password", sa.Text),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("expires_at", _TIME),
)
ANNOTATIONS = sa.Table(
    "site_annotations",
    SITE_TABLES,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    _site(),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)
VISITOR_SALTS = sa.Table(
    "visitor_salts",
    SITE_TABLES,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("salt", sa.LargeBinary, nullable=False),
)
REPORTS = sa.Table(
    "site_reports",
    SITE_TABLES,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    _site(),
    sa.Column("user", sa.Text, sa.ForeignKey(USERS.c.name, ondelete="CASCADE"), index=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("next_day", sa.Date, nullable=False),
    sa.Column("next_at", _TIME, nullable=False, index=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.UniqueConstraint("site", "address", "period"),
)
REPORTS_SENT = sa.Table(
    "site_reports_sent",
    SITE_TABLES,
    sa.Column("report", sa.Integer, sa.ForeignKey(f"{SCHEMA}.site_reports.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("first_day", sa.Date, primary_key=True),
    sa.Column("begun_at", _TIME, nullable=False),
    sa.Column("sent_at", _TIME),
)
IMPORTS = sa.Table(
    "site_imports",
    SITE_TABLES,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    _site(),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("lines", sa.BigInteger, nullable=False),
    sa.Column("events", sa.BigInteger, nullable=False),
    sa.Column("begun_at", _TIME, nullable=False),
    sa.Column("begun_by", sa.Text, nullable=False),
    sa.Column("noted_at", _TIME, nullable=False),
    sa.Column("completed_at", _TIME),
    sa.UniqueConstraint("site", "digest"),
)
DAY_IMPORTS = sa.Table(
    "site_day_imports",
    SITE_TABLES,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    _site(),
    sa.Column("product", sa.Text, nullable=False),
    sa.Column("files", ARRAY(sa.Text), nullable=False),
    sa.Column("made_at", _TIME),  # null: before this was noted
    sa.Column("made_by", sa.Text, nullable=False),
)
IMPORTED_DAYS = sa.Table(
    "site_imported_days",
    SITE_TABLES,
    sa.Column("site", sa.Text, sa.ForeignKey(f"{SCHEMA}.sites.name", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("by", sa.Text, primary_key=True),
    sa.Column("key", ARRAY(sa.Text), primary_key=True),
    # No foreign key: it would be looked up for each of millions of rows. Who removes an import removes its days.
    sa.Column("import_id", sa.Integer, nullable=False),
    *(
        sa.Column(name, sa.BigInteger, nullable=False)
        for name in ("visitors", "visits", "views", "bounces", "seconds", "events")
    ),
)
