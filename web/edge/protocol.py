"""HTTP/1.1 on a connection, with bounds on what a client may hold without asking anything.

uvicorn's own protocol waits for ever for the end of a head, keeps heads of any size, and any number of connections.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

LARGEST_HEAD = 64 << 10
"""Bytes in a row that may belong to no body: a head, the extensions of chunks, trailers."""

_LEAST_READ = 1024
"""Bytes a second that a client reads of an answer, or it is left."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`connections` at once; `head_seconds` to send a request's head, and to take any of a long answer."""

    connections: int
    head_seconds: float


class BoundedProtocol(HttpToolsProtocol):
    """Closes connections that wait for a request too long, and the most idle one when there are too many."""

    bounds = Bounds(1000, 10)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._idle_since = self.loop.time()
        self._barren = 0
        self._advanced = False
        self._in_head = True

    @property
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room for it, and wait for its first request."""
        super().connection_made(transport)
        self._expect()
        if len(self.connections) > self.bounds.connections:
            others = [cast("BoundedProtocol", other) for other in self.connections if other is not self]
            idle = [other for other in others if other._is_idle]
            if idle:
                min(idle, key=lambda other: other._idle_since)._leave()
            else:
                self._refuse(503, "Too many connections.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget its timers."""
        super().connection_lost(exc)
        self._expect_nothing()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Begin to wait for a head with its first byte; refuse bytes without end that belong to no body."""
        if self.transport.is_closing():
            return
        if self._is_idle and self._deadline is None:
            self._expect()
        self._advanced = False
        super().data_received(data)
        self._barren = 0 if self._advanced else self._barren + len(data)
        if self._barren > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431, "The request's head is too large.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers of a chunked body are none of the request's headers."""
        if self._in_head:
            super().on_header(name, value)

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The request is the service's to answer."""
        self._in_head, self._advanced = False, True
        self._expect_nothing()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Bytes of a body; how fast they come is the reader's to judge."""
        self._advanced = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A next head may follow."""
        self._advanced = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """What of a body has not come yet has to come soon, though nobody reads it."""
        self._idle_since = self.loop.time()
        unfinished = self.cycle.response_complete and self.cycle.more_body
        super().on_response_complete()
        if unfinished and not self.transport.is_closing():
            self._expect()

    def pause_writing(self) -> None:
        """The client does not read as fast as it is answered."""
        super().pause_writing()
        self._watch_reading(self.transport.get_write_buffer_size() + _LEAST_READ * int(self.bounds.head_seconds))

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _watch_reading(self, before: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left > before - _LEAST_READ * self.bounds.head_seconds:
            self.transport.abort()
            return
        self._unread = self.loop.call_later(self.bounds.head_seconds, self._watch_reading, left)

    def _expect(self) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(self.bounds.head_seconds, self._leave)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _leave(self) -> None:
        """Close; with 408 where a request has begun."""
        if self.transport.is_closing():
            return
        if self._is_idle and self._barren:
            self._refuse(408, "The request's head came too slowly.")
        else:
            self.transport.close()

    def _refuse(self, status: int, why: str) -> None:
        head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(why)
        self.transport.write(STATUS_LINE[status] + head + why.encode())
        self.transport.close()


def bounded(bounds: Bounds) -> type[BoundedProtocol]:
    """The protocol with these bounds."""
    return type("BoundedProtocol", (BoundedProtocol,), {"bounds": bounds})
