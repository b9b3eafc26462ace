"""A guess of what kind of file a sample is and how it is written, by its first bytes."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from glob import escape
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from sources.formats import Format
from sources.guessing.dialects import dialect_of, encoding_of, is_header
from sources.limits import Limits
from sources.reading import Refused, Row, read
from sources.reading.unpacking import is_archive, opened_archive, unpacked

HEAD = 1 << 18
_ROWS = 50
_TEXTS = frozenset({".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl", ".xml", ".xlsx", ".parquet", ".gz"})


def format_of(file: Path, limits: Limits) -> Format:
    """The format that a sample seems to have. Raises Refused: it has none that is read."""
    member = _member(file)
    with unpacked(file, Format(type="xlsx", member=member), limits) as stream:
        head = stream.read(HEAD)
    if not head.strip(b"\0 \t\r\n"):
        raise Refused("is empty")
    return _form(file, head, limits, {"member": member} if member else {})


def _form(file: Path, head: bytes, limits: Limits, own: dict[str, Any]) -> Format:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PAR1"):
        return Format(type="parquet", **own)
    if is_archive(head):
        return _workbook(file, limits, own)
    if text.startswith(b"<"):
        return Format(type="xml", records=_element(text), **own)
    if text.startswith((b"{", b"[")):
        return _documents(text, len(head) == HEAD, own)
    encoding = encoding_of(head)
    lines = head.decode(encoding, "replace")
    if len(head) == HEAD:
        lines = lines[: lines.rfind("\n") + 1] or lines
    dialect = dialect_of(lines.removeprefix("\ufeff"))
    own |= {"encoding": encoding, "skip_rows": dialect.skip_rows, "header_row": dialect.header_row}
    return Format(type="csv", delimiter=dialect.delimiter, **own)


def _member(file: Path) -> str | None:
    """Of an archive of several files the largest whose name says that it may be read."""
    with file.open("rb") as begun:
        if not is_archive(begun.read(4)):
            return None
    with opened_archive(file) as archive:
        names = [entry for entry in archive.infolist() if not entry.is_dir() and "__MACOSX/" not in entry.filename]
    if len(names) < 2 or any(entry.filename == "[Content_Types].xml" for entry in names):
        return None
    readable = [entry for entry in names if Path(entry.filename).suffix.lower() in _TEXTS]
    return escape(max(readable or names, key=lambda entry: entry.file_size).filename)


def _workbook(file: Path, limits: Limits, own: dict[str, Any]) -> Format:
    """With the header in the first of the rows that have the most values."""
    form = Format(type="xlsx", header_row=0, **own)
    with read(file, "", form, limits) as table:
        rows = [outcome for outcome in islice(table, _ROWS) if isinstance(outcome, Row)]
    if not rows:
        raise Refused("has no rows in its first sheet")
    filled = [sum(value is not None for value in row.values) for row in rows]
    first = rows[filled.index(max(filled))]
    after = [[value or "" for value in row.values] for row in rows if row.line > first.line]
    headed = is_header([value or "" for value in first.values], after)
    return Format(type="xlsx", **own, skip_rows=first.line - 1, header_row=int(headed))


def _documents(text: bytes, cut: bool, own: dict[str, Any]) -> Format:
    lines = text.splitlines()
    first = _loaded(lines[0])
    if isinstance(first, dict) and (len(lines) == 1 or _loaded(lines[1]) is not None or not lines[1].strip()):
        if "resourceType" in first:
            return Format(type="fhir", **own)
        if len(lines) > 1:
            return Format(type="ndjson", **own)
    whole = _loaded(text)
    if isinstance(whole, dict) and "resourceType" in whole:
        return Format(type="fhir", **own)
    if whole is None and not cut:
        raise Refused("begins as JSON does, but is none")
    path = _longest_list(whole) if isinstance(whole, dict) else ()
    return Format(type="json", records=".".join(path) or None, **own) if path else Format(type="json", **own)


def _loaded(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _longest_list(value: dict[str, Any], levels: int = 3) -> tuple[str, ...]:
    """Keys to the longest list of objects; empty if there is none."""
    found: list[tuple[int, tuple[str, ...]]] = []
    for key, inner in value.items():
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            found.append((len(inner), (key,)))
        elif isinstance(inner, dict) and levels and (path := _longest_list(inner, levels - 1)):
            found.append((_length(inner, path), (key, *path)))
    return max(found, default=(0, ()))[1]


def _length(value: Any, path: Sequence[str]) -> int:
    for key in path:
        value = value[key]
    return len(value)


def _element(text: bytes) -> str:
    """The name of the elements that are there most often, of those nearest to the root that are there twice."""
    seen: Counter[tuple[int, str]] = Counter()
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(text), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                seen[depth, element.tag.rpartition("}")[2]] += 1
            depth += 1 if event == "start" else -1
    except DefusedXmlException:
        raise Refused("declares a DTD or entities, which are not read; send it without <!DOCTYPE …>") from None
    except (ParseError, LookupError, ValueError) as error:
        if sum(seen.values()) < 3:
            raise Refused(f"begins as XML does, but is none: {error}") from None
    repeated = [(level, -times, name) for (level, name), times in seen.items() if level and times > 1]
    if repeated:
        return min(repeated)[2]
    return max((level, name) for level, name in seen if level <= 1)[1]
