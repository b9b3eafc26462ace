"""The APIs of clinical sites, served over HTTP as they are outside of tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from starlette.applications import Starlette

from tests.web.served import served as served_at


@contextmanager
def served(app: Starlette) -> Iterator[httpx.Client]:
    """A client of the application, over a socket."""
    with served_at(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client
