"""The combiner's visits are those of an oracle that knows whole logs, wherever a job begins to read."""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flink_jobs.jvm import Jvm
from tests.flink_jobs.partition_logs import MAX_AHEAD_MS, decided
from tests.flink_jobs.visit_logs import (
    BREAKDOWNS,
    HOUR_MS,
    Numbers,
    Sighting,
    Visited,
    VisitRules,
    panes,
    panes_of_parts,
    visited,
)

MINUTE, SLACK, HORIZON = 60_000, 500, 600_000
RULES = VisitRules(gap=30 * MINUTE, cut=6 * HOUR_MS)
START = 1_760_000_000_000 // RULES.cut * RULES.cut
FROM_ALL = -(2**62)
PARTITIONS = (0, 1)
LENGTH = 300


class Jobs:
    """A JVM whose combiner finds visits."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    def panes(self, messages: list[Sighting], counted_from: int = FROM_ALL, before: str | None = None) -> Numbers:
        """What a job adds up in panes."""
        request: dict[str, Any] = {"horizon": HORIZON, "slack": SLACK, "gap": RULES.gap, "cut": RULES.cut}
        request |= {"counted_from": counted_from, "before": before, "messages": [each.as_json() for each in messages]}
        self._in.write(json.dumps(request) + "\n")
        self._in.flush()
        return panes_of_parts(json.loads(self._out.readline()))


@pytest.fixture(scope="module")
def jobs(jvm: Jvm) -> Iterator[Jobs]:
    pipe = subprocess.PIPE
    command = jvm.command("windowpane.flink.combine.VisitLines")
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8") as process:
        yield Jobs(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def a_log(partition: int, seed: int, length: int = LENGTH) -> list[Sighting]:
    """Over two days: visits near and over cuts, messages that come late by minutes to days, copies, a wrong clock."""
    chance, now, log = random.Random(f"{seed} {partition}"), START, []
    for offset in range(length):
        now += chance.choice((0, 1, 1_000, MINUTE, 5 * MINUTE, 29 * MINUTE, 40 * MINUTE))
        late = chance.choice((0, 0, 0, 0, 1_000, MINUTE, 31 * MINUTE, 2 * HOUR_MS, 7 * HOUR_MS, 72 * HOUR_MS))
        kind = chance.random()
        log.append(
            Sighting(
                partition,
                offset,
                now - chance.choice((0, 0, 0, 200, 5_000)),
                key=f"k{chance.randrange(3)}",
                id=str(chance.randrange(60)),
                event_time=None if kind < 0.05 else now - late + chance.choice((0, 0, MAX_AHEAD_MS // 2)),
                by_broker=offset == 0 or chance.random() < 0.95,
                is_heartbeat=kind < 0.03,
                site=chance.choice("ab"),
                source=chance.choice("stu"),
                path=chance.choice(("/", "/a", "/b")),
                counts=chance.choice((None, True, True, False)),
            )
        )
    return log


def oracle(log: list[Sighting]) -> list[Visited]:
    return visited(decided(log, HORIZON, SLACK), RULES)


def since_of(counted_from: int) -> int:
    """Where a job has to begin to read: see docs/architecture.md."""
    return (counted_from - RULES.known) // RULES.cut * RULES.cut - MAX_AHEAD_MS - HORIZON


def read_since(log: list[Sighting], since: int) -> list[Sighting]:
    return log[next((place for place, each in enumerate(log) if each.stamp >= since), len(log)) :]


def interleaved(logs: list[list[Sighting]], seed: int) -> list[Sighting]:
    chance, left, mixed = random.Random(seed), [list(reversed(log)) for log in logs], []
    while any(left):
        mixed.append(chance.choice([log for log in left if log]).pop())
    return mixed


@pytest.mark.parametrize("seed", range(8))
def test_a_job_finds_the_visits_of_the_oracle(jobs: Jobs, seed: int) -> None:
    logs = [a_log(partition, seed) for partition in PARTITIONS]
    expected = panes(each for log in logs for each in oracle(log))
    assert jobs.panes(interleaved(logs, seed)) == expected
    assert any(number < 0 for number in expected.values())


@pytest.mark.parametrize("seed", range(8))
def test_a_job_that_begins_anywhere_goes_on_as_one_that_was_never_interrupted(jobs: Jobs, seed: int) -> None:
    logs = [a_log(partition, seed) for partition in PARTITIONS]
    whole = [oracle(log) for log in logs]
    last = max(each.decided.arrived for log in whole for each in log)
    for counted_from in range(START + 2 * RULES.cut + 777, last, (last - START) // 25):
        since = since_of(counted_from)
        before = ";".join(f"{partition}={since - 1}" for partition in PARTITIONS)
        read = [read_since(log, since) for log in logs]
        found = jobs.panes(interleaved(read, seed), counted_from, before)
        assert found == panes(each for log in whole for each in log if each.decided.arrived >= counted_from)


def test_less_read_back_is_too_little(jobs: Jobs) -> None:
    """The test of beginnings can fail."""
    wrong = 0
    for seed in range(8):
        log, counted_from = a_log(0, seed), START + 3 * RULES.cut + 3 * HOUR_MS
        found = jobs.panes(read_since(log, counted_from - RULES.known), counted_from, f"0={counted_from - 1}")
        wrong += found != panes(each for each in oracle(log) if each.decided.arrived >= counted_from)
    assert wrong


def totals(numbers: Numbers, breakdown: str) -> Counter[str]:
    """Each number over all panes of a breakdown."""
    found: Counter[str] = Counter()
    for (of, _, name), number in numbers.items():
        found[name] += number if of == breakdown else 0
    return found


def test_numbers_add_up_to_those_of_the_visits(jobs: Jobs) -> None:
    """Whatever changed before: of all panes together there is what the visits are in the end."""
    log = a_log(0, 1)
    made, mine = jobs.panes(log), oracle(log)
    for breakdown in BREAKDOWNS:
        found = totals(made, breakdown)
        assert found["messages"] == len(mine)
        assert found["visits"] == len({each.first.offset for each in mine})
        assert 0 < found["bounces"] < found["visits"]
        assert found["visit_seconds"] > 0


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_event_times(jobs: Jobs, order: int) -> None:
    """Reversed, the first message is the newest: the visit is one, and lasts no time."""
    steps = range(40)[::order]
    log = [
        Sighting(0, offset, START + offset, "k", str(offset), START - HOUR_MS + step * MINUTE, path=f"/{step}")
        for offset, step in enumerate(steps)
    ]
    found = jobs.panes(log)
    assert found == panes(oracle(log))
    numbers = totals(found, "exits")
    assert (numbers["visits"], numbers["visit_seconds"]) == (1, 39 * 60 if order > 0 else 0)


TIMES = st.integers(0, 30 * 60).map(lambda seconds: seconds * 1000)


@given(
    st.lists(
        st.tuples(
            st.sampled_from((0, 0, 1, 500, 1000, RULES.gap, RULES.gap + 1, RULES.known, RULES.known + 1)),
            st.sampled_from((0, 0, 1, RULES.gap, RULES.gap + 1, RULES.known, RULES.cut - 1, RULES.cut, 5 * RULES.cut)),
            TIMES,
            st.sampled_from("ab"),
            st.sampled_from((None, True, False)),
        ),
        max_size=40,
    ),
    st.integers(0, 40),
)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_log(jobs: Jobs, moves: list[tuple[int, int, int, str, bool | None]], since_place: int) -> None:
    """Steps that lie just within and just beyond every bound of the rule; and a job that begins at any of them."""
    now, log = START, []
    for offset, (step, late, jitter, word, counts) in enumerate(moves):
        now += step
        log.append(Sighting(0, offset, now, word, str(offset), now - late - jitter % 7, True, False, word, word, word))
        log[-1] = replace(log[-1], counts=counts, path=str(jitter % 3))
    whole = oracle(log)
    assert jobs.panes(log) == panes(whole)
    if whole:
        counted_from = whole[since_place % len(whole)].decided.arrived
        since = since_of(counted_from)
        found = jobs.panes(read_since(log, since), counted_from, f"0={since - 1}")
        assert found == panes(each for each in whole if each.decided.arrived >= counted_from)
