"""Whose the tables of a namespace are: a stream's, or a replay's on their way to a stream's."""

from __future__ import annotations

from database.replays import Replay
from streams.definition import BENCH_PREFIX


def staging_namespace(replay: Replay) -> str:
    """The namespace of a replay's staging tables; no stream can have this name."""
    return f"{staging_prefix(replay.stream)}{replay.id}"


def staging_prefix(stream: str) -> str:
    """How the namespaces of a stream's replays begin."""
    return f"{stream}-replay-"


def is_staging(namespace: str) -> bool:
    """Whether a namespace holds tables on their way to a stream's, not a stream's own: no stream has such a name."""
    return "-" in namespace


def is_offered(namespace: str) -> bool:
    """Whether a namespace is that of a stream for people: not of a replay's staging tables, nor a benchmark's."""
    return not is_staging(namespace) and not namespace.startswith(BENCH_PREFIX)
