"""How fast messages are sent, on a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import orjson

from sources.runs.outbox import AT_ONCE, OutboxWriter, batches
from sources.runs.pace import Pace, panes_of
from streams.decoder import Accepted, Decoder
from streams.decoding_plan import decoding_plan
from streams.definition import Definition
from tests.definitions import ON_DEMAND
from tests.sources.runs.running import EVENTS


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


def test_panes_are_told_apart_by_breakdown_and_day() -> None:
    cases = ON_DEMAND["case_reports"]
    told = {"source": "s", "variant": "", "metric": "cases", "change": 1, "revision": 0}
    reports = [("DE", 1, "a"), ("DE", 1, "b"), ("DE", 2, "c"), ("FR", 1, "d")]
    panes = panes_of(cases)
    found = [
        panes(_row(cases, {**told, "id": id_, "region": region, "date": f"2022-01-0{day}T00:00:00Z"}))
        for region, day, id_ in reports
    ]
    assert found[0] == found[1]
    assert len(found[0]) == len(cases.breakdowns or {}) == 4
    assert len({*found[0], *found[2]}) == 8
    assert len({*found[0], *found[3]}) == 7  # both are of one pane of the source


def test_panes_of_minutes_are_told_apart() -> None:
    moments = ["2022-01-01T00:00:01Z", "2022-01-01T00:00:59Z", "2022-01-01T00:01:00Z"]
    found = [panes_of(EVENTS)(_row(EVENTS, {"at": at, "room": "a", "value": 1})) for at in moments]
    assert (found[0] == found[1], found[1] == found[2]) == (True, False)


def test_an_outbox_says_what_its_batches_begin(tmp_path: Path) -> None:
    with OutboxWriter(tmp_path / "outbox") as outbox:
        outbox.add([((b"m", None), (number % 30, -number)) for number in range(1, AT_ONCE + 11)])
        outbox.add([((b"rejected", None), ())])
    counted = [(len(messages), panes) for messages, panes in batches(tmp_path / "outbox", 0)]
    assert counted == [(AT_ONCE, AT_ONCE + 30), (11, 20)]
    assert [panes for _, panes in batches(tmp_path / "outbox", AT_ONCE)] == [20]


def _row(definition: Definition, message: dict[str, object]) -> Accepted:
    row = Decoder(decoding_plan(definition)).decode(orjson.dumps(message), 1_700_000_000_000)
    assert isinstance(row, Accepted), row
    return row
