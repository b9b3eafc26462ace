"""How fast messages are sent, on a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field

from sources.runs.pace import Pace


@dataclass
class Time:
    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds

    def clock(self) -> float:
        return self.now


def test_no_window_gets_more_panes_than_may_be() -> None:
    time = Time()
    pace = Pace(40_000, time.sleep, time.clock)
    begun: list[float] = []
    for _ in range(20):
        pace.wait(8_000)
        begun.append(time.now)
    assert time.slept == [2.0] * 19
    assert all(sum(start <= at < start + 10 for at in begun) * 8_000 <= 40_000 for start in begun)


def test_who_sends_little_waits_for_nobody() -> None:
    time = Time()
    pace = Pace(40_000, time.sleep, time.clock)
    for _ in range(50):
        pace.wait(40)
        time.now += 0.02
    assert time.slept == []
