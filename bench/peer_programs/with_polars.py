"""confluent-kafka and Polars: JSON decoded and partly aggregated a batch at a time, the parts merged at the end.

With quantiles the decoded values are kept instead, and the result is taken from all of them, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bench.peer_programs.messages import batches, in_processes
from bench.peer_programs.task import DISTINCT, MEASURES, MINUTE_MS, QUANTILES, SCALE, Task, columns

_ROOM = pl.Struct({"Total": pl.Float64, "Free": pl.Float64})
_HEALTH = {"serviceName": pl.String, "Timestamp": pl.Int64, "CPU": pl.Float64, "RAM": _ROOM, "Disk": _ROOM}
_KEY = ["service", "minute"]


def used(field: str) -> pl.Expr:
    """The share of a field that is not free."""
    return 1 - pl.col(field).struct.field("Free") / pl.col(field).struct.field("Total")


def stored(share: pl.Expr, name: str) -> pl.Expr:
    """A share in millionths."""
    return (share * SCALE).round(0, mode="half_to_even").cast(pl.Int64).alias(name)


def decoded(payloads: list[bytes], quantiles: bool) -> pl.DataFrame:
    """One row per message."""
    shape = pl.Struct({**_HEALTH, "host": pl.String} if quantiles else _HEALTH)
    messages = pl.Series("m", payloads, pl.Binary).cast(pl.String).str.json_decode(shape).struct.unnest()
    at = pl.col("Timestamp")
    return messages.select(
        pl.col("serviceName").alias("service"),
        (at - at % MINUTE_MS).alias("minute"),
        (MINUTE_MS - 1 - at % MINUTE_MS).alias("early"),
        *(["host"] if quantiles else []),
        stored(pl.col("CPU"), "cpu"),
        stored(used("RAM"), "ram"),
        stored(used("Disk"), "disk"),
    )


def part(rows: pl.DataFrame, *more: pl.Expr) -> pl.DataFrame:
    """Partial results of decoded messages."""
    aggregates = [pl.len().cast(pl.Int64).alias("messages")]
    for m in MEASURES:
        peak = (pl.col(m) * MINUTE_MS + pl.col("early")).max().alias(f"{m}_peak")
        aggregates += [pl.col(m).sum().alias(f"{m}_sum"), pl.col(m).min().alias(f"{m}_min"), peak]
    return rows.group_by(_KEY).agg(*aggregates, *more)


def parts(task: Task, partitions: Sequence[int]) -> str:
    """The file with what is left of some partitions: partial results, or decoded values for quantiles."""
    file = str(Path(task.scratch) / f"{partitions[0]}.parquet")
    made = (decoded(payloads, task.quantiles) for payloads in batches(task, partitions))
    pl.concat(list(made) if task.quantiles else [part(rows) for rows in made]).write_parquet(file)
    return file


def merged(files: Sequence[str]) -> pl.DataFrame:
    """One row per key of partial results."""
    sums, least = (pl.col("messages", "^.*_sum$").sum(), pl.col("^.*_min$").min())
    return pl.read_parquet(files).group_by(_KEY).agg(sums, least, pl.col("^.*_peak$").max())


def exact(files: Sequence[str]) -> pl.DataFrame:
    """One row per key of decoded values, quantiles and distinct counts among them."""
    quantiles = [
        pl.col(m).quantile(wanted, "lower").alias(f"{m}_{name}") for m in MEASURES for name, wanted in QUANTILES.items()
    ]
    return part(pl.read_parquet(files), *quantiles, pl.col("host").n_unique().alias(DISTINCT))


def answer(task: Task, files: Sequence[str]) -> None:
    """The whole result from the files of all processes."""
    result = exact(files) if task.quantiles else merged(files)
    peaks = {m: pl.col(f"{m}_peak") for m in MEASURES}
    shown = [(peak // MINUTE_MS).alias(f"{m}_max") for m, peak in peaks.items()]
    shown += [(pl.col("minute") + MINUTE_MS - 1 - peak % MINUTE_MS).alias(f"{m}_max_at") for m, peak in peaks.items()]
    task.write(result.with_columns(*shown).select(columns(task.quantiles)).iter_rows())


if __name__ == "__main__":
    task = Task.read()
    answer(task, in_processes(task, parts))
