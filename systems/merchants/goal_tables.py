"""How often goals of a site were met, and how far visitors got in its funnels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from systems.merchants.goals import Funnel, Goal


@dataclass(frozen=True, slots=True)
class GoalRow:
    """`rate`: the share of all visitors that met it; None where there were none. `earned`: in the site's currency."""

    goal: Goal
    visitors: int
    times: int
    earned: float | None
    rate: float | None

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "goal": self.goal.name,
            "id": self.goal.id,
            "visitors": self.visitors,
            "events": self.times,
            "conversion_rate": self.rate,
            "earned": self.earned,
        }


def goal_rows(goals: Sequence[Goal], row: Sequence[Any]) -> tuple[GoalRow, ...]:
    """Of the row of a statement."""
    total = int(row[0] or 0)
    found = []
    for place, goal in enumerate(goals):
        visitors, times, earned = row[1 + 3 * place : 4 + 3 * place]
        rate = (visitors or 0) / total if total else None
        found.append(GoalRow(goal, int(visitors or 0), int(times or 0), earned, rate))
    return tuple(sorted(found, key=lambda each: (-each.visitors, each.goal.name)))


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many got to a step. `of_first` and `of_before`: shares; None where there were none."""

    name: str
    visitors: int
    of_first: float | None
    of_before: float | None

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "name": self.name,
            "visitors": self.visitors,
            "of_first": self.of_first,
            "of_before": self.of_before,
        }


def funnel_steps(funnel: Funnel, row: Sequence[int]) -> tuple[FunnelStep, ...]:
    """Of the row of a statement: how many got to each step."""
    numbers = [int(number or 0) for number in row] or [0] * len(funnel.steps)
    befores = [numbers[0], *(before for before, _ in pairwise(numbers))]
    return tuple(
        FunnelStep(step.name, number, _share(number, numbers[0]), _share(number, before))
        for step, number, before in zip(funnel.steps, numbers, befores, strict=True)
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
