"""Replacing the rows of a range: exactly those, in one commit, at most once, beside others who append."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyiceberg.table import Table

from iceberg.apply import GENERATION_PROPERTY
from iceberg.bounds import cut
from iceberg.catalog import Catalog
from iceberg.replacement import Ranges, Replaced, Source, replace
from streams.arrivals import Arrivals
from streams.breakdowns import Layer
from streams.panes import Grain
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, make_tables, noon, open_local, pane_row, rejected_row

RANGE = Arrivals(noon(100), noon(200))
MINUTES: Ranges = {Layer.FINEST: RANGE}


def tables_of(catalog: Catalog, name: str, table: str = "panes") -> Table:
    return make_tables(catalog, HEALTH.model_copy(update={"name": name}))[table]


def append(table: Table, seconds: Iterable[int], messages: int = 1) -> None:
    commit(table, [{**pane_row(second), "messages": messages} for second in seconds])


def rows(table: Table) -> list[tuple[datetime, int]]:
    table.refresh()
    panes = table.scan(selected_fields=("arrived_from", "messages")).to_arrow()
    return sorted(zip(panes["arrived_from"].to_pylist(), panes["messages"].to_pylist(), strict=True))


def expected(old: Iterable[int], new: Iterable[int]) -> list[tuple[datetime, int]]:
    return sorted([(noon(second), 1) for second in old] + [(noon(second), 2) for second in new])


def state_of(table: Table) -> Source:
    return Source(table, table.metadata.current_snapshot_id)


def test_replaces_the_rows_of_the_range_alone(catalog: Catalog) -> None:
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    append(live, range(0, 300, 10))
    append(live, range(100, 200, 10))
    append(staged, range(100, 150, 10), messages=2)
    done = replace(live, MINUTES, state_of(staged), generation=1)
    assert done == Replaced(removed=20, added=5)
    assert rows(live) == expected([*range(0, 100, 10), *range(200, 300, 10)], range(100, 150, 10))
    assert live.properties[GENERATION_PROPERTY] == "1"


def test_grains_are_replaced_in_one_commit_each_in_its_range(catalog: Catalog) -> None:
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    commit(live, [pane_row(110), pane_row(160), *(pane_row(at, grain=Grain.DAY) for at in (110, 160))])
    commit(
        staged,
        [{**pane_row(at, grain=grain), "messages": 2} for at in (110, 160) for grain in (Grain.MINUTE, Grain.DAY)],
    )
    before = len(live.metadata.snapshots)
    done = replace(live, {**MINUTES, Layer.DAY: Arrivals(noon(100), noon(150))}, state_of(staged), generation=1)
    assert (done, len(live.metadata.snapshots)) == (Replaced(3, 3), before + 1)
    panes = live.scan(selected_fields=("grain", "arrived_from", "messages")).to_arrow().to_pylist()
    assert sorted((row["grain"], row["arrived_from"], row["messages"]) for row in panes) == [
        ("day", noon(110), 2),
        ("day", noon(160), 1),
        ("minute", noon(110), 2),
        ("minute", noon(160), 2),
    ]


def test_whole_files_move_as_they_are(catalog: Catalog) -> None:
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    append(live, [0])
    append(live, [100, 190])
    append(staged, [100, 110], messages=2)
    replace(live, MINUTES, state_of(staged), generation=1)
    files = {task.file.file_path for task in live.scan().plan_files()}
    assert {task.file.file_path for task in staged.scan().plan_files()} < files
    assert len(files) == 2


def test_nothing_is_done_twice(catalog: Catalog) -> None:
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    append(live, [100])
    append(staged, [100, 110], messages=2)
    first = replace(live, MINUTES, state_of(staged), generation=1)
    snapshots = len(live.metadata.snapshots)
    assert replace(live, MINUTES, state_of(staged), generation=1) == first
    assert len(live.metadata.snapshots) == snapshots


def test_an_empty_range_raises_the_generation(catalog: Catalog) -> None:
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    assert replace(live, MINUTES, state_of(staged), generation=3) == Replaced(0, 0)
    assert live.properties[GENERATION_PROPERTY] == "3"


def test_table_stays_complete_where_rows_vanish(catalog: Catalog) -> None:
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    append(live, [100, 190])
    replace(live, MINUTES, state_of(staged), generation=1)
    assert rows(live) == []
    assert cut(live, Layer.FINEST) == noon(200)


def test_keeps_what_others_append_meanwhile(catalog: Catalog) -> None:
    """The other's commit lands after ours was made and before it is committed."""
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    append(live, [100])
    append(staged, [110], messages=2)
    stale = catalog.load_table(live.name())
    append(live, [300])
    replace_once = replace(_first_stale(stale), MINUTES, state_of(staged), generation=1)
    assert replace_once == Replaced(1, 1)
    assert rows(live) == expected([300], [110])


def _first_stale(table: Table) -> Table:
    """A table whose first refresh is skipped."""

    def refresh() -> Table:
        del table.refresh
        return table

    table.refresh = refresh  # type: ignore[method-assign]
    return table


def test_rejected_messages_go_by_their_own_arrival(catalog: Catalog) -> None:
    live, staged = tables_of(catalog, "live", "rejected"), tables_of(catalog, "staged", "rejected")
    commit(live, [rejected_row(99.999, 0, 1), rejected_row(100, 0, 2), rejected_row(199.999, 0, 3)])
    commit(live, [rejected_row(200, 0, 4)])
    commit(staged, [rejected_row(150, 0, 9)])
    assert replace(live, {None: RANGE}, state_of(staged), generation=1) == Replaced(2, 1)
    assert sorted(live.scan().to_arrow()["offset"].to_pylist()) == [1, 4, 9]


seconds = st.lists(st.integers(0, 29).map(lambda n: n * 10), max_size=12)


@settings(max_examples=8, deadline=None)
@given(commits=st.lists(seconds, max_size=4), fresh=seconds, later=seconds)
def test_putting_back_restores_the_rows(
    tmp_path_factory: pytest.TempPathFactory, commits: list[list[int]], fresh: list[int], later: list[int]
) -> None:
    catalog = open_local(tmp_path_factory.mktemp("lake"))
    live, staged = tables_of(catalog, "live"), tables_of(catalog, "staged")
    for batch in commits:
        append(live, batch)
    before = state_of(catalog.load_table(live.name()))
    content = rows(live)
    append(staged, [second for second in fresh if 100 <= second < 200], messages=2)
    replace(live, MINUTES, state_of(staged), generation=1)
    append(live, [second + 300 for second in later])
    replace(live, MINUTES, before, generation=2)
    assert rows(live) == sorted(content + expected([second + 300 for second in later], []))
