"""How the engines, the streams and the disk stand, in one look."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request

from streams.time_text import timestamp
from web.asking.standings import lagging, standings_of
from web.health.disk import kept_disk_use
from web.health.jobs import ENDED, job_states
from web.health.standing import StreamStanding
from web.service import Service, service_of

_LOOKS = anyio.CapacityLimiter(4)


async def standing_of_all(request: Request) -> dict[str, Any]:
    """What is away is named; nothing is left out."""
    service, answers = service_of(request), dict[str, Any]()

    async def into(name: str, work: Callable[..., Any], *arguments: Any) -> None:
        answers[name] = await anyio.to_thread.run_sync(work, *arguments, limiter=_LOOKS)

    async with anyio.create_task_group() as group:
        group.start_soon(into, "jobs", job_states, service.settings.flink)
        group.start_soon(into, "disk", kept_disk_use, service.settings.home)
        group.start_soon(into, "maintenance", _maintenance, service.settings.home)
        group.start_soon(into, "problems", service.problems)
        standings = await standings_of(request)
    jobs: dict[str, str] | None = answers["jobs"]
    engines = {name: seen.wrong or "ok" for name, seen in service.lookout.seen().items()}
    engines["flink"] = "ok" if jobs is not None else f"flink does not answer at {service.settings.flink}"
    return {
        "engines": engines,
        "streams": _streams(service, standings, answers["problems"], jobs),
        "disk": answers["disk"],
        "maintenance": answers["maintenance"],
    }


def _streams(
    service: Service,
    standings: Mapping[str, StreamStanding],
    problems: Mapping[str, str],
    jobs: Mapping[str, str] | None,
) -> dict[str, dict[str, Any]]:
    views, wrong = service.queries.views(), lagging(service, datetime.now(UTC))
    streams = {}
    for name in sorted({*standings, *problems}):
        standing, view = standings.get(name, StreamStanding(None, None, None)), views.get(name)
        job = None if jobs is None else jobs.get(name, "NONE")
        if view is not None and view.retired is not None and job in {"NONE", *ENDED}:
            job = "RETIRED"
        streams[name] = {
            "state": wrong.get(name, "ok"),
            "job": job,
            "complete_until": timestamp(view.complete_until) if view else None,
            "last_commit": timestamp(view.committed) if view else None,
            "accepted": standing.accepted,
            "rejected": standing.rejected,
            "duplicates": standing.duplicates,
            "lag": None if standing.lags is None else {str(at): lag for at, lag in standing.lags.items()},
            "problem": "; ".join(filter(None, (problems.get(name), standing.stopped))) or None,
            "notes": list(standing.notes),
        }
    return streams


def _maintenance(home: Path) -> dict[str, Any] | None:
    """What the newest maintenance noted of itself; None before the first."""
    try:
        noted: dict[str, Any] = json.loads((home / "maintenance.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return noted
