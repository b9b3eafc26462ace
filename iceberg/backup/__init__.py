"""Backup and restore: the catalog and every object that it refers to, as a consistent pair in a folder.

Data and metadata files never change. So a dump of the catalog, with all the files that the dump refers to, is the lake
as it was when the dump was made, however long the copying takes; the lock of the lake keeps files from being removed.
"""

from iceberg.backup.make import make_backup
from iceberg.backup.manifest import BackupManifest
from iceberg.backup.restore import restore_backup

__all__ = ["BackupManifest", "make_backup", "restore_backup"]
