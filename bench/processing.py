"""All statistics of records that are made up: what a run takes of time and memory, in a process of its own.

The stream is that of students' answers under another name, with records alone; the process asks for everything that one
can be asked for. A run counts only if it read every record and each step has a result.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bench.loading import append_rows
from bench.report import Metrics
from bench.subject import make_anew, remove
from bench.usage import Usage
from compose.embedded.settings import CHECKOUT
from iceberg.catalog import open_catalog
from iceberg.kinds import RECORDS
from iceberg.settings import LakeSettings
from processing.definition import Process
from processing.definition_files import parse_process
from processing.run import run_process
from processing.store import ProcessStore, RunState
from streams import load_definition
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.records import record_fields

_NAME = "bench_processing"
_DECLARED = CHECKOUT / "systems" / "students" / "on_demand" / "student_answers.toml"
_READ = (
    "school", "course", "sex", "age", "address", "Medu", "Fedu", "Mjob", "traveltime", "studytime", "failures",
    "higher", "romantic", "goout", "Walc", "absences", "G1", "G2", "G3",
)  # fmt: skip
_UNSAID = 0.02


@dataclass(frozen=True)
class Settings:
    """`rows` records in files of `file_rows`; `sample` of them are held; `trees`, `folds`: of the prediction."""

    rows: int = 10_000_000
    file_rows: int = 500_000
    sample: int = 20_000
    trees: int = 50
    folds: int = 5
    runs: int = 1
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """The same records in each run; the first has no earlier one to tell drift from. Raises WindowpaneError."""
    definition = load_definition(_DECLARED).model_copy(update={"name": _NAME})
    catalog = open_catalog(LakeSettings())
    make_anew(catalog, definition)
    try:
        for start in range(0, settings.rows, settings.file_rows):
            rows = min(settings.file_rows, settings.rows - start)
            append_rows(catalog, _NAME, RECORDS.name, made_answers(definition, rows, start, settings.seed))
            say(f"{start + rows:,} records")
        for _ in range(settings.runs):
            yield _run(settings)
    finally:
        with closing(_store()) as store:
            store.forget(_NAME)
        remove(catalog, definition)


def asked(settings: Settings) -> Process:
    """The process: all that one can be asked for."""
    numbers = ["age", "Medu", "Fedu", "studytime", "failures", "goout", "Walc", "absences", "G1", "G2", "G3"]
    raw = {
        "title": "All statistics",
        "stream": _NAME,
        "fields": [*_READ],
        "seed": settings.seed,
        "sample": settings.sample,
        "correlations": {"fields": numbers},
        "differences": {"of": "G3", "by": ["sex", "school", "higher"]},
        "prediction": {
            "target": "G3", "naive": "G2", "fair_by": ["sex"], "trees": settings.trees, "folds": settings.folds,
        },
        "clusters": {"fields": ["G1", "G2", "absences"]},
    }  # fmt: skip
    return parse_process(_NAME, raw, "processes.toml")


def made_answers(definition: Definition, rows: int, start: int, seed: int) -> pa.Table:
    """Records as if so many had answered, the first of them the `start`th: marks that go together, and a few gaps."""
    draw = np.random.default_rng(seed + start)
    ability = draw.normal(0, 1, rows)
    at = pa.array(1_760_000_000_000_000 + np.arange(start, start + rows), pa.timestamp("us", "UTC"))
    columns: dict[str, pa.Array] = {
        "partition": pa.array(np.zeros(rows, dtype=np.int32)),
        "offset": pa.array(np.arange(start, start + rows)),
        "arrived": at,
        "event_time": at,
    }
    for field in record_fields(definition):
        rule = definition.fields[field.field]
        unsaid = draw.random(rows) < _UNSAID
        if rule.values:
            codes = pa.array(draw.integers(0, len(rule.values), rows, dtype=np.int32), mask=unsaid)
            columns[field.column] = pa.DictionaryArray.from_arrays(codes, pa.array(rule.values)).cast(pa.string())
        elif field.field in ("G1", "G2", "G3"):
            mark = np.clip(np.rint(11 + 3 * ability + draw.normal(0, 1.2, rows)), 0, 20)
            columns[field.column] = pa.array(mark.astype(np.int64), mask=unsaid)
        elif isinstance(rule.min, float | int) and isinstance(rule.max, float | int):
            values = draw.integers(int(rule.min), min(int(rule.max), 30) + 1, rows)
            columns[field.column] = pa.array(values, mask=unsaid)
    return pa.table(columns)


def _run(settings: Settings) -> Metrics:
    words = [f"{each}={value}" for each, value in (("sample", settings.sample), ("seed", settings.seed))]
    command = [sys.executable, "-m", "bench.processing", *words, f"trees={settings.trees}", f"folds={settings.folds}"]
    child = subprocess.Popen(command, cwd=CHECKOUT, env=os.environ.copy(), stderr=subprocess.PIPE, text=True)
    with Usage([child.pid], descendants=True) as used:
        _, complaint = child.communicate()
    if child.returncode:
        raise WindowpaneError(f"the run ended with {child.returncode}: {complaint.strip().splitlines()[-1:]}")
    with closing(_store()) as store:
        run = store.newest(_NAME, RunState.DONE)
    if run is None or run.rows != settings.rows:
        raise WindowpaneError(f"the run read {run.rows if run else 0:,} of {settings.rows:,} records")
    lacking = [f"{each.name}: {each.problem}" for each in run.steps.values() if each.problem and each.name != "drift"]
    if lacking:
        raise WindowpaneError("; ".join(lacking))
    steps = {f"{name}_seconds": each.seconds for name, each in run.steps.items()}
    return {
        "seconds": used.seconds,
        "rows_per_second": settings.rows / used.seconds,
        "cpu_seconds": used.cpu_seconds,
        "peak_rss_bytes": float(used.peak_rss_bytes),
        **steps,
    }


def _store() -> ProcessStore:
    return ProcessStore.open(LakeSettings().catalog_uri.get_secret_value())


def _main() -> None:
    given = dict(word.split("=", 1) for word in sys.argv[1:])
    settings = Settings(**{name: int(value) for name, value in given.items()})
    with closing(_store()) as store:
        run_process(open_catalog(LakeSettings()), store, asked(settings), "bench")


if __name__ == "__main__":
    _main()
