"""Bytes of a file as they are unpacked, of which there may be so many. Errors of packing are told as Refused."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from typing import IO, Any
from zipfile import BadZipFile

from sources.reading.outcomes import Refused

BUFFER = 1 << 17

DAMAGED = (BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError, OverflowError, IndexError, OSError)
"""What the standard library raises of archives that somebody damaged, one way or another."""


class Bounded(io.RawIOBase):
    """Reads on from another stream, closed with it, and raises Refused after so many bytes (`most`)."""

    def __init__(self, stream: IO[bytes], most: int, close: Callable[[], object] | None = None) -> None:
        super().__init__()
        self._stream, self._most, self._close, self._read = stream, most, close, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, perhaps in part; 0 at the end."""
        try:
            chunk = self._stream.read(len(buffer))
        except EOFError:
            raise Refused("ends within its packing: it was cut off; send it again") from None
        except (gzip.BadGzipFile, BadZipFile, zlib.error, NotImplementedError) as error:
            raise Refused(f"its packing is damaged ({error}); pack and send it again") from error
        except OSError as error:
            raise Refused(f"cannot be read: {error.strerror or error}") from error
        self._read += len(chunk)
        if self._read > self._most:
            raise Refused(
                f"is larger than {self._most:,} bytes when unpacked; raise limits.unpacked_bytes if it may be"
            )
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        """Close what is read from, too."""
        if not self.closed:
            self._stream.close()
            if self._close is not None:
                self._close()
        super().close()


def buffered(stream: IO[bytes], most: int, close: Callable[[], object] | None = None) -> io.BufferedReader:
    """A bounded stream with a buffer, of which one may peek."""
    return io.BufferedReader(Bounded(stream, most, close), BUFFER)


def whole(stream: io.BufferedReader, most: int, what: str) -> bytes:
    """All of what must be in memory at once. Raises Refused if it is more than `most` bytes."""
    content = stream.read(most + 1)
    if len(content) > most:
        raise Refused(
            f"is larger than {most:,} bytes, and {what} is read in one piece; split it, or raise limits.memory_bytes"
        )
    return content
