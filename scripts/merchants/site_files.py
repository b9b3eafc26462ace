"""Files of sites: a JSON object a line, or CSV with a head. Read twice: all of it is checked before any is put."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streams.errors import WindowpaneError
from systems.merchants.entries import MOST_ENTRIES, SiteEntry, read_entry
from systems.merchants.errors import InvalidSiteError

_LISTS = ("origins", "members")
_FLAGS = {"true": True, "false": False}


class SiteFileError(WindowpaneError):
    """A file of sites cannot be read, or has sites that cannot be; nothing was changed."""


def check_file(path: Path) -> int:
    """How many sites a file has. Raises SiteFileError that names the line of what is wrong."""
    lines = dict[str, int]()
    for number, entry in read_file(path):
        name = entry.change.name
        if name in lines:
            raise SiteFileError(f"{path}, line {number}: {name} is in line {lines[name]} too")
        lines[name] = number
    if not lines:
        raise SiteFileError(f"{path} has no site")
    return len(lines)


def batches(path: Path) -> Iterator[list[SiteEntry]]:
    """All sites of a file, so many as go into one transaction at once. Raises SiteFileError."""
    entries = (entry for _, entry in read_file(path))
    while batch := list(itertools.islice(entries, MOST_ENTRIES)):
        yield batch


def read_file(path: Path) -> Iterator[tuple[int, SiteEntry]]:
    """Line and site. Raises SiteFileError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = _csv_rows(path, file) if path.suffix.lower() == ".csv" else _json_rows(path, file)
            for number, row in rows:
                try:
                    yield number, read_entry(row)
                except InvalidSiteError as error:
                    raise SiteFileError(f"{path}, line {number}: {error}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SiteFileError(f"{path} cannot be read: {error}") from None


def _json_rows(path: Path, file: Iterator[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError:
                raise SiteFileError(f"{path}, line {number}: is no JSON object") from None


def _csv_rows(path: Path, file: Iterator[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Of a column that is empty nothing is said; of lists the values have blanks between them."""
    reader = csv.DictReader(file, strict=True)
    for row in reader:
        if None in row or None in row.values():
            raise SiteFileError(f"{path}, line {reader.line_num}: has another number of columns than the head")
        given = {name: value for name, value in row.items() if value}
        yield reader.line_num, {name: _of_csv(name, value) for name, value in given.items()}


def _of_csv(name: str, value: str) -> Any:
    if name == "respect_dnt":
        return _FLAGS.get(value, value)
    return value.split() if name in _LISTS else value
