"""Which arrivals a replay can replace: whole rows, of what is complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from database.errors import ReplayError
from iceberg.catalog import Catalog
from iceberg.replay_range import ReplayRanges
from streams.arrivals import Arrivals
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, day_row, ledger_row, make_tables, noon, open_local, pane_row


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Complete up to 1,260 s after noon; day panes up to 1,200, or beyond for two of their windows."""
    catalog = open_local(tmp_path)
    tables = make_tables(catalog, HEALTH)
    for number, seconds in enumerate((range(0, 1200, 10), range(1200, 1260, 10)), start=1):
        commit(tables["ledger"], [ledger_row(second) for second in seconds], "a", number)
        commit(tables["panes"], [pane_row(second) for second in seconds], "a", number)
    commit(tables["panes"], [day_row(0), day_row(600)], "a", 2)
    return catalog


def test_default_is_all_that_is_complete(catalog: Catalog) -> None:
    assert ReplayRanges(catalog, "health").between(None, None) == Arrivals(noon(0), noon(1260))


@pytest.mark.parametrize(
    ("start", "end", "widened"),
    [
        pytest.param(603, 1200, (600, 1200), id="a window of minute panes is whole"),
        pytest.param(0, 595, (0, 600), id="so is one of day panes at the end"),
        pytest.param(700, 710, (600, 1200), id="and on both sides"),
        pytest.param(1215, 1241, (1210, 1250), id="where there are no day panes yet"),
        pytest.param(-500, 600, (-500, 600), id="before the first message"),
    ],
)
def test_ranges_are_widened_to_whole_rows(catalog: Catalog, start: float, end: float, widened: tuple[int, int]) -> None:
    assert ReplayRanges(catalog, "health").between(noon(start), noon(end)) == Arrivals(*map(noon, widened))


def test_day_panes_beyond_what_is_complete_do_not_widen(catalog: Catalog) -> None:
    """The live job may have committed them a moment before the rest."""
    commit(catalog.load_table(("health", "panes")), [day_row(1200)], "a", 3)
    assert ReplayRanges(catalog, "health").between(noon(0), None) == Arrivals(noon(0), noon(1260))


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (0, 1261, r"before 2026-03-01T12:21:10Z is not complete yet; the latest --to-time is now 2026-03-01T12:21:00Z"),
        (700, 600, r"no message arrived in 2026-03-01T12:11:40Z to 2026-03-01T12:10:00Z"),
    ],
)
def test_refuses_other_ranges(catalog: Catalog, start: float, end: float, reason: str) -> None:
    with pytest.raises(ReplayError, match=reason):
        ReplayRanges(catalog, "health").between(noon(start), noon(end))


def test_offsets_are_found_by_the_ledger(catalog: Catalog) -> None:
    ranges = ReplayRanges(catalog, "health")
    assert ranges.arrival_of({0: 605}) == Arrivals(noon(600), noon(610))
    assert ranges.offsets(Arrivals(noon(600), noon(700))) == {0: (600, 700)}
    with pytest.raises(ReplayError, match="holds no offset 5 of partition 1"):
        ranges.arrival_of({1: 5})


def test_nothing_is_complete_in_an_empty_lake(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    make_tables(catalog, HEALTH)
    with pytest.raises(ReplayError, match="nothing that is complete yet"):
        ReplayRanges(catalog, "health").between(None, None)
