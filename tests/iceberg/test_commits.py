"""What commits are spared: making a table's metadata anew at each look, and reading it anew at each opening."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from pyiceberg.catalog import sql
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.io import InputFile
from pyiceberg.serializers import FromInputFile
from pyiceberg.table.metadata import TableMetadata

from iceberg.catalog import Catalog
from iceberg.commits import FileTransaction, swap_on_tag
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, make_tables, open_local, pane_row

NAME = (HEALTH.name, "panes")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    catalog = open_local(tmp_path)
    make_tables(catalog, HEALTH)
    return catalog


def test_metadata_is_made_anew_after_an_update_only(catalog: Catalog) -> None:
    transaction = FileTransaction(catalog.load_table(NAME))
    first = transaction.table_metadata
    assert transaction.table_metadata is first
    transaction.set_properties(a="1")
    second = transaction.table_metadata
    assert (first.properties.get("a"), second.properties["a"]) == (None, "1")
    assert transaction.table_metadata is second


def test_metadata_is_made_anew_after_the_table_was_refreshed(catalog: Catalog) -> None:
    table, other = catalog.load_table(NAME), catalog.load_table(NAME)
    transaction = FileTransaction(table)
    assert transaction.table_metadata.current_snapshot_id is None
    commit(other, [pane_row(0)])
    table.refresh()
    assert transaction.table_metadata.current_snapshot_id == other.metadata.current_snapshot_id


def test_a_state_of_a_table_is_read_once(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noting(file: InputFile) -> TableMetadata:
        read.append(file.location)
        return FromInputFile.table_metadata(file)

    monkeypatch.setattr(sql, "FromInputFile", SimpleNamespace(table_metadata=noting))
    for second in range(3):
        commit(catalog.load_table(NAME), [pane_row(second)])
        catalog.load_table(NAME)
    assert len(read) == len(set(read)) == 3


def test_users_of_a_table_do_not_see_each_other(catalog: Catalog) -> None:
    table, other = catalog.load_table(NAME), catalog.load_table(NAME)
    commit(other, [pane_row(0)])
    assert table.metadata.current_snapshot_id is None
    assert catalog.load_table(NAME).metadata.current_snapshot_id == other.metadata.current_snapshot_id


def test_a_state_that_was_overtaken_by_another_commit_is_tried_again(catalog: Catalog) -> None:
    """What is required of the table is of the tag alone; the snapshot's number tells that somebody was first."""
    table = catalog.load_table(NAME)
    commit(table, [pane_row(0), pane_row(10)])
    snapshot = table.refresh().metadata.current_snapshot_id
    assert snapshot is not None
    with table.manage_snapshots() as snapshots:
        snapshots.create_tag(snapshot, "before")
    removed = [task.file for task in table.refresh().scan().plan_files()]
    commit(catalog.load_table(NAME), [pane_row(20)])
    with pytest.raises(CommitFailedException, match="another commit came before that of before"):
        swap_on_tag(table, "before", removed, {})
    swap_on_tag(table, "before", removed, {})  # it has been read again
    refs = table.refresh().metadata.refs
    assert list(table.scan(snapshot_id=refs["before"].snapshot_id).plan_files()) == []
    assert len(list(table.scan().plan_files())) > len(removed)
