"""A file's own bytes: as it is, or out of gzip or of a zip archive, told by how it begins."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import IO, cast
from zipfile import ZipFile

from sources.formats import Format
from sources.limits import Limits
from sources.reading.bounded import DAMAGED, buffered
from sources.reading.outcomes import Refused
from sources.reading.zip_members import member

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_WORKBOOK = "[Content_Types].xml"
_MOST_LAYERS = 2


def unpacked(file: Path, form: Format, limits: Limits) -> io.BufferedReader:
    """The bytes, bounded while they are read; the caller closes them. Raises Refused.

    Around a file there may be gzip or zip, or a zip archive around a gzip. A workbook is a zip archive itself.
    """
    try:
        stream = buffered(file.open("rb"), limits.unpacked_bytes)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror or error}") from error
    try:
        if stream.peek(4)[:4] in _ZIP and (inner := _out_of_archive(file, form, limits)) is not None:
            stream.close()
            stream = inner
        for _ in range(_MOST_LAYERS):
            if stream.peek(2)[:2] != _GZIP:
                break
            stream = buffered(cast("IO[bytes]", gzip.GzipFile(fileobj=stream)), limits.unpacked_bytes, stream.close)
        head = stream.peek(4)[:4]
        if head[:2] == _GZIP or (head in _ZIP and form.type != "xlsx"):
            raise Refused("is packed in an archive within another packing; pack it once")
    except BaseException:
        stream.close()
        raise
    return stream


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a zip archive, as workbooks are."""
    return head[:4] in _ZIP


def opened_archive(file: Path) -> ZipFile:
    """A zip archive, which the caller closes. Raises Refused."""
    try:
        return ZipFile(file)
    except DAMAGED as error:
        raise Refused(f"its packing is damaged ({error}); pack and send it again") from error


def _out_of_archive(file: Path, form: Format, limits: Limits) -> io.BufferedReader | None:
    """The file that is meant; None if the archive is itself what is read."""
    archive = opened_archive(file)
    try:
        if form.type == "xlsx" and _WORKBOOK in archive.namelist():
            archive.close()
            return None
        meant = member(archive, form.member)
        return buffered(archive.open(meant), limits.unpacked_bytes, archive.close)
    except DAMAGED as error:
        archive.close()
        raise Refused(f"its packing is damaged ({error}); pack and send it again") from error
    except BaseException:
        archive.close()
        raise
