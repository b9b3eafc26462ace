"""Plausible's export: an archive of CSV files, each of sums of days by one thing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import ZipFile

from sources.reading.bounded import DAMAGED
from sources.reading.outcomes import Refused
from sources.reading.unpacking import opened_archive
from sources.reading.zip_members import check_packing, files_in
from systems.merchants.importing.csv_rows import Row, add, day_of, numbers_of, rows, value_of
from systems.merchants.importing.daily import TOTAL, Export, Place
from systems.merchants.numbers import Numbers
from systems.merchants.sources import medium_of

PLAUSIBLE = "Plausible"

MOST_BYTES = 2 << 30
"""Of an archive, unpacked."""

_NAME = re.compile(r"(?:^|/)(imported_[a-z_]+?)(?:_[0-9]{8}_[0-9]{8})?\.csv$")

_OF_VISITS = {"visitors": "visitors", "visits": "visits", "bounces": "bounces", "seconds": "visit_duration"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of Plausible's files. `keys`: tab → its key, of a row; `numbers`: of ours → the column of theirs."""

    numbers: Mapping[str, str]
    keys: Mapping[str, Callable[[Row], tuple[str, ...]]]
    needed: tuple[str, ...] = ()


def _one(column: str) -> Callable[[Row], tuple[str, ...]]:
    return lambda row: (value_of(row[column]),)


def _region(row: Row) -> tuple[str, ...]:
    return row["country"], row["region"].partition("-")[2] or row["region"]


def _medium(row: Row) -> tuple[str, ...]:
    return (value_of(row["utm_medium"]).lower() or medium_of(value_of(row["source"])),)


_DEVICES = {"Laptop": "desktop", "Ultrawide": "desktop"}


def _device(row: Row) -> tuple[str, ...]:
    named = value_of(row["device"])
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


def read_plausible(path: Path, latest: date, advance: Callable[[int], None]) -> Export:
    """What an archive says. Raises Refused and OSError."""
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
    return Export(PLAUSIBLE, figures, (path.name,))


def _of_kind(archive: ZipFile, name: str, kind: _Kind, figures: dict[Place, Numbers], latest: date) -> None:
    """Adds the figures of one file."""
    with archive.open(name) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
        for line, row in rows(text, name, ("date", *kind.needed, *kind.numbers.values())):
            numbers = numbers_of(row, kind.numbers, name, line)
            day = day_of(row["date"], name, line, latest)
            for by, key in kind.keys.items():
                add(figures, (day, by, key(row)), numbers)
