"""Panes merged by day of arrival: the same answers from fewer rows, and no range or moment cuts a merged row in two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.table import Table

from database.errors import LakeError, ReplayError
from database.replays import Replay, ReplayState
from iceberg.catalog import Catalog
from iceberg.lake_view import pin
from iceberg.maintenance import closed_until, maintained_tables
from iceberg.publishing import _check_whole
from iceberg.replay_range import ReplayRanges
from iceberg.widening import begin_widening, days_to_widen, finish_widening, widened_until
from streams.arrivals import Arrivals
from streams.breakdowns import Layer
from streams.panes import Grain
from streams.stored_definition import as_stored
from tests.iceberg.interleaved import DEFINITION, content, merged, rows_of
from tests.iceberg.lakes import NOON, commit, layer, ledger_row, make_tables, noon, open_local, pane_place

DAY = 86_400
MIDNIGHT = -DAY // 2
"""Seconds from noon to the start of that day."""

LAST = 3 * DAY


def pane(second: int, value: int, grain: Grain) -> dict[str, Any]:
    return {
        "who": "somebody",
        **pane_place(grain, NOON, hourly=True),
        "arrived_from": noon(second),
        "arrived_until": noon(second + layer(grain).arrival_seconds),
        "messages": 1,
        "value_count": 1,
        "value_sum": value,
        "value_min": value,
        "value_max": value,
        "value_max_at": noon(value),
    }


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Messages of one minute that arrived on three days, and two more days on which nothing new did."""
    catalog = open_local(tmp_path)
    make_tables(catalog, DEFINITION)
    tables = maintained_tables(catalog, "made")
    seconds = [0, 600, 1200, DAY, DAY + 600, 2 * DAY, LAST, LAST + 600]
    for grain in (Grain.MINUTE, Grain.DAY):
        commit(tables["panes"], [pane(second, number, grain) for number, second in enumerate(seconds)], "a", 1)
    commit(tables["ledger"], [ledger_row(second) for second in seconds], "a", 1)
    commit(tables["ledger"], [ledger_row(LAST + 1200)], "a", 2)
    commit(tables["panes"], [], "a", 2)
    yield catalog
    catalog.close()


def day(number: int) -> Arrivals:
    start = noon(MIDNIGHT + number * DAY)
    return Arrivals(start, start + timedelta(days=1))


def panes(catalog: Catalog, grain: Grain = Grain.MINUTE) -> tuple[Table, list[dict[str, Any]]]:
    table = catalog.load_table(("made", "panes"))
    rows = rows_of(table, table.metadata.current_snapshot_id)
    return table, [row for row in rows if row["grain"] == grain]


def widen(catalog: Catalog, grain: Grain, arrivals: Arrivals, *, lost: int = 0) -> None:
    """With Trino's merge replaced by sums of our own."""
    task = begin_widening(catalog, "made", layer(grain), arrivals)
    _, rows = panes(catalog, grain)
    arrived = [row for row in rows if arrivals.start <= row["arrived_from"] < arrivals.end]
    peak = max(arrived, key=lambda row: row["value_max"])
    one = {
        "who": "somebody",
        **pane_place(grain, NOON, hourly=True),
        "arrived_from": arrivals.start,
        "arrived_until": arrivals.end,
        "messages": sum(row["messages"] for row in arrived) - lost,
        "value_count": sum(row["value_count"] for row in arrived),
        "value_sum": sum(row["value_sum"] for row in arrived),
        "value_min": min(row["value_min"] for row in arrived),
        "value_max": peak["value_max"],
        "value_max_at": peak["value_max_at"],
    }
    commit(catalog.load_table((task.namespace, "panes")), [one])
    finish_widening(catalog, task, 1 << 26)


def replay(state: ReplayState, *seconds: int) -> Replay:
    return Replay(1, "made", state, Arrivals(*map(noon, seconds)), {}, as_stored(DEFINITION), NOON, "tester")


def test_old_days_are_merged(catalog: Catalog) -> None:
    table, _ = panes(catalog)
    before = noon(MIDNIGHT + 2 * DAY)
    assert days_to_widen(table, Layer.FINEST, before, []) == [day(0), day(1)]
    assert days_to_widen(table, Layer.FINEST, day(0).start, []) == []
    assert days_to_widen(table, Layer.FINEST, before, [], most=1) == [day(0)]


def test_days_of_replays_are_left_alone_until_dropped(catalog: Catalog) -> None:
    before = noon(MIDNIGHT + 2 * DAY)
    table, _ = panes(catalog)
    for state in set(ReplayState) - {ReplayState.DROPPED}:
        assert days_to_widen(table, Layer.FINEST, before, [replay(state, 600, 1200)]) == [day(1)]
    widen(catalog, Grain.MINUTE, day(1))
    table, _ = panes(catalog)
    assert days_to_widen(table, Layer.FINEST, before, []) == []
    assert days_to_widen(table, Layer.FINEST, before, [replay(ReplayState.DROPPED, 600, 1200)]) == [day(0)]


