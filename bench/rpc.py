"""The same windows over gRPC and over HTTP, in turn; and all records of a stream in every way that they leave.

The history is made: panes for windows, and records that nobody sent.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pyarrow as pa

from bench.history import append_days, await_messages
from bench.loading import append_rows
from bench.questions import Asker, random_span
from bench.report import Metrics, percentiles
from bench.subject import declared, make_anew, remove
from iceberg.catalog import open_catalog
from iceberg.kinds import RECORDS
from iceberg.settings import LakeSettings
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.definition import Definition, Records
from streams.errors import WindowpaneError
from streams.panes import day_start
from streams.records import RecordType, record_columns
from windowpane_client import Windowpane

_NAME = "bench_rpc"
_FILES = ("text/csv", "application/x-ndjson", "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream")
_APPEND = 500_000


@dataclass(frozen=True)
class Settings:
    """`keys` values of the first dimension over `days` days, one message a second; so many `records` of the last day.

    `pages`: pages of 1,000 records that are read as JSON. The stack has no users: gRPC knows no operator.
    """

    stream: str = "health"
    days: int = 7
    keys: int = 200
    questions: int = 200
    warm_up: int = 300
    records: int = 1_000_000
    pages: int = 20
    runs: int = 3
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Make the history once, then ask; raises WindowpaneError if an answer is not what the history holds."""
    script, catalog = ServiceSettings(), open_catalog(LakeSettings())
    definition = declared(settings.stream, script).model_copy(
        update={"name": _NAME, "topic": _NAME, "records": Records()}
    )
    end = day_start(datetime.now(UTC))
    start = end - timedelta(days=settings.days)
    try:
        make_anew(catalog, definition)
        append_days(catalog, definition, settings.keys, start, settings.days)
        for first in range(0, settings.records, _APPEND):
            count = min(_APPEND, settings.records - first)
            append_rows(catalog, _NAME, RECORDS.name, made_records(definition, first, count, end))
        say(f"made {settings.records:,} records")
        with (
            httpx.Client(base_url=script.url, headers=operator_headers(script), timeout=600, trust_env=False) as http,
            Windowpane(script.rpc, seconds=60) as rpc,
        ):
            await_messages(http, _NAME, start, end, settings.days * settings.keys * 86_400)
            dimension = next(iter(definition.dimensions))
            for run in range(settings.runs):
                asker = Asker(http, _NAME, dimension, settings.keys, settings.days, end, settings.seed + run)
                windows = _windows(asker, rpc, settings)
                yield {**windows, **_records(http, rpc, settings, end)}
    finally:
        remove(catalog, definition)


def made_records(definition: Definition, first: int, count: int, end: datetime) -> pa.Table:
    """Records of the day before a moment, a few in the same millisecond."""
    numbers = np.arange(first, first + count)
    rng = np.random.default_rng(first)
    at = int((end - timedelta(days=1)).timestamp()) * 1000 + np.sort(rng.integers(0, 86_400_000, count))
    times = pa.array(at * 1000, pa.timestamp("us", "UTC"))
    columns = {"partition": pa.array(numbers % 3), "offset": pa.array(numbers), "arrived": times, "event_time": times}
    for each in record_columns(definition):
        if each.type is RecordType.NUMBER:
            columns[each.column] = pa.array(rng.random(count))
        elif each.type is RecordType.STRING:
            columns[each.column] = pa.array([f"service-{number % 200:05d}" for number in numbers])
    return pa.table(columns)


def _windows(asker: Asker, rpc: Windowpane, settings: Settings) -> Metrics:
    """New questions to both in turn, none asked before; then one again and again."""
    rng = np.random.default_rng(settings.seed)

    def called(repeated: tuple[datetime, datetime] | None = None) -> float:
        start, end = repeated or random_span(rng, asker.days * 1440, asker.end)
        began = time.perf_counter()
        answer = rpc.window(_NAME, start, end, where={asker.dimension: ["service-00003"]})
        seconds = time.perf_counter() - began
        if [group.messages for group in answer.groups] != [int((end - start).total_seconds())]:
            raise WindowpaneError(f"gRPC's answer of {start} to {end} is not what the history holds")
        return seconds

    for _ in range(settings.warm_up // 2):
        asker.seconds([asker.one_key()])
        called()
    pairs = [(asker.seconds([asker.one_key()])[0], called()) for _ in range(settings.questions)]
    span = (asker.end - timedelta(days=1), asker.end)
    same = {"start": span[0].isoformat(), "end": span[1].isoformat(), asker.dimension: "service-00003"}
    kept = [(asker.seconds([same])[0], called(span)) for _ in range(settings.questions)][1:]
    return {
        **percentiles("http", [pair[0] for pair in pairs]),
        **percentiles("rpc", [pair[1] for pair in pairs]),
        **percentiles("http_cached", [pair[0] for pair in kept]),
        **percentiles("rpc_cached", [pair[1] for pair in kept]),
    }


def _records(http: httpx.Client, rpc: Windowpane, settings: Settings, end: datetime) -> Metrics:
    """Rows a second of each way. Raises WindowpaneError if one has not all of them."""
    span = (end - timedelta(days=2), end)
    rates = {"rpc_rows_per_second": _rate(settings.records, lambda: _over_rpc(rpc, span))}
    path, asked = f"/v1/streams/{_NAME}/records", {"start": span[0].isoformat(), "end": span[1].isoformat()}
    for media in _FILES:
        with http.stream("GET", path, params=asked, headers={"accept": media, "accept-encoding": "identity"}) as answer:
            began = time.perf_counter()
            size = sum(map(len, answer.iter_bytes()))
            seconds = time.perf_counter() - began
        if answer.status_code != 200 or size < settings.records:
            raise WindowpaneError(f"the export of {media} has {size} bytes, and {answer.status_code}")
        rates[f"{media.rpartition('.')[2].rpartition('/')[2]}_rows_per_second"] = settings.records / seconds
    rates["json_rows_per_second"] = _rate(1000 * settings.pages, lambda: _pages(http, path, asked, settings.pages))
    return rates


def _rate(expected: int, read: Callable[[], int]) -> float:
    began = time.perf_counter()
    found = read()
    seconds = time.perf_counter() - began
    if found != expected:
        raise WindowpaneError(f"{found:,} records were read, not {expected:,}")
    return expected / seconds


def _over_rpc(rpc: Windowpane, span: tuple[datetime, datetime]) -> int:
    return sum(batch.num_rows for batch in rpc.records(_NAME, *span))


def _pages(http: httpx.Client, path: str, asked: dict[str, str], pages: int) -> int:
    found, more = 0, dict[str, str]()
    for _ in itertools.repeat(None, pages):
        body = http.get(path, params={**asked, "limit": "1000", **more}).json()
        found += len(body["records"])
        more = {"after": body["next"]}
    return found
