"""From the body of a POST to messages: reading within limits, unpacking, and splitting into exact bytes.

Messages keep the bytes that were sent, whatever they are: what Kafka stores is what the client wrote, so that the
decoder at this edge and the one in the job judge the same thing.

What takes time in proportion to the body is a generator or a small step: its caller lets others have their turn.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence

import anyio

from web.edge.problems import ProblemError
from web.settings import WebSettings

JSON = "application/json"
NDJSON = "application/x-ndjson"

DEEPEST = 1024
"""Levels of brackets beyond which a document is not followed to its end."""

_WHITESPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_OPENS, _CLOSES = b"[{", b"]}"
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_AT_ONCE = 1 << 16
_TOKENS_AT_ONCE = 1 << 10
_PACKED_AT_ONCE = 1 << 12

Cut = tuple[int, bytes]
"""A message and where in the body it begins."""

_PAUSE: Cut = (0, b"")


def media_type(content_types: Sequence[str]) -> str:
    """The media type of a body in UTF-8, without parameters; 415 unless it is one of the two that are understood."""
    if len(set(content_types)) > 1:
        raise ProblemError("unparseable", "The request has several headers Content-Type; send one.")
    kind, _, parameters = (content_types[0] if content_types else "").partition(";")
    kind = kind.strip().lower()
    if kind not in (JSON, NDJSON):
        said = f"{kind!r}" if kind else "no type"
        accepts = {"Accept": f"{JSON}, {NDJSON}"}
        raise ProblemError("unsupported-type", f"The body has {said}; send {JSON} or {NDJSON}.", (), accepts)
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if name.strip().lower() == "charset" and charset not in ("utf-8", "utf8", "us-ascii"):
            raise ProblemError("unsupported-type", f"The body's charset is {charset!r}; JSON is sent in UTF-8.")
    return kind


def is_packed(encodings: Sequence[str]) -> bool:
    """Whether the headers Content-Encoding say gzip (or x-gzip, its older name); 415 for any other packing."""
    named = [name.strip().lower() for header in encodings for name in header.split(",")]
    packings = [name for name in named if name not in ("", "identity")]
    if packings not in ([], ["gzip"], ["x-gzip"]):
        said, accepts = ", ".join(packings), {"Accept-Encoding": "gzip"}
        raise ProblemError(
            "unsupported-type",
            f"The body is packed as {said!r}; send it as it is, or packed once with gzip.",
            (),
            accepts,
        )
    return bool(packings)


async def paced(chunks: AsyncIterator[bytes], idle_seconds: float, least_rate: float) -> AsyncIterator[bytes]:
    """The chunks, or 408 when the client lets one wait, or all of them take too long: `least_rate` is bytes a second.

    Only the time that is spent waiting for the client counts.
    """
    waited = came = 0.0
    while True:
        begun = time.monotonic()
        chunk = None
        with anyio.move_on_after(min(idle_seconds, idle_seconds + came / least_rate - waited)) as patience:
            chunk = await anext(chunks, b"")
        if patience.cancelled_caught or chunk is None:
            raise too_slow()
        if not chunk:
            return
        waited += time.monotonic() - begun
        came += len(chunk)
        yield chunk


async def whole_body(chunks: AsyncIterator[bytes], settings: WebSettings, most: int) -> bytes:
    """All of a body that is not packed, of at most so many bytes; 413 beyond, and 408 as `paced` says."""
    body = bytearray()
    async for chunk in paced(chunks, settings.web_body_idle_seconds, settings.web_body_bytes_per_second):
        body += chunk
        if len(body) > most:
            raise too_large(most)
    return bytes(body)


class Gunzip:
    """Unpacks gzip, one member after the other, as the bytes come."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(wbits=31)

    def parts(self, packed: bytes) -> Iterator[bytes]:
        """What the next packed bytes hold, in small parts, some of them empty."""
        for start in range(0, len(packed), _PACKED_AT_ONCE):
            left = packed[start : start + _PACKED_AT_ONCE]
            while left:
                if self._unpacker.eof:
                    self._unpacker = zlib.decompressobj(wbits=31)
                try:
                    part = self._unpacker.decompress(left, _AT_ONCE)
                except zlib.error as error:
                    raise ProblemError("unparseable", "The body says that it is gzip, but does not unpack.") from error
                left = self._unpacker.unconsumed_tail or self._unpacker.unused_data
                yield part

    def finish(self) -> None:
        """400 unless the last member is whole."""
        if not self._unpacker.eof:
            raise ProblemError("unparseable", "The gzip body ends too early.")


