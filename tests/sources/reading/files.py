"""Files of a few bytes, written and read."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

from sources.formats import Format
from sources.limits import Limits
from sources.reading import Outcome, Row, read

NAME = "file"


def read_all(
    folder: Path, content: bytes | str, limits: Limits | None = None, **form: Any
) -> tuple[tuple[str, ...], list[Outcome]]:
    """The columns and all outcomes of a file with such a content. Raises Refused."""
    path = folder / NAME
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_path(path, limits, **form)


def read_path(path: Path, limits: Limits | None = None, **form: Any) -> tuple[tuple[str, ...], list[Outcome]]:
    """The same of a file that there is."""
    with read(path, path.name, Format(**form), limits or Limits()) as table:
        return table.columns, list(table)


def rows_of(outcomes: list[Outcome]) -> list[tuple[int, tuple[str | None, ...]]]:
    """What was accepted, all of it."""
    assert all(isinstance(outcome, Row) for outcome in outcomes), outcomes
    return [(outcome.line, outcome.values) for outcome in outcomes if isinstance(outcome, Row)]


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=compression)
    return content.getvalue()


def gzipped(content: bytes) -> bytes:
    """Packed by gzip."""
    return gzip.compress(content, mtime=0)
