"""Groups of an answer about the health stream, of which one has no numbers."""

from __future__ import annotations

from typing import Any

__all__ = ["GROUPS", "group"]


def measured(mean: float | None, top: float | None, at: str | None) -> dict[str, Any]:
    quantiles = {"0.5": mean, "0.95": top, "0.99": top}
    return {"count": 10, "mean": mean, "min": 0.0, "max": top, "max_at": at, "quantiles": quantiles}


def group(service: str, messages: int, mean: float | None, top: float | None) -> dict[str, Any]:
    part = measured(mean, top, None if top is None else "2026-03-01T10:03:11.250Z")
    return {"service": service, "messages": messages, "cpu": part, "ram": part, "disk": part}


GROUPS = [group("a", 30, 0.1, 0.97), group("b", 20, 0.5, 0.6), group("c", 10, None, None)]
