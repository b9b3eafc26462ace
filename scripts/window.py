"""`windowpane window`: the answer for a window, as a table."""

from __future__ import annotations

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from iceberg.settings import LakeSettings
from query.requests import WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from scripts.known_streams import known_definition
from streams import Definition

__all__ = ["command"]


@click.command(name="window")
@click.argument("stream")
@click.option("--start", required=True, metavar="T", help="First minute, e.g. 2026-03-01T10:17:00Z.")
@click.option("--end", required=True, metavar="T", help="Minute after the last.")
@click.option("--by", multiple=True, metavar="DIM", help="Dimension to group by; --by '' gives one total.")
@click.option("--where", multiple=True, metavar="DIM=VALUE", help="Only these values of a dimension.")
@click.option("--as-known-at", metavar="T", help="Answer from what had arrived by then.")
@click.option("--quantiles", metavar="Q,…", help="For example 0.5,0.99.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON, as the API gives it.")
def command(
    stream: str,
    start: str,
    end: str,
    by: tuple[str, ...],
    where: tuple[str, ...],
    as_known_at: str | None,
    quantiles: str | None,
    as_json: bool,
) -> None:
    """What happened in STREAM between two minutes.

    \b
    Examples:
      windowpane window health --start 2026-03-01T10:17:00Z --end 2026-03-04T09:05:00Z
      windowpane window health --start … --end … --by '' --where service=checkout --json
    """
    definition = known_definition(stream)
    params = [("start", start), ("end", end), *(("by", name) for name in by)]
    for condition in where:
        name, equals, value = condition.partition("=")
        if not equals:
            raise click.BadParameter(f"{condition!r} is not DIM=VALUE", param_hint="--where")
        params.append((name, value))
    params += [(key, value) for key, value in (("as_known_at", as_known_at), ("quantiles", quantiles)) if value]
    request = WindowRequest.parse(definition, params)
    service = QueryService(QuerySettings(), {stream: definition}, LakeSettings())
    service.refresh()
    answer = service.window(request).as_json()
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        _show(definition, answer)


def _show(definition: Definition, answer: dict[str, Any]) -> None:
    table = Table(title=f"{definition.title}, {answer['start']} to {answer['end']}", title_justify="left")
    groups = answer["groups"]
    dimensions = [name for name in definition.dimensions if groups and name in groups[0]]
    for name in dimensions:
        table.add_column(name)
    table.add_column("messages", justify="right")
    for name in definition.measures:
        for part in ("mean", "min", "max", "max at"):
            table.add_column(f"{name} {part}", justify="right")
    for name in definition.distincts:
        table.add_column(name, justify="right")
    for group in groups:
        cells = [str(group[name]) for name in dimensions] + [f"{group['messages']:,}"]
        for name in definition.measures:
            cells += [_number(group[name][part]) for part in ("mean", "min", "max")] + [group[name]["max_at"] or ""]
        cells += [f"{group[name]['distinct']:,}" for name in definition.distincts]
        table.add_row(*cells)
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(table if groups else "No messages in this window.")
    for line in _standing(answer):
        console.print(line, soft_wrap=True)


def _standing(answer: dict[str, Any]) -> list[str]:
    """What the answer holds: everything up to now, or up to a moment that may be earlier than the one asked for."""
    asked, known = answer["as_known_at"], answer["known_until"]
    lines = [f"Complete until {answer['complete_until'] or 'nothing yet'}."]
    if asked is not None:
        rounded = "" if asked == known else f"; {asked} was asked for, which panes cannot tell more exactly"
        lines.insert(0, f"As known at {known or 'a moment that nothing is complete for yet'}{rounded}.")
    return lines


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
