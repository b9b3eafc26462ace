"""The window planner covers each minute exactly once, with as few panes as whole days, and whole hours, allow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.windows import Parts, Span, WindowPlan, chosen_parts, plan_window
from streams.breakdowns import Breakdown
from streams.panes import Grain

ROLLUPS = (Grain.DAY, Grain.HOUR)
HOURLY = Breakdown("all", ("site",), tuple(Grain))
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EPOCH = datetime(2026, 3, 1, tzinfo=UTC)

minutes = st.integers(-5 * 1440, 5 * 1440)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: timedelta(minutes=m))


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return EPOCH + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("start", "end", "plan"),
    [
        (at(0), at(1), WindowPlan(Span(at(0), at(1)), ())),
        (at(0, 10), at(0, 11), WindowPlan(None, (Span(at(0, 10), at(0, 11)),))),
        (at(0, 10), at(1, 9), WindowPlan(None, (Span(at(0, 10), at(1, 9)),))),
        (at(0, 10), at(1), WindowPlan(None, (Span(at(0, 10), at(1)),))),
        (
            at(0, 10, 17),
            at(3, 9, 5),
            WindowPlan(Span(at(1), at(3)), (Span(at(0, 10, 17), at(1)), Span(at(3), at(3, 9, 5)))),
        ),
        (at(0), at(2, 0, 1), WindowPlan(Span(at(0), at(2)), (Span(at(2), at(2, 0, 1)),))),
    ],
)
def test_plans_whole_days_and_edges(start: datetime, end: datetime, plan: WindowPlan) -> None:
    assert plan_window(start, end) == plan


def test_plans_whole_hours_beside_days() -> None:
    plan = plan_window(at(0, 10, 17), at(3, 9, 5), ROLLUPS)
    assert plan == WindowPlan(
        Span(at(1), at(3)),
        (Span(at(0, 10, 17), at(0, 11)), Span(at(3, 9), at(3, 9, 5))),
        (Span(at(0, 11), at(1)), Span(at(3), at(3, 9))),
    )
    assert plan.windows == {Grain.DAY: 2, Grain.HOUR: 22, Grain.MINUTE: 48}
    assert plan.rolled_up == Span(at(0, 11), at(3, 9))


@given(start=minutes, length=st.integers(1, 4 * 1440), offset=offsets, grains=st.sets(st.sampled_from(ROLLUPS)))
def test_plan_covers_each_minute_once(start: int, length: int, offset: timedelta, grains: set[Grain]) -> None:
    first = EPOCH + start * MINUTE
    last = first + length * MINUTE
    plan = plan_window(first.astimezone(timezone(offset)), last, grains)
    rolled_up = [*plan.hours, *([plan.days] if plan.days else [])]
    assert not rolled_up or plan.rolled_up == Span(min(s.start for s in rolled_up), max(s.end for s in rolled_up))
    spans = [*plan.minutes, *rolled_up]
    covered = [span.start + i * MINUTE for span in spans for i in range((span.end - span.start) // MINUTE)]
    assert sorted(covered) == [first + i * MINUTE for i in range(length)]
    assert sum(grain.seconds // 60 * windows for grain, windows in plan.windows.items()) == length
    if Grain.HOUR in grains:
        assert plan.windows[Grain.MINUTE] < 2 * 60
    elif Grain.DAY in grains:
        assert plan.windows[Grain.MINUTE] < 2 * 1440


def test_parts_are_those_of_the_plan() -> None:
    """Minute panes are in parts of days until packing divides them by hour."""
    plan = plan_window(at(0, 10, 17), at(33, 9, 5), ROLLUPS)
    late = ["all/minute/2026-03-01", "all/minute/2026-03-01T10", "all/minute/2026-03-07T23", "all/minute/2026-04-03T09"]
    edges = ("all/minute/2026-03-01", "all/minute/2026-03-01T10", "all/minute/2026-04-03", "all/minute/2026-04-03T09")
    rollups = ("all/hour/2026-03-01", "all/hour/2026-04-03", "all/day/2026-03", "all/day/2026-04")
    chosen = chosen_parts(plan, HOURLY, late)
    assert chosen == Parts((*edges, *rollups, "all/minute/2026-03-07T23"), mixed=True)


@pytest.mark.parametrize(
    ("late", "unpacked", "more"),
    [
        ([], [], []),
        ([], ["all/minute/2026-03-07"], []),
        (["all/minute/2026-03-01T10", "all/minute/2026-04-03T09"], [], []),
        (["all/minute/2026-03-07T23"], [], ["all/minute/2026-03-07T23"]),
        ([], ["all/minute/2026-03-01"], ["all/minute/2026-03-01"]),
        ([], ["all/minute/2026-04-03"], ["all/minute/2026-04-03"]),
    ],
)
def test_parts_without_panes_that_rollups_stand_for(late: list[str], unpacked: list[str], more: list[str]) -> None:
    """Only what arrived late beside rollups, and days of which hours count, are mixed with them."""
    plan = plan_window(at(0, 10, 17), at(33, 9, 5), ROLLUPS)
    chosen = chosen_parts(plan, HOURLY, late, unpacked)
    hours = ["all/minute/2026-03-01T10", "all/minute/2026-04-03T09"]
    rollups = ["all/hour/2026-03-01", "all/hour/2026-04-03", "all/day/2026-03", "all/day/2026-04"]
    assert sorted(chosen.names) == sorted([*hours, *rollups, *more])
    assert chosen.mixed == bool(more)


def test_without_hours_parts_are_of_days() -> None:
    chosen = chosen_parts(
        plan_window(at(0, 10, 17), at(3, 9, 5)), Breakdown("all", ("site",), (Grain.MINUTE, Grain.DAY))
    )
    days = [f"all/minute/2026-03-0{day}" for day in range(1, 5)]
    assert chosen == Parts((days[0], days[3], "all/day/2026-03", *days[1:3]), mixed=True)
