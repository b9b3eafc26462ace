"""Exports: all records of a question, sent as they are read.

One that fails in the middle is cut off: it never ends as if it were whole.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from access.asker import Door
from access.events import Did, Outcome
from query.record_formats import FORMATS, SUFFIXES, Writer
from query.record_reading import Reading
from query.record_requests import RecordsRequest
from web.access.notes import note
from web.access.scopes import asker_of
from web.edge.open_exports import OpenExports
from web.service import service_of

_log = structlog.get_logger("web.exports")

_NAMES = {media: suffix for suffix, media in SUFFIXES.items()}


class Run:
    """One export under way. `close` it, whatever becomes of it."""

    def __init__(self, exports: OpenExports, export: Reading, writer: Writer, who: str) -> None:
        self._exports, self._export, self._writer, self._who = exports, export, writer, who
        self._slices: Iterator[Any] = export.slices()
        self._closed = False
        self._ended = False

    def _next(self) -> bytes | None:
        """The bytes of the next slice; None after the last."""
        if self._ended:
            return None
        batch = next(self._slices, None)
        self._ended = batch is None
        return self._writer.end() if batch is None else self._writer.batch(batch)

    async def next(self) -> bytes | None:
        """The same, read in a thread. Raises QueryError."""
        return await self._exports.read(self._next)

    def close(self) -> None:
        """End what is read, and let another export begin."""
        if not self._closed:
            self._closed = True
            self._export.close()
            self._exports.close(self._who)


class _Exported(StreamingResponse):
    """Closes its export at the end, also of one whose client never read a byte."""

    def __init__(self, run: Run, first: bytes | None, **more: Any) -> None:
        self._run = run
        super().__init__(self._pieces(first), **more)

    async def _pieces(self, piece: bytes | None) -> AsyncIterator[bytes]:
        while piece is not None:
            if piece:
                yield piece
            piece = await self._run.next()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it. What fails in the middle leaves the answer without its end, which its client sees."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._run.close()


def media_of(accept: str) -> str | None:
    """The kind of file that an `Accept` header asks for first; None for the pages of JSON that all others get."""
    for part in accept.split(","):
        media = part.partition(";")[0].strip().lower()
        if media in FORMATS:
            return media
        if media in ("application/json", "*/*", "application/*"):
            return None
    return None


async def export(request: Request, question: RecordsRequest, media: str) -> Response:
    """All records of a question as a file of a media type. Raises what a question does, until the first are read."""
    name = f"{question.stream}-records-{question.start:%Y%m%dT%H%M}-{question.end:%Y%m%dT%H%M}.{_NAMES[media]}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Vary": "Accept, Accept-Encoding",
    }
    if request.method == "HEAD":
        return Response(headers=headers, media_type=media)
    run, first = await begin(request, question, media)
    return _Exported(run, first, headers=headers, media_type=media)


async def begin(request: Request, question: RecordsRequest, media: str) -> tuple[Run, bytes | None]:
    """An export under way, and its first bytes. Raises what a question does; then there is none."""
    service, asker = service_of(request), asker_of(request)
    who = asker.name or "somebody"
    service.exports.open(who)
    run = None
    try:
        run = Run(service.exports, service.queries.export(question), FORMATS[media](question), who)
        first = await run.next()
    except BaseException:
        with suppress(Exception):
            run.close() if run else service.exports.close(who)
        raise
    if asker.door is not Door.OPEN:
        note(request, Did.ASK, Outcome.DONE, stream=question.stream, what="export")
    return run, first
