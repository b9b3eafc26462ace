"""Answers of several contenders to the same windows, timed; only those that are right have figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from scripts.benches.peer_programs.questions import Question
from scripts.benches.report import Metrics, percentiles
from scripts.benches.results import of_group
from streams.errors import WindowpaneError

__all__ = ["EPOCH", "MICROSECOND", "Answer", "Answers", "moment", "of_service", "right_ones", "timed"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Answer = Sequence[int]
"""Messages; then of each measure sum, least, greatest, in millionths, and its earliest time in microseconds."""
Answers = Sequence[tuple[float, Answer]]
"""Seconds and answer of each question."""


def moment(micros: int) -> datetime:
    """The time of so many microseconds."""
    return EPOCH + timedelta(microseconds=micros)


def timed(asked: Sequence[Question], ask: Callable[[Question], Answer]) -> Answers:
    """Ask one after another."""
    answers = []
    for question in asked:
        begun = time.perf_counter()
        answer = ask(question)
        answers.append((time.perf_counter() - begun, answer))
    return answers


def of_service(client: httpx.Client, stream: str, question: Question) -> Answer:
    """Our answer, over HTTP. Raises WindowpaneError unless it is of one group."""
    span = {"start": moment(question.start).isoformat(), "end": moment(question.end).isoformat()}
    reply = client.get(f"/v1/{stream}/window", params={**span, "service": question.service})
    if reply.status_code != 200:
        raise WindowpaneError(f"the web service answered {reply.status_code}: {reply.text[:200]}")
    (group,) = reply.json()["groups"]
    return [value * 1000 if name.endswith("_at") else value for name, value in of_group(group).items()]


def right_ones(
    asked: Sequence[Question], found: Mapping[str, Answers], reference: str, say: Callable[[str], None]
) -> Metrics:
    """The latencies of those whose answers are those of the reference; of the others the first error is said."""
    figures: dict[str, float] = {}
    right = found[reference]
    for name, answers in found.items():
        wrong = [place for place, one in enumerate(answers) if list(one[1]) != list(right[place][1])]
        if wrong:
            first = wrong[0]
            say(f"{name} errs in {asked[first]}: {answers[first][1]}, not {right[first][1]}; its run does not count")
            continue
        figures |= percentiles(name, [seconds for seconds, _ in answers])
    return figures
