"""Bring a backup back into an empty lake."""

from __future__ import annotations

from pathlib import Path

from database.locks import SHORT_SECONDS, lake_lock
from iceberg.backup.catalog_dump import load_catalog, refuse_used
from iceberg.backup.manifest import BackupManifest, on_disk, read_manifest, verify
from iceberg.backup.objects import Gauge, ObjectCopies
from iceberg.errors import BackupError
from iceberg.settings import LakeSettings


def restore_backup(settings: LakeSettings, folder: Path, programs: Path, gauge: Gauge) -> BackupManifest:
    """Make an empty lake what was backed up. No job may run. `programs`: where pg_restore is.

    The catalog comes last and at once: a restore that is killed leaves an empty lake, and can be run again.

    Raises:
        LakeError: one line about what is wrong; the lake is still empty then.
    """
    with on_disk(folder):
        manifest = read_manifest(folder)
        if manifest.warehouse != settings.warehouse:
            advice = f"WINDOWPANE_WAREHOUSE must be that, not {settings.warehouse}"
            raise BackupError(f"the backup is of {manifest.warehouse}; {advice}")
        sizes = verify(folder, manifest)
        uri = settings.catalog_uri.get_secret_value()
        with lake_lock(uri, "restore", wait_seconds=SHORT_SECONDS) as lock:
            refuse_used(uri)
            ObjectCopies(settings, folder, gauge).put(sizes)
            lock.check()
            # Again, for sending may take long: loading replaces what is there.
            refuse_used(uri)
            load_catalog(uri, folder / manifest.catalog.file, programs)
    return manifest
