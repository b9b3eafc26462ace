"""The same windows asked of us over HTTP, and of DuckDB, chDB and pyiceberg over the very files that we answer from.

One service, random windows over made history, asked one after another. All merge day panes of the whole days inside and
minute panes at the edges, as we do. An answer counts only if it equals pyiceberg's, which is merged by pyarrow here.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.contenders import OURS, Contender, rotated
from bench.history import append_days, await_messages
from bench.peer_programs.questions import Answer, Answers, Question, Questions, timed
from bench.peer_programs.task import MEASURES
from bench.peer_runs import prepared
from bench.process_tree import run_measured
from bench.report import Metrics
from bench.subject import declared, make_anew, remove
from bench.window_answers import EPOCH, MICROSECOND, moment, of_service, random_questions, right_ones
from compose.embedded.layout import Layout
from iceberg.catalog import Catalog, open_catalog
from iceberg.settings import LakeSettings
from iceberg.stream_tables import panes_table
from services.operator import operator_headers
from services.settings import ServiceSettings
from streams.errors import WindowpaneError
from streams.panes import Grain, day_start

_NAME = "bench_window_peers"
_PROGRAMS = {"duckdb": "windows_duckdb", "chdb": "windows_chdb"}
_LAKE = "s3://lake/"


@dataclass(frozen=True)
class Settings:
    """`keys` services over `days` days, one message a second each. `warm_up` questions are asked but not counted."""

    days: int = 30
    keys: int = 1000
    questions: int = 100
    warm_up: int = 20
    runs: int = 5
    seed: int = 7
    timeout_seconds: float = 900.0


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """Make the history once; then all contenders in each run, the first one changing."""
    script = ServiceSettings()
    definition = declared("health", script).model_copy(update={"name": _NAME, "topic": _NAME})
    end = day_start(datetime.now(UTC))
    start = end - timedelta(days=settings.days)
    catalog = open_catalog(LakeSettings())
    try:
        make_anew(catalog, definition)
        say(f"made {append_days(catalog, definition, settings.keys, start, settings.days):,} minute panes")
        with httpx.Client(base_url=script.url, headers=operator_headers(script), timeout=60, trust_env=False) as client:
            await_messages(client, _NAME, start, end, settings.days * settings.keys * 86_400)
            for run in range(settings.runs):
                rng = np.random.default_rng(settings.seed + run)
                asked = random_questions(rng, settings.questions, settings.keys, settings.days * 1440, end)
                yield _run(run, asked, settings, catalog, client, script.home, say)
    finally:
        remove(catalog, definition)


def _run(
    run: int,
    asked: Sequence[Question],
    settings: Settings,
    catalog: Catalog,
    client: httpx.Client,
    home: Path,
    say: Callable[[str], None],
) -> Metrics:
    """The latencies of all contenders whose answers are right."""
    answers = {"pyiceberg": timed(asked, lambda question: _of_iceberg(catalog, question))}
    for name in rotated((OURS, *_PROGRAMS), run):
        try:
            if name == OURS:
                for question in asked[: settings.warm_up]:
                    of_service(client, _NAME, Question(question.service, question.start, question.end + 60_000_000))
                answers[name] = timed(asked, lambda question: of_service(client, _NAME, question))
            else:
                answers[name] = _of_program(name, asked, settings, catalog, home, say)
        except WindowpaneError as error:
            say(f"{name} failed: {error}")
    return right_ones(asked, answers, "pyiceberg", say)


def _of_iceberg(catalog: Catalog, question: Question) -> Answer:
    """pyiceberg's scans of both tables, merged by pyarrow."""
    first, last = question.days
    spans = {
        Grain.MINUTE: [(question.start, min(first, question.end)), (max(last, question.start), question.end)],
        Grain.DAY: [(first, last)],
    }
    rows = pa.concat_tables(
        _scanned(catalog, grain, question.service, low, high)
        for grain, parts in spans.items()
        for low, high in parts
        if low < high
    )
    answer = [pc.sum(rows["messages"]).as_py()]
    for measure in MEASURES:
        largest = pc.max(rows[f"{measure}_max"])
        at = pc.min(rows[f"{measure}_max_at"].filter(pc.equal(rows[f"{measure}_max"], largest))).as_py()
        answer += [pc.sum(rows[f"{measure}_sum"]).as_py(), pc.min(rows[f"{measure}_min"]).as_py()]
        answer += [largest.as_py(), (at - EPOCH) // MICROSECOND]
    return answer


def _scanned(catalog: Catalog, grain: Grain, service: str, start: int, end: int) -> pa.Table:
    span = f"window_start >= '{moment(start).isoformat()}' and window_start < '{moment(end).isoformat()}'"
    return panes_table(catalog, _NAME).scan(f"grain == '{grain}' and service == '{service}' and {span}").to_arrow()


def _of_program(
    name: str, asked: Sequence[Question], settings: Settings, catalog: Catalog, home: Path, say: Callable[[str], None]
) -> Answers:
    """What another engine answers that reads the files from disk."""
    ready = prepared(Contender(name, "", _PROGRAMS[name], ""), say)
    with tempfile.TemporaryDirectory(dir=Layout(home).data) as scratch:
        questions, output = Path(scratch) / "questions.json", Path(scratch) / "answers.json"
        minutes, days = (_files(catalog, grain, home) for grain in (Grain.MINUTE, Grain.DAY))
        Questions(minutes, days, asked, settings.warm_up, str(output)).save(questions)
        command = [str(ready.python), "-m", f"bench.peer_programs.{_PROGRAMS[name]}", str(questions)]
        run_measured(command, ready.variables, Path(scratch) / "log", settings.timeout_seconds)
        return [(seconds, answer) for seconds, answer in json.loads(output.read_text())]


def _files(catalog: Catalog, grain: Grain, home: Path) -> list[str]:
    """The data files of a grain's panes as the object store keeps them on disk."""
    tasks = panes_table(catalog, _NAME).scan(f"grain == '{grain}'").plan_files()
    stored = Layout(home).data / "objectstore" / "lake"
    return [os.fspath(stored / task.file.file_path.removeprefix(_LAKE)) for task in tasks]
