"""Since when a breakdown that was added holds everything, through publications and roll backs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyiceberg.table import Table

from iceberg.begun import Begun, _since, begun_after, begun_in, newly_begun
from iceberg.bounds import cut, rows_by_breakdown
from iceberg.commits import set_properties
from iceberg.rows import of_layer
from streams.arrivals import NEVER, Arrivals
from streams.breakdowns import Layer, breakdowns
from streams.panes import Grain
from tests.definitions import BROKEN_DOWN, PAGE_VIEWS, changed
from tests.iceberg.lakes import NOON, commit, make_tables, noon, open_local

GROWN = changed("breakdowns", {"site_path": ["site", "path"], "sites": ["site"]}, "page_views")
WHOLE: dict[str, Begun | None] = {"site_path": None, "sites": None}
OLD: dict[str, Begun | None] = {"site_path": None}


@pytest.fixture
def panes(tmp_path: Path) -> Table:
    """Of a stream to which `sites` was added at 600 seconds after noon, in generation 2."""
    table = make_tables(open_local(tmp_path), GROWN)["panes"]
    set_properties(table, newly_begun(table, PAGE_VIEWS, noon(600), 2))
    return table


def replaced(panes: Table, start: int, end: int, source: dict[str, Begun | None], generation: int) -> datetime | None:
    """Since when `sites` holds everything, once a range is replaced; None: from the beginning."""
    arrivals = Arrivals(noon(start), noon(end))
    set_properties(panes, begun_after(panes, arrivals, source, noon(0), generation))
    begun = begun_in(panes.refresh(), generation).get("sites")
    return begun.since if begun else None


def test_what_was_there_from_the_beginning_has_no_beginning(tmp_path: Path) -> None:
    table = make_tables(open_local(tmp_path), GROWN)["panes"]
    assert newly_begun(table, GROWN, noon(0), 0) == newly_begun(table, None, noon(0), 0) == {}
    assert begun_in(table, 0) == {}


def test_one_that_is_added_begins_there(panes: Table) -> None:
    assert begun_in(panes, 2) == begun_in(panes, 3) == {"sites": Begun(noon(600), 300)}
    assert begun_in(panes, 1) == {"sites": Begun(NEVER, 0)}
    set_properties(panes, newly_begun(panes, PAGE_VIEWS, noon(700), 2))
    assert begun_in(panes, 2) == {"sites": Begun(noon(700), 300)}, "a handover that was done again"


def test_a_publication_moves_it_back_and_a_roll_back_forth(panes: Table) -> None:
    assert replaced(panes, 300, 600, WHOLE, 3) == noon(300)
    before = begun_in(panes, 2)
    assert replaced(panes, 300, 600, {name: before.get(name) for name in WHOLE}, 4) == noon(600)
    assert replaced(panes, 0, 900, WHOLE, 5) is None
    assert [begun_in(panes, each).get("sites") for each in range(2, 7)] == [
        Begun(noon(600), 300),
        Begun(noon(300), 300),
        Begun(noon(600), 300),
        None,
        None,
    ]


def test_what_was_made_before_it_was_there_has_none_of_it(panes: Table) -> None:
    assert replaced(panes, 0, 600, WHOLE, 3) is None
    assert replaced(panes, 200, 400, OLD, 4) == noon(400)
    assert replaced(panes, 100, 200, WHOLE, 5) == noon(400), "with a hole"
    assert replaced(panes, 100, 400, WHOLE, 6) == noon(100)


moments = st.integers(0, 9)


@given(old=st.none() | moments, start=moments, length=st.integers(1, 9), given=st.none() | moments | st.just(99))
def test_it_is_since_when_nothing_is_missing(old: int | None, start: int, length: int, given: int | None) -> None:
    """Second by second: what is held after a replacement, and the earliest from which all is."""
    end = start + length
    held = [second >= (old or 0) for second in range(20)]
    held[start:end] = [second >= (given or 0) for second in range(start, end)]
    missing = [second for second in range(20) if not held[second]]
    expected = missing[-1] + 1 if missing else 0
    found = _since(
        None if old is None else noon(old),
        Arrivals(noon(start), noon(end)),
        None if given is None else noon(given),
    )
    assert (noon(0) if found is None else found) == noon(expected)


def test_finest_panes_of_all_breakdowns_have_one_cut(tmp_path: Path) -> None:
    table = make_tables(open_local(tmp_path), BROKEN_DOWN)["panes"]
    for number, each in enumerate(breakdowns(BROKEN_DOWN)):
        for grain in each.grains:
            row = {"breakdown": each.name, "grain": str(grain), "part": each.part(grain, NOON), "messages": 1}
            times = {"window_start": NOON, "window_end": NOON, "arrived_from": noon(0)}
            until = noon(10 * number + (1000 if grain is not each.finest else 0))
            commit(table, [{**row, **times, "arrived_until": until}])
    assert [cut(table, layer) for layer in Layer] == [noon(30), noon(1010), noon(1020)]
    assert rows_by_breakdown(table, Grain.DAY) == {"site_path": 1, "sites": 1, "paths": 1, "totals": 1}
    counts = {layer: table.scan(of_layer(BROKEN_DOWN, layer)).count() for layer in Layer}
    assert counts == {Layer.FINEST: 4, Layer.HOUR: 2, Layer.DAY: 3}
