"""Exports of other services: Plausible's archive of CSV files, and Matomo's reports by day.

Columns are known by their names, so that older and newer exports are read alike. Whatever is wrong refuses all of the
files, by name and line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from sources.reading.outcomes import Refused
from sources.reading.unpacking import is_archive, opened_archive
from systems.merchants.importing.daily import TOTAL, Export, Place
from systems.merchants.importing.files import ImportFileError
from systems.merchants.importing.matomo import read_matomo
from systems.merchants.importing.plausible import read_plausible
from systems.merchants.numbers import Numbers


def read_exports(paths: Sequence[Path], latest: date, advance: Callable[[int], None] = lambda _: None) -> Export:
    """What exports of one service say together. `latest`: no day may be later; `advance`: is told of bytes that were
    read, unpacked.

    Raises ImportFileError: also when two of them say different things of the same, or none has the totals of a day.
    """
    figures: dict[Place, Numbers] = {}
    product, whose = "", dict[Place, Path]()
    for path in paths:
        export = read_export(path, latest, advance)
        if product and export.product != product:
            raise ImportFileError(f"{path} is of {export.product}, {paths[0]} of {product}; import them one by one")
        product = export.product
        for place in export.figures.keys() & figures.keys():
            if export.figures[place] != figures[place]:
                raise ImportFileError(f"{path} and {whose[place]} say different things of {_spoken(place)}")
        figures |= export.figures
        whose |= dict.fromkeys(export.figures, path)
    days = {day for day, by, _ in figures if by == TOTAL}
    for place in figures:
        if place[0] not in days:
            raise ImportFileError(
                f"{whose[place]} has figures of {place[0]}, but no file has the totals of that day; "
                "import it together with the report of all visits"
            )
    return Export(product, figures, tuple(path.name for path in paths))


def read_export(path: Path, latest: date, advance: Callable[[int], None] = lambda _: None) -> Export:
    """What one export says. Raises ImportFileError."""
    try:
        with path.open("rb") as file:
            archived = is_archive(file.read(4))
        if archived:
            return read_plausible(path, latest, advance)
        export = read_matomo(path, latest)
        advance(path.stat().st_size)
        return export
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


def _spoken(place: Place) -> str:
    day, by, key = place
    return f"the totals of {day}" if by == TOTAL else f"the {by} {' '.join(key)!r} of {day}"
