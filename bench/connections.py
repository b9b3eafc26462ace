"""A few kept connections that post over HTTP/1.1, and cost the loader little.

A full client spends more time on a small request than the service does, and would be what is measured.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Self

import orjson

from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.errors import WindowpaneError

_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Connections:
    """Posts bodies to one path, each on a connection of its own, as many at a time as were opened."""

    def __init__(self, host: str, port: int, path: str, headers: Mapping[str, str]) -> None:
        told = {"host": f"{host}:{port}", **headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        self._head = "".join(f"{line}\r\n" for line in lines) + "content-length: "
        self._free: asyncio.Queue[_Stream] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def opened(cls, script: ServiceSettings, path: str, content_type: str, most: int) -> AsyncIterator[Self]:
        """All connections made before the first post; closed at the end."""
        host, port = script.host, script.port
        streams = [await asyncio.open_connection(host, port) for _ in range(most)]
        connections = cls(host, port, path, {"content-type": content_type, **operator_headers(script)})
        for stream in streams:
            connections._free.put_nowait(stream)
        try:
            yield connections
        finally:
            for _, writer in streams:
                writer.close()

    async def accepted(self, body: bytes) -> int:
        """Post a body; how many messages were accepted. Raises WindowpaneError unless all were."""
        stream = await self._free.get()
        try:
            status, text = await self._post(*stream, body)
        finally:
            self._free.put_nowait(stream)
        answer = orjson.loads(text) if status == 202 else {}
        if status != 202 or answer["rejected"]:
            raise WindowpaneError(f"the web service answered {status}: {text[:200].decode(errors='replace')}")
        return int(answer["accepted"])

    async def _post(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> tuple[int, bytes]:
        writer.write(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        status = int(head.split(b" ", 2)[1])
        length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        return status, await reader.readexactly(int(length or 0))