@pytest.mark.parametrize("grain", [Grain.MINUTE, Grain.DAY])
def test_merged_panes_answer_the_same(catalog: Catalog, grain: Grain) -> None:
    _, before = panes(catalog, grain)
    for number in (0, 1):
        widen(catalog, grain, day(number))
    table, after = panes(catalog, grain)
    assert (len(before), len(after)) == (8, 5)
    assert merged(after) == merged(before)
    untouched = [row for row in before if row["arrived_from"] >= day(2).start]
    assert content(after) >= content(untouched)
    assert widened_until(table, layer(grain)) == day(1).end
    assert days_to_widen(table, layer(grain), day(2).start, []) == []
    assert not catalog.table_exists(("made-widened", "panes"))


def test_lost_messages_are_noticed(catalog: Catalog) -> None:
    _, before = panes(catalog)
    with pytest.raises(LakeError, match="hold 3 messages, merged 2"):
        widen(catalog, Grain.MINUTE, day(0), lost=1)
    assert content(panes(catalog)[1]) == content(before)
    widen(catalog, Grain.MINUTE, day(0))  # what was left of the first does no harm
    assert merged(panes(catalog)[1]) == merged(before)


def test_an_interruption_after_the_commit_loses_no_file(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(catalog, "drop_table", lambda *_: None)
        widen(catalog, Grain.MINUTE, day(0))
    _, before = panes(catalog)
    widen(catalog, Grain.MINUTE, day(1))
    table, after = panes(catalog)
    assert merged(after) == merged(before)
    assert all(Path(task.file.file_path.removeprefix("file://")).exists() for task in table.scan().plan_files())


@pytest.mark.parametrize("grains", [[Grain.MINUTE], [Grain.MINUTE, Grain.DAY]])
def test_answers_say_what_can_be_told(catalog: Catalog, grains: list[Grain]) -> None:
    """Also while only one of the grains is merged; nothing changes for moments of other days."""
    for grain in grains:
        widen(catalog, grain, day(0))
    view = pin(catalog, "made")
    for asked, rounded in ((600, MIDNIGHT), (MIDNIGHT, MIDNIGHT), (DAY + 1, DAY + 1), (LAST + 7, LAST + 7)):
        assert view.rounded_down(noon(asked)) == noon(rounded)
        assert view.known_until(noon(asked)) == noon(rounded // 10 * 10)


def test_a_replay_takes_in_whole_days(catalog: Catalog) -> None:
    for grain in (Grain.MINUTE, Grain.DAY):
        widen(catalog, grain, day(0))
    for start, end, widened in (
        (600, 1200, (MIDNIGHT, MIDNIGHT + DAY)),
        (DAY, DAY + 10, (DAY, DAY + 600)),
        (1200, DAY, (MIDNIGHT, DAY)),
    ):
        assert ReplayRanges(catalog, "made").between(noon(start), noon(end)) == Arrivals(*map(noon, widened))


def test_a_replay_of_before_is_not_published_across_merged_days(catalog: Catalog) -> None:
    """It was begun while the day was merged, so that its range is of rows that are no longer there."""
    tables = maintained_tables(catalog, "made")
    inside = replay(ReplayState.STAGED, 600, 1200)
    _check_whole(tables["panes"], inside)
    widen(catalog, Grain.DAY, day(0))
    tables = maintained_tables(catalog, "made")
    with pytest.raises(ReplayError, match=r"12:10:00Z were merged by day since; drop replay 1"):
        _check_whole(tables["panes"], inside)
    for seconds in ((MIDNIGHT, MIDNIGHT + DAY), (DAY, DAY + 600)):
        _check_whole(tables["panes"], replay(ReplayState.STAGED, *seconds))


def test_only_what_is_complete_is_closed(catalog: Catalog) -> None:
    closed = closed_until(maintained_tables(catalog, "made"))
    assert closed == {
        "panes": noon(LAST + 1200),
        "ledger": noon(LAST + 1200),
        "rejected": noon(LAST + 1200),
    }
    tables = maintained_tables(catalog, "made")
    commit(tables["ledger"], [ledger_row(LAST + 2400)], "a", 3)
    assert closed_until(tables)["ledger"] == noon(LAST + 2400)
    assert closed_until(tables)["panes"] == noon(LAST + 1200)


def test_nothing_is_closed_before_it_is_settled(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    make_tables(catalog, DEFINITION)
    tables = maintained_tables(catalog, "made")
    commit(tables["ledger"], [ledger_row(0)], "a", 1)
    assert closed_until(tables) == {}
    catalog.close()
