"""The data-access service, served in a thread: PostgreSQL runs, no engine does."""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
import pytest

from access.store import AccessStore
from iceberg.lake_view import LakeView
from rpc.scraping import Scraping
from rpc.server import Opened, begin
from tests.database.postgres import own_postgres
from tests.definitions import HEALTH
from tests.query.lake_views import lake_view
from tests.web.served import patch_engines
from web.service import Service
from windowpane_client import Windowpane

NO_MESSAGES = replace(lake_view(panes=None, rejected=None), definition=HEALTH)


@dataclass(frozen=True)
class Called:
    """Where it is called, and where its metrics are, its users, and what it answers with."""

    address: str
    metrics: str
    store: AccessStore
    service: Service

    def client(self, key: str = "") -> Windowpane:
        """Whoever has a key, or none."""
        return Windowpane(self.address, key=key, seconds=20)

    def key_of(self, user: str) -> str:
        """A new key of a user."""
        return self.store.keys.create(user, "test")[1]


@contextmanager
def called(*views: LakeView, credentials: grpc.ServerCredentials | None = None, **environment: str) -> Iterator[Called]:
    """Serve it; no users yet. `views`: of the streams that it knows tables of."""
    with (
        tempfile.TemporaryDirectory(prefix="windowpane-") as folder,
        own_postgres(Path(folder)) as uri,
        socket.socket() as held,
        pytest.MonkeyPatch.context() as patch,
    ):
        held.bind(("127.0.0.1", 0))
        patch_engines(patch, f"127.0.0.1:{held.getsockname()[1]}", uri)
        own = {"HOME": folder, "HOST": "127.0.0.1", "WARM_UP_SECONDS": "0", "WEB_REFUSALS_PER_SECOND": "0"}
        for name, value in {**own, **environment}.items():
            patch.setenv(f"WINDOWPANE_{name}", value)
        begun, stop = Future[tuple[int, int, Service]](), asyncio.Event()
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_until_complete, args=(_serve(begun, stop, credentials),))
        thread.start()
        store = AccessStore.open(uri)
        try:
            port, metrics, service = begun.result(60)
            for view in views:
                service.queries._watcher._views[view.stream] = view
            yield Called(f"127.0.0.1:{port}", f"http://127.0.0.1:{metrics}/metrics", store, service)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()
            store.close()


async def _serve(
    begun: Future[tuple[int, int, Service]], stop: asyncio.Event, credentials: grpc.ServerCredentials | None
) -> None:
    opened = Opened()
    try:
        server, port = await begin("127.0.0.1:0", credentials, opened)
        service: Service = (await opened.answering())._service
        await asyncio.to_thread(service.queries._watcher.close)  # which would find no tables
        scraping = Scraping(opened.answering, 0)
        begun.set_result((port, scraping.port, service))
    except BaseException as error:
        begun.set_exception(error)
        raise
    await stop.wait()
    await scraping.close()
    await server.stop(1)
    await opened.close()
