"""PostgreSQL as one file: the Iceberg catalog and our own tables, by pg_dump and pg_restore."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from iceberg.backup.manifest import BackupPart, as_part, private
from iceberg.catalog import CATALOG
from iceberg.errors import BackupError, translated

_LEFT_OUT = tuple(f"--exclude-table-data=windowpane.{table}" for table in ("sessions", "links", "failed_logins"))
"""Of these rows none is restored: whoever logged in then, or was invited, need not be let in now."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A table or view, and where its newest metadata is."""

    namespace: str
    name: str
    is_view: bool
    metadata: str


@dataclass(frozen=True, slots=True)
class CatalogState:
    """PostgreSQL as it was at one moment: what it lists, and how pg_dump can see the same."""

    uri: str
    snapshot: str
    entries: tuple[CatalogEntry, ...]

    def dump(self, folder: Path, programs: Path) -> BackupPart:
        """Write all of it into the folder. `programs`: where pg_dump is. Raises BackupError."""
        made = private(folder / "catalog-.part")
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={self.snapshot}", *_LEFT_OUT)
        _run(self.uri, programs / "pg_dump", *options, f"--file={made}")
        return as_part(folder, made, "catalog", "dump")


@contextmanager
def frozen_catalog(uri: str) -> Iterator[CatalogState]:
    """The catalog as it is now; it can be dumped while the block runs. Commits go on meanwhile, unseen."""
    with translated():
        connection = psycopg.connect(uri, connect_timeout=10, application_name="windowpane backup")
    with closing(connection):
        with translated():
            connection.execute("set transaction isolation level repeatable read, read only")
            [(snapshot,)] = connection.execute("select pg_export_snapshot()").fetchall()
            rows = connection.execute(
                "select table_namespace, table_name, iceberg_type = 'VIEW', metadata_location from iceberg_tables"
                " where catalog_name = %s and metadata_location is not null order by 1, 2",
                (CATALOG,),
            ).fetchall()
        entries = tuple(CatalogEntry(space, name, bool(view), location) for space, name, view, location in rows)
        yield CatalogState(uri, snapshot, entries)


def load_catalog(uri: str, dump: Path, programs: Path) -> None:
    """Make PostgreSQL what was dumped: all of it or, if it fails, nothing but that our own tables are gone.

    `programs`: where pg_restore is. Raises LakeError.
    """
    # Tables of ours that a newer version made meanwhile would be in the way when it takes over what was restored.
    with translated(), psycopg.connect(uri, connect_timeout=10) as connection:
        connection.execute("drop schema if exists windowpane cascade")
    options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run(uri, programs / "pg_restore", *options, str(dump))


def refuse_used(uri: str) -> None:
    """Raise BackupError if the catalog lists anything."""
    with translated(), psycopg.connect(uri, connect_timeout=10) as connection:
        [(made,)] = connection.execute("select to_regclass('iceberg_tables') is not null").fetchall()
        query = "select table_namespace || '.' || table_name from iceberg_tables order by 1 limit 1"
        row = connection.execute(query).fetchone() if made else None
    if row:
        raise BackupError(f"the lake is not empty (it holds {row[0]}); restore into a new WINDOWPANE_HOME")


def _run(uri: str, program: Path, *words: str) -> None:
    parts = conninfo_to_dict(uri)
    # Not on the command line, which everybody on the machine can read.
    password = {"PGPASSWORD": str(parts["password"])} if "password" in parts else {}
    address = {key: str(value) for key, value in parts.items() if key != "password"}
    command = [str(program), *words, f"--dbname={make_conninfo('', **address)}"]
    done = subprocess.run(command, env=os.environ | password, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise BackupError(f"{program.name} failed: {said[0]}")
