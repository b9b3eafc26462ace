"""`python -m web.server --host H --port P`: the web service behind HTTP/1.1."""

from __future__ import annotations

import argparse
import os

import uvicorn

from web.edge.protocol import Bounds, bounded
from web.settings import WebSettings

_KEEP_ALIVE_SECONDS = 75
"""Clients and proxies, most of which keep an idle connection for 5 to 60 s, shall be first to give it up: what is sent
on a connection that the server closes at that moment has no answer."""


def configuration(settings: WebSettings, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        "web.app:create_app",
        factory=True,
        host=host,
        port=port,
        http=bounded(Bounds(settings.web_connections, settings.web_header_seconds)),
        ws="none",
        server_header=False,
        access_log=False,
        proxy_headers=False,  # web.access.arrival believes those that are configured
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=5,
    )


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    os.environ["WINDOWPANE_HOST"] = asked.host  # whether it may be open rests on where it listens
    uvicorn.Server(configuration(WebSettings(), asked.host, asked.port)).run()


if __name__ == "__main__":
    main()
