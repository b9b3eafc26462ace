"""What a table refers to is exactly what it needs: on real tables whose files are copied in place."""

from __future__ import annotations

from pathlib import Path

from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO
from pyiceberg.table import Table

from iceberg.backup import references
from iceberg.backup.references import CopiedFiles
from iceberg.catalog import Catalog
from tests.definitions import HEALTH
from tests.iceberg.lakes import commit, ledger_row, make_tables, noon, pane_row


class InPlace(CopiedFiles):
    """The originals are the copies."""

    def new_input(self, location: str) -> PyArrowFile:
        return PyArrowFileIO.new_input(self, location)


def referred(table: Table) -> set[str]:
    """Every file that the table's current metadata refers to, itself included."""
    files = InPlace(Path("unused"))
    copied = references.copied_table(files, ("health", table.name()[-1]), table.metadata_location)
    manifests = references.manifests(copied)
    listed = {table.metadata_location, *references.manifest_lists(copied), *manifests}
    return listed | set(references.data_files(files, manifests.values()))


def on_disk(table: Table) -> set[str]:
    """Every file of the table, but for the metadata that newer metadata replaced."""
    old = {entry.metadata_file for entry in table.metadata.metadata_log}
    return {f"file://{path}" for path in Path(table.location().removeprefix("file://")).rglob("*.*")} - old


def test_refers_to_each_file(tables: dict[str, Table]) -> None:
    panes = tables["panes"]
    assert referred(panes) == on_disk(panes)
    for second in (0, 10, 20):
        commit(panes, [pane_row(second)], "a", second)
    panes.delete(f"arrived_until <= '{noon(20).isoformat()}'")
    commit(panes, [pane_row(30)], "a", 4)
    assert referred(panes) == on_disk(panes)
    assert len([name for name in on_disk(panes) if name.endswith(".parquet")]) == 4


def test_forgets_what_has_expired(tables: dict[str, Table]) -> None:
    """What only expired snapshots referred to is left out, though the files may still be there."""
    panes = tables["panes"]
    commit(panes, [pane_row(0)], "a", 1)
    before = on_disk(panes)
    panes.delete(f"arrived_until <= '{noon(10).isoformat()}'")
    commit(panes, [pane_row(10)], "a", 2)
    for snapshot in panes.snapshots()[:-1]:
        panes.maintenance.expire_snapshots().by_id(snapshot.snapshot_id).commit()
    panes.refresh()
    gone = before - referred(panes)
    assert [name for name in gone if name.endswith(".parquet")] != []
    assert referred(panes) <= on_disk(panes)


def test_sizes_are_those_of_the_files(tables: dict[str, Table]) -> None:
    panes = tables["panes"]
    commit(panes, [pane_row(0)], "a", 1)
    files = InPlace(Path("unused"))
    manifests = references.manifests(panes)
    sizes = {location: manifest.manifest_length for location, manifest in manifests.items()}
    known = {**sizes, **references.data_files(files, manifests.values())}
    assert len(known) == 2
    assert all(Path(location.removeprefix("file://")).stat().st_size == size for location, size in known.items())


def test_completeness_is_that_of_the_copies(catalog: Catalog) -> None:
    tables = make_tables(catalog, HEALTH)
    staged = make_tables(catalog, HEALTH.model_copy(update={"name": "health-replay-1"}))
    for checkpoint, second in enumerate((0, 10), start=1):
        commit(tables["ledger"], [ledger_row(second)], "a", checkpoint)
        commit(tables["panes"], [pane_row(second)], "a", checkpoint)
    copied = {(table.name()[0], table.name()[1]): table for table in (*tables.values(), *staged.values())}
    assert references.completeness(copied) == {"health": noon(20)}
