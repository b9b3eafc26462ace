"""How the job of each stream stands, as Flink tells."""

from __future__ import annotations

import httpx

_FLINK_SECONDS = 2.0
ENDED = {"FINISHED", "CANCELED", "FAILED"}
"""States of a job that runs no more."""


def job_states(flink: str) -> dict[str, str] | None:
    """Stream → state of its job that has not ended, else of its last; None when Flink does not answer."""
    try:
        answer = httpx.get(f"http://{flink}/jobs/overview", timeout=_FLINK_SECONDS)
        jobs = sorted(answer.raise_for_status().json()["jobs"], key=lambda job: job["state"] not in ENDED)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError):
        return None
    named = [(job["name"].split("/"), job["state"]) for job in jobs]
    return {parts[1]: state for parts, state in named if len(parts) == 3 and parts[0] == "windowpane"}
