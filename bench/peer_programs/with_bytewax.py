"""Bytewax: its own Kafka source, each batch aggregated before it is keyed, processes side by side."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from multiprocessing import get_context

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import cluster_main

from bench.peer_programs.counting import add_messages
from bench.peer_programs.partials import Key, Partial, joined, rows
from bench.peer_programs.task import Task

Pair = tuple[str, tuple[Key, Partial]]


class Rows(DynamicSink[Pair], StatelessSinkPartition[Pair]):  # type: ignore[misc]
    """One file of rows for each worker."""

    def __init__(self, task: Task, process: int) -> None:
        self._task, self._process = task, process
        self._partials: dict[Key, Partial] = {}

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Rows:
        """The part of this process, which has one worker."""
        del step_id, worker_index, worker_count
        return self

    def write_batch(self, items: list[Pair]) -> None:
        """Keep finished results."""
        self._partials.update(result for _, result in items)

    def close(self) -> None:
        """All input has ended."""
        self._task.write(rows(self._partials), part=self._process)


def flow_of(task: Task, process: int) -> Dataflow:
    """Messages → partial results of batches → results."""

    def counted(batch: list[KafkaSourceMessage]) -> Iterable[Pair]:
        task.started()
        partials: dict[Key, Partial] = {}
        add_messages(partials, (message.value for message in batch))
        return [(f"{key[0]} {key[1]}", (key, partial)) for key, partial in partials.items()]

    flow = Dataflow("bench_peers")
    source = KafkaSource([task.bootstrap], [task.topic], tail=False, batch_size=10_000)
    parts = op.flat_map_batch("count", op.input("messages", flow, source), counted)
    merged = op.reduce_final("merge", parts, lambda one, other: (one[0], joined(one[1], other[1])))
    op.output("rows", merged, Rows(task, process))
    return flow


def run(task: Task, process: int, addresses: list[str]) -> None:
    """One process of the cluster."""
    cluster_main(flow_of(task, process), addresses, process)


def free_addresses(count: int) -> list[str]:
    """Addresses nobody listens at."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return addresses


if __name__ == "__main__":
    task = Task.read()
    addresses = free_addresses(task.processes)
    others = [
        get_context("spawn").Process(target=run, args=(task, process, addresses))
        for process in range(1, task.processes)
    ]
    for other in others:
        other.start()
    run(task, 0, addresses)
    for other in others:
        other.join()
    raise SystemExit(max((other.exitcode or 0 for other in others), default=0))
