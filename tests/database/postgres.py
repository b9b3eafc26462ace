"""A PostgreSQL of the tests' own, for what needs its locks and records; no other engine runs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from compose.embedded.runtime import postgres_home
from compose.embedded.unprivileged import as_ordinary_user, give_to_ordinary_user
from database.migrations import migrate


@contextmanager
def own_postgres(folder: Path) -> Iterator[str]:
    """PostgreSQL that listens on a socket in an existing folder alone, and forgets when the block ends; its URI."""
    programs, data = postgres_home(Path(sys.prefix)) / "bin", folder / "data"
    for path in (folder, data):
        path.mkdir(exist_ok=True)
        give_to_ordinary_user(path)
    made = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
        "--locale=C",
    ]
    subprocess.run(as_ordinary_user(made), check=True, capture_output=True, cwd="/")
    fast = ("fsync=off", "synchronous_commit=off", "listen_addresses=", f"unix_socket_directories={folder}")
    run = [str(programs / "postgres"), "-D", str(data), *(word for each in fast for word in ("-c", each))]
    with subprocess.Popen(
        as_ordinary_user(run, dies_with_parent=True), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    ) as server:
        try:
            uri = f"postgresql://postgres@/postgres?host={folder}"
            _await(uri)
            yield uri
        finally:
            server.kill()


@contextmanager
def own_tables(engine_of: Callable[[str], sa.Engine]) -> Iterator[sa.Engine]:
    """An engine on a PostgreSQL of its own that has the tables; `engine_of`: what makes one of a URI."""
    # A socket's address must be short.
    with tempfile.TemporaryDirectory(prefix="windowpane-") as socket, own_postgres(Path(socket)) as uri:
        engine = engine_of(uri)
        migrate(engine)
        yield engine
        engine.dispose()


def empty(engine: sa.Engine, *models: sa.MetaData) -> None:
    """Take everything out of tables, and count from the beginning again."""
    tables = ", ".join(table for model in models for table in model.tables)
    with engine.begin() as connection:
        connection.execute(sa.text(f"truncate {tables} restart identity cascade"))


def _await(uri: str) -> None:
    trying = Retrying(
        retry=retry_if_exception_type(psycopg.OperationalError), stop=stop_after_delay(20), wait=wait_fixed(0.05)
    )
    trying(lambda: psycopg.connect(uri).close())
