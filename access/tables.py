"""The tables of access as this version reads and writes them; a change needs a revision in database/migrations."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from database.migrations import SCHEMA

ACCESS = sa.MetaData(schema=SCHEMA)

_TIME = sa.DateTime(timezone=True)


def _user(*, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    """A user, whose removal removes what it had."""
    target = sa.ForeignKey(f"{SCHEMA}.users.name", ondelete="CASCADE")
    return sa.Column("user", sa.Text, target, primary_key=primary_key, nullable=nullable, index=True)


USERS = sa.Table(
    "users",
    ACCESS,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False, server_default=""),
    sa.Column("administrator", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("password", sa.Text),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)
MEMBERS = sa.Table("members", ACCESS, sa.Column("group", sa.Text, primary_key=True), _user(primary_key=True))
KEYS = sa.Table(
    "keys",
    ACCESS,
    sa.Column("id", sa.Text, primary_key=True),
    _user(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("parent", sa.Text, sa.ForeignKey(f"{SCHEMA}.keys.id", ondelete="CASCADE"), index=True),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("expires_at", _TIME),
    sa.Column("used_at", _TIME),
)
GRANTS = sa.Table(
    "grants",
    ACCESS,
    sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("stream", sa.Text, nullable=False, index=True),
    sa.Column("can", ARRAY(sa.Text), nullable=False),
    sa.Column("where", JSONB, nullable=False),
    sa.Column("hide", ARRAY(sa.Text), nullable=False),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Index("grants_of_subject", "kind", "name"),
    # Of the stream of merchants' sites, whose members are those with a grant of that site.
    sa.Index(
        "grants_of_site", sa.text("((\"where\" -> 'site') ->> 0)"), postgresql_where=sa.text("stream = 'web_events'")
    ),
)
SESSIONS = sa.Table(
    "sessions",
    ACCESS,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    _user(),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("expires_at", _TIME, nullable=False),
    sa.Column("used_at", _TIME, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False),
)
LINKS = sa.Table(
    "links",
    ACCESS,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    _user(nullable=True),
    sa.Column("made_at", _TIME, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("expires_at", _TIME, nullable=False),
)
FAILED_LOGINS = sa.Table(
    "failed_logins",
    ACCESS,
    sa.Column("of", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", _TIME, nullable=False),
)
COLUMNS = sa.Table(
    "columns",
    ACCESS,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("dimension", sa.Boolean, nullable=False),
    sa.Column("columns", ARRAY(sa.Text), nullable=False),
    sa.Column("made_of", ARRAY(sa.Text), nullable=False),
)
FORM_SECRETS = sa.Table(
    "form_secrets",
    ACCESS,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("secret", sa.LargeBinary, nullable=False),
)
CLAIMS = sa.Table(
    "claims",
    ACCESS,
    sa.Column("stream", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("submission", sa.Text, nullable=False),
    # Until when whoever took it may take to do it; null once it is done.
    sa.Column("held_until", _TIME),
)
