"""The numbers of a dashboard, read from the answers of the stream `web_events`. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from query.groups import Group

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Numbers:
    """What visitors did. `seconds`: of all visits together. `revenue`: by currency, where there was any.

    `messages` tells what nobody sent anything of.
    """

    visitors: int = 0
    visits: int = 0
    views: int = 0
    bounces: int = 0
    seconds: int = 0
    events: int = 0
    revenue: Mapping[str, float] = field(default_factory=dict)

    @property
    def bounce_rate(self) -> float | None:
        """The share of visits with one counting message; None without visits."""
        return self.bounces / self.visits if self.visits > 0 else None

    @property
    def visit_seconds(self) -> float | None:
        """The mean length of a visit; None without visits."""
        return self.seconds / self.visits if self.visits > 0 else None

    def as_json(self) -> Json:
        """As the API gives them."""
        return {
            "visitors": self.visitors,
            "visits": self.visits,
            "views": self.views,
            "bounce_rate": self.bounce_rate,
            "visit_seconds": self.visit_seconds,
            "events": self.events,
            "revenue": dict(self.revenue),
        }


def numbers_of(group: Group | None, revenue: Mapping[str, float] | None = None) -> Numbers:
    """Of one group of an answer; nothing where there is none."""
    if group is None:
        return Numbers(revenue=revenue or {})
    return Numbers(
        visitors=int(group.value("visitors", "distinct") or 0),
        visits=group.visits.get("visits", 0),
        views=round(group.value("views", "total") or 0),
        bounces=group.visits.get("bounces", 0),
        seconds=group.visits.get("visit_seconds", 0),
        events=group.messages,
        revenue=revenue or {},
    )


def revenue_of(groups: Iterable[Group]) -> dict[str, float]:
    """Currency, of which the groups are → what was earned in it."""
    earned: dict[str, Decimal] = {}
    for group in groups:
        if group.value("revenue", "count") and (name := group.key[0]):
            earned[name] = earned.get(name, Decimal()) + Decimal(group.value("revenue", "total"))
    return {name: float(total) for name, total in sorted(earned.items(), key=lambda pair: (-pair[1], pair[0]))}
