"""What real sites do on bad days: answer slowly, or with errors, or say that one asks too often."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from services.clinical_site.problems import SiteProblemError

_FAILURES = (
    (500, "Something went wrong here; ask again."),
    (502, "What answers this did not; ask again."),
    (503, "This is being worked on; ask again."),
)


@dataclass(slots=True)
class Moods:
    """`slow`: seconds before every answer; `failing`: share of requests that fail; `per_second`: requests of a user
    that are answered, with as many again at once. `clock`: seconds that only grow.
    """

    slow: float = 0.0
    failing: float = 0.0
    per_second: float | None = None
    seed: int = 0
    clock: Callable[[], float] = field(default=lambda: 0.0)
    _random: Random = field(init=False)
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed}/moods")

    def admit(self, user: str) -> None:
        """Raises SiteProblemError for a request that is too much, with the whole seconds after which to come again."""
        if self.per_second is None:
            return
        most = max(self.per_second, 1.0)
        left, seen = self._buckets.get(user, (most, self.clock()))
        now = self.clock()
        left = min(most, left + (now - seen) * self.per_second)
        if left < 1:
            self._buckets[user] = (left, now)
            wait = max(1, math.ceil((1 - left) / self.per_second))
            raise SiteProblemError(429, f"Ask again in {wait} s.", {"Retry-After": str(wait)})
        self._buckets[user] = (left - 1, now)

    def fail(self) -> None:
        """Raises SiteProblemError for the share of requests that fails."""
        if self.failing and self._random.random() < self.failing:
            raise SiteProblemError(*self._random.choice(_FAILURES))
