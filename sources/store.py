"""All that PostgreSQL keeps of sources, beside users and grants."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Self

import sqlalchemy as sa
from pydantic import SecretStr

from access.records import Clock, Records, now
from database.engine import engine_uri
from database.locks import removing_objects
from sources.files import Files
from sources.secrets import SecretStore
from sources.states import SourceStates

_OPTIONS = {"statement_timeout": "120s", "idle_in_transaction_session_timeout": "600s"}


class SourceStore:
    """Its parts raise LakeAwayError when PostgreSQL does not answer."""

    def __init__(self, engine: sa.Engine, key: SecretStr, clock: Clock = now) -> None:
        """`key`: what secrets are encrypted with."""
        self.records = Records(engine, clock)
        self.states = SourceStates(self.records, engine)
        self.files = Files(self.records)
        self.secrets = SecretStore(self.records, key)
        self._engine = engine

    @classmethod
    def open(cls, uri: str, key: SecretStr, at_once: int = 4) -> Self:
        """On `postgresql://…`, which need not answer yet, for so many sources that run at once; tables are made on
        first use."""
        return cls(source_engine(uri, at_once), key)

    def changing(self) -> AbstractContextManager[sa.Connection]:
        """A transaction of several parts. Raises LakeAwayError."""
        return self.records.changing()

    def removing(self) -> AbstractContextManager[bool]:
        """Objects may be removed while the block runs, if it is told so: not while a backup is made. Raises
        LakeAwayError."""
        return removing_objects(self._engine)

    def close(self) -> None:
        """Close the connections."""
        self.records.close()


def source_engine(uri: str, at_once: int = 4) -> sa.Engine:
    """Connections to PostgreSQL: each running source holds one, and uses a second for moments."""
    options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
    return sa.create_engine(
        engine_uri(uri),
        pool_size=4,
        max_overflow=at_once + 4,
        pool_timeout=30,
        pool_pre_ping=True,
        pool_use_lifo=True,
        connect_args={"connect_timeout": 5, "options": options, "application_name": "windowpane sources"},
    )
