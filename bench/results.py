"""Results of contenders, and whether they are the oracle's: to the last digit, estimates within bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pyarrow import csv

from bench.peer_programs.task import DISTINCT, MEASURES, QUANTILES, SCALE
from query.answers import SeriesAnswer
from query.groups import Group

Key = tuple[str, int]
Rows = Mapping[Key, Mapping[str, Any]]
"""Service and minute (its start in milliseconds) → the columns of `task.columns`, or of the oracle."""

_DISTINCT_ERROR = 0.1


def read(output: Path) -> Rows:
    """What a program wrote: one file or several."""
    rows: dict[Key, Mapping[str, Any]] = {}
    for file in sorted(output.glob("**/*.csv")):
        for row in csv.read_csv(file).to_pylist():
            rows[row.pop("service"), row.pop("minute")] = row
    return rows


def of_answer(answer: SeriesAnswer) -> Rows:
    """Our own answer by service and minute, in the same form."""
    return {
        (group.key[0], round(point.at.timestamp() * 1000)): of_group(group)
        for point in answer.points
        for group in point.groups
    }


def of_group(group: Group) -> Mapping[str, Any]:
    """One group of our own answer: the columns of `task.columns` after the key."""
    return dict(_columns(group))


def _columns(group: Group) -> Iterable[tuple[str, Any]]:
    yield "messages", group.messages
    for measure in MEASURES:
        measured = group.parts[measure]
        yield f"{measure}_sum", round(measured["mean"] * measured["count"] * SCALE)
        yield f"{measure}_min", round(measured["min"] * SCALE)
        yield f"{measure}_max", round(measured["max"] * SCALE)
        yield f"{measure}_max_at", round(measured["max_at"].timestamp() * 1000)
        for name, part in QUANTILES.items():
            if "quantiles" in measured:
                yield f"{measure}_{name}", round(measured["quantiles"][repr(part)] * SCALE, 6)
    if DISTINCT in group.parts:
        yield DISTINCT, group.value(DISTINCT, "distinct")


def difference(rows: Rows, oracle: Rows) -> str | None:
    """The first way in which a result is not the oracle's, in one line; None if it is right."""
    for key in oracle:
        if key not in rows:
            return f"lacks {_named(key)} ({len(oracle)} rows expected, {len(rows)} found)"
    for key, row in rows.items():
        if key not in oracle:
            return f"has {_named(key)}, which does not exist ({len(oracle)} rows expected, {len(rows)} found)"
        for column, wanted in _expected(oracle[key]):
            if column not in row:
                return f"lacks the column {column}"
            low, high = wanted
            if row[column] is None or not low <= row[column] <= high:
                expected = f"{low}" if low == high else f"{low} to {high}"
                return f"{column} of {_named(key)} is {row[column]}, not {expected}"
    return None


def _expected(row: Mapping[str, Any]) -> Iterable[tuple[str, tuple[float, float]]]:
    """Each column with the least and the most that it may be."""
    for column, value in row.items():
        if column == DISTINCT:
            room = max(2.0, value * _DISTINCT_ERROR)
            yield column, (value - room, value + room)
        elif column.endswith("_low"):
            yield column.removesuffix("_low"), (value, row[column.removesuffix("_low") + "_high"])
        elif not column.endswith("_high"):
            yield column, (value, value)


def _named(key: Key) -> str:
    return f"{key[0]} at {key[1]}"
