"""Pathway: the topic as a static table, that is up to its end at the start, grouped by service and minute."""

from __future__ import annotations

import os
from typing import Any

from bench.peer_programs.partials import Key, Partial, rows
from bench.peer_programs.task import MEASURES, MINUTE_MS, SCALE, Task

_HALF_EVEN = 1.5 * 2.0**52
"""Added to a double and taken away again it leaves the nearest whole number, of two the even one."""

_PATHS = {
    "service": "/serviceName",
    "at": "/Timestamp",
    "cpu": "/CPU",
    "ram_total": "/RAM/Total",
    "ram_free": "/RAM/Free",
    "disk_total": "/Disk/Total",
    "disk_free": "/Disk/Free",
}


def run(task: Task) -> dict[Key, Partial]:
    """The result of the whole topic."""
    os.environ["PATHWAY_THREADS"] = str(task.processes)
    import pathway as pw  # reads the variable as it is imported

    kinds = {name: str if name == "service" else int if name == "at" else float for name in _PATHS}
    messages = pw.io.kafka.read(
        {"bootstrap.servers": task.bootstrap, "group.id": task.group, "auto.offset.reset": "earliest"},
        topic=task.topic,
        format="json",
        schema=pw.schema_from_types(**kinds),
        json_field_paths=_PATHS,
        mode="static",
    )

    def stored(share: Any) -> Any:
        return pw.cast(int, share * SCALE + _HALF_EVEN - _HALF_EVEN)

    this = pw.this
    values = messages.select(
        this.service,
        minute=this.at - this.at % MINUTE_MS,
        early=MINUTE_MS - 1 - this.at % MINUTE_MS,
        cpu=stored(this.cpu),
        ram=stored(1 - this.ram_free / this.ram_total),
        disk=stored(1 - this.disk_free / this.disk_total),
    )
    aggregates: dict[str, Any] = {"messages": pw.reducers.count()}
    for name in MEASURES:
        aggregates[f"{name}_sum"] = pw.reducers.sum(this[name])
        aggregates[f"{name}_min"] = pw.reducers.min(this[name])
        aggregates[f"{name}_peak"] = pw.reducers.max(this[name] * MINUTE_MS + this.early)
    results: dict[Key, Partial] = {}

    def keep(key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:
        del key, time
        if is_addition:
            results[row["service"], row["minute"]] = [row[name] for name in aggregates]

    pw.io.subscribe(values.groupby(this.service, this.minute).reduce(this.service, this.minute, **aggregates), keep)
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)
    return results


if __name__ == "__main__":
    task = Task.read()
    task.write(rows(run(task)))
