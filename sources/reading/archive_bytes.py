"""What a member of a zip archive really unpacks to, whatever its directory says: others trust no directory either."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from sources.reading.outcomes import Refused

_CHUNK = 1 << 18
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"


def inflated(archive: bytes, entry: ZipInfo, most: int, before: int = 0) -> Iterator[bytes]:
    """The bytes of a member, in chunks. Raises Refused: with those `before` they are more than `most`, or damaged."""
    packed = memoryview(archive)[_begin(archive, entry) :][: entry.compress_size]
    if entry.compress_type == ZIP_STORED:
        size = len(packed)
        chunks: Iterator[bytes] = (bytes(packed[at : at + _CHUNK]) for at in range(0, size, _CHUNK))
    elif entry.compress_type == ZIP_DEFLATED:
        chunks = _deflated(packed)
    else:
        raise Refused(f"its {entry.filename[:100]} is not packed by deflate; save it anew")
    read = before
    for chunk in chunks:
        read += len(chunk)
        if read > most:
            raise Refused(f"is larger than {most:,} bytes when unpacked; raise limits.unpacked_bytes if it may be")
        yield chunk


def _deflated(packed: memoryview) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-15)
    waiting: bytes | memoryview = packed
    try:
        while not unpacker.eof and (chunk := unpacker.decompress(waiting, _CHUNK)):
            yield chunk
            waiting = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Refused(f"its packing is damaged ({error}); save and send it again") from error
    if not unpacker.eof:
        raise Refused("ends within its packing: it was cut off; send it again")


def _begin(archive: bytes, entry: ZipInfo) -> int:
    try:
        magic, name, extra = _LOCAL_HEADER.unpack_from(archive, entry.header_offset)
    except struct.error:
        magic, name, extra = b"", 0, 0
    if magic != _LOCAL_MAGIC or entry.flag_bits & 1:
        raise Refused("its packing is damaged or encrypted; save it anew, without a password")
    return entry.header_offset + 30 + int(name) + int(extra)
