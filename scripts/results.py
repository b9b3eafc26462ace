"""What commands find, shown in one of three ways: tables that never cut a value, JSON, or CSV."""

from __future__ import annotations

import csv
import functools
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import click
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

_WIDEST, _WRAPPED = 1_000_000, 30
Command = TypeVar("Command", bound=Callable[..., Any])


class Format(StrEnum):
    """How a result is written to stdout."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def shown(value: object) -> str:
    """A value on a terminal: nothing for None, and no character that a terminal would obey."""
    if value is None:
        return ""
    text = f"{value:,}" if type(value) is int else number(value) if isinstance(value, float) else str(value)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def number(value: float) -> str:
    """Six significant digits, but never fewer than all of the whole ones."""
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head; `as_text` is how a terminal shows its values, `style` of which colour; `wraps`: it may."""

    head: str
    right: bool = False
    wraps: bool = False
    as_text: Callable[[Any], str] = shown
    style: Callable[[Any], str] = lambda _: ""


right = functools.partial(Column, right=True)
"""A column of numbers."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of values, each with a name."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a command found: for programs (`as_json`), and its sheets and the lines between them for people."""

    as_json: object
    parts: Sequence[Sheet | str]


def formatted(command: Command) -> Command:
    """Give a command `--format`, and `--json` for short; it is called with `output`, a Format."""

    @functools.wraps(command)
    def wrapped(*args: Any, output: str, as_json: bool, **more: Any) -> Any:
        return command(*args, output=Format.JSON if as_json else Format(output), **more)

    choice = click.Choice([str(each) for each in Format])
    options = (
        click.option("--format", "output", type=choice, default="table", help="How the result is written."),
        click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
    )
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]


def show(result: Result, output: Format, console: Console | None = None) -> None:
    """Write a result to stdout. As CSV, sheets follow each other after an empty line, and lines go to stderr."""
    if output is Format.JSON:
        click.echo(json.dumps(result.as_json, indent=2))
    elif output is Format.CSV:
        _write_csv(result.parts)
    else:
        console = console or _stdout()
        for place, part in enumerate(result.parts):
            if place and isinstance(part, Sheet):
                console.print()
            _print(console, part)


class _Stdout(Console):
    def on_broken_pipe(self) -> None:
        """Leave it to the command line: rich would end with the code of a check that failed."""
        raise BrokenPipeError


def _stdout() -> Console:
    """A pipe is as wide as it needs to be, whatever COLUMNS says."""
    console = _Stdout(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDEST
    return console


def _print(console: Console, part: Sheet | str) -> None:
    if isinstance(part, str):
        console.print(Text(part), soft_wrap=True)
        return
    if part.title:
        console.print(Text(part.title, "bold"), soft_wrap=True)
    if _width(console, part) <= console.width:
        console.print(_table(part))
    else:
        _stack(console, part)


def _width(console: Console, sheet: Sheet) -> int:
    """The least that the table needs to show every value."""
    table = _table(sheet)
    for column, rendered in zip(sheet.columns, table.columns, strict=True):
        rendered.max_width = _WRAPPED if column.wraps else None
    return console.measure(table, options=console.options.update(width=_WIDEST)).maximum


def _table(sheet: Sheet) -> Table:
    """One line a row, as wide as it is."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in sheet.columns:
        justify: JustifyMethod = "right" if column.right else "left"
        table.add_column(Text(column.head), justify=justify, no_wrap=not column.wraps, overflow="fold")
    for row in sheet.rows:
        table.add_row(*(_text(column, value) for column, value in zip(sheet.columns, row, strict=True)))
    return table


def _stack(console: Console, sheet: Sheet) -> None:
    """One block a row, a line for each value: where the terminal is too narrow for a table."""
    for place, row in enumerate(sheet.rows):
        if place:
            console.print()
        for column, value in zip(sheet.columns, row, strict=True):
            text = _text(column, value)
            if text.plain:
                console.print(Text(f"{column.head}: ", "dim") + text, soft_wrap=True)


def _text(column: Column, value: object) -> Text:
    return Text(column.as_text(value), column.style(value))


def _write_csv(parts: Sequence[Sheet | str]) -> None:
    written = False
    for part in parts:
        if isinstance(part, str):
            click.echo(part, err=True)
            continue
        if written:
            click.echo()
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([column.head for column in part.columns])
        writer.writerows([[_plain(value) for value in row] for row in part.rows])
        written = True


def _plain(value: object) -> object:
    """A value as programs read it: numbers with all their digits, moments in RFC 3339."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value).lower() if isinstance(value, bool) else value
