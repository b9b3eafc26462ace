"""PySpark structured streaming: all that the topic holds as it starts, with a checkpoint, the whole result replaced by
each batch. Its `max_by` takes any of equal maxima, so that a peak is the greatest of packed numbers."""

from __future__ import annotations

import os
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

from bench.peer_programs.task import DISTINCT, MEASURES, MINUTE_MS, QUANTILES, SCALE, Task, columns

_SHAPE = (
    "serviceName string, Timestamp bigint, CPU double, host string, "
    "RAM struct<Total: double, Free: double>, Disk struct<Total: double, Free: double>"
)
_RANKS = 1_000
_DISTINCT_ERROR = 0.02
_JAVA = """#!/bin/sh
for word do
    shift
    [ "$word" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$word"
done
exec '{home}/bin/java' "$@"
"""


def stored(share: Column) -> Column:
    """A share in millionths; rint takes the even one of two."""
    return f.rint(share * SCALE).cast("long")


def used(field: str) -> Column:
    """The share of a field that is not free."""
    return 1 - f.col(f"m.{field}.Free") / f.col(f"m.{field}.Total")


def result(messages: DataFrame, quantiles: bool) -> DataFrame:
    """One row per service and minute."""
    at = f.col("m.Timestamp")
    values = messages.select(f.from_json(f.col("value").cast("string"), _SHAPE).alias("m")).select(
        f.col("m.serviceName").alias("service"),
        (at - at % MINUTE_MS).alias("minute"),
        (MINUTE_MS - 1 - at % MINUTE_MS).alias("early"),
        f.col("m.host").alias("host"),
        stored(f.col("m.CPU")).alias("cpu"),
        stored(used("RAM")).alias("ram"),
        stored(used("Disk")).alias("disk"),
    )
    aggregates = [f.count("*").alias("messages")]
    shown = {}
    for m in MEASURES:
        peak = f.max(f.col(m) * MINUTE_MS + f.col("early")).alias(f"{m}_peak")
        aggregates += [f.sum(m).alias(f"{m}_sum"), f.min(m).alias(f"{m}_min"), peak]
        shown[f"{m}_max"] = f.floor(f.col(f"{m}_peak") / MINUTE_MS)
        shown[f"{m}_max_at"] = f.col("minute") + MINUTE_MS - 1 - f.col(f"{m}_peak") % MINUTE_MS
        if quantiles:
            aggregates.append(f.percentile_approx(m, list(QUANTILES.values()), _RANKS).alias(f"{m}_quantiles"))
            shown |= {f"{m}_{name}": f.col(f"{m}_quantiles")[place] for place, name in enumerate(QUANTILES)}
    if quantiles:
        aggregates.append(f.approx_count_distinct("host", _DISTINCT_ERROR).alias(DISTINCT))
    return values.groupBy("service", "minute").agg(*aggregates).withColumns(shown).select(*columns(quantiles))


def use_java(scratch: Path) -> None:
    """Let Spark start a Java that is not told of an incubating module which ours lacks, and Spark does without."""
    java = scratch / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(_JAVA.format(home=os.environ["JAVA_HOME"]))
    java.chmod(0o700)
    os.environ["JAVA_HOME"] = str(java.parents[1])


def run(task: Task) -> None:
    """All batches, then the end."""
    use_java(Path(task.scratch))
    session = (
        SparkSession.builder.master(f"local[{task.processes}]")
        .config("spark.jars", ",".join(task.jars))
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.memory", "2g")
        .config("spark.ui.enabled", "false")
        .config("spark.local.dir", task.scratch)
        .config("spark.sql.shuffle.partitions", str(task.processes))
        .config("spark.sql.warehouse.dir", str(Path(task.scratch) / "warehouse"))
        .getOrCreate()
    )
    messages = (
        session.readStream.format("kafka")
        .option("kafka.bootstrap.servers", task.bootstrap)
        .option("subscribe", task.topic)
        .option("startingOffsets", "earliest")
        .load()
    )

    def replace(batch: DataFrame, _number: int) -> None:
        batch.coalesce(1).write.mode("overwrite").option("header", True).csv(str(Path(task.output) / "result"))

    stream = result(messages, task.quantiles).writeStream.outputMode("complete").foreachBatch(replace)
    checkpointed = stream.option("checkpointLocation", str(Path(task.scratch) / "checkpoint"))
    checkpointed.trigger(availableNow=True).start().awaitTermination()
    session.stop()


if __name__ == "__main__":
    run(Task.read())
