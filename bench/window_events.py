"""The same windows asked of us over HTTP, and of Trino over the raw messages that the lake keeps in `events`.

Messages are ingested by the stream's own job, which makes panes of them and keeps them. An answer counts only if it is
Trino's over the raw messages, which owes nothing to panes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np

from bench.contenders import OURS, rotated
from bench.history import await_messages
from bench.ingest import ingest
from bench.jobs import clear
from bench.peer_programs.questions import Answer, Question, timed
from bench.preload import preload
from bench.report import Metrics
from bench.subject import declared, renamed
from bench.window_answers import EPOCH, MICROSECOND, moment, of_service, random_questions, right_ones
from query.rendering import table_name
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from services.operator import operator_headers
from services.settings import ServiceSettings

_NAME = "bench_window_events"
_RAW = "trino_events"
_SQL = Path(__file__).with_suffix(".sql").read_text().replace("from events", f"from {table_name(_NAME, 'events')}")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Settings:
    """`messages` of `keys` services over `minutes`. `warm_up` questions are asked of each but not counted."""

    messages: int = 5_000_000
    keys: int = 40
    minutes: int = 60
    questions: int = 20
    warm_up: int = 5
    runs: int = 3
    seed: int = 7
    timeout_seconds: float = 300.0


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Ingest once; then both in each run, taking turns to be first."""
    script = ServiceSettings()
    names = [f"service-{key:05d}" for key in range(settings.keys)]
    known = renamed(declared("health", script), *names)
    definition = known.model_copy(update={"name": _NAME, "topic": _NAME, "events": True})
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    start = end - _MINUTE * settings.minutes
    preload(script.kafka, _NAME, definition, settings.messages, settings.keys, start=start, end=end, say=say)
    trino = TrinoClient(QuerySettings())
    try:
        ingested = ingest(definition, script, 10.0, settings.timeout_seconds)
        say(f"ingested with events kept: {ingested['messages_per_second']:,.0f} messages/s")
        with httpx.Client(base_url=script.url, headers=operator_headers(script), timeout=60, trust_env=False) as client:
            await_messages(client, _NAME, start, end, settings.messages)
            ways: dict[str, Callable[[Question], Answer]] = {
                OURS: lambda question: of_service(client, _NAME, question),
                _RAW: lambda question: _of_events(trino, question),
            }
            for run in range(settings.runs):
                rng = np.random.default_rng(settings.seed + run)
                asked, ahead = (
                    random_questions(rng, count, settings.keys, settings.minutes, end)
                    for count in (settings.questions, settings.warm_up)
                )
                answers = {}
                for name in rotated((OURS, _RAW), run):
                    timed(ahead, ways[name])
                    answers[name] = timed(asked, ways[name])
                yield right_ones(asked, answers, _RAW, say)
    finally:
        clear(definition, script.kafka)


def _of_events(trino: TrinoClient, question: Question) -> Answer:
    """Every message of the window read, parsed and added up."""
    ((*numbers,),), _ = trino.rows(_SQL, (moment(question.start), moment(question.end), question.service))
    return [(number - EPOCH) // MICROSECOND if isinstance(number, datetime) else number for number in numbers]
