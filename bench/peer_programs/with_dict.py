"""confluent-kafka, orjson and a dictionary."""

from __future__ import annotations

from collections.abc import Sequence

from bench.peer_programs.counting import add_messages
from bench.peer_programs.messages import batches, in_processes
from bench.peer_programs.partials import Key, Partial, merge, rows
from bench.peer_programs.task import Task


def counted(task: Task, partitions: Sequence[int]) -> dict[Key, Partial]:
    """The partial results of some partitions."""
    partials: dict[Key, Partial] = {}
    for payloads in batches(task, partitions):
        add_messages(partials, payloads)
    return partials


if __name__ == "__main__":
    merged: dict[Key, Partial] = {}
    task = Task.read()
    for part in in_processes(task, counted):
        merge(merged, part.items())
    task.write(rows(merged))
