"""Merging is associative: panes of panes hold what panes of messages do, in whatever parts they were merged before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from query.aggregates import merged_columns
from streams.aggregates import AGGREGATES, ColumnType
from streams.panes import PaneColumn

COLUMNS = [
    PaneColumn(each.column("m"), each, "m")
    for each in AGGREGATES
    if each.of == "measure" and each.type is not ColumnType.BYTES  # sketches are Trino's own
]
TYPES = {ColumnType.LONG: "bigint", ColumnType.TIME: "timestamptz"}
Pane = dict[str, Any]


def pane(value: int | None, second: int = 0, *, asked: bool = True) -> Pane:
    """Of one message; of none without a value. Not `asked`: before it was of the columns that options ask for."""

    def held(column: PaneColumn) -> Any:
        if value is None or (column.aggregate.option and not asked):
            return None
        return f"2026-01-01 00:00:{second:02}+00" if column.type is ColumnType.TIME else value

    return {column.name: held(column) for column in COLUMNS} | {"m_count": 0 if value is None else 1}


def merged(panes: Sequence[Pane]) -> Pane:
    """By DuckDB, which reads these forms as Trino does."""
    row = f"({', '.join(f'cast(? as {TYPES[column.type]})' for column in COLUMNS)})"
    values = [each[column.name] for each in panes for column in COLUMNS]
    names, forms = ", ".join(column.name for column in COLUMNS), merged_columns(COLUMNS, "state")
    rows = f"(values {', '.join([row] * len(panes))}) as panes({names})"
    [merged_values] = duckdb.execute(f"select {', '.join(form.sql for form in forms)} from {rows}", values).fetchall()
    return {column.name: value for column, value in zip(COLUMNS, merged_values, strict=True)}


PANES = st.builds(pane, st.none() | st.integers(-2, 2), st.integers(0, 3), asked=st.booleans())


@settings(max_examples=50)
@given(st.lists(st.lists(PANES, min_size=1), min_size=1))
def test_parts_merge_to_what_all_do(parts: list[list[Pane]]) -> None:
    assert merged([merged(part) for part in parts]) == merged([each for part in parts for each in part])


def test_the_earliest_of_equal_peaks_wins() -> None:
    peak = merged([pane(1, 1), pane(2, 5), pane(2, 3), pane(2, 4), pane(None)])
    assert (peak["m_count"], peak["m_sum"], peak["m_min"], peak["m_max"]) == (4, 7, 1, 2)
    assert peak["m_max_at"].second == 3


def test_the_earliest_of_equal_minima_wins_and_is_not_said_where_a_pane_does_not() -> None:
    known = [pane(2, 1), pane(1, 5), pane(1, 3), pane(1, 4), pane(None)]
    assert merged(known)["m_min_at"].second == 3
    assert merged([*known, pane(2, asked=False)])["m_min_at"].second == 3
    assert merged([*known, pane(1, asked=False)])["m_min_at"] is None
    assert merged([*known, pane(0, asked=False)])["m_min_at"] is None
