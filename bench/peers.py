"""The same topic, the same result, the same machine: our job beside other people's software, in rotated order.

The result is that of each service and minute: messages, and of three measures sum, least, greatest and its earliest
time; with `quantiles=1` also p50, p95 and p99 of each, and how many different hosts there were. A run of a contender
counts only if its result is the oracle's: to the last digit, estimates within 2% of rank and 10% of a count.
The broker's CPU time and memory count for every contender alike.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.contenders import OURS, Contender, chosen, rotated
from bench.ingest import ingest, verify
from bench.peer_programs.task import DISTINCT, QUANTILES
from bench.peer_runs import PeerTopic, prepared, run_peer
from bench.peer_table import lines
from bench.preload import preload
from bench.report import Metrics
from bench.results import Rows, difference, of_answer
from bench.subject import declared, remove
from compose.errors import InstallError
from iceberg.catalog import open_catalog
from iceberg.settings import LakeSettings
from query.requests import SeriesRequest, Step, WindowRequest
from query.service import QueryService
from query.settings import QuerySettings
from query.visible import Visible
from scripts.streams.removal import stop_jobs
from services.settings import ServiceSettings
from streams.definition import Definition, Distinct, FieldRule
from streams.demo import Pool
from streams.errors import DefinitionError, WindowpaneError
from streams.topics import Topics

_NAME = "bench_peers"
_ORACLE = Contender("oracle", "", "oracle", "")
_HOSTS = 5_000


@dataclass(frozen=True)
class Settings:
    """`only` names contenders with commas between; left empty, all. `quantiles=1` asks for quantiles and distinct
    counts too, of those that give them. The first `warm_up` jobs of ours are not counted, for its engines run on."""

    messages: int = 10_000_000
    keys: int = 40
    minutes: int = 60
    runs: int = 5
    only: str = ""
    quantiles: int = 0
    processes: int = 2
    warm_up: int = 1
    checkpoint_seconds: float = 10.0
    timeout_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class _Subject:
    """What all contenders of a benchmark work on."""

    definition: Definition
    start: datetime
    end: datetime
    topic: PeerTopic
    script: ServiceSettings
    settings: Settings
    say: Callable[[str], None]


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Preload once, then all contenders in each run. One that fails, or errs, is said and has no figures of the run."""
    contenders = _ready(chosen(settings.only, bool(settings.quantiles)), say)
    script = ServiceSettings()
    definition = definition_of(declared("health", script), bool(settings.quantiles))
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    start = end - timedelta(minutes=settings.minutes)
    preload(script.kafka, _NAME, definition, settings.messages, settings.keys, start=start, end=end, say=say)
    try:
        with Topics(script.kafka) as topics:
            topic = PeerTopic(script.kafka, _NAME, topics.end_offsets(_NAME), bool(settings.quantiles))
        subject = _Subject(definition, start, end, topic, script, settings, say)
        oracle, _ = _run_peer(_ORACLE, subject)
        counted = sum(row["messages"] for row in oracle.values())
        if counted != topic.messages:
            raise WindowpaneError(f"the oracle counts {counted:,} messages of {topic.messages:,}")
        say(f"the oracle has {len(oracle):,} rows")
        for contender in contenders:
            for _ in range(settings.warm_up if contender.name == OURS else 0):
                _counted(contender, subject, oracle)
        runs: list[Metrics] = []
        for run in range(settings.runs):
            measured: dict[str, float] = {}
            for contender in rotated(contenders, run):
                measured |= _counted(contender, subject, oracle)
            runs.append(measured)
            yield measured
        for line in lines(contenders, runs):
            say(line)
    finally:
        stop_jobs(_NAME)
        remove(open_catalog(LakeSettings()), definition)
        _delete_topics(script.kafka, keep=())


def _ready(contenders: Sequence[Contender], say: Callable[[str], None]) -> list[Contender]:
    """Those that could be installed, each named with its guarantee."""
    ready = []
    for contender in contenders:
        try:
            if contender.name != OURS:
                prepared(contender, say)
        except InstallError as error:
            say(f"{contender.name} takes no part: {error}")
            continue
        say(f"{contender.name}: {contender.title}; guarantee {contender.guarantee}")
        ready.append(contender)
    return ready


def _delete_topics(bootstrap: str, keep: Collection[str]) -> None:
    """Remove the benchmark's topics, and those that a peer has made after its name."""
    with Topics(bootstrap) as topics:
        for name in topics.names():
            if _NAME in name and name not in keep:
                topics.delete(name)


def definition_of(health: Definition, quantiles: bool) -> Definition:
    """The stream of the benchmark: quantiles only if asked for, and then also a host in each message."""
    measures = {name: one.model_copy(update={"quantiles": quantiles}) for name, one in health.measures.items()}
    kept: dict[str, Any] = {name: getattr(health, name) for name in Definition.model_fields}
    changes: dict[str, Any] = {"name": _NAME, "topic": _NAME, "measures": measures}
    if quantiles:
        if health.demo is None:
            raise DefinitionError("health.toml", "demo", None, "add a [demo] table to make messages")
        made = {**health.demo.fields, "host": Pool(kind="pool", size=_HOSTS)}
        changes["fields"] = {**health.fields, "host": FieldRule(type="string")}
        changes["distincts"] = {DISTINCT: Distinct(field="host")}
        changes["demo"] = health.demo.model_copy(update={"fields": made})
    return Definition(**{**kept, **changes})


def _counted(contender: Contender, subject: _Subject, oracle: Rows) -> Metrics:
    """One run of a contender; nothing of one that failed or is not right."""
    try:
        rows, metrics = _run_ours(subject) if contender.name == OURS else _run_peer(contender, subject)
    except (WindowpaneError, OSError, subprocess.SubprocessError) as error:
        subject.say(f"{contender.name} failed: {error}")
        if contender.name == OURS:
            stop_jobs(_NAME)
        return {}
    wrong = difference(rows, oracle)
    if wrong is not None:
        subject.say(f"{contender.name} is not right, so its run does not count: {wrong}")
        return {}
    return metrics


def _run_ours(subject: _Subject) -> tuple[Rows, Metrics]:
    """Our job over the topic, and what the tables then answer; its other tables must hold every message once, too."""
    settings = subject.settings
    made = ingest(subject.definition, subject.script, settings.checkpoint_seconds, settings.timeout_seconds)
    verify(subject.definition, subject.start, subject.end, settings.messages)
    asked = tuple(QUANTILES.values()) if settings.quantiles else ()
    question = WindowRequest(Visible(subject.definition), subject.start, subject.end, by=("service",), quantiles=asked)
    service = QueryService(QuerySettings(), {_NAME: subject.definition}, LakeSettings())
    service.refresh()
    answer = service.series(SeriesRequest(question, Step.MINUTE))
    names = ("messages_per_second", "messages_per_second_with_start", "messages_per_cpu_second", "peak_rss_bytes")
    return of_answer(answer), {f"{OURS}_{name}": made[name] for name in names}


def _run_peer(contender: Contender, subject: _Subject) -> tuple[Rows, Metrics]:
    """A peer's program over the topic, and what it wrote."""
    settings, home = subject.settings, subject.script.home
    try:
        return run_peer(contender, subject.topic, home, settings.processes, settings.timeout_seconds, subject.say)
    finally:
        _delete_topics(subject.script.kafka, keep=(_NAME,))
