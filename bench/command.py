"""`windowpane bench`: measures, and prints what it measured on what."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import click
import httpx
from rich.console import Console

from bench.profile import profiled
from bench.report import Metrics, Report, machine
from scripts.results import Column, Format, Result, Sheet, formatted, right, show
from services.settings import ServiceSettings
from streams.errors import WindowpaneError

BENCHES = {
    "ingest": "Messages preloaded in Kafka, until panes, ledger and rejected are committed.",
    "scale": "Windows against length of history and rate; ingest against partitions and cores.",
    "window": "Windows over made history: uncached, all keys totalled, cached.",
    "window_peers": "The same windows of DuckDB, chDB and pyiceberg over the same files.",
    "window_events": "The same windows of Trino over the raw messages that the lake keeps.",
    "freshness": "A message posted, until the API shows it.",
    "replay": "The same messages ingested, then replayed: alone, and beside a live stream.",
    "publish": "A staged replay of made history published and rolled back, while readers ask.",
    "first_start": "First starts beside somebody who holds 2,000 ephemeral ports; needs no running stack.",
    "peers": "The same result of the same topic by other people's software, checked against an oracle.",
    "parsers": "What reading one message costs by our decoder, and by JSON parsers.",
    "hostile": "What other senders and readers notice of a hundred clients that send bodies made to hurt.",
    "doors": "The same page and answer by every door in turn, beside open mode; logins; scopes.",
    "tenants": "A quiet tenant beside one that floods, over HTTP and SQL.",
    "merchants": "Events of a million web sites, until every breakdown, visits and records are committed.",
    "dashboards": "Pages of small and large sites; DuckDB beside. Leaves its events: for a stack to throw away.",
    "collect": "Events of web sites, each a request of its own: events a second of a core, and latency.",
    "sources": "A CSV file of a million figures, until all are committed; then the same, some corrected.",
    "answers": "The page of a form's results over ten million answers, while more come.",
    "search": "Searches over the series of five million reports; needs no running stack.",
    "processing": "Statistics of ten million records: time and memory of a run.",
    "rpc": "Windows over gRPC beside HTTP; records as Arrow over gRPC beside files and pages of JSON.",
    "post": "Messages over HTTP: batches of 1,000, and single ones at a steady rate.",
}
"""Name of a module in bench → what it measures."""

_LIST = "\b\nBenchmarks:\n" + "\n".join(f"  {name:<13} {text}" for name, text in BENCHES.items())


@click.command(name="bench", epilog=_LIST)
@click.argument("name", type=click.Choice(sorted(BENCHES)))
@click.option(
    "--profile",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also record Kafka, Flink and Trino: their flame graphs go to this directory. Figures are lower meanwhile.",
)
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change a setting; tables show them all.")
@formatted
def command(name: str, profile: Path | None, changes: tuple[str, ...], output: Format) -> None:
    """Run the benchmark NAME against the running stack.

    \b
    Examples:
      ./windowpane bench post
      ./windowpane bench freshness --set samples=50 --json
      ./windowpane bench ingest --profile graphs --set runs=1
      ./windowpane bench dashboards --set large=100000 --set growth=2
    """
    module = importlib.import_module(f"bench.{name}")
    settings = _changed(module.Settings(), changes)
    progress = Console(stderr=True, highlight=False)
    runs: list[Metrics] = []
    recording = profiled(ServiceSettings().home, profile, progress.print) if profile else nullcontext()
    with _translated(), recording:
        for run in module.measure(settings, progress.print):
            runs.append(run)
            progress.print(f"run {len(runs)}: " + ", ".join(f"{key} {_number(value)}" for key, value in run.items()))
    report = Report(name, settings, runs)
    show(Result(report.as_json(), _sheets(report)), output)


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of connections, and of several tasks at once, as one of ours."""
    try:
        yield
    except (ExceptionGroup, httpx.HTTPError, OSError, EOFError) as error:
        cause: Exception = error
        while isinstance(cause, ExceptionGroup):
            cause = cause.exceptions[0]
        if isinstance(cause, WindowpaneError):
            raise cause from error
        if isinstance(cause, httpx.HTTPError | OSError | EOFError):
            raise WindowpaneError(
                f"the stack does not answer ({str(cause) or type(cause).__name__}); see `windowpane status`"
            ) from error
        raise


def _changed(settings: Any, changes: tuple[str, ...]) -> Any:
    """The settings with `key=value` applied; a value has the type of the default."""
    known = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    values: dict[str, object] = {}
    for change in changes:
        key, equals, text = change.partition("=")
        if not equals or key not in known:
            raise click.BadParameter(f"{change!r}; settings: {', '.join(known)}", param_hint="--set")
        try:
            values[key] = type(known[key])(text)
        except ValueError as error:
            raise click.BadParameter(f"{change!r} is not like {known[key]!r}", param_hint="--set") from error
    return dataclasses.replace(settings, **values)


def _sheets(report: Report) -> list[Sheet]:
    columns = [Column("metric"), *(right(head, as_text=_number) for head in ("median", "least", "most"))]
    rows = [(name, median, *report.ranges[name]) for name, median in report.metrics.items()]
    measured = Sheet(columns, rows, f"{report.name}, {len(report.runs)} runs")
    return [_pairs("machine", machine()), _pairs("setting", dataclasses.asdict(report.settings)), measured]


def _pairs(of: str, values: dict[str, Any]) -> Sheet:
    return Sheet([Column(of), Column("value", as_text=_shown, wraps=True)], list(values.items()))


def _shown(value: object) -> str:
    return _number(value) if isinstance(value, int | float) else str(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.3g}"
