"""`GET /v1/engines` and `/engines`: how the engines, the streams and the disk stand, in one look."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
from starlette.requests import Request
from starlette.responses import Response

from query.answers import timestamp
from web.probes import lagging
from web.responses import json_response
from web.service import Service, service_of
from web.standing import StreamStanding
from web.stream_pages import standings_of
from web.templating import page_response

__all__ = ["disk_use", "engines_page", "job_states", "show_engines"]

_FLINK_SECONDS = 2.0
_LOOKS = anyio.CapacityLimiter(4)
_DISK_SECONDS = 60.0
"""How long a measured use of the disk is told again: many files are looked at."""
_PARTS = {
    "kafka": "Messages in Kafka", "objectstore": "Tables in the object store", "postgres": "Catalog in PostgreSQL",
    "trino": "Trino", "checkpoints": "Flink's checkpoints", "flink-tmp": "Flink's temporary files", "log": "Logs",
}  # fmt: skip
"""Directory of the home, or of its `data` → what it holds."""


async def show_engines(request: Request) -> Response:
    """All of it as JSON."""
    return json_response(await _standing_of_all(request))


async def engines_page(request: Request) -> Response:
    """The same for people."""
    service = service_of(request)
    found = await _standing_of_all(request)
    return page_response("engines.html", title="Engines", found=found, definitions=service.definitions)


async def _standing_of_all(request: Request) -> dict[str, Any]:
    service, found = service_of(request), dict[str, Any]()

    async def into(name: str, work: Callable[..., Any], *arguments: Any) -> None:
        found[name] = await anyio.to_thread.run_sync(work, *arguments, limiter=_LOOKS)

    async with anyio.create_task_group() as group:
        group.start_soon(into, "jobs", job_states, service.settings.flink)
        group.start_soon(into, "disk", _disk.of, service.settings.home)
        group.start_soon(into, "maintenance", _maintenance, service.settings.home)
        group.start_soon(into, "problems", service.problems)
        standings = await standings_of(request)
    jobs: dict[str, str] | None = found["jobs"]
    engines = {name: seen.wrong or "ok" for name, seen in service.lookout.seen().items()}
    engines["flink"] = "ok" if jobs is not None else f"flink does not answer at {service.settings.flink}"
    return {
        "engines": engines,
        "streams": _streams(service, standings, found["problems"], jobs),
        "disk": found["disk"],
        "maintenance": found["maintenance"],
    }


def _streams(
    service: Service,
    standings: Mapping[str, StreamStanding],
    problems: Mapping[str, str],
    jobs: Mapping[str, str] | None,
) -> dict[str, dict[str, Any]]:
    views, wrong = service.queries.views(), lagging(service, datetime.now(UTC))
    found = {}
    for name in sorted({*standings, *problems}):
        standing, view = standings.get(name, StreamStanding(None, None, None)), views.get(name)
        job = None if jobs is None else jobs.get(name, "NONE")
        if view is not None and view.retired is not None and job in {"NONE", *_ENDED}:
            job = "RETIRED"
        found[name] = {
            "state": wrong.get(name, "ok"),
            "job": job,
            "complete_until": timestamp(view.complete_until) if view else None,
            "last_commit": timestamp(view.last_commit) if view else None,
            "accepted": standing.accepted,
            "rejected": standing.rejected,
            "lag": None if standing.lags is None else {str(at): lag for at, lag in standing.lags.items()},
            "problem": "; ".join(filter(None, (problems.get(name), standing.stopped))) or None,
            "notes": list(standing.notes),
        }
    return found


def job_states(flink: str) -> dict[str, str] | None:
    """Stream → state of its job that has not ended, else of its last; None when Flink does not answer."""
    try:
        answer = httpx.get(f"http://{flink}/jobs/overview", timeout=_FLINK_SECONDS)
        jobs = sorted(answer.raise_for_status().json()["jobs"], key=lambda job: job["state"] not in _ENDED)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError):
        return None
    named = [(job["name"].split("/"), job["state"]) for job in jobs]
    return {parts[1]: state for parts, state in named if len(parts) == 3 and parts[0] == "windowpane"}


_ENDED = {"FINISHED", "CANCELED", "FAILED"}


def disk_use(home: Path) -> dict[str, Any]:
    """Bytes that each part of a home takes, and what is free beside it. Files that vanish meanwhile count nothing."""
    roots = {name: home / name if name == "log" else home / "data" / name for name in _PARTS}
    with ThreadPoolExecutor(4) as pool:
        sizes = dict(zip(roots, pool.map(_size, roots.values()), strict=True))
    parts = [{"part": name, "holds": _PARTS[name], "bytes": size} for name, size in sizes.items() if size is not None]
    return {"home": str(home), "free": shutil.disk_usage(home).free, "parts": parts}


def _size(root: Path) -> int | None:
    if not root.is_dir():
        return None
    size = 0
    for folder, _, files in os.walk(root):
        for name in files:
            with suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_blocks * 512  # noqa: PTH118
    return size


class _Disk:
    """Keeps what was measured for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[float, Path, dict[str, Any]] | None = None

    def of(self, home: Path) -> dict[str, Any] | None:
        """None where this service runs without a home of its own."""
        if not home.is_dir():
            return None
        with self._lock:
            if self._kept is None or self._kept[1] != home or time.monotonic() > self._kept[0]:
                self._kept = (time.monotonic() + _DISK_SECONDS, home, disk_use(home))
            return self._kept[2]


_disk = _Disk()


def _maintenance(home: Path) -> dict[str, Any] | None:
    """What the newest maintenance noted of itself; None before the first."""
    try:
        noted: dict[str, Any] = json.loads((home / "maintenance.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return noted
