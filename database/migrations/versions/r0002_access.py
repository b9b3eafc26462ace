"""Users, groups, keys, grants, sessions, one-time links, failed logins; and what SQL clients may see of each stream."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _make_users_and_keys()
    _make_grants()
    _make_logins()
    _make_columns()


def _make_users_and_keys() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("administrator", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("password", sa.Text),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        schema="windowpane",
    )
    op.create_table(
        "members",
        sa.Column("group", sa.Text, primary_key=True),
        _user("user", primary_key=True, index=True),
        schema="windowpane",
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.Text, primary_key=True),
        _user("user", index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("parent", sa.Text, sa.ForeignKey("windowpane.keys.id", ondelete="CASCADE"), index=True),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME),
        sa.Column("used_at", _TIME),
        schema="windowpane",
    )


def _make_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False, index=True),
        sa.Column("can", ARRAY(sa.Text), nullable=False),
        sa.Column("where", JSONB, nullable=False),
        sa.Column("hide", ARRAY(sa.Text), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        schema="windowpane",
    )
    op.create_index("grants_of_subject", "grants", ["kind", "name"], schema="windowpane")


def _make_logins() -> None:
    op.create_table(
        "sessions",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        _user("user", index=True),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        schema="windowpane",
    )
    op.create_table(
        "links",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        _user("user", nullable=True, index=True),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        schema="windowpane",
    )
    op.create_table(
        "failed_logins",
        sa.Column("of", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
        schema="windowpane",
    )


def _make_columns() -> None:
    op.create_table(
        "columns",
        sa.Column("stream", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("dimension", sa.Boolean, nullable=False),
        sa.Column("columns", ARRAY(sa.Text), nullable=False),
        sa.Column("made_of", ARRAY(sa.Text), nullable=False),
        schema="windowpane",
    )


def _user(name: str, *, primary_key: bool = False, nullable: bool = False, index: bool = False) -> sa.Column[str]:
    """A user, whose removal removes what it had."""
    target = sa.ForeignKey("windowpane.users.name", ondelete="CASCADE")
    return sa.Column(name, sa.Text, target, primary_key=primary_key, nullable=nullable, index=index)