def split_messages(body: bytes, kind: str, most: int) -> Iterator[Cut]:
    """The messages of a body: the lines of NDJSON, the elements of an array, or the one value; blanks around them cut.

    A byte order mark before them is left out. An empty message is none, but a place where the caller may pause.
    Raises 400 for an array that cannot be taken apart and 413 for more than `most` messages. The messages themselves
    are not judged here.
    """
    start = len(_BOM) if body.startswith(_BOM) else 0
    count = 0
    for cut in _lines(body, start) if kind == NDJSON else _values(body, start):
        count += bool(cut[1])
        if count > most:
            raise ProblemError("too-large", f"The body holds more than {most:,} messages; send fewer at once.")
        yield cut


def place(body: bytes, at: int) -> str:
    """`line 3, column 7`: of a byte, both from 1; columns are bytes."""
    feed = b"\n"
    return f"line {body.count(feed, 0, at) + 1}, column {at - body.rfind(feed, 0, at)}"


def _lines(body: bytes, at: int) -> Iterator[Cut]:
    while at < len(body):
        begun = _NOT_BLANK.search(body, at, at + _AT_ONCE)
        if begun is None:
            at += _AT_ONCE
            yield _PAUSE
            continue
        end = body.find(b"\n", begun.start())
        at = len(body) if end < 0 else end
        yield begun.start(), body[begun.start() : at].rstrip(_WHITESPACE)


def _values(body: bytes, at: int) -> Iterator[Cut]:
    while (begun := _NOT_BLANK.search(body, at, at + _AT_ONCE)) is None:
        at += _AT_ONCE
        yield _PAUSE
        if at >= len(body):
            raise ProblemError("unparseable", "The body is empty; send a JSON object or an array of them.")
    start = begun.start()
    if body[start] == ord("["):
        yield from _elements(body, start)
    else:
        yield start, body[start:].rstrip(_WHITESPACE)


def _elements(body: bytes, start: int) -> Iterator[Cut]:
    """Cut a JSON array at its top-level commas; strings and nesting are followed, nothing else is checked."""
    depth, begun, first = 0, start + 1, True
    for count, token in enumerate(_STRUCTURE.finditer(body, start)):
        mark = body[token.start()]
        if mark == 0x22:  # a string; a lone quote is one that never ends
            if token.end() - token.start() == 1:
                raise _broken("a string does not end", body, token.start())
        elif mark in _OPENS:
            depth += 1
            if depth > DEEPEST:
                raise _broken(f"it is nested deeper than {DEEPEST:,} levels", body, token.start())
        elif mark in _CLOSES:
            depth -= 1
            if depth == 0:
                yield from _last(body, begun, token.start(), first)
                return
        elif depth == 1:
            yield _element(body, begun, token.start())
            begun, first = token.end(), False
        if count % _TOKENS_AT_ONCE == 0:
            yield _PAUSE
    raise _broken("the array does not close", body, len(body))


def _last(body: bytes, begun: int, end: int, is_first: bool) -> Iterator[Cut]:
    if body[end] != ord("]"):
        raise _broken("the array is closed by another bracket", body, end)
    after = _NOT_BLANK.search(body, end + 1)
    if after:
        raise _broken("it goes on after its end", body, after.start())
    if not is_first or body[begun:end].strip(_WHITESPACE):
        yield _element(body, begun, end)


def _element(body: bytes, begun: int, end: int) -> Cut:
    element = body[begun:end].lstrip(_WHITESPACE)
    if not element:
        raise _broken("a comma has no element beside it", body, end)
    return end - len(element), element.rstrip(_WHITESPACE)


def _broken(why: str, body: bytes, at: int) -> ProblemError:
    return ProblemError("unparseable", f"The body is not valid JSON: {why} ({place(body, at)}); none of it was taken.")


def too_slow() -> ProblemError:
    """408 for a body that does not come."""
    close = {"Connection": "close"}
    return ProblemError("too-slow", "The body came too slowly; none of it was taken. Send it again.", (), close)


def too_large(limit: int) -> ProblemError:
    """413 for a body of more than `limit` bytes."""
    return ProblemError("too-large", f"The body is larger than {limit >> 20} MiB; send it in parts.")
