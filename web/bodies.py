"""From the body of a POST to messages: reading within limits, unpacking, and splitting into exact bytes.

Messages keep the bytes that were sent, whatever they are: what Kafka stores is what the client wrote, so that the
decoder at this edge and the one in the job judge the same thing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncIterator

from web.problems import ProblemError

__all__ = ["JSON", "NDJSON", "gunzip", "media_type", "read_limited", "split_messages"]

JSON = "application/json"
NDJSON = "application/x-ndjson"

_WHITESPACE = b" \t\r\n"
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_OPENS, _CLOSES = b"[{", b"]}"


def media_type(content_type: str) -> str:
    """The media type without parameters; 415 unless it is one of the two that are understood."""
    found = content_type.partition(";")[0].strip().lower()
    if found not in (JSON, NDJSON):
        said = f"{found!r}" if found else "no type"
        raise ProblemError("unsupported-type", f"The body has {said}; send {JSON} or {NDJSON}.")
    return found


async def read_limited(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    """The whole body, or 413 as soon as it is longer than `limit` bytes."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def gunzip(packed: bytes, limit: int) -> bytes:
    """Unpack one gzip member, never to more than `limit` bytes."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(packed, limit + 1)
    except zlib.error as error:
        raise ProblemError("unparseable", "The body says that it is gzip, but does not unpack.") from error
    if len(body) > limit:
        raise _too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise ProblemError("unparseable", "The gzip body ends too early or goes on after its end.")
    return body


def split_messages(body: bytes, kind: str, most: int) -> list[bytes]:
    """The messages of a body: the lines of NDJSON, the elements of an array, or the one value; blanks around them cut.

    Raises 400 for an array that cannot be taken apart and 413 for more than `most` messages. The messages themselves
    are not judged here.
    """
    messages = _lines(body) if kind == NDJSON else _values(body, most)
    if len(messages) > most:
        raise ProblemError("too-large", f"The body holds {len(messages):,} messages; send at most {most:,} at once.")
    return messages


def _lines(body: bytes) -> list[bytes]:
    return [line for line in map(_strip, body.split(b"\n")) if line]


def _values(body: bytes, most: int) -> list[bytes]:
    trimmed = _strip(body)
    if not trimmed:
        raise ProblemError("unparseable", "The body is empty; send a JSON object or an array of them.")
    return _elements(trimmed, most) if trimmed[:1] == b"[" else [trimmed]


def _elements(array: bytes, most: int) -> list[bytes]:
    """Cut a JSON array at its top-level commas; strings and nesting are followed, nothing else is checked."""
    elements: list[bytes] = []
    depth, begun = 0, 1
    for token in _STRUCTURE.finditer(array):
        mark = array[token.start()]
        if mark == 0x22:  # a string; a lone quote is one that never ends
            if token.end() - token.start() == 1:
                raise _broken()
        elif mark in _OPENS:
            depth += 1
        elif mark in _CLOSES:
            depth -= 1
            if depth == 0:
                return _last(array, elements, begun, token.end())
        elif depth == 1:
            elements.append(_element(array, begun, token.start()))
            begun = token.end()
            if len(elements) > most:
                raise ProblemError("too-large", f"The array holds more than {most:,} messages; send fewer at once.")
    raise _broken()


def _last(array: bytes, elements: list[bytes], begun: int, end: int) -> list[bytes]:
    if end != len(array) or array[end - 1 : end] != b"]":
        raise _broken()
    if not elements and not _strip(array[begun : end - 1]):
        return []
    return [*elements, _element(array, begun, end - 1)]


def _element(array: bytes, begun: int, end: int) -> bytes:
    element = _strip(array[begun:end])
    if not element:
        raise _broken()
    return element


def _strip(text: bytes) -> bytes:
    return text.strip(_WHITESPACE)


def _broken() -> ProblemError:
    return ProblemError("unparseable", "The body is not valid JSON: the array does not close or has a stray comma.")


def _too_large(limit: int) -> ProblemError:
    return ProblemError("too-large", f"The body is larger than {limit >> 20} MiB; send it in parts.")
