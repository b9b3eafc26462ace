"""Files that are imported: as they are or packed with gzip, and which one it is by what is in it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from streams.errors import WindowpaneError

_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
LONGEST_LINE = 1 << 20


class ImportFileError(WindowpaneError):
    """A file cannot be read, or was imported already."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's content, unpacked. `digest`: SHA-256 of it; `lines`: how many, the last one with or without a feed."""

    path: Path
    digest: bytes
    lines: int


def look(path: Path) -> Content:
    """Read a file once, to know it. Raises ImportFileError."""
    digest, feeds, last = sha256(), 0, b"\n"
    with _opened(path) as file:
        for chunk in _chunks(path, file):
            digest.update(chunk)
            feeds += chunk.count(b"\n")
            last = chunk[-1:]
    return Content(path, digest.digest(), feeds + (last != b"\n"))


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, without line feeds; of one beyond a mebibyte the first of it. Raises ImportFileError."""
    with _opened(path) as file:
        held = b""
        for chunk in _chunks(path, file):
            first, *rest = chunk.split(b"\n")
            held = (held + first)[:LONGEST_LINE]
            for line in rest:
                yield held
                held = line[:LONGEST_LINE]
        if held:
            yield held


def _opened(path: Path) -> IO[bytes]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _MAGIC
        return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror or error}") from error


def _chunks(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    try:
        while chunk := file.read(_CHUNK):
            yield chunk
    except (OSError, EOFError, zlib.error) as error:
        raise ImportFileError(f"{path} cannot be read to its end: {error}") from error
