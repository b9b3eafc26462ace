"""What the object store holds of a stream, byte by byte: data files and manifests unpacked, all else as it is."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, FileType
from pyiceberg.io.pyarrow import PyArrowFileIO

from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings


def stored(stream: str) -> Iterator[tuple[str, bytes]]:
    """Path and content of every object of the stream, of its replays and of what was on the way to it."""
    table = open_catalog(LakeSettings()).load_table((stream, "panes"))
    scheme, netloc, path = PyArrowFileIO.parse_location(table.location())
    filesystem = PyArrowFileIO(table.io.properties).fs_by_scheme(scheme, netloc)
    root = path.split(stream)[0].rstrip("/")
    for folder in filesystem.get_file_info(FileSelector(root)):  # of one stream each: all at once takes too long
        if stream not in folder.path:
            continue
        for info in filesystem.get_file_info(FileSelector(folder.path, recursive=True)):
            # What is gone since it was listed holds nothing.
            with suppress(FileNotFoundError):
                if info.type is FileType.File:
                    with filesystem.open_input_file(info.path) as file:
                        content = file.read()
                    yield info.path, _unpacked(info.path, content)


def _unpacked(path: str, content: bytes) -> bytes:
    """With what is packed in it besides: bounds and footers are not."""
    if path.endswith(".parquet"):
        return content + repr(pq.read_table(io.BytesIO(content)).to_pylist()).encode()
    return content + _avro(content) if content.startswith(b"Obj\x01") else content


def _avro(content: bytes) -> bytes:
    """The blocks of an Avro file."""
    header, at = {}, 4
    count, at = _number(content, at)
    while count:
        for _ in range(abs(count)):
            key, at = _bytes(content, at)
            header[key], at = _bytes(content, at)
        count, at = _number(content, at)
    at += 16
    blocks = b""
    while at < len(content):
        _, at = _number(content, at)
        block, at = _bytes(content, at)
        at += 16
        blocks += zlib.decompress(block, -15) if header.get(b"avro.codec") == b"deflate" else block
    return blocks


def _bytes(content: bytes, at: int) -> tuple[bytes, int]:
    size, at = _number(content, at)
    return content[at : at + size], at + size


def _number(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return (value >> 1) ^ -(value & 1), at
