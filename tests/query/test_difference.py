"""Differences: golden statements, slices that hold every pane once, and values in the measures' own units."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iceberg.compared import Compared
from query.comparison import MOST_CHART_POINTS, chart_step, slices
from query.difference import Measured, totals_of
from query.difference_statements import (
    Panes,
    buckets_statement,
    groups_statement,
    panes_statement,
    points_statement,
    rejected_counts_statement,
    shown_columns,
    totals_statement,
)
from query.row_rules import RowRules
from query.windows import Span
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from streams.panes import Grain
from tests.definitions import HEALTH, PAGE_VIEWS, changed
from tests.golden import check_golden
from tests.query.differences import ARRIVALS, difference, pinned
from tests.query.lake_views import at
from tests.query.test_statements import GOLDEN, shown

SPAN = Span(at("4 00:00"), at("5 00:00"))

SIDES: list[tuple[str, Definition, Compared]] = [
    ("health", HEALTH, pinned()),
    ("page_views", PAGE_VIEWS, pinned("page_views", old=None)),
    ("grown", PAGE_VIEWS, pinned("page_views", unknown="visitors_distinct")),
]


def panes_of(definition: Definition, grain: Grain = Grain.MINUTE) -> Panes:
    return Panes(main_breakdown(definition), grain)


def golden(name: str) -> Path:
    return GOLDEN / "difference" / f"{name}.sql"


@pytest.mark.parametrize(
    ("name", "definition", "sides"), SIDES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_statements_render_as_golden(name: str, definition: Definition, sides: Compared) -> None:
    panes = panes_statement(definition, sides, ARRIVALS, panes_of(definition), SPAN, 100)
    check_golden(golden(f"panes_{name}"), shown(panes))
    check_golden(
        golden(f"groups_{name}"), shown(groups_statement(definition, sides, ARRIVALS, panes_of(definition), 1000))
    )


def test_counts_render_as_golden() -> None:
    check_golden(golden("buckets"), shown(buckets_statement(pinned(), ARRIVALS, panes_of(HEALTH, Grain.DAY), "day")))
    check_golden(
        golden("buckets_of_new"), shown(buckets_statement(pinned(old=None), ARRIVALS, panes_of(HEALTH), "hour"))
    )
    check_golden(golden("ledger"), shown(totals_statement(pinned(), ARRIVALS)))
    check_golden(golden("rejected"), shown(rejected_counts_statement(pinned(), ARRIVALS)))


@pytest.mark.parametrize(("step", "where"), [("minute", ()), ("hour", (("service", ("auth", "cart")),))])
def test_points_render_as_golden(step: str, where: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    points = points_statement(HEALTH, pinned(), ARRIVALS, panes_of(HEALTH), step, RowRules(where))
    check_golden(golden(f"points_by_{step}"), shown(points))


def test_empty_sides_need_no_statement() -> None:
    nothing = pinned(old=None, new=None)
    assert totals_statement(nothing, ARRIVALS) is None
    assert rejected_counts_statement(nothing, ARRIVALS) is None
    assert buckets_statement(nothing, ARRIVALS, panes_of(HEALTH, Grain.DAY), "day") is None


@given(
    counts=st.dictionaries(st.integers(0, 10_000), st.integers(1, 900), max_size=60),
    most=st.integers(1, 3_000),
)
def test_slices_hold_each_bucket_once(counts: dict[int, int], most: int) -> None:
    hour = timedelta(hours=1)
    buckets = [(at("1 00:00") + hour * place, panes) for place, panes in sorted(counts.items())]
    spans = slices(buckets, hour, most)
    held = [[panes for start, panes in buckets if span.start <= start < span.end] for span in spans]
    assert [panes for each in held for panes in each] == [panes for _, panes in buckets]
    assert all(len(each) == 1 or sum(each) <= most for each in held)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("hours", "every", "step"),
    [(0, 1, "minute"), (8, 1, "minute"), (9, 1, "hour"), (500, 1, "hour"), (501, 1, "day"), (501, 24, "month")],
)
def test_step_gives_few_points(hours: int, every: int, step: str) -> None:
    assert chart_step(at("1 00:00") + timedelta(hours=hour * every) for hour in range(hours)) == step


def test_step_counts_only_hours_with_panes() -> None:
    assert chart_step([at("1 00:00"), at("1 00:00") - timedelta(days=20_000)]) == "minute"
    assert chart_step(at("1 00:00") - timedelta(days=40 * n) for n in range(MOST_CHART_POINTS + 200)) == "year"


def test_values_are_in_own_units() -> None:
    columns = shown_columns(PAGE_VIEWS)
    assert [column.name for column in columns] == [
        "messages", "load_ms_count", "load_ms_sum", "load_ms_max", "visitors_distinct",
    ]  # fmt: skip
    old, new = totals_of(PAGE_VIEWS, columns, [10, 4, 50, 22, 3, None, None, None, None, None])
    assert new is None
    assert old is not None
    assert (old.messages, old.measures, old.distincts) == (10, {"load_ms": Measured(4, 1.25, 2.2)}, {"visitors": 3})


def test_no_value_has_no_mean() -> None:
    _, new = totals_of(PAGE_VIEWS, shown_columns(PAGE_VIEWS), [None] * 5 + [10, 0, None, None, None])
    assert new is not None
    assert (new.measures["load_ms"], new.distincts) == (Measured(0, None, None), {"visitors": 0})


def test_totals_are_kept_and_judged() -> None:
    asked = changed("measures/load_ms/total", True, "page_views")
    columns = shown_columns(asked)
    old, _ = totals_of(asked, columns, [10, 4, 50, 22, 3, None, None, None, None, None])
    assert old is not None
    assert old.as_json()["measures"]["load_ms"] == {"count": 4, "mean": 1.25, "max": 2.2, "total": "5.0"}
    assert [name for column in columns for name in column.numbers] == [
        "messages", "load_ms_count", "load_ms_mean", "load_ms_sum", "load_ms_max", "visitors_distinct",
    ]  # fmt: skip


def test_identical_means_no_number_differs() -> None:
    assert difference(identical=True).identical
    assert not difference().identical
    shape = difference().as_json()
    assert shape["panes"]["minute"]["only_new"] == 1
    assert shape["panes"]["minute"]["changes"][1]["new"] is None
    assert shape["groups"][0]["old"]["measures"]["ram"] == {"count": 100, "mean": 0.4, "max": 0.4}
