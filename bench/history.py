"""Made history: panes and ledger as if every key had sent a steady number of messages a second, none of them late.

A pane's arrival interval is its event time; quantile digests and distinct counts are left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx
import numpy as np
import pyarrow as pa

from bench.loading import append_rows
from iceberg.catalog import Catalog
from iceberg.kinds import PANES
from streams.aggregates import COUNT, MESSAGES, SUM, ColumnType
from streams.breakdowns import main_breakdown
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.panes import FINEST_ARRIVAL_SECONDS, Grain, pane_columns

_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
_Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]


def made_panes(definition: Definition, keys: int, starts: Sequence[datetime], grain: Grain, rate: int = 1) -> pa.Table:
    """One pane of each key for each start, sorted by key and time, of `rate` messages a second."""
    seconds = grain.seconds
    breakdown = main_breakdown(definition)
    parts = pa.array([breakdown.packed_part(grain, start) for start in starts])
    times = np.tile(_micros(starts), keys)
    rng = np.random.default_rng(int(times[0]) + rate)
    first, *others = definition.dimensions
    names = pa.array([f"service-{key:05d}" for key in range(keys)])
    columns: dict[str, pa.Array] = {
        first: pa.DictionaryArray.from_arrays(np.repeat(np.arange(keys, dtype=np.int32), len(starts)), names),
        **{name: pa.array(["all"] * len(times)) for name in others},
        "breakdown": pa.array([breakdown.name] * len(times)),
        "grain": pa.array([str(grain)] * len(times)),
        "part": parts.take(pa.array(np.tile(np.arange(len(starts)), keys))),
        "window_start": _times(times),
        "window_end": _times(times + seconds * 1_000_000),
        "arrived_from": _times(times),
        "arrived_until": _times(times + seconds * 1_000_000),
    }
    for column in pane_columns(definition):
        if column.aggregate in (MESSAGES, COUNT):
            columns[column.name] = pa.array(np.full(len(times), seconds * rate))
        elif column.type is ColumnType.TIME:
            columns[column.name] = _times(times + rng.integers(0, seconds * 1000, len(times)) * 1000)
        elif column.type is not ColumnType.BYTES:
            largest = definition.measures[column.source].stored_bounds[1]
            values = rng.integers(0, largest, len(times))
            columns[column.name] = pa.array(values * seconds * rate if column.aggregate is SUM else values)
    return pa.table(columns)


def made_ledger(definition: Definition, start: datetime, end: datetime, messages_per_second: int) -> pa.Table:
    """The ledger's rows of the arrivals in `[start, end)`; offsets follow from the time, the same in every call."""
    length = timedelta(seconds=FINEST_ARRIVAL_SECONDS)
    starts = _micros([start + length * number for number in range((end - start) // length)])
    times = np.tile(starts, definition.partitions)
    accepted = FINEST_ARRIVAL_SECONDS * messages_per_second // definition.partitions
    offsets = times // (FINEST_ARRIVAL_SECONDS * 1_000_000) * accepted
    none = pa.array(np.zeros(len(times), dtype=np.int64))
    return pa.table(
        {
            "partition": pa.array(np.repeat(np.arange(definition.partitions), len(starts))),
            "arrived_from": _times(times),
            "arrived_until": _times(times + FINEST_ARRIVAL_SECONDS * 1_000_000),
            "first_offset": pa.array(offsets),
            "last_offset": pa.array(offsets + accepted - 1),
            "accepted": pa.array(np.full(len(times), accepted)),
            "rejected": none,
            "heartbeats": none,
        }
    )


def append_days(
    catalog: Catalog,
    definition: Definition,
    keys: int,
    start: datetime,
    days: int,
    rate: int = 1,
    minutes: Sequence[int] = range(1440),
    commit_days: int = 1,
) -> int:
    """Append whole days of panes, each file sorted as maintenance leaves it; how many minute panes they are.

    `minutes`: those of each day that have minute panes; day panes, and hour panes of a stream that has them, hold all.
    `commit_days`: days in one commit.
    """
    rows = 0
    starts = [start + _DAY * number for number in range(days)]
    for first in range(0, days, commit_days):
        chosen = starts[first : first + commit_days]
        times = [day + _MINUTE * minute for day in chosen for minute in minutes]
        panes = made_panes(definition, keys, times, Grain.MINUTE, rate)
        append_rows(catalog, definition.name, PANES.name, panes)
        rows += len(panes)
    if definition.hours:
        hours = [day + _HOUR * hour for day in starts for hour in range(24)]
        append_rows(catalog, definition.name, PANES.name, made_panes(definition, keys, hours, Grain.HOUR, rate))
    append_rows(catalog, definition.name, PANES.name, made_panes(definition, keys, starts, Grain.DAY, rate))
    return rows


def await_messages(client: httpx.Client, stream: str, start: datetime, end: datetime, messages: int) -> None:
    """Until the web service counts so many messages in `[start, end)`. Raises WindowpaneError if it never does."""
    deadline = time.monotonic() + 60
    question = {"start": start.isoformat(), "end": end.isoformat(), "by": ""}
    while time.monotonic() < deadline:
        answer = client.get(f"/v1/streams/{stream}/window", params=question)
        if answer.status_code == 200 and [group["messages"] for group in answer.json()["groups"]] == [messages]:
            return
        time.sleep(0.2)
    raise WindowpaneError(f"the history of {stream} is not in the answers; see windowpane logs web")


def _micros(times: Sequence[datetime]) -> _Numbers:
    return np.array([int(at.timestamp()) for at in times], dtype=np.int64) * 1_000_000


def _times(micros: _Numbers) -> pa.Array:
    return pa.array(micros).cast(pa.timestamp("us", tz="UTC"))
