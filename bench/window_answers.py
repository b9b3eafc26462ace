"""Answers of several contenders to the same windows, timed; only those that are right have figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np

from bench.peer_programs.questions import Answer, Answers, Question
from bench.questions import random_span
from bench.report import Metrics, percentiles
from bench.results import of_group
from query.groups import Group
from streams.errors import WindowpaneError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    """The time of so many microseconds."""
    return EPOCH + timedelta(microseconds=micros)


def random_questions(rng: np.random.Generator, count: int, keys: int, minutes: int, end: datetime) -> list[Question]:
    """So many windows of one of `keys` services each, within the minutes before `end`."""
    spans = [random_span(rng, minutes, end) for _ in range(count)]
    return [
        Question(f"service-{rng.integers(keys):05d}", (early - EPOCH) // MICROSECOND, (late - EPOCH) // MICROSECOND)
        for early, late in spans
    ]


def of_service(client: httpx.Client, stream: str, question: Question) -> Answer:
    """Our answer, over HTTP. Raises WindowpaneError unless it is of one group."""
    span = {"start": moment(question.start).isoformat(), "end": moment(question.end).isoformat()}
    reply = client.get(f"/v1/streams/{stream}/window", params={**span, "service": question.service})
    if reply.status_code != 200:
        raise WindowpaneError(f"the web service answered {reply.status_code}: {reply.text[:200]}")
    (row,) = reply.json()["groups"]
    key, messages = (row.pop("service"),), row.pop("messages")
    parts = {name: {**part, "max_at": datetime.fromisoformat(part["max_at"])} for name, part in row.items()}
    group = Group(key, messages, parts)
    return [value * 1000 if name.endswith("_at") else value for name, value in of_group(group).items()]


def right_ones(
    asked: Sequence[Question], answers_of: Mapping[str, Answers], reference: str, say: Callable[[str], None]
) -> Metrics:
    """The latencies of those whose answers are those of the reference; of the others the first error is said."""
    figures: dict[str, float] = {}
    right = answers_of[reference]
    for name, answers in answers_of.items():
        wrong = [place for place, one in enumerate(answers) if list(one[1]) != list(right[place][1])]
        if wrong:
            first = wrong[0]
            say(f"{name} errs in {asked[first]}: {answers[first][1]}, not {right[first][1]}; its run does not count")
            continue
        figures |= percentiles(name, [seconds for seconds, _ in answers])
    return figures
