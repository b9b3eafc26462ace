"""`windowpane maintain`: keep tables small and quick to read, while everything goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from iceberg.apply import applied_definition, applied_streams
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings, MaintenanceSettings
from query.maintenance import maintaining_client
from query.settings import QuerySettings
from scripts.console import say
from scripts.lake.maintaining import Maintained, Maintenance, Planned
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from scripts.streams.removal import remove_leftovers
from services.settings import ServiceSettings
from streams.errors import UnknownNameError, WindowpaneError
from streams.time_text import timestamp


@click.command(name="maintain")
@click.argument("stream", required=False)
@click.option("--plan", is_flag=True, help="Only say what there is to do.")
@formatted
def command(stream: str | None, plan: bool, output: Format) -> None:
    """Take what is kept no longer, merge old panes, pack data files, expire snapshots and remove orphans.

    Of STREAM, or of every stream. But for what retention takes (--plan says what) answers stay what they are; jobs,
    questions and replays go on meanwhile. The keeper does this by itself from time to time. Interrupted, it is gone on
    with by the next one.

    \b
    Examples:
      ./windowpane maintain
      ./windowpane maintain health --plan
      ./windowpane maintain health --json | jq '.health[].after.files'
    """
    planned: dict[str, list[Planned]] = {}
    done: dict[str, list[Maintained]] = {}
    settings, catalog, trino = MaintenanceSettings(), open_catalog(LakeSettings()), maintaining_client(QuerySettings())
    problems: dict[str, WindowpaneError] = {}
    began = datetime.now(UTC)
    for name in [stream] if stream else applied_streams(catalog):
        try:
            definition = applied_definition(catalog, name)
            if definition is None:
                raise UnknownNameError("stream", name, applied_streams(catalog))
            maintenance = Maintenance(catalog, trino, definition, settings, say)
            if plan:
                planned[name] = maintenance.plan()
            else:
                done[name] = maintenance.run()
        except WindowpaneError as error:
            # What is wrong with one stream keeps no other from being maintained.
            say(f"{name}: {error}")
            problems[name] = error
    if stream is None and not plan:
        try:
            for name in remove_leftovers(catalog):
                say(f"{name}: removed, which a benchmark left")
        except WindowpaneError as error:
            say(f"what benchmarks left: {error}")
            problems["what benchmarks left"] = error
    if not plan:
        _note(began, {name: str(error) for name, error in problems.items()}, list(done))
    by_stream = planned if plan else done
    as_json = {name: [_as_json(row) for row in rows] for name, rows in by_stream.items()}
    sheet = planned_sheet(planned) if plan else maintained_sheet(done)
    show(Result(as_json, [sheet, *retention_sheets(by_stream, planned=plan)]), output)
    if problems:
        raise next(iter(problems.values()))


def _note(began: datetime, problems: dict[str, str], streams: list[str]) -> None:
    """Leave in the home what the newest run did: the web service shows it."""
    noted = {"began": timestamp(began), "ended": timestamp(datetime.now(UTC)), "streams": streams, "problems": problems}
    home = ServiceSettings().home
    if home.is_dir():
        written = home / "maintenance.json.new"
        written.write_text(json.dumps(noted), "utf-8")
        written.replace(home / "maintenance.json")


def planned_sheet(planned: dict[str, list[Planned]]) -> Sheet:
    """What there is to do, one row for each table."""
    heads = ("files", "MB", "rows", "snapshots", "days to merge", "files to pack", "snapshots to expire")
    rows = []
    for stream, tables in planned.items():
        for row in tables:
            size = (row.size.files, _megabytes(row.size.size), row.size.rows, row.size.snapshots)
            rows.append((f"{stream}.{row.table}", *size, row.days, row.files, row.snapshots))
    return Sheet([Column("table"), *map(right, heads)], rows)


def maintained_sheet(done: dict[str, list[Maintained]]) -> Sheet:
    """What was done, one row for each table: before → after."""
    heads = ("files", "MB", "rows", "days merged", "snapshots expired", "orphans removed")
    rows = []
    for stream, tables in done.items():
        for row in tables:
            old, new = row.before, row.after
            sizes = (
                f"{old.files:,} → {new.files:,}",
                f"{_megabytes(old.size):,} → {_megabytes(new.size):,}",
                f"{old.rows:,} → {new.rows:,}",
            )
            rows.append((f"{stream}.{row.table}", *sizes, row.days, row.expired, row.orphans))
    return Sheet([Column("table"), *map(right, heads)], rows)


def retention_sheets(by_stream: Mapping[str, Sequence[Planned | Maintained]], *, planned: bool) -> list[Sheet]:
    """What retention takes or took, one row for what a definition keeps for a time; no sheet if it is nothing."""
    rows = [
        (f"{stream}: {each.name}", each.parts, each.files, each.rows, _megabytes(each.size), each.start, each.end)
        for stream, tables in by_stream.items()
        for row in tables
        for each in row.gone
    ]
    heads = ("parts", "files", "rows", "MB")
    times = [Column(head, as_text=lambda at: f"{at:%Y-%m-%d %H:%M}") for head in ("from (UTC)", "until (UTC)")]
    title = "What retention takes first" if planned else "What retention took"
    return [Sheet([Column("kept no longer"), *map(right, heads), *times], rows, title)] if rows else []


def _as_json(row: Planned | Maintained) -> dict[str, Any]:
    gone = [{**asdict(each), "start": timestamp(each.start), "end": timestamp(each.end)} for each in row.gone]
    return {**asdict(row), "gone": gone}


def _megabytes(size: int) -> float:
    return round(size / 1e6, 1)
