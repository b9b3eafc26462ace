"""Exports of other services: Plausible's archive of CSV files, and Matomo's table of visits by day.

Columns are known by their names, so that older and newer exports are read alike. Whatever is wrong refuses all of the
file, by name and line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import ZipFile

from sources.reading.bounded import DAMAGED
from sources.reading.outcomes import Refused
from sources.reading.unpacking import is_archive, opened_archive
from sources.reading.zip_members import check_packing, files_in
from systems.merchants.filters import UNKNOWN
from systems.merchants.importing.daily import EARLIEST, LARGEST, MOST_FIGURES, TOTAL, Export, Place, added, numbered
from systems.merchants.importing.files import ImportFileError
from systems.merchants.numbers import Numbers
from systems.merchants.sources import medium_of

PLAUSIBLE, MATOMO = "Plausible", "Matomo"

MOST_BYTES = 2 << 30
"""Of an archive, unpacked."""

_LONGEST_VALUE = 1000
_NAME = re.compile(r"(?:^|/)(imported_[a-z_]+?)(?:_[0-9]{8}_[0-9]{8})?\.csv$")
_NO_VALUE = {"(none)", "Direct / None", "(not set)"}

_OF_VISITS = {"visitors": "visitors", "visits": "visits", "bounces": "bounces", "seconds": "visit_duration"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of Plausible's files. `keys`: tab → its key, of a row; `numbers`: of ours → the column of theirs."""

    numbers: Mapping[str, str]
    keys: Mapping[str, Callable[[Mapping[str, str]], tuple[str, ...]]]
    needed: tuple[str, ...] = ()


def _one(column: str) -> Callable[[Mapping[str, str]], tuple[str, ...]]:
    return lambda row: (_value(row[column]),)


def _region(row: Mapping[str, str]) -> tuple[str, ...]:
    return row["country"], row["region"].partition("-")[2] or row["region"]


def _medium(row: Mapping[str, str]) -> tuple[str, ...]:
    return (_value(row["utm_medium"]).lower() or medium_of(_value(row["source"])),)


_DEVICES = {"Laptop": "desktop", "Ultrawide": "desktop"}


def _device(row: Mapping[str, str]) -> tuple[str, ...]:
    named = _value(row["device"])
    return (_DEVICES.get(named, named.lower()),)


_KINDS: Mapping[str, _Kind] = {
    "imported_visitors": _Kind({**_OF_VISITS, "views": "pageviews"}, {TOTAL: lambda _: ()}),
    "imported_sources": _Kind(
        _OF_VISITS,
        {"source": _one("source"), "medium": _medium, "campaign": _one("utm_campaign")},
        ("source", "utm_medium", "utm_campaign"),
    ),
    "imported_pages": _Kind({"visitors": "visitors", "views": "pageviews"}, {"page": _one("page")}, ("page",)),
    "imported_entry_pages": _Kind(
        {**_OF_VISITS, "visits": "entrances"}, {"entry": _one("entry_page")}, ("entry_page",)
    ),
    "imported_exit_pages": _Kind(
        {"visitors": "visitors", "visits": "exits"}, {"exit": _one("exit_page")}, ("exit_page",)
    ),
    "imported_locations": _Kind(_OF_VISITS, {"country": _one("country"), "region": _region}, ("country", "region")),
    "imported_browsers": _Kind(_OF_VISITS, {"browser": _one("browser")}, ("browser",)),
    "imported_operating_systems": _Kind(_OF_VISITS, {"system": _one("operating_system")}, ("operating_system",)),
    "imported_devices": _Kind(_OF_VISITS, {"device": _device}, ("device",)),
    "imported_custom_events": _Kind({"visitors": "visitors", "events": "events"}, {"event": _one("name")}, ("name",)),
}
_MATOMO = {
    "visitors": "nb_uniq_visitors",
    "visits": "nb_visits",
    "bounces": "bounce_count",
    "seconds": "sum_visit_length",
}
_MATOMO_VIEWS = "nb_pageviews"


def read_export(path: Path, latest: date, advance: Callable[[int], None] = lambda _: None) -> Export:
    """What an export says. `latest`: no day may be later; `advance`: is told of bytes that were read, unpacked.

    Raises ImportFileError.
    """
    try:
        with path.open("rb") as file:
            archived = is_archive(file.read(4))
        return _plausible(path, latest, advance) if archived else _matomo(path, latest)
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except Refused as error:
        raise ImportFileError(f"{path} {error.reason}") from error


