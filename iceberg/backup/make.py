"""Make a backup, or renew one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from pyiceberg.table import Table

from database.locks import SHORT_SECONDS, lake_lock
from iceberg.backup import references
from iceberg.backup.catalog_dump import frozen_catalog
from iceberg.backup.manifest import BackupManifest, claim, local_path, on_disk, write_manifest, write_objects
from iceberg.backup.objects import Gauge, ObjectCopies
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings

Beside = Callable[[str], Iterable[str]]
"""Locations of what else PostgreSQL refers to, as one of its snapshots shows it."""


def make_backup(settings: LakeSettings, folder: Path, programs: Path, gauge: Gauge, beside: Beside) -> BackupManifest:
    """Copy the lake as it is now into a folder; jobs go on meanwhile. `programs`: where pg_dump is; `beside`: what is
    copied beside the tables' objects.

    Objects that the folder has are not copied again. Until the new manifest replaces it, the folder's earlier backup
    stays valid; what only that one refers to is removed afterwards.

    Raises:
        LakeError: one line about what is wrong; running it again continues.
    """
    claim(folder)
    open_catalog(settings)  # makes the catalog's tables if they are not there
    uri = settings.catalog_uri.get_secret_value()
    copies, files = ObjectCopies(settings, folder, gauge), references.CopiedFiles(folder)
    with on_disk(folder), lake_lock(uri, "backup", wait_seconds=SHORT_SECONDS) as lock:
        made = datetime.now(UTC)
        with frozen_catalog(uri) as catalog:
            # First: tables keep only so many of their earlier metadata files, and jobs go on committing.
            sizes = copies.fetch({entry.metadata: None for entry in catalog.entries})
            dump = catalog.dump(folder, programs)
            others = list(beside(catalog.snapshot))
        tables = {
            (entry.namespace, entry.name): references.copied_table(files, (entry.namespace, entry.name), entry.metadata)
            for entry in catalog.entries
            if not entry.is_view
        }
        for table in tables.values():
            sizes |= _fetch_table(copies, files, table)
        sizes |= copies.fetch(dict.fromkeys(others))
        lock.check()
        manifest = BackupManifest(
            made=made,
            warehouse=settings.warehouse,
            catalog=dump,
            objects=write_objects(folder, sizes),
            object_count=len(sizes),
            object_bytes=sum(sizes.values()),
            streams=references.completeness(tables),
        )
        write_manifest(folder, manifest)
        _prune(folder, manifest, sizes)
    return manifest


def _fetch_table(copies: ObjectCopies, files: references.CopiedFiles, table: Table) -> dict[str, int]:
    """Copy all that a table's metadata refers to, one level after the other; location → size."""
    sizes = copies.fetch(references.manifest_lists(table))
    manifests = references.manifests(table)
    sizes |= copies.fetch({location: manifest.manifest_length for location, manifest in manifests.items()})
    return sizes | copies.fetch(references.data_files(files, manifests.values()))


def _prune(folder: Path, manifest: BackupManifest, sizes: dict[str, int]) -> None:
    """Remove what the backup does not refer to."""
    parts = {manifest.catalog.file, manifest.objects.file}
    for path in (*folder.glob("catalog-*"), *folder.glob("objects-*")):
        if path.name not in parts:
            path.unlink()
    kept = {str(local_path(folder, location)) for location in sizes}
    for directory, _, names in os.walk(folder / "objects"):
        for name in names:
            path = Path(directory, name)
            if str(path) not in kept:
                path.unlink()
