"""Requests to `POST …/messages` that cost as much as such requests can, or never end."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Hostile:
    """The bytes that a client sends, after which it waits for an answer, or, if it `stalls`, sends nothing more."""

    sent: bytes
    stalls: bool = False


def _post(path: str, kind: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    said = f"Content-Length: {len(body) if length is None else length}"
    lines = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: application/{kind}", said, *headers)
    return "\r\n".join([*lines, "", ""]).encode() + body


def _packed(path: str, kind: str, body: bytes) -> Hostile:
    return Hostile(_post(path, kind, gzip.compress(body), "Content-Encoding: gzip"))


def _lines(message: bytes, size: int) -> bytes:
    return (message + b"\n") * max(1, size // (len(message) + 1))


def _nested(size: int) -> bytes:
    """A message that only the slower of a decoder's parsers reads."""
    return b'{"a":["\\u0041",' + b"[]," * (size // 3) + b"1]}"


def _chunked(path: str) -> Hostile:
    head = _post(path, "json", b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    return Hostile(head + b"10000\r\n" + b" " * 0x10000 + b"\r\n", stalls=True)


HOSTILE: Mapping[str, Callable[[str, int], Hostile]] = {
    "line_feeds": lambda path, size: _packed(path, "x-ndjson", b"\n" * size),
    "blanks": lambda path, size: _packed(path, "json", b" " * size),
    "open_brackets": lambda path, size: _packed(path, "json", b"[" * (size // 4)),
    "flat_brackets": lambda path, size: _packed(path, "json", b"[[" + b"[]," * (size // 3 - 2) + b"1]]"),
    "rejections": lambda path, size: _packed(path, "x-ndjson", _lines(b"{}", size // 56)),
    "tiny_messages": lambda path, size: _packed(path, "x-ndjson", _lines(b"1", size // 8)),
    "slow_messages": lambda path, size: _packed(path, "x-ndjson", _lines(_nested(MIB - 100), size)),
    "small_slow_messages": lambda path, size: _packed(path, "x-ndjson", _lines(_nested(30_000), size)),
    "deep_messages": lambda path, size: _packed(path, "x-ndjson", _lines(b'{"a":' * 200_000, size)),
    "one_string": lambda path, size: _packed(path, "json", b'"' + b"x" * (size - 2) + b'"'),
    "digits": lambda path, size: _packed(path, "x-ndjson", _lines(b"9" * (MIB - 1), size)),
    "gzip_members": lambda path, size: Hostile(
        _post(path, "x-ndjson", gzip.compress(b"\n") * (size // 32), "Content-Encoding: gzip")
    ),
    "stalled": lambda path, size: Hostile(_post(path, "json", b" " * 0x10000, length=size), stalls=True),
    "stalled_chunks": lambda path, _: _chunked(path),
    "stalled_heads": lambda path, _: Hostile(_post(path, "json", b"")[:-2], stalls=True),
    "silent": lambda _, __: Hostile(b"", stalls=True),
}
"""Name → what is sent to a path, of so many bytes once it is unpacked."""
