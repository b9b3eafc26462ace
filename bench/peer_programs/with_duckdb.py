"""confluent-kafka and DuckDB: JSON decoded and partly aggregated a batch at a time, the parts merged at the end.

With quantiles, whose parts DuckDB cannot merge, each process keeps the decoded values in a file; the result is then
taken from all of them, its quantiles and distinct counts exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.peer_programs.messages import batches, in_processes
from bench.peer_programs.task import DISTINCT, MEASURES, MINUTE_MS, QUANTILES, Task, columns

_SHAPE = (
    '{"serviceName": "VARCHAR", "Timestamp": "BIGINT", "CPU": "DOUBLE", "host": "VARCHAR",'
    ' "RAM": {"Total": "DOUBLE", "Free": "DOUBLE"}, "Disk": {"Total": "DOUBLE", "Free": "DOUBLE"}}'
)
_DECODED = f"""
    m.serviceName as service, m.Timestamp // {MINUTE_MS} * {MINUTE_MS} as minute,
    {MINUTE_MS - 1} - m.Timestamp % {MINUTE_MS} as early, m.host as host,
    round_even(m.CPU * 1e6, 0)::bigint as cpu,
    round_even((1 - m.RAM.Free / m.RAM.Total) * 1e6, 0)::bigint as ram,
    round_even((1 - m.Disk.Free / m.Disk.Total) * 1e6, 0)::bigint as disk
"""
_KEY = "service, minute"
_PARTS = ", ".join(
    [f"{_KEY}, count(*) as messages"]
    + [
        f"sum({m})::bigint as {m}_sum, min({m}) as {m}_min, max({m} * {MINUTE_MS} + early) as {m}_peak"
        for m in MEASURES
    ]
)
_MERGED = ", ".join(
    [f"{_KEY}, sum(messages)::bigint as messages"]
    + [f"sum({m}_sum)::bigint as {m}_sum, min({m}_min) as {m}_min, max({m}_peak) as {m}_peak" for m in MEASURES]
)
_EXACT = ", ".join(
    [_PARTS]
    + [f"quantile_disc({m}, {part}) as {m}_{name}" for m in MEASURES for name, part in QUANTILES.items()]
    + [f"count(distinct host) as {DISTINCT}"]
)
_PEAKS = ", ".join(
    f"{m}_peak // {MINUTE_MS} as {m}_max, minute + {MINUTE_MS - 1} - {m}_peak % {MINUTE_MS} as {m}_max_at"
    for m in MEASURES
)


def parts(task: Task, partitions: Sequence[int]) -> str:
    """The file with what is left of some partitions."""
    return keep(task, batches(task, partitions), f"{partitions[0]}.parquet")


def keep(task: Task, batched: Iterable[list[bytes]], name: str) -> str:
    """A file of partial results, one row per key and batch; or of decoded values for quantiles."""
    file = str(Path(task.scratch) / name)
    with duckdb.connect() as engine:
        engine.execute("set threads = 1")
        kept = False
        for payloads in batched:
            batch = pa.table({"message": pa.array(payloads, pa.binary()).cast(pa.string())})
            rows = engine.from_arrow(batch).project(f"from_json(message, '{_SHAPE}') as m").project(_DECODED)
            made = rows if task.quantiles else rows.aggregate(_PARTS, _KEY)
            if kept:
                made.insert_into("kept")
            else:
                made.create("kept")
                kept = True
        engine.table("kept").write_parquet(file)
    return file


def answer(task: Task, files: Sequence[str]) -> None:
    """The whole result from the files of all processes."""
    with duckdb.connect() as engine:
        merged = engine.read_parquet(list(files)).aggregate(_EXACT if task.quantiles else _MERGED, _KEY)
        task.write(merged.project(f"*, {_PEAKS}").project(", ".join(columns(task.quantiles))).fetchall())


if __name__ == "__main__":
    task = Task.read()
    answer(task, in_processes(task, parts))
