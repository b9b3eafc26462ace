"""A run of a process: the records of one snapshot are read in batches, then each step computes and is kept; in the end
all results go to the stream's table of results.

A run that was killed is gone on with, on the same snapshot and with the same rows: steps that are kept are not computed
again. Where the snapshot has expired, or definition, declaration or code changed, another run begins in its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pyarrow as pa

from analysis.descriptives import Describing
from analysis.errors import AnalysisError
from analysis.observations import observations
from iceberg.apply import applied_definition
from iceberg.catalog import Catalog
from iceberg.errors import LostStateError
from iceberg.records import record_batches, records_snapshot
from iceberg.results import add_results
from processing.code_version import code_version
from processing.definition import Process
from processing.errors import NoRecordsError, ProcessError
from processing.items import rows_of
from processing.steps import Given, compute
from processing.store import ProcessStore, Run, RunState, Step, Version
from streams.definition import Definition
from streams.errors import WindowpaneError
from streams.records import RecordType, record_fields

Watcher = Callable[[str, float], None]
"""Told the name of what is done, and which share of it is."""

Batches = Iterator[tuple[pa.RecordBatch, float]]

_BATCH = 50_000


def run_process(
    catalog: Catalog, store: ProcessStore, process: Process, by: str, watcher: Watcher = lambda _name, _share: None
) -> Run:
    """Run it, or go on with the run that was killed. Raises ProcessError, LakeError.

    A step whose numbers cannot honestly be given is kept with the reason; the others go on.
    """
    definition, fields = readable(catalog, process)
    version = Version(definition.digest, process.digest, code_version(), process.seed)
    with store.alone(process.name):
        run = store.unfinished(process.name, version)
        if run is not None:
            try:
                return _finished(catalog, store, process, run, fields, watcher)
            except LostStateError:
                pass
        snapshot = records_snapshot(catalog, process.stream)
        if snapshot is None:
            raise NoRecordsError(f"the stream {process.stream} has no records yet")
        run = store.begin(process.name, process.stream, snapshot, version, by)
        return _finished(catalog, store, process, run, fields, watcher)


def readable(catalog: Catalog, process: Process) -> tuple[Definition, dict[str, str]]:
    """The stream's definition, and column → field of what is read. Raises ProcessError, LakeError."""
    definition = applied_definition(catalog, process.stream)
    if definition is None:
        raise NoRecordsError(f"the stream {process.stream} is not applied; run ./windowpane apply {process.stream}")
    if definition.records is None:
        raise NoRecordsError(f"the stream {process.stream} keeps no records; say records = true in its file")
    known = {each.field: each for each in record_fields(definition) if each.type is not RecordType.TIME}
    if foreign := sorted({*process.fields, *process.named} - known.keys()):
        raise ProcessError(f"{process.name} asks about {foreign[0]}; {process.stream} has no such field of values")
    return definition, {known[name].column: name for name in process.fields or known}


def _finished(
    catalog: Catalog, store: ProcessStore, process: Process, run: Run, fields: dict[str, str], watcher: Watcher
) -> Run:
    if {*process.steps} <= run.steps.keys():
        return _ended(catalog, store, run, fields)
    try:
        described = Describing(process.sample, process.seed)
        for batch, share in record_batches(catalog, process.stream, run.snapshot, [*fields]):
            add(described, batch.rename_columns([fields[name] for name in batch.schema.names]))
            watcher("reading", share)
        if not described.rows:
            raise NoRecordsError(f"the stream {process.stream} has no records yet")
        rows = described.sample.rows()
        store.read(run.id, described.rows, len(rows))
        before = store.newest(process.name, RunState.DONE, before=run.id)
        earlier = before.steps.get("descriptives") if before else None
        given = Given(process, rows, described.result(), earlier.result if earlier else None)
        for step in process.steps:
            if step not in run.steps:
                store.add(run.id, _computed(step, replace(given, told=partial(watcher, step))))
            watcher(step, 1.0)
    except LostStateError:
        raise
    except WindowpaneError as error:
        store.end(run.id, str(error))
        raise
    return _ended(catalog, store, run, fields)


def _ended(catalog: Catalog, store: ProcessStore, run: Run, fields: dict[str, str]) -> Run:
    """Its results are in the lake before it is done: one killed between is gone on with, and adds none twice."""
    whole = store.get(run.process, run.id)
    assert whole is not None
    rows = [*rows_of(whole, fields.values(), datetime.now(UTC))]
    add_results(catalog, run.stream, run.process, run.id, rows)
    store.end(run.id)
    done = store.newest(run.process)
    assert done is not None
    return done


def add(described: Describing, batch: pa.RecordBatch) -> None:
    """More rows, some thousands at a time."""
    for start in range(0, batch.num_rows, _BATCH):
        described.add(observations(batch.slice(start, _BATCH)))


def _computed(step: str, given: Given) -> Step:
    begun = time.monotonic()
    try:
        result, problem = compute(step, given), ""
    except AnalysisError as error:
        result, problem = None, str(error)
    return Step(step, result, problem, time.monotonic() - begun)
