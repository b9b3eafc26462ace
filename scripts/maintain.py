"""`windowpane maintain`: keep tables small and quick to read, while everything goes on."""

from __future__ import annotations

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from iceberg.apply import applied_definition, applied_streams
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings, MaintenanceSettings
from query.errors import UnknownStreamError
from query.maintenance import maintaining_client
from query.settings import QuerySettings
from scripts.console import say
from scripts.maintaining import Maintained, Maintenance, Planned
from scripts.removal import remove_leftovers
from streams.errors import WindowpaneError

__all__ = ["command"]


@click.command(name="maintain")
@click.argument("stream", required=False)
@click.option("--plan", is_flag=True, help="Only say what there is to do.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON.")
def command(stream: str | None, plan: bool, as_json: bool) -> None:
    """Merge old panes, pack data files, expire snapshots and remove orphans of STREAM, or of every stream.

    Answers stay what they are, and jobs, questions and replays go on meanwhile. The keeper does this by itself from
    time to time. Interrupted, it is gone on with by the next one.

    \b
    Examples:
      windowpane maintain
      windowpane maintain health --plan
      windowpane maintain health --json | jq '.health[].after.files'
    """
    planned: dict[str, list[Planned]] = {}
    done: dict[str, list[Maintained]] = {}
    settings, catalog, trino = MaintenanceSettings(), open_catalog(LakeSettings()), maintaining_client(QuerySettings())
    problem: WindowpaneError | None = None
    for name in [stream] if stream else applied_streams(catalog):
        try:
            definition = applied_definition(catalog, name)
            if definition is None:
                raise UnknownStreamError(name, applied_streams(catalog))
            maintenance = Maintenance(catalog, trino, definition, settings, say)
            if plan:
                planned[name] = maintenance.plan()
            else:
                done[name] = maintenance.run()
        except WindowpaneError as error:
            # What is wrong with one stream keeps no other from being maintained.
            say(f"{name}: {error}")
            problem = error
    if stream is None and not plan:
        try:
            for name in remove_leftovers(catalog):
                say(f"{name}: removed, which a benchmark left")
        except WindowpaneError as error:
            say(f"what benchmarks left: {error}")
            problem = error
    if as_json:
        found = planned if plan else done
        click.echo(json.dumps({name: [asdict(row) for row in rows] for name, rows in found.items()}, indent=2))
    else:
        console = Console(highlight=False, markup=False, emoji=False)
        console.print(planned_table(planned) if plan else maintained_table(done))
    if problem is not None:
        raise problem


def planned_table(planned: dict[str, list[Planned]]) -> Table:
    """What there is to do, one row for each table."""
    table = Table("table", "files", "MB", "rows", "snapshots", "days to merge", "files to pack", "snapshots to expire")
    for stream, rows in planned.items():
        for row in rows:
            size = (row.size.files, row.size.size / 1e6, row.size.rows, row.size.snapshots)
            files, megabytes, count, snapshots = size
            numbers = (f"{files:,}", f"{megabytes:,.1f}", f"{count:,}", f"{snapshots:,}")
            table.add_row(f"{stream}.{row.table}", *numbers, f"{row.days:,}", f"{row.files:,}", f"{row.snapshots:,}")
    return table


def maintained_table(done: dict[str, list[Maintained]]) -> Table:
    """What was done, one row for each table: before → after."""
    table = Table("table", "files", "MB", "rows", "days merged", "snapshots expired", "orphans removed")
    for stream, rows in done.items():
        for row in rows:
            old, new = row.before, row.after
            table.add_row(
                f"{stream}.{row.table}",
                f"{old.files:,} → {new.files:,}",
                f"{old.size / 1e6:,.1f} → {new.size / 1e6:,.1f}",
                f"{old.rows:,} → {new.rows:,}",
                f"{row.days:,}",
                f"{row.expired:,}",
                f"{row.orphans:,}",
            )
    return table
