"""The whole service where no engine listens but PostgreSQL, without which nobody is let in."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.web.served import patch_engines, serving, users_kept
from web.server import configuration
from web.settings import WebSettings


@pytest.fixture(scope="session")
def without_engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The environment of a service whose engines do not listen, with a home of its own."""
    with socket.socket() as held, users_kept() as catalog, pytest.MonkeyPatch.context() as patch:
        held.bind(("127.0.0.1", 0))  # bound but not listening: nobody else answers there
        patch_engines(patch, f"127.0.0.1:{held.getsockname()[1]}", catalog)
        for name, value in {
            "HOME": str(tmp_path_factory.mktemp("home")),
            "WEB_BODY_MESSAGES": "2000",
            "WEB_BODY_IDLE_SECONDS": "1",
            "WEB_HEADER_SECONDS": "1",
            "WEB_CONNECTIONS": "300",
        }.items():
            patch.setenv(f"WINDOWPANE_{name}", value)
        yield


@pytest.fixture(scope="module")
def client(without_engines: None) -> Iterator[httpx.Client]:  # noqa: ARG001
    """A client of the service."""
    with serving(configuration(WebSettings())) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client
