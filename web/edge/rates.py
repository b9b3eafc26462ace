"""How much each may ask or send in a second.

A library counts in windows of time; this counts what is left by one number each, which costs a microsecond a request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_ROUNDING = 1e-9

MOST_KNOWN = 50_000
"""So many are remembered; whoever has used nothing for a while is forgotten first."""


@dataclass
class Rate:
    """`most` a second by each who asks, and `seconds` of that at once. `name`, `unit`: as headers call it."""

    name: str
    most: int
    seconds: float = 5.0
    unit: str = "requests"
    clock: Callable[[], float] = time.monotonic
    _until: dict[str, float] = field(default_factory=dict)
    """Who → when all of it is there again."""

    def wait(self, who: str) -> float:
        """Seconds until there is something for somebody; 0: there is."""
        return self._wait(max(self._until.get(who, 0.0) - self.clock(), 0.0))

    def take(self, who: str, amount: int = 1) -> float:
        """Take so much, and 0.0; or nothing, and the seconds until it can be taken.

        More than there is can be taken while there is anything: what follows waits the longer.
        """
        now = self.clock()
        until = max(self._until.get(who, 0.0), now)
        if wait := self._wait(until - now):
            return wait
        self.spend(who, amount)
        return 0.0

    def spend(self, who: str, amount: int = 1) -> None:
        """Count what was taken already, whether or not it was there: what follows waits the longer."""
        now = self.clock()
        self._until[who] = max(self._until.get(who, 0.0), now) + amount / self.most
        if len(self._until) > MOST_KNOWN:
            self._forget(now)

    def left(self, who: str) -> int:
        """How much can be taken at once."""
        used = max(0.0, self._until.get(who, 0.0) - self.clock())
        return max(0, int((self.seconds - used) * self.most))

    def headers(self, who: str) -> dict[str, str]:
        """The fields `RateLimit-Policy` and `RateLimit`, as the IETF's draft has them."""
        unit = "" if self.unit == "requests" else f';qu="{self.unit}"'
        policy = f'"{self.name}";q={int(self.most * self.seconds)};w={round(self.seconds)}{unit}'
        return {"RateLimit-Policy": policy, "RateLimit": f'"{self.name}";r={self.left(who)};t={round(self.seconds)}'}

    def _wait(self, used: float) -> float:
        """Until one is there, when so many seconds' worth are used."""
        missing = used + 1 / self.most - self.seconds
        return missing if missing > _ROUNDING else 0.0

    def _forget(self, now: float) -> None:
        """Whoever has all of it; if nobody, those who were first."""
        for who in [who for who, until in self._until.items() if until <= now]:
            del self._until[who]
        for who in [*self._until][: len(self._until) - MOST_KNOWN]:
            del self._until[who]
