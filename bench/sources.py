"""How long from a file until its rows are committed: read, mapped, compared, sent through Kafka, in records.

The stream is that of case reports under another name, with a live job; the source runs as the command runs one, here.
A first file is all new; the same with a share of its figures corrected comes after it. A run counts only if the
records add up to what the files say.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from pyarrow import csv

from bench.live_input import live_job
from bench.report import Metrics
from bench.usage import Usage
from compose.embedded.waiting import until
from query.rendering import table_name
from query.settings import QuerySettings
from query.trino_client import TrinoClient
from services.settings import ServiceSettings
from services.source_runner import opened_store, source_runner
from sources.definition_files import parse_source
from sources.objects import Objects, object_store
from sources.runs.declared import Declared
from sources.runs.run import Runner
from sources.settings import SourceSettings
from sources.store import SourceStore
from sources.tables import SOURCES
from streams.definition import Definition
from streams.definition_files import load_definition
from streams.errors import WindowpaneError

_NAME = "bench_case_reports"
_SOURCE = """
title = "Figures of a benchmark"
stream = "NAME"
[from]
files = "landing/*.csv"
[format]
type = "csv"
[columns]
region = ["region"]
day = ["day"]
total = ["total"]
[mapping]
select = '''
  select _row, 'NAME' as source, region, day || 'T00:00:00Z' as date, '' as variant, 'cases' as metric,
    whole(total) as cumulative
  from input
'''
[corrections]
key = ["source", "region", "date", "variant", "metric"]
replaces = "whole"
date = "date"
new_from = "cumulative"
hold_if_lost = 0.5
""".replace("NAME", _NAME)
_DAYS = 1000
_CASE_REPORTS = Path(__file__).resolve().parent.parent / "systems" / "epidemic" / "on_demand" / "case_reports.toml"
"""Whether the stack was started with this system or not."""


@dataclass(frozen=True)
class Settings:
    """`rows` figures, a thousand days of each region; `corrected`: the share of them that the second file changes."""

    rows: int = 1_000_000
    corrected: float = 0.001
    runs: int = 3
    timeout_seconds: float = 300.0
    seed: int = 7


def measure(settings: Settings, say: Callable[[str], None]) -> Iterator[Metrics]:
    """One new stream and source for each run. Raises WindowpaneError if the records are not what the files say."""
    script, sources = ServiceSettings(), SourceSettings()
    definition = load_definition(_CASE_REPORTS).model_copy(update={"name": _NAME, "topic": _NAME})
    for number in range(settings.runs):
        with (
            live_job(definition, script),
            closing(opened_store(sources)) as store,
            TemporaryDirectory(prefix="windowpane-bench-") as folder,
            _runner(sources, store, definition, Path(folder)) as runner,
        ):
            file = Path(folder) / "sources.d" / f"{_NAME}.toml"
            file.parent.mkdir()
            file.write_text(_SOURCE)
            bench = _Bench(runner, Declared(parse_source(_SOURCE, _NAME, file.parent), file), settings)
            totals = _totals(settings, np.random.default_rng(settings.seed + number))
            say(f"a file of {totals.size:,} rows")
            new = bench.run(totals)
            say(f"the same, {settings.corrected:.1%} of it corrected")
            again = bench.run(_corrected(totals, settings, np.random.default_rng(settings.seed - number)))
        yield {**new, **{f"corrected_{name}": value for name, value in again.items()}}


@contextmanager
def _runner(settings: SourceSettings, store: SourceStore, definition: Definition, folder: Path) -> Iterator[Runner]:
    """The runner of sources, but for the stream and where it keeps objects; leaving takes away what it kept."""
    bucket = object_store(settings)
    place = f"{settings.kept.removeprefix('s3://')}-bench"
    try:
        yield replace(
            source_runner(settings, store),
            definition=lambda _: definition,
            objects=Objects(bucket, place),
            work=folder / "work",
            home=folder,
            settled_seconds=0.0,
        )
    finally:
        with store.changing() as connection:
            connection.execute(SOURCES.delete().where(SOURCES.c.name == _NAME))
        bucket.delete_dir(place)


@dataclass(frozen=True, slots=True)
class _Bench:
    runner: Runner
    declared: Declared
    settings: Settings

    def run(self, totals: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Metrics:
        """A file, from when it is whole in its folder until the records add up to it."""
        landing = self.declared.file.parent.parent / "landing"
        landing.mkdir(exist_ok=True)
        _write(landing / "figures.csv", totals)
        trino = TrinoClient(QuerySettings())
        said = "select count(*), cast(sum(change) as bigint) from R".replace("R", table_name(_NAME, "accepted"))
        whole = int(totals[:, -1].sum())
        with Usage([os.getpid()], descendants=True) as used:
            begun = time.monotonic()
            counts = self.runner.run(self.declared, by="bench")
            sent = time.monotonic() - begun
            if counts.held:
                raise WindowpaneError(f"the file is held: {'; '.join(counts.reasons)}")
            try:
                until(lambda: trino.rows(said)[0][0][1] == whole, self.settings.timeout_seconds, every=0.5)
            except TimeoutError:
                [[records, total]] = trino.rows(said)[0]
                raise WindowpaneError(
                    f"after {self.settings.timeout_seconds:.0f} s {records:,} records add up to {total}, not to {whole}"
                ) from None
            seconds = time.monotonic() - begun
        return {
            "messages": float(counts.messages),
            "seconds": seconds,
            "until_sent_seconds": sent,
            "rows_per_second": totals.size / seconds,
            "cpu_seconds": used.cpu_seconds,
            "peak_rss_bytes": float(used.peak_rss_bytes),
            "peak_pss_bytes": float(used.peak_pss_bytes),
        }


def _totals(settings: Settings, chance: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Region, day → cumulative figure."""
    changes = chance.poisson(20, (max(settings.rows // _DAYS, 1), _DAYS))
    return np.asarray(changes.cumsum(axis=1), dtype=np.int64)


def _corrected(
    totals: np.ndarray[tuple[int, int], np.dtype[np.int64]], settings: Settings, chance: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The same, some of the figures a few more."""
    return totals + (chance.random(totals.shape) < settings.corrected) * chance.integers(1, 9, totals.shape)


def _write(file: Path, totals: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> None:
    """As a program does that writes another file first; a few regions at a time, for memory is measured after it."""
    regions, days = totals.shape
    dates = pa.array(np.datetime64("2020-01-22") + np.arange(days)).cast(pa.string())
    part = file.with_name(f"{file.name}.part")
    schema = pa.schema([("region", pa.string()), ("day", pa.string()), ("total", pa.int64())])
    with csv.CSVWriter(part, schema) as writer:
        for region in range(regions):
            names = pa.array([f"R-{region}"] * days)
            writer.write(pa.table([names, dates, pa.array(totals[region])], schema=schema))
    part.rename(file)
