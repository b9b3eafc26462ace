"""What `status` says of each stream: its job, how far answers are complete, lag per partition, rejected messages."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import Any

from flink_jobs.client import FlinkClient
from flink_jobs.errors import JobError
from flink_jobs.settings import FlinkSettings
from iceberg.apply import applied_streams
from iceberg.catalog import open_catalog
from iceberg.lake_view import LakeView, pin
from iceberg.settings import LakeSettings
from iceberg.stored_stream import stored_stream
from query.errors import QueryError
from query.settings import QuerySettings
from query.standing import Counted, TopicStanding, counted, held, topic_standing
from query.trino_client import TrinoClient
from services.settings import ServiceSettings
from streams import Definition, read_definitions
from streams.errors import TopicError, WindowpaneError
from streams.problems import file_gone, noted_problems
from streams.time_text import timestamp
from streams.topics import Topics

LIVE = {"CREATED", "RUNNING", "RESTARTING", "FAILING", "CANCELLING", None}
"""States of a job that has not ended, or that Flink did not tell."""


def stream_status() -> dict[str, dict[str, Any]]:
    """Stream → `{"job", "complete_until", "lag", "rejected", "duplicates", "problem", "notes"}`.

    Each is None where an engine is away. `problem`: what keeps it from being as it should be, None if nothing does.
    `notes`: what else is to be known of its topic. `job` is `RETIRED` for a stream that takes no more messages and has
    none.
    """
    settings = ServiceSettings()
    declared, unreadable = read_definitions(settings.streams)
    noted, jobs, catalog = noted_problems(settings.home), _jobs(), open_catalog(LakeSettings())
    streams = {}
    for name in sorted({*declared, *unreadable, *applied_streams(catalog)}):
        problems = [str(unreadable[name])] if name in unreadable else []
        problems += [noted[name].reason] if name in noted else []
        definition, retired = declared.get(name), None
        try:
            if (stored := stored_stream(catalog, name)) is not None:
                definition, retired = stored.definition, stored.retired
        except WindowpaneError as error:
            problems.append(str(error))
        if name not in declared and name not in unreadable and retired is None:
            problems.append(file_gone(name))
        status = _status(name, definition, jobs)
        problems += [status.pop("stopped")]
        streams[name] = {**status, "problem": "; ".join(dict.fromkeys(filter(None, problems))) or None}
        if retired is not None and streams[name]["job"] not in LIVE:
            streams[name]["job"] = "RETIRED"
    return streams


def _jobs() -> dict[str, str] | None:
    """Stream → state of its job that has not ended, else of its last; None when Flink does not answer."""
    try:
        with closing(FlinkClient(FlinkSettings())) as flink:
            jobs = flink.jobs()
    except JobError:
        return None
    return {job.stream: job.state for job in sorted(jobs, key=lambda job: not job.ended)}


def _status(name: str, definition: Definition | None, jobs: dict[str, str] | None) -> dict[str, Any]:
    """Without a definition that can be read it is not known which topic it has."""
    view: LakeView | None = None
    ledger: Counted | None = None
    standing: TopicStanding | None = None
    with suppress(WindowpaneError):
        view = pin(open_catalog(LakeSettings()), name)
    reading = view.reading if view else None
    with suppress(QueryError):
        ledger = counted(TrinoClient(QuerySettings()), name, reading)
    with suppress(TopicError):
        if definition is not None:
            with Topics(ServiceSettings().kafka) as topics:
                standing = topic_standing(definition, reading, held(topics, definition.topic), ledger)
    lag = standing.lag if standing else None
    return {
        "job": None if jobs is None else jobs.get(name, "NONE"),
        "complete_until": timestamp(view.complete_until) if view else None,
        "lag": None if lag is None else {str(partition): count for partition, count in lag.items()},
        "rejected": None if ledger is None else sum(partition.rejected for partition in ledger.totals),
        "duplicates": None if ledger is None else sum(partition.duplicates for partition in ledger.totals),
        "stopped": standing.stopped if standing else "",
        "notes": list(standing.notes) if standing else [],
    }
