"""`GET /epidemic/download.csv` and `.parquet`: what a page shows, a row a fact, with whom it is of and its licence.

By `region` the days of one region; else the regions of the view's seven days.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from starlette.requests import Request
from starlette.responses import Response

from systems.epidemic.shown import Show
from web.asking import epidemic
from web.asking.epidemic import WEEK
from web.edge.problems import FieldError, ProblemError
from web.page.downloads import download, plain
from web.pages.epidemic.asking import Seen, seen_at

PARQUET = "application/vnd.apache.parquet"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]")
_TEXT, _NUMBER, _DAY, _TIME = pa.string(), pa.float64(), pa.date32(), pa.timestamp("ms", "UTC")
_OF_DAYS = (
    ("day", _DAY),
    ("value", _NUMBER),
    ("first_told", _NUMBER),
    ("corrections", pa.int64()),
    ("corrected", _TIME),
)
_OF_REGIONS = (
    ("first_day", _DAY),
    ("last_day", _DAY),
    ("value", _NUMBER),
    ("per_100000", _NUMBER),
    ("value_7_days_before", _NUMBER),
    ("change", _NUMBER),
)
_KEYS = (("region", _TEXT), ("name", _TEXT), ("metric", _TEXT), ("variant", _TEXT))
_ABOUT = (("source", _TEXT), ("as_known_at", _TIME), ("attribution", _TEXT), ("licence", _TEXT))


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds. `name`: of the file, without its end."""

    name: str
    columns: Sequence[tuple[str, pa.DataType]]
    rows: Sequence[Sequence[Any]]


async def download_csv(request: Request) -> Response:
    """As CSV, headed by the names of its columns."""
    table = await _table(request)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(name for name, _ in table.columns)
    writer.writerows([plain(value) for value in row] for row in table.rows)
    return download(text.getvalue(), f"{table.name}.csv", "text/csv; charset=utf-8")


async def download_parquet(request: Request) -> Response:
    """As Parquet."""
    table = await _table(request)
    columns = [*zip(*table.rows, strict=True)] if table.rows else [()] * len(table.columns)
    arrays = [pa.array(column, kind) for column, (_, kind) in zip(columns, table.columns, strict=True)]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema([*table.columns])), buffer, compression="zstd")
    return download(buffer.getvalue(), f"{table.name}.parquet", PARQUET)


async def _table(request: Request) -> Table:
    """Raises what asking does, and ProblemError for what cannot be read."""
    seen = await seen_at(request, "/epidemic")
    if seen.problem is not None:
        raise ProblemError(seen.problem.kind, seen.problem.detail)
    if wrong := [FieldError(name, reason) for name, reason in seen.view.chosen.problems]:
        raise ProblemError("invalid-values", f"{wrong[0].field}: {wrong[0].reason}", wrong)
    code = request.query_params.get("region", "")
    return await (_days(request, seen, seen.place(code).code) if code else _regions(request, seen))


async def _days(request: Request, seen: Seen, code: str) -> Table:
    view = seen.view
    told = await epidemic.days(request, seen.visible, seen.asked, view.drawn_from, view.day, code, seen.places)
    rows = [
        (*_keys(seen, code), day.day, day.number, day.first, day.corrections, day.corrected, *_of_source(seen))
        for day in told.days(view.chosen.variant)
    ]
    return Table(_named(seen, code), (*_KEYS, *_OF_DAYS, *_ABOUT), rows)


async def _regions(request: Request, seen: Seen) -> Table:
    view = seen.view
    total = view.chosen.show is Show.TOTAL
    numbers = await epidemic.numbers(request, seen.visible, seen.asked, view.day, seen.places, total=total)
    rows = [
        (
            *_keys(seen, code),
            view.day - WEEK,
            view.day,
            each.week,
            each.incidence,
            each.before,
            each.growth,
            *((each.total,) if total else ()),
            *_of_source(seen),
        )
        for code, each in numbers.items()
    ]
    columns = (*_KEYS, *_OF_REGIONS, *((("value_since_beginning", _NUMBER),) if total else ()), *_ABOUT)
    return Table(_named(seen, "regions"), columns, rows)


def _named(seen: Seen, what: str) -> str:
    """The name of a file: anybody may write any source into an address."""
    parts = (seen.view.source, seen.view.metric, what, f"{seen.view.day:%Y-%m-%d}")
    return "-".join(_NOT_PLAIN.sub("_", part) for part in parts)


def _keys(seen: Seen, code: str) -> tuple[str, ...]:
    return code, seen.places.full_name(code), seen.view.metric, seen.view.chosen.variant


def _of_source(seen: Seen) -> tuple[str, datetime | None, str, str]:
    text = seen.source
    return seen.view.source, seen.view.chosen.known, text.attribution or text.title, text.licence