def size_of(path: Path) -> int:
    """How many bytes a file has, unpacked, as it says of itself. Raises ImportFileError."""
    try:
        with path.open("rb") as file:
            if not is_archive(file.read(4)):
                return path.stat().st_size
        with opened_archive(path) as archive:
            return sum(entry.file_size for entry in archive.infolist())
    except OSError as error:
        raise ImportFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except Refused as error:
        raise ImportFileError(f"{path} {error.reason}") from error


def _plausible(path: Path, latest: date, advance: Callable[[int], None]) -> Export:
    figures: dict[Place, Numbers] = {}
    with opened_archive(path) as archive:
        found = {
            match[1]: entry
            for entry in files_in(archive)
            if (match := _NAME.search(entry.filename)) and match[1] in _KINDS
        }
        if "imported_visitors" not in found:
            raise Refused("is no export of Plausible: it has no imported_visitors….csv")
        # Nothing is unpacked beyond what the directory says.
        if sum(entry.file_size for entry in found.values()) > MOST_BYTES:
            raise Refused(f"is larger than {MOST_BYTES:,} bytes when unpacked; export fewer days at once")
        for kind, entry in found.items():
            check_packing(entry)
            try:
                _of_kind(archive, entry.filename, _KINDS[kind], figures, latest)
            except DAMAGED as error:
                raise Refused(f"is damaged in {entry.filename} ({error}); export it anew") from error
            advance(entry.file_size)
    return Export(PLAUSIBLE, figures)


def _of_kind(archive: ZipFile, name: str, kind: _Kind, figures: dict[Place, Numbers], latest: date) -> None:
    """Adds the figures of one file."""
    with archive.open(name) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        for line, row in _rows(text, name, ("date", *kind.needed, *kind.numbers.values())):
            numbers = _numbers(row, kind.numbers, name, line)
            day = _day(row["date"], name, line, latest)
            for by, key in kind.keys.items():
                _add(figures, (day, by, key(row)), numbers)


def _matomo(path: Path, latest: date) -> Export:
    """Of `VisitsSummary.get` or `API.get` by day as CSV, which Matomo writes in UTF-16 unless it is told otherwise."""
    figures: dict[Place, Numbers] = {}
    with path.open("rb") as file:
        utf16 = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    with path.open(encoding="utf-16" if utf16 else "utf-8-sig", newline="") as text:
        for line, row in _rows(text, path.name, ("date", *_MATOMO.values())):
            if "label" in row:
                raise Refused("is a report of Matomo by something; only that of all visits (VisitsSummary.get) is read")
            views = {"views": _MATOMO_VIEWS} if _MATOMO_VIEWS in row else {}
            day = _day(row["date"], path.name, line, latest)
            _add(figures, (day, TOTAL, ()), _numbers(row, {**_MATOMO, **views}, path.name, line))
    return Export(MATOMO, figures)


def _rows(text: Iterator[str], name: str, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and row of CSV with a head that has these columns. Raises Refused."""
    reader = csv.DictReader(text, strict=True)
    try:
        if missing := [column for column in needed if column not in (reader.fieldnames or ())]:
            raise Refused(f"is no export that is known: {name} has no column {', '.join(missing)}")
        for row in reader:
            if None in row or None in row.values():
                raise Refused(f"is cut or damaged: {name}, line {reader.line_num} has another number of columns")
            yield reader.line_num, row
    except csv.Error as error:
        raise Refused(f"cannot be read: {name}, line {reader.line_num}: {error}") from error
    except UnicodeError as error:
        raise Refused(f"is not text: {name} after line {reader.line_num}: {error}") from error


def _numbers(row: Mapping[str, str], columns: Mapping[str, str], name: str, line: int) -> Numbers:
    return numbered({ours: _count(row[theirs], theirs, name, line) for ours, theirs in columns.items()})


def _count(text: str, column: str, name: str, line: int) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))):
        raise Refused(f"has what is no count: {name}, line {line}, {column}: {text[:40]!r}")
    return int(text)


def _day(text: str, name: str, line: int, latest: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"has what is no day such as 2026-03-01: {name}, line {line}: {text[:40]!r}") from None
    if not EARLIEST <= day <= latest:
        raise Refused(f"has a day that cannot be: {name}, line {line}: {text}")
    return day


def _value(text: str) -> str:
    return UNKNOWN if text in _NO_VALUE else text.replace("\0", "")[:_LONGEST_VALUE]


def _add(figures: dict[Place, Numbers], place: Place, numbers: Numbers) -> None:
    added(figures, place, numbers)
    if len(figures) > MOST_FIGURES:
        raise Refused(f"has more than {MOST_FIGURES:,} figures; export fewer days at once")
