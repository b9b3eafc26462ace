"""`python -m bench.bare_service PORT`: answers each request 204 by the same protocol as the web service, and no more.

What it takes for a request is the floor of whatever is built on that.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn

from web.edge.protocol import Bounds, bounded


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await receive()
        await send({"type": "http.response.start", "status": 204, "headers": [(b"cache-control", b"no-store")]})
        await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(
        _answer,
        port=int(sys.argv[1]),
        http=bounded(Bounds(1000, 10)),
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
