"""Retention takes whole parts and days by one commit each, of past states too, and nothing that is needed yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.manifest import ManifestEntryStatus
from pyiceberg.table import Table

from iceberg.bounds import cut
from iceberg.catalog import Catalog
from iceberg.errors import LostStateError
from iceberg.expiry import expired_at, expiry
from iceberg.kept import MOST_RANGES, begun_without, kept_from, noting, taken
from iceberg.lake_view import pin
from iceberg.maintenance import maintained_tables
from iceberg.past_states import keep_state
from iceberg.replacement import Ranges, Source, replace
from iceberg.resume import resume_point
from iceberg.retention import Horizon, horizons, outdated, settle, take_from_tags, take_outdated
from streams.arrivals import Arrivals
from streams.breakdowns import Layer
from streams.definition import Definition
from streams.definition_files import parse_definition
from streams.panes import Grain
from tests.definitions import HEALTH, edited, raw
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, open_local, pane_place

LATER = datetime(9000, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
EVENTS = (datetime(2026, 1, 20, 8, 5, tzinfo=UTC), datetime(2026, 2, 27, 23, 59, tzinfo=UTC), noon(0))
"""When the messages happened, of which one for each arrives at noon, and one for each ten minutes later."""


def keeping(**periods: str) -> Definition:
    return parse_definition(edited(edited(raw(), "retention", periods), "events", True), "health.toml")


KEPT = keeping(minutes="9 days", days="30 days", rejected="9 days", events="1 day")


def pane(grain: Grain, event: datetime, second: int) -> dict[str, Any]:
    length = 600 if grain is Grain.DAY else 10
    return {
        "service": "cart",
        **pane_place(grain, event, hourly=False),
        "arrived_from": noon(second),
        "arrived_until": noon(second + length),
        "messages": 1,
    }


def message(second: float, partition: int = 0) -> dict[str, Any]:
    return {"partition": partition, "offset": int(second), "arrived": noon(second)}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """A stream whose job has committed four times; rollups count what arrived in the first twenty minutes."""
    catalog = open_local(tmp_path)
    tables = make_tables(catalog, KEPT)
    for number in range(4):
        second = 600 * number
        commit(tables["ledger"], [ledger_row(second)], "a", number)
        minutes = [pane(Grain.MINUTE, event, second) for event in EVENTS]
        days = [pane(Grain.DAY, event, second) for event in EVENTS] if number < 2 else []
        commit(tables["panes"], minutes + days, "a", number)
        commit(tables["rejected"], [{**message(second), "reason": "too large"}], "a", number)
        commit(tables["events"], [message(second)], "a", number)
    yield catalog
    catalog.close()


def tables(catalog: Catalog) -> dict[str, Table]:
    return maintained_tables(catalog, HEALTH.name)


def held(table: Table, snapshot: int | None = None) -> list[tuple[str, int]]:
    """Part and second of arrival of all panes."""
    rows = table.refresh().scan(selected_fields=("part", "arrived_from"), snapshot_id=snapshot).to_arrow().to_pylist()
    return sorted((row["part"], round((row["arrived_from"] - noon(0)).total_seconds())) for row in rows)


def test_horizons_are_starts_of_days_and_months() -> None:
    assert horizons(KEPT, NOW) == (
        Horizon("panes", Grain.MINUTE, datetime(2026, 3, 1, tzinfo=UTC)),
        Horizon("panes", Grain.DAY, datetime(2026, 2, 1, tzinfo=UTC)),
        Horizon("rejected", None, datetime(2026, 3, 1, tzinfo=UTC)),
        Horizon("events", None, datetime(2026, 3, 9, tzinfo=UTC)),
    )
    assert horizons(HEALTH, NOW) == ()


def test_whole_parts_go_once_rollups_have_counted_them(catalog: Catalog) -> None:
    panes = tables(catalog)["panes"]
    before = resume_point(catalog, HEALTH.name)
    planned = outdated(tables(catalog), horizons(KEPT, NOW))
    commits = len(panes.metadata.snapshots)
    done = take_outdated(tables(catalog), horizons(KEPT, NOW))
    assert done == planned
    assert [(each.name, each.parts, each.files, each.rows) for each in done if each.table == "panes"] == [
        ("minute panes", 2, 4, 4), ("day panes", 1, 2, 2),
    ]  # fmt: skip
    assert [(each.start, each.end) for each in done if each.name == "day panes"] == [
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    ]
    assert len(panes.refresh().metadata.snapshots) == commits + 1
    late = [("service/minute/2026-01-20", 1200), ("service/minute/2026-01-20", 1800)]
    late += [("service/minute/2026-02-27", 1200), ("service/minute/2026-02-27", 1800)]
    kept = [("service/minute/2026-03-01", second) for second in (0, 600, 1200, 1800)]
    days = [(part, second) for part in ("service/day/2026-02", "service/day/2026-03") for second in (0, 600)]
    assert held(panes) == sorted(days + late + kept)
    assert kept_from(panes, Grain.MINUTE) == datetime(2026, 3, 1, tzinfo=UTC)
    assert taken(panes, Grain.MINUTE) == (Arrivals(noon(0), noon(10)), Arrivals(noon(600), noon(610)))
    assert resume_point(catalog, HEALTH.name) == before
    assert take_outdated(tables(catalog), horizons(KEPT, NOW)) == []


def test_days_of_messages_go_as_far_as_jobs_are_done(catalog: Catalog) -> None:
    later = NOW + timedelta(days=10)
    done = {each.name: each for each in take_outdated(tables(catalog), horizons(KEPT, later))}
    assert (done["rejected"].rows, done["events"].rows) == (3, 3), "of the last ten minutes a job may add more"
    assert kept_from(tables(catalog)["rejected"]) == datetime(2026, 3, 11, tzinfo=UTC)
    assert resume_point(catalog, HEALTH.name).held["rejected"] == {0: 1800}
    assert resume_point(catalog, HEALTH.name).cuts["rejected"] == noon(1800)


def test_nothing_goes_before_rollups_are_known(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    made = make_tables(catalog, KEPT)
    for number in range(2):
        commit(made["ledger"], [ledger_row(600 * number)], "a", number)
        commit(made["panes"], [pane(Grain.MINUTE, EVENTS[0], 600 * number)], "a", number)
    assert outdated(tables(catalog), horizons(KEPT, NOW)) == []


def test_a_table_that_loses_all_is_as_complete_as_before(catalog: Catalog) -> None:
    panes = tables(catalog)["panes"]
    commit(panes, [pane(Grain.DAY, EVENTS[0], second) for second in (1200, 1800)], "a", 4)
    commit(tables(catalog)["ledger"], [ledger_row(2400)], "a", 4)
    commit(tables(catalog)["ledger"], [ledger_row(3000)], "a", 5)
    before = {layer: cut(panes.refresh(), layer) for layer in (Layer.FINEST, Layer.DAY)}
    take_outdated(tables(catalog), horizons(KEPT, NOW + timedelta(days=99)))
    assert held(panes) == []
    assert {layer: cut(panes.refresh(), layer) for layer in (Layer.FINEST, Layer.DAY)} == before


def test_past_states_lose_the_same(catalog: Catalog) -> None:
    of_state = tables(catalog)
    keep_state({name: of_state[name] for name in ("panes", "ledger", "rejected")}, 0, noon(3000))
    panes = of_state["panes"]
    [tag] = [name for name in panes.refresh().metadata.refs if name.startswith("generation-0-")]
    before = held(panes)
    take_outdated(tables(catalog), horizons(KEPT, NOW))
    state = panes.refresh().metadata.refs[tag]
    assert held(panes, state.snapshot_id) == before
    assert take_from_tags(panes) == 10
    state = panes.refresh().metadata.refs[tag]
    assert state.snapshot_ref_type == "tag"
    assert {part for part, _ in held(panes, state.snapshot_id)} == {
        "service/minute/2026-03-01", "service/day/2026-02", "service/day/2026-03",
    }  # fmt: skip
    assert taken(panes, Grain.MINUTE) == tuple(Arrivals(noon(at), noon(at + 10)) for at in (0, 600, 1200, 1800))
    assert take_from_tags(panes) == 0
    assert held(panes) != held(panes, state.snapshot_id)


def test_moments_are_told_as_far_as_rollups_counted_what_is_gone(catalog: Catalog) -> None:
    now = pin(catalog, HEALTH.name)
    assert now.rounded_down(noon(605)) == noon(605)
    take_outdated(tables(catalog), horizons(KEPT, NOW))
    view = pin(catalog, HEALTH.name)
    assert view.rounded_down(noon(605)) == noon(600)
    assert view.rounded_down(noon(1805)) == noon(1805)
    assert dict(view.kept_from)["minute"] == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_state_without_rollups_is_not_told_in_part(tmp_path: Path) -> None:
    catalog = open_local(tmp_path)
    made = make_tables(catalog, KEPT)
    for number in range(2):
        commit(made["ledger"], [ledger_row(600 * number)], "a", number)
        commit(made["panes"], [pane(Grain.MINUTE, EVENTS[0], 600 * number)], "a", number)
    keep_state({name: made[name] for name in ("panes", "ledger", "rejected")}, 0, noon(3000))
    for table in made.values():
        with table.refresh().transaction() as transaction:
            transaction.set_properties({"windowpane.generation": "1"})
    assert pin(catalog, HEALTH.name).as_known_at(noon(300)).generation == 0
    with made["panes"].refresh().transaction() as transaction:
        transaction.set_properties(noting(made["panes"], {Grain.MINUTE: (noon(0), [Arrivals(noon(0), noon(10))])}))
    with pytest.raises(LostStateError, match="in part only"):
        pin(catalog, HEALTH.name).as_known_at(noon(300))


def test_publications_bring_nothing_back(catalog: Catalog) -> None:
    panes = tables(catalog)["panes"]
    staged = Source(panes, panes.metadata.current_snapshot_id)
    take_outdated(tables(catalog), horizons(KEPT, NOW))
    ranges: Ranges = dict.fromkeys((Layer.FINEST, Layer.DAY), Arrivals(noon(0), noon(1900)))
    replace(panes, ranges, staged)
    assert {part for part, _ in held(panes)} == {
        "service/minute/2026-03-01", "service/day/2026-02", "service/day/2026-03",
    }  # fmt: skip
    replace(panes, ranges, staged, needed_from=noon(1200))
    gone = {(part, second) for part, second in held(panes) if "minute/2026-01-20" in part}
    assert gone == {("service/minute/2026-01-20", 1200), ("service/minute/2026-01-20", 1800)}, "rollups need them"


def test_what_is_from_before_expires_though_it_is_among_the_newest(catalog: Catalog) -> None:
    panes = tables(catalog)["panes"]
    take_outdated(tables(catalog), horizons(KEPT, NOW))
    settle(panes, datetime.now(UTC) - timedelta(hours=1))
    commits = len(panes.refresh().metadata.snapshots)
    settle(panes, LATER)
    settle(panes, LATER)
    assert len(panes.refresh().metadata.snapshots) == commits + 1
    later, age = datetime.now(UTC) + timedelta(hours=5), timedelta(hours=1)
    assert expiry(panes.refresh(), datetime.now(UTC), age, 100) < datetime.now(UTC) - age
    gone = expired_at(panes, expiry(panes, later, age, 100))
    assert len(gone) == len(panes.metadata.snapshots) - 1
    view = pin(catalog, HEALTH.name)
    panes.maintenance.expire_snapshots().by_ids(gone).commit()
    after = pin(catalog, HEALTH.name)
    assert (after.complete_until, after.day_cut, after.late_parts) == (
        view.complete_until,
        view.day_cut,
        view.late_parts,
    )


def test_manifests_forget_what_is_gone(catalog: Catalog) -> None:
    of_state = tables(catalog)
    keep_state({name: of_state[name] for name in ("panes", "ledger", "rejected")}, 0, noon(3000))
    panes = of_state["panes"]
    take_outdated(tables(catalog), horizons(KEPT, NOW))
    assert deleted(panes, "main") == 6, "expiry finds the files by them"
    assert take_from_tags(panes) == 10
    settle(panes, LATER)
    assert {name: deleted(panes, name) for name in panes.metadata.refs} == dict.fromkeys(panes.metadata.refs, 0)


def deleted(table: Table, ref: str) -> int:
    """How many files the manifests of a state still tell of that are not in it."""
    snapshot = table.refresh().snapshot_by_name(ref)
    assert snapshot is not None
    manifests = snapshot.manifests(table.io)
    entries = [entry for each in manifests for entry in each.fetch_manifest_entry(table.io, discard_deleted=False)]
    return sum(entry.status is ManifestEntryStatus.DELETED for entry in entries)


def test_a_new_grain_begins_where_shorter_panes_are_kept(catalog: Catalog) -> None:
    panes = tables(catalog)["panes"]
    assert begun_without(panes, Grain.HOUR) == {}
    take_outdated(tables(catalog), horizons(KEPT, NOW))
    assert begun_without(panes.refresh(), Grain.HOUR)["windowpane.kept-from.hour"] == "2026-03-01T00:00:00+00:00"


def test_few_ranges_are_noted_and_none_is_forgotten(catalog: Catalog) -> None:
    panes = tables(catalog)["panes"]
    ranges = [Arrivals(noon(at), noon(at + 10)) for at in range(0, 100 * 60, 60)]
    ranges += [Arrivals(noon(10**6), noon(10**6 + 5))]
    with panes.transaction() as transaction:
        transaction.set_properties(noting(panes, {Grain.MINUTE: (noon(0), ranges)}))
    noted = taken(panes.refresh(), Grain.MINUTE)
    assert len(noted) == MOST_RANGES
    assert noted[-1] == ranges[-1]
    assert all(any(each.start >= it.start and each.end <= it.end for it in noted) for each in ranges)
