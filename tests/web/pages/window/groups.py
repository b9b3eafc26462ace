"""Groups of an answer about the health stream, of which one has no numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from query.groups import Group
from web.pages.window.columns import Shown

PEAK = datetime(2026, 3, 1, 10, 3, 11, 250_000, tzinfo=UTC)


def measured(mean: float | None, top: float | None, at: datetime | None) -> dict[str, Any]:
    quantiles = {"0.5": mean, "0.95": top, "0.99": top}
    return {"count": 10, "mean": mean, "min": 0.0, "max": top, "max_at": at, "quantiles": quantiles}


def group(service: str, messages: int, mean: float | None, top: float | None) -> Group:
    part = measured(mean, top, None if top is None else PEAK)
    return Group((service,), messages, {"cpu": part, "ram": part, "disk": part})


def shown(groups: Sequence[Group]) -> list[Shown]:
    """As rows of the table."""
    return [Shown(group) for group in groups]


def names(groups: Iterable[Group]) -> str:
    """Their services, one after the other."""
    return "".join(group.key[0] for group in groups)


GROUPS = [group("a", 30, 0.1, 0.97), group("b", 20, 0.5, 0.6), group("c", 10, None, None)]
