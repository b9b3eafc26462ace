"""Replays and their differences for tests of pure code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from database.replays import Replay, ReplayState
from iceberg.compared import Compared, PinnedTable
from query.difference import (
    Both,
    Difference,
    GrainDifference,
    GroupDifference,
    Measured,
    PaneDifference,
    Point,
    Points,
    Totals,
)
from query.replay_reports import ReplayReport
from streams.arrivals import Arrivals
from streams.breakdowns import main_breakdown
from streams.panes import Grain
from streams.stored_definition import as_stored
from tests.definitions import HEALTH, PAGE_VIEWS

ARRIVALS = Arrivals(datetime(2026, 3, 5, 8, tzinfo=UTC), datetime(2026, 3, 5, 9, tzinfo=UTC))
CART = {"service": "cart"}
MINUTE = datetime(2026, 3, 4, 10, 17, tzinfo=UTC)


def pinned(stream: str = "health", *, old: int | None = 11, new: int | None = 22, unknown: str = "") -> Compared:
    """Both sides at these snapshots; `unknown`: a column that the old snapshot does not know."""
    sides = [
        {name: PinnedTable(space, name, snapshot, missing) for name in ("panes", "ledger", "rejected")}
        for space, snapshot, missing in (
            (stream, old, frozenset({unknown} - {""})),
            (f"{stream}-replay-7", new, frozenset[str]()),
        )
    ]
    main = replace(main_breakdown(PAGE_VIEWS if stream == "page_views" else HEALTH), grains=(Grain.MINUTE, Grain.DAY))
    return Compared(sides[0], sides[1], 0, (main,), Arrivals(ARRIVALS.start, ARRIVALS.end - timedelta(minutes=10)))


def totals(messages: int, ram: float | None) -> Totals:
    """A side of health in which RAM has this mean, and all else is one half."""
    half = Measured(messages, 0.5, 0.5)
    measured = Measured(0 if ram is None else messages, ram, ram)
    return Totals(messages, {"cpu": half, "ram": measured, "disk": half}, {})


def difference(*, identical: bool = False) -> Difference:
    """RAM of the cart fell; a pane was lost and one is new; a message is no longer rejected."""
    old, new = totals(100, 0.4), totals(100, 0.4 if identical else 0.2)
    changes = (
        PaneDifference({"service": "<i>"}, None, totals(1, None), 1.0, MINUTE),
        PaneDifference(CART, totals(2, 0.4), None, 1.0, MINUTE),
        PaneDifference(CART, old, new, 0.5, MINUTE),
    )
    numbers = (3, 0, 0, 0) if identical else (0, 1, 1, 1)
    messages = Both(102, 102 if identical else 101)
    return Difference(
        grains=tuple(
            GrainDifference(grain, ARRIVALS.end, *numbers, messages, () if identical else changes) for grain in Grain
        ),
        groups=(GroupDifference(CART, old, new, 0.0 if identical else 0.5),),
        groups_in_all=1_234,
        accounted={"accepted": messages, "rejected": Both(3, 3 if identical else 2), "heartbeats": Both(9, 9)},
        rejected={"missing": Both(3, 3 if identical else 2)},
        breakdown="service",
        dimensions=("service",),
    )


def replay(state: ReplayState = ReplayState.STAGED) -> Replay:
    """Replay 7 of health."""
    made = datetime(2026, 3, 5, 10, tzinfo=UTC)
    return Replay(7, "health", state, ARRIVALS, {0: (5, 65), 1: (0, 54)}, as_stored(HEALTH), made, "somebody")


def report(state: ReplayState = ReplayState.STAGED, *, identical: bool = False) -> ReplayReport:
    """Of replay 7."""
    points = Points("minute", (), (Point(MINUTE, totals(100, 0.4), None), Point(MINUTE, None, totals(9, None))))
    if state in (ReplayState.RUNNING, ReplayState.DROPPED):
        return ReplayReport(replay(state), 60 if state is ReplayState.RUNNING else None, None, None)
    return ReplayReport(replay(state), 114, difference(identical=identical), points)
