"""Which processes should run by themselves now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from processing.definition import Process
from processing.store import ProcessStore, Run, RunState


def is_due(process: Process, newest: Run | None, now: datetime) -> bool:
    """Whether one that runs by itself never ran, was killed, or ran long enough ago; one that failed waits as long."""
    every = process.every_seconds
    if every is None:
        return False
    return newest is None or newest.state is RunState.RUNNING or newest.begun_at + timedelta(seconds=every) <= now


def due_processes(
    processes: Mapping[str, Process], applied: set[str], store: ProcessStore, now: datetime
) -> list[Process]:
    """Those of applied streams that are due, by name. Raises LakeError."""
    return [
        process
        for _, process in sorted(processes.items())
        if process.stream in applied and process.every and is_due(process, store.newest(process.name), now)
    ]
