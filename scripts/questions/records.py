"""`windowpane records`: accepted messages, typed: a table of the newest, or all of them into a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import click

from scripts.questions.asking import ask, download
from scripts.questions.question_options import conditions, spanning
from scripts.results import Column, Format, Result, Sheet, formatted, right, show, shown
from scripts.times import window_of

_DEFAULT = timedelta(hours=1)
_MOST = 1_000
"""As many as the API gives at once."""

_MEDIA = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_NO_TEXT = {"parquet": "Parquet", "xlsx": "XLSX"}


@click.command(name="records")
@click.argument("stream")
@spanning
@click.option("--where", multiple=True, metavar="FIELD=VALUE", help="Only these values of a field.")
@click.option("--fields", metavar="FIELD,…", help="Only these fields; default: all.")
@click.option("--limit", type=click.IntRange(1, _MOST), default=100, show_default=True, help="Newest records shown.")
@click.option("--csv", "file", flag_value="csv", help="All of them, as CSV.")
@click.option("--ndjson", "file", flag_value="ndjson", help="All of them, one JSON object a line.")
@click.option("--parquet", "file", flag_value="parquet", help="All of them, as Parquet.")
@click.option("--xlsx", "file", flag_value="xlsx", help="All of them, as a spreadsheet.")
@click.option("-o", "--output", "path", type=click.Path(path_type=Path), help="The file; default: stdout.")
@formatted
def command(
    stream: str,
    start: str | None,
    end: str | None,
    last: timedelta | None,
    where: Iterable[str],
    fields: str | None,
    limit: int,
    file: str | None,
    path: Path | None,
    output: Format,
) -> None:
    """Accepted messages of STREAM by when they happened, the newest first. Default: the last hour.

    \b
    Examples:
      ./windowpane records page_views --last 24h --where site=a.example
      ./windowpane records page_views --start 2026-03-01T00:00:00Z --end 2026-04-01T00:00:00Z --parquet -o march.parquet
      ./windowpane records page_views --ndjson | jq .path
    """
    first, following = window_of(start, end, last or (None if start or end else _DEFAULT))
    params = [("start", first), ("end", following), *conditions(where, "FIELD=VALUE")]
    if fields:
        params.append(("fields", fields))
    if file is None:
        if path is not None:
            raise click.BadParameter("is of --csv, --ndjson, --parquet or --xlsx", param_hint="-o")
        show(records_result(ask(stream, "records", [*params, ("limit", str(limit))])), output)
        return
    if file in _NO_TEXT and path is None and sys.stdout.isatty():
        raise click.BadParameter(f"{_NO_TEXT[file]} is no text; say where it goes: -o FILE", param_hint=f"--{file}")
    _save(stream, params, _MEDIA[file], path)


def records_result(answer: dict[str, Any]) -> Result:
    """An answer of the API for people."""
    title = f"{answer['stream']}, records from {answer['start']} to {answer['end']}"
    records, lines = answer["records"], [f"Complete until {answer['complete_until'] or 'nothing yet'}."]
    if answer["kept_since"]:
        lines.append(f"The stream keeps records of what arrived since {answer['kept_since']}.")
    if not records:
        return Result(answer, [f"{title}: none.", *lines])
    if answer["next"]:
        lines.insert(0, f"Only the newest {len(records):,} are shown; --limit shows more, --csv all of them.")
    names = [*records[0]]
    numbers = {name for name in names if isinstance(records[0][name], int | float) and records[0][name] is not True}
    columns = [right(name, as_text=str) if name in numbers else Column(name, as_text=_text) for name in names]
    return Result(answer, [Sheet(columns, [[*record.values()] for record in records], title), *lines])


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(value)


def _save(stream: str, params: list[tuple[str, str]], media: str, path: Path | None) -> None:
    """Write the file beside its place, and put it there once it is whole. Raises WindowpaneError."""
    part = None if path is None else path.with_name(f"{path.name}.part")
    with ExitStack() as stack:
        out: BinaryIO = sys.stdout.buffer if part is None else stack.enter_context(part.open("wb"))
        try:
            size = download(stream, "records", params, media, out.write, _progress(path is not None))
        except BaseException:
            if part is not None:
                part.unlink(missing_ok=True)
            raise
    if path is not None and part is not None:
        part.replace(path)
        click.echo(f"\r{path}: {size / 1e6:,.1f} MB", err=True)


def _progress(said: bool) -> Callable[[int], None]:
    told = 0

    def tell(size: int) -> None:
        nonlocal told
        if said and sys.stderr.isatty() and size - told > 1_000_000:
            told = size
            click.echo(f"\r{size / 1e6:,.1f} MB", nl=False, err=True)

    return tell
