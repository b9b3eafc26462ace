"""Merged manifests are of a shelf of parts each; files, rows and what is read of bounds stay what they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyiceberg.manifest import ManifestFile
from pyiceberg.table import Table

from iceberg.bounds import first_added, latest
from iceberg.catalog import Catalog
from iceberg.manifests import merge_manifests
from iceberg.packing import pack, plan_packing
from streams.panes import Grain
from tests.iceberg.interleaved import DEFINITION, content, data_files, rows_of
from tests.iceberg.lakes import NOON, commit, make_tables, noon, open_local, pane_place
from tests.iceberg.test_packing import pane

DAY = 86_400


@pytest.fixture
def panes(tmp_path: Path) -> Iterator[Table]:
    catalog: Catalog = open_local(tmp_path)
    yield make_tables(catalog, DEFINITION)["panes"]
    catalog.close()


def live_commits(panes: Table, seconds: range) -> None:
    """As a live job's: each with panes of two days, of two grains."""
    for second in seconds:
        commit(panes, [pane(second), pane(second, at=DAY), pane(second) | pane_place(Grain.DAY, NOON, hourly=True)])


def manifests(panes: Table) -> list[ManifestFile]:
    snapshot = panes.refresh().current_snapshot()
    assert snapshot is not None
    return [each for each in snapshot.manifests(panes.io) if each.has_added_files() or each.has_existing_files()]


def parts(panes: Table) -> list[set[str]]:
    shelves = [{e.data_file.partition[0] for e in each.fetch_manifest_entry(panes.io)} for each in manifests(panes)]
    return sorted(shelves, key=sorted)


SHELVES = [{"service/day/2026-03"}, {"service/minute/2026-03-01T12"}, {"service/minute/2026-03-02T12"}]


def test_each_shelf_has_one(panes: Table) -> None:
    live_commits(panes, range(0, 50, 10))
    before = rows_of(panes, panes.metadata.current_snapshot_id)
    files = sorted(file.file_path for file in data_files(panes, panes.metadata.current_snapshot_id))
    assert (len(manifests(panes)), merge_manifests(panes, 5), parts(panes)) == (5, 5, SHELVES)
    assert content(rows_of(panes, panes.metadata.current_snapshot_id)) == content(before)
    assert sorted(file.file_path for file in data_files(panes, panes.metadata.current_snapshot_id)) == files


def test_few_are_left_alone(panes: Table) -> None:
    live_commits(panes, range(0, 50, 10))
    newest = panes.metadata.current_snapshot_id
    assert merge_manifests(panes, 6) == 0
    assert panes.refresh().metadata.current_snapshot_id == newest


def test_an_empty_table_has_none(panes: Table) -> None:
    assert merge_manifests(panes, 1) == 0


def test_merged_ones_are_merged_with_newer_ones(panes: Table) -> None:
    live_commits(panes, range(0, 20, 10))
    merge_manifests(panes, 2)
    assert merge_manifests(panes, 1) == 0
    live_commits(panes, range(20, 40, 10))
    assert (merge_manifests(panes, 2), parts(panes)) == (5, SHELVES)
    assert sum(each.existing_files_count or 0 for each in manifests(panes)) == 12


def test_what_was_packed_stays_packed(panes: Table) -> None:
    live_commits(panes, range(0, 30, 10))
    merge_manifests(panes, 2)
    assert [done.files for done in pack(panes, plan_packing(panes, noon(60), 1 << 26, 2))] == [9]
    assert parts(panes) == SHELVES
    assert merge_manifests(panes, 1) == 0


def test_bounds_and_what_a_commit_added_stay_known(panes: Table) -> None:
    live_commits(panes, range(0, 30, 10))
    commits = list(panes.refresh().snapshots())
    merge_manifests(panes, 2)
    merged = panes.refresh().current_snapshot()
    assert merged is not None
    assert latest(panes, "arrived_until") == noon(30)
    assert [first_added(panes, "arrived_from", each) for each in commits] == [noon(0), noon(10), noon(20)]
    assert first_added(panes, "arrived_from", merged) is None


def test_a_commit_in_between_is_kept(panes: Table) -> None:
    """Whoever loaded the table before others changed it merges what is there by then."""
    live_commits(panes, range(0, 20, 10))
    stale = panes.catalog.load_table(("made", "panes"))
    live_commits(panes, range(20, 40, 10))
    merge_manifests(panes, 2)
    live_commits(panes, range(40, 50, 10))
    assert merge_manifests(stale, 2) > 0
    assert len(rows_of(panes, panes.refresh().metadata.current_snapshot_id)) == 15
    assert parts(panes) == SHELVES
