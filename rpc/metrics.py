"""The metrics of calls, served over HTTP as the web service serves its own: to the same people."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from web.edge.protocol import Bounds, bounded
from web.scraped import metrics_app
from web.service import Service

_CONNECTIONS = 16


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They are whose process it is."""
        yield


async def serve_metrics(service: Service, listener: socket.socket) -> None:
    """Until it is cancelled."""
    config = uvicorn.Config(
        metrics_app(service),
        http=bounded(Bounds(_CONNECTIONS, service.settings.web_header_seconds)),
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        access_log=False,
        proxy_headers=False,
    )
    await _Server(config).serve(sockets=[listener])
