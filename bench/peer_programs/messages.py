"""The messages of a topic through librdkafka, for programs that bring no reader of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from confluent_kafka import Consumer, KafkaException, TopicPartition

from bench.peer_programs.task import Task

Done = TypeVar("Done")


def batches(task: Task, partitions: Sequence[int], size: int = 100_000) -> Iterator[list[bytes]]:
    """The payloads of some partitions, from their beginning to the task's ends."""
    consumer = Consumer(
        {
            "bootstrap.servers": task.bootstrap,
            "group.id": "bench-peers",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "queued.min.messages": 500_000,
            "fetch.message.max.bytes": 8 * 1024 * 1024,
            "check.crcs": False,
        }
    )
    consumer.assign([TopicPartition(task.topic, partition, 0) for partition in partitions])
    left = sum(task.ends[partition] for partition in partitions)
    while left:
        polled = consumer.consume(min(size, left), 1.0)
        if polled and (error := polled[0].error()) is not None:
            raise KafkaException(error)
        if polled:
            task.started()
            left -= len(polled)
            yield [message.value() or b"" for message in polled]
    consumer.close()


def in_processes(task: Task, work: Callable[[Task, Sequence[int]], Done]) -> list[Done]:
    """What `work` makes of each process's share of the partitions."""
    partitions = sorted(task.ends)
    shares = [share for share in (partitions[place :: task.processes] for place in range(task.processes)) if share]
    with ProcessPoolExecutor(len(shares), mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, [task] * len(shares), shares))
