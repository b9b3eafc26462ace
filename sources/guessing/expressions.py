"""Expressions that turn a column into a field of a message, by how its values look. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sources.drift.fingerprints import ColumnPrint
from sources.drift.shapes import DATES

MIDNIGHT = " || 'T00:00:00Z'"
_FORMATS = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYYMMDD": "%Y%m%d",
    "N/N/YYYY": "%m/%d/%Y",
    "N/N/YY": "%m/%d/%y",
    "N.N.YYYY": "%d.%m.%Y",
    "N-N-YYYY": "%m-%d-%Y",
    "N/N/YYYY hh:mm": "%m/%d/%Y",
    "N/N/YY hh:mm": "%m/%d/%y",
    "YYYY-MM-DD hh:mm": "%Y-%m-%d",
}
_CLOCK = re.compile(r"(,?[T ])[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?(.*)")


def is_date(column: ColumnPrint) -> bool:
    """Whether its values look like dates or moments."""
    return bool(column.shapes) and {*column.shapes} <= DATES


def time_expression(name: str, column: ColumnPrint, example: str) -> str:
    """A moment in RFC 3339; a day is its midnight in UTC."""
    shapes = [shape for shape in column.shapes if shape in DATES]
    clock = _CLOCK.search(example)
    if not clock:
        formats = [_ordered(_FORMATS[shape], column.order) for shape in shapes] or ["%Y-%m-%d"]
        return day(name, formats) + MIDNIGHT
    space, seconds, fraction, zone = clock.groups()
    if space == "T" and re.fullmatch(r"Z|[+-][0-9]{2}:[0-9]{2}", zone):
        return name
    rest = f"{space}%H:%M" + ("%S".join((":", "")) if seconds else "") + (".%f" if fraction else "")
    return _called("moment", name, [_ordered(_FORMATS[shape], column.order) + rest for shape in shapes], "")


def day(name: str, formats: Sequence[str]) -> str:
    """A day as YYYY-MM-DD."""
    return _called("day", name, formats, "%Y-%m-%d")


def number_expression(name: str, column: ColumnPrint, *, whole: bool) -> str:
    """A number as JSON has it."""
    return (
        f"whole({name})" if whole and {*column.shapes} <= {"whole number", "digits after zeros"} else f"number({name})"
    )


def doubtful(column: ColumnPrint) -> bool:
    """Whether its dates do not show which comes first, day or month."""
    return any(shape.startswith("N") and "." not in shape for shape in column.shapes) and not column.order


def _called(function: str, name: str, formats: Sequence[str], usual: str) -> str:
    listed = ", ".join(f"'{each}'" for each in dict.fromkeys(formats))
    if listed == f"'{usual}'":
        return f"{function}({name})"
    return f"{function}({name}, {listed})" if "," not in listed else f"{function}({name}, [{listed}])"


def _ordered(written: str, order: str) -> str:
    """The format with what the values show to be first."""
    first, second = ("%d", "%m") if order == "day first" else ("%m", "%d")
    if not order or written.startswith("%Y"):
        return written
    return re.sub(r"^%[md](.)%[md]", rf"{first}\1{second}", written)
