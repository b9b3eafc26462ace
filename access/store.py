"""Users, keys, grants, sessions, links and who asks, as they are kept in PostgreSQL."""

from __future__ import annotations

from typing import Self

import sqlalchemy as sa

from access.askers import Askers
from access.claims import Claims
from access.columns import Columns
from access.form_keys import FormKeys
from access.grant_records import Grants
from access.keys import Key, Keys
from access.leftovers import remove_past
from access.links import Links
from access.records import Clock, Records, access_engine, now
from access.sessions import Session, Sessions
from access.settings import AccessSettings
from access.users import User, Users

__all__ = ["AccessStore", "Askers", "Columns", "Grants", "Key", "Keys", "Links", "Session", "Sessions", "User", "Users"]


class AccessStore:
    """All that is kept of access. Every method of its parts raises LakeAwayError when PostgreSQL does not answer."""

    def __init__(self, engine: sa.Engine, settings: AccessSettings | None = None, clock: Clock = now) -> None:
        settings = settings or AccessSettings()
        self.records = Records(engine, clock)
        self.users = Users(self.records)
        self.keys = Keys(self.records)
        self.grants = Grants(self.records)
        self.sessions = Sessions(self.records, self.users, settings)
        self.links = Links(self.records, self.users)
        self.askers = Askers(self.records, settings)
        self.columns = Columns(self.records)
        self.form_keys = FormKeys(self.records)
        self.claims = Claims(self.records)

    @classmethod
    def open(cls, uri: str, settings: AccessSettings | None = None) -> Self:
        """On `postgresql://…`, which need not answer yet; the tables are made on first use."""
        return cls(access_engine(uri), settings)

    def tidy(self) -> None:
        """Remove what is past its time; to be called now and then."""
        with self.records.changing() as connection:
            remove_past(connection, self.records.now())

    def close(self) -> None:
        """Close the connections."""
        self.records.close()
