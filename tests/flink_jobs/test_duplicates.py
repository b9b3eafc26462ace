"""The combiner's duplicates are those of an oracle that knows whole logs, wherever a job begins to read."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from tests.flink_jobs.jvm import Jvm
from tests.flink_jobs.partition_logs import Decided, Logged, arrivals, decided

Outcomes: TypeAlias = dict[tuple[int, int], str]

HORIZON, SLACK, START = 30_000, 500, 1_760_000_000_000
LENGTH = 400
PARTITIONS = (0, 1, 2)
FROM_ALL = -(2**62)


class Jobs:
    """A JVM whose combiner decides on logs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    def outcomes(self, messages: list[Logged], counted_from: int = FROM_ALL, before: str | None = None) -> Outcomes:
        """(partition, offset) → what a job made of each message that counts."""
        request: dict[str, Any] = {"horizon": HORIZON, "slack": SLACK, "counted_from": counted_from, "before": before}
        self._in.write(json.dumps({**request, "messages": [message.as_json() for message in messages]}) + "\n")
        self._in.flush()
        return {(each["partition"], each["offset"]): each["outcome"] for each in json.loads(self._out.readline())}


@pytest.fixture(scope="module")
def jobs(jvm: Jvm) -> Iterator[Jobs]:
    pipe = subprocess.PIPE
    command = jvm.command("windowpane.flink.combine.DecideLines")
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8") as process:
        yield Jobs(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def a_log(partition: int, seed: int) -> list[Logged]:
    """Copies near and far, a clock that is set back, stamps of producers, rejected messages, heartbeats."""
    chance, now, log = random.Random(f"{seed} {partition}"), START, []
    by_broker = True
    for offset in range(LENGTH):
        now += chance.choice((0, 1, 40, 300, 600))
        if chance.random() < 0.01:
            now += HORIZON // 2
        stamp = now - chance.choice((0, 0, 0, 0, 200, 500, 5000))
        by_broker = offset == 0 or (chance.random() < 0.97 if by_broker else chance.random() < 0.2)
        kind = chance.random()
        event_time = None if kind < 0.1 else now + (3000 if kind < 0.15 else chance.choice((-(10**8), -1000, 0)))
        log.append(
            Logged(
                partition,
                offset,
                stamp if by_broker else stamp + chance.choice((-(10**7), 10**7)),
                key=f"k{chance.randrange(3)}",
                id=str(chance.randrange(40)),
                event_time=event_time,
                by_broker=by_broker,
                is_heartbeat=kind < 0.05,
            )
        )
    return log


def told(all_decided: list[Decided], since: int = FROM_ALL) -> Outcomes:
    return {(d.message.partition, d.message.offset): d.outcome for d in all_decided if d.arrived >= since}


def read_since(log: list[Logged], since: int) -> list[Logged]:
    """From the first message of which the stamp is that or later, as Kafka finds it."""
    return log[next((place for place, each in enumerate(log) if each.stamp >= since), len(log)) :]


def interleaved(logs: list[list[Logged]], seed: int) -> list[Logged]:
    """Messages of several partitions in any order that keeps each one's own."""
    chance, left, mixed = random.Random(seed), [list(reversed(log)) for log in logs], []
    while any(left):
        mixed.append(chance.choice([log for log in left if log]).pop())
    return mixed


@pytest.mark.parametrize("seed", range(8))
def test_a_job_decides_as_the_oracle(jobs: Jobs, seed: int) -> None:
    logs = [a_log(partition, seed) for partition in PARTITIONS]
    expected = {place: it for log in logs for place, it in told(decided(log, HORIZON, SLACK)).items()}
    assert jobs.outcomes(interleaved(logs, seed)) == expected
    assert {*expected.values()} == {"accepted", "rejected", "heartbeat", "duplicate"}


@pytest.mark.parametrize("seed", range(8))
def test_a_job_that_begins_anywhere_decides_as_one_that_went_on(jobs: Jobs, seed: int) -> None:
    """Each begins a horizon before what it counts, and knows nothing else of before."""
    logs = [a_log(partition, seed) for partition in PARTITIONS]
    whole = [decided(log, HORIZON, SLACK) for log in logs]
    last = max(each.arrived for log in whole for each in log)
    for counted_from in range(START + HORIZON + 777, last, (last - START) // 25):
        since = counted_from - HORIZON
        before = ";".join(f"{partition}={since - 1}" for partition in PARTITIONS)
        read = [read_since(log, since) for log in logs]
        found = jobs.outcomes(interleaved(read, seed), counted_from, before)
        assert found == {place: it for log in whole for place, it in told(log, counted_from).items()}


def test_the_order_of_event_times_does_not_matter(jobs: Jobs) -> None:
    log = [each for each in a_log(0, 3) if each.event_time is not None]
    times = sorted(START - 10**6 - place for place in range(len(log)))
    orders = [times, times[::-1], random.Random(1).sample(times, len(times))]
    made = [
        jobs.outcomes([replace(each, event_time=at) for each, at in zip(log, order, strict=True)]) for order in orders
    ]
    assert made[0] == made[1] == made[2]
    assert "duplicate" in made[0].values()


def test_less_than_a_horizon_read_back_is_too_little(jobs: Jobs) -> None:
    """The test of beginnings can fail."""
    logs = [a_log(0, seed) for seed in range(8)]
    wrong = 0
    for log in logs:
        whole = decided(log, HORIZON, SLACK)
        counted_from = START + 2 * HORIZON
        found = jobs.outcomes(read_since(log, counted_from), counted_from, f"0={counted_from - 1}")
        wrong += found != told(whole, counted_from)
    assert wrong


def test_arrivals_never_step_back_beyond_the_slack() -> None:
    for seed in range(8):
        arrived = arrivals(a_log(0, seed), SLACK)
        assert all(at >= max(arrived[: place + 1]) - SLACK for place, at in enumerate(arrived))
