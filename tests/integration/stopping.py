"""Stops a command in front of a chosen statement of its own, and kills it there; nothing of the product is changed.

Another session of PostgreSQL holds the row that the statement is about to change, so the command waits for it, as it
would wait for any other client.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import psycopg

from compose.embedded.settings import CHECKOUT
from compose.embedded.stack import Stack
from tests.integration.command_line import environment_of
from tests.integration.live_streams import await_true

_NAME = "windowpane to be killed"
_WAITING = """
select count(*) from pg_stat_activity, unnest(pg_blocking_pids(pid)) as before
where application_name = %s and (before = %s or %s = any(pg_blocking_pids(before)))
"""


def kill(stack: Stack, name: str) -> int:
    """kill -9 of a program once it has a process, which it lacks for a moment after it died; the pid that it had.

    psutil refuses the pid 0, by which `os.kill` would end whoever asked, and all its kin.
    """
    await_true(lambda: stack.states()[name].pid > 0, 60, f"{name} has a process")
    pid = stack.states()[name].pid
    psutil.Process(pid).kill()
    return pid


@dataclass(frozen=True, slots=True)
class Row:
    """One row of PostgreSQL."""

    select: str
    values: tuple[object, ...]


def table_row(namespace: str, table: str) -> Row:
    """The catalog's row of an Iceberg table: every commit to the table changes it."""
    return Row("select from iceberg_tables where table_namespace = %s and table_name = %s", (namespace, table))


def replay_row(number: int) -> Row:
    """The record of a replay: changed as a publication begins, and once it is complete."""
    return Row("select from windowpane.replays where id = %s", (number,))


@contextmanager
def killed_at(stack: Stack, words: Sequence[str], stops: Sequence[Row]) -> Iterator[None]:
    """Run `./windowpane` until it is about to change one row after the other, and kill -9 it at the last one.

    The block runs after the kill, while the last row is still held: nobody can go on with the work before it ends.
    """
    uri = stack.environment()["WINDOWPANE_CATALOG_URI"]
    holder = _hold(uri, stops[0])
    command = subprocess.Popen(
        [str(CHECKOUT / "windowpane"), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env=environment_of(stack) | {"PGAPPNAME": _NAME},
    )
    try:
        _await_waiting(command, holder)
        for stop in stops[1:]:
            following = _hold(uri, stop)
            holder.close()
            holder = following
            _await_waiting(command, holder)
        command.kill()
        command.communicate(timeout=10)
        assert command.returncode == -signal.SIGKILL
        yield
    finally:
        command.kill()
        command.communicate(timeout=10)
        holder.close()


def _hold(uri: str, row: Row) -> psycopg.Connection[tuple[object, ...]]:
    """A session in whose transaction the row is locked; closing it frees the row."""
    session = psycopg.connect(uri)
    if session.execute(f"{row.select} for update".encode(), row.values).rowcount != 1:
        session.close()
        raise AssertionError(f"there is no row {row.values}")
    return session


def _await_waiting(command: subprocess.Popen[str], holder: psycopg.Connection[tuple[object, ...]]) -> None:
    """Until the command waits for the holder, or for somebody who does."""
    pid = holder.info.backend_pid

    def waiting() -> bool:
        if command.poll() is not None:
            raise AssertionError(f"it ended by itself: {command.stdout.read() if command.stdout else ''}")
        holder.execute("select pg_stat_clear_snapshot()")  # else it is told once in a transaction
        row = holder.execute(_WAITING, (_NAME, pid, pid)).fetchone()
        return row is not None and row[0] != 0

    await_true(waiting, 60, "the command waits")
