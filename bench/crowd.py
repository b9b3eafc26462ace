"""Users that a benchmark makes, each with a grant, and takes away again; none is an administrator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from access.store import AccessStore
from streams.settings import StoreSettings

_MADE, _GONE = (Path(__file__).with_name(f"{name}.sql").read_text() for name in ("crowd", "crowd_gone"))


def store() -> AccessStore:
    """The store of the running stack."""
    return AccessStore.open(StoreSettings().catalog_uri.get_secret_value())


def name_of(number: int) -> str:
    """The name of one of the crowd."""
    return f"bench-{number:05d}"


@contextmanager
def crowd(users: int, stream: str) -> Iterator[None]:
    """So many users who may ask a stream and send to it, and none of an earlier benchmark."""
    with psycopg.connect(StoreSettings().catalog_uri.get_secret_value(), autocommit=True) as postgres:
        postgres.execute(_GONE.encode())
        postgres.execute(_MADE.encode(), {"users": users, "stream": stream})
        try:
            yield
        finally:
            postgres.execute(_GONE.encode())
