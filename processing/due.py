"""Which processes should run by themselves now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from database.replays import Publication
from processing.definition import Process
from processing.store import ProcessStore, Run, RunState


def is_due(process: Process, newest: Run | None, now: datetime, published: datetime | None = None) -> bool:
    """Whether one that runs by itself was killed, never ran, ran long enough ago, or before its stream was `published`
    last; one that failed waits as long."""
    if not process.runs_itself:
        return False
    if newest is not None and newest.state is RunState.RUNNING:
        return True
    every = process.every_seconds
    if every is not None and (newest is None or newest.begun_at + timedelta(seconds=every) <= now):
        return True
    new = published is not None and (newest is None or newest.begun_at <= published)
    return process.after is not None and new


def due_processes(
    processes: Mapping[str, Process], applied: set[str], store: ProcessStore, now: datetime
) -> list[Process]:
    """Those of applied streams that are due, by name. One that runs after publications waits until none of its stream
    is under way: what it read before would be neither the old state nor the new. Raises LakeError."""
    asked = [each for _, each in sorted(processes.items()) if each.stream in applied and each.runs_itself]
    history = store.publications() if any(each.after for each in asked) else []
    under_way, published = _under_way(history), _published(history)
    return [
        process
        for process in asked
        if not (process.after and process.stream in under_way)
        and is_due(process, store.newest(process.name), now, published.get(process.stream))
    ]


def _under_way(history: Iterable[Publication]) -> set[str]:
    return {each.stream for each in history if not each.completed}


def _published(history: Iterable[Publication]) -> dict[str, datetime]:
    """Stream → when it was changed last."""
    newest: dict[str, datetime] = {}
    for each in history:
        newest[each.stream] = max(each.at, newest.get(each.stream, each.at))
    return newest
