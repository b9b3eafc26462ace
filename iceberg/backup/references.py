"""Which objects a catalog refers to, read level by level from the copies that a backup has made so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from pyiceberg.catalog.noop import NoopCatalog
from pyiceberg.io.pyarrow import PyArrowFile, PyArrowFileIO
from pyiceberg.manifest import ManifestFile
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import Table

from iceberg.backup.manifest import local_path
from iceberg.kinds import LEDGER, PANES
from iceberg.ledger import complete_until
from iceberg.namespaces import is_staging


class CopiedFiles(PyArrowFileIO):
    """Opens the copy when it is asked for the original."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def new_input(self, location: str) -> PyArrowFile:
        """The copy of an object."""
        return super().new_input(str(local_path(self._folder, location).absolute()))


def copied_table(files: CopiedFiles, identifier: tuple[str, str], location: str) -> Table:
    """A table as its metadata at `location` says, of which at least that must be copied."""
    metadata = FromInputFile.table_metadata(files.new_input(location))
    return Table(identifier, metadata, location, files, NoopCatalog("backup"))


def manifest_lists(table: Table) -> dict[str, int | None]:
    """What the table's metadata refers to: location → size, None where it does not say."""
    lists = {snapshot.manifest_list: None for snapshot in table.metadata.snapshots if snapshot.manifest_list}
    statistics = [*table.metadata.statistics, *table.metadata.partition_statistics]
    return {**lists, **{file.statistics_path: file.file_size_in_bytes for file in statistics}}


def manifests(table: Table) -> dict[str, ManifestFile]:
    """Location → manifest of all snapshots; the manifest lists must be copied."""
    return {
        manifest.manifest_path: manifest
        for snapshot in table.metadata.snapshots
        for manifest in snapshot.manifests(table.io)
    }


def data_files(files: CopiedFiles, known: Iterable[ManifestFile]) -> dict[str, int | None]:
    """Location → size of data and delete files; the manifests must be copied."""
    return {
        entry.data_file.file_path: entry.data_file.file_size_in_bytes
        for manifest in known
        for entry in manifest.fetch_manifest_entry(files, discard_deleted=True)
    }


def completeness(tables: Mapping[tuple[str, str], Table]) -> dict[str, datetime | None]:
    """Stream → arrival time up to which its copied tables are complete; replays' staging tables are no stream."""
    return {
        stream: complete_until(tables[stream, LEDGER.name], panes)
        for (stream, name), panes in sorted(tables.items())
        if name == PANES.name and not is_staging(stream)
    }
