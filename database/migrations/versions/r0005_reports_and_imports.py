"""Reports of sites by e-mail: who gets them, and which were sent; and what was imported into sites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "site_reports",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        _site(),
        sa.Column("user", sa.Text, sa.ForeignKey("windowpane.users.name", ondelete="CASCADE"), index=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("next_day", sa.Date, nullable=False),
        sa.Column("next_at", _TIME, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.UniqueConstraint("site", "address", "period"),
        schema="windowpane",
    )
    op.create_table(
        "site_reports_sent",
        sa.Column(
            "report", sa.Integer, sa.ForeignKey("windowpane.site_reports.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("first_day", sa.Date, primary_key=True),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME),
        schema="windowpane",
    )
    op.create_table(
        "site_imports",
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
        schema="windowpane",
    )


def _site() -> sa.Column[str]:
    """A site, whose removal removes what it had."""
    target = sa.ForeignKey("windowpane.sites.name", ondelete="CASCADE")
    return sa.Column("site", sa.Text, target, nullable=False, index=True)
