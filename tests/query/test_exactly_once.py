"""Whatever is asked, and however far rollups are: of the panes that hold a message, exactly one is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

import query.windows
from iceberg.lake_view import LakeView
from query.coverage import Covered
from query.requests import WindowRequest
from query.statements import ChosenPanes, chosen_panes
from query.visible import Visible
from query.windows import Parts, plan_window
from streams.breakdowns import main_breakdown
from streams.panes import FINEST_ARRIVAL_SECONDS, ROLLUP_ARRIVAL_SECONDS, Grain, rollup_arrival_start, spans_day
from tests.definitions import HEALTH, PAGE_VIEWS
from tests.iceberg.lakes import layer, pane_place
from tests.query.lake_views import at

# A small universe: four days of event time, 40 minutes of arrival, minute panes that are ahead of the rollups' cut.
ROLLUPS = (Grain.DAY, Grain.HOUR)
FIRST = at("3 00:00")
ARRIVALS = at("5 09:00")
EVENTS = [day * 1440 + minute for day in range(4) for minute in (0, 1, 59, 719, 720, 1439)]
ARRIVED = [start + offset for start in range(0, 2400, 600) for offset in (0, 9, 10, 295, 589, 590, 599)]

minutes = st.sampled_from(EVENTS)
ten_seconds = st.integers(0, 240).map(lambda n: n * FINEST_ARRIVAL_SECONDS)
ten_minutes = st.integers(0, 4).map(lambda n: n * ROLLUP_ARRIVAL_SECONDS)
moments = st.integers(0, 40 * 60)


@dataclass(frozen=True, slots=True)
class Pane:
    """What a statement looks at of a pane; `message`: its one message's event minute and second of arrival."""

    message: tuple[int, int]
    grain: Grain
    part: str
    start: datetime
    end: datetime
    arrived_from: datetime
    arrived_until: datetime


def panes_of(message: tuple[int, int], hourly: bool, packed: int) -> Iterator[Pane]:
    """The panes of every grain that hold a message. Of before a second of arrival, they are packed."""
    event, arrived = FIRST + timedelta(minutes=message[0]), ARRIVALS + timedelta(seconds=message[1])
    breakdown = main_breakdown(PAGE_VIEWS if hourly else HEALTH)
    for grain in Grain if hourly else (Grain.MINUTE, Grain.DAY):
        place = pane_place(grain, event, hourly=hourly)
        length = layer(grain).arrival_seconds
        since = rollup_arrival_start(arrived) if grain in ROLLUPS else arrived - (arrived - ARRIVALS) % _seconds(length)
        part = (breakdown.packed_part if message[1] < packed else breakdown.part)(grain, event)
        yield Pane(message, grain, part, place["window_start"], place["window_end"], since, since + _seconds(length))


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def among(parts: Parts, part: str) -> bool:
    return part in parts.names or any(first <= part <= last for first, last in parts.ranges)


def reads(panes: ChosenPanes, pane: Pane) -> bool:
    """What the statement's conditions say of a pane, as in sql/window.sql."""
    in_edges = any(edge.start <= pane.start and pane.end <= edge.end for edge in panes.edges)
    is_minute = pane.grain is Grain.MINUTE
    return (
        among(panes.parts, pane.part)
        and pane.start >= panes.span.start
        and pane.end <= panes.span.end
        and (panes.late_from is None or not is_minute or in_edges or pane.arrived_from >= panes.late_from)
        and (panes.rolled_until is None or is_minute or pane.arrived_until <= panes.rolled_until)
        and (panes.known_until is None or pane.arrived_until <= panes.known_until)
    )


@settings(max_examples=200, deadline=None)
@given(
    start=minutes,
    end=minutes,
    day_cut=st.none() | ten_minutes,
    minutes_beyond=ten_seconds,
    known=st.none() | moments,
    hours=st.sampled_from(["none", "pending", "there"]),
    capped=st.booleans(),
    packed=st.none() | ten_minutes,
    is_late_known=st.booleans(),
    fitting=st.sampled_from([{*ROLLUPS}, {Grain.HOUR}, set()]),
    most_parts=st.sampled_from([1, 5, 1000]),
)
def test_each_message_is_read_exactly_once(
    start: int,
    end: int,
    day_cut: int | None,
    minutes_beyond: int,
    known: int | None,
    hours: str,
    capped: bool,
    packed: int | None,
    is_late_known: bool,
    fitting: set[Grain],
    most_parts: int,
) -> None:
    """Whole days, hours and edges; panes beyond the rollups' cut; as known before and after it; windows and series."""
    start, end = min(start, end), max(start, end) + 1
    first, last = (FIRST + timedelta(minutes=minute) for minute in (start, end))
    cut = None if day_cut is None else ARRIVALS + timedelta(seconds=day_cut)
    minute_cut = (cut or ARRIVALS) + timedelta(seconds=minutes_beyond)
    hourly = hours != "none"
    there = [
        pane
        for message in product(EVENTS, ARRIVED)
        for pane in panes_of(message, hourly, packed or 0)
        if pane.arrived_until <= (minute_cut if pane.grain is Grain.MINUTE or capped else cut or ARRIVALS)
        and (cut is not None or pane.grain is Grain.MINUTE)
    ]
    late = sorted({p.part for p in there if cut and p.grain is Grain.MINUTE and p.arrived_until > cut})
    unpacked = sorted({p.part for p in there if p.grain is Grain.MINUTE and spans_day(p.part)})
    view = LakeView(
        stream="made",
        panes_snapshot=11,
        rejected_snapshot=None,
        day_cut=cut,
        complete_until=None,
        committed=None,
        hours=hours == "there" and cut is not None,
        capped=capped,
        late_parts=tuple(late) if is_late_known and cut else None,
        unpacked_parts=tuple(unpacked) if is_late_known else None,
    )
    as_known_at = None if known is None else ARRIVALS + timedelta(seconds=known)
    request = WindowRequest(Visible(HEALTH), first, last, (), as_known_at=as_known_at)
    with mock.patch.object(query.windows, "MOST_PARTS", most_parts):
        main = main_breakdown(PAGE_VIEWS if hourly else HEALTH)
        counted = {grain for grain in fitting if grain is Grain.DAY or view.hours}
        plan = plan_window(first, last, counted)
        panes = chosen_panes(view, Covered(main, main.name, plan), request)
    times_read: dict[tuple[int, int], int] = {}
    for pane in there:
        times_read[pane.message] = times_read.get(pane.message, 0) + reads(panes, pane)
    wrong = []
    for event, arrived in times_read:
        until = arrived - arrived % FINEST_ARRIVAL_SECONDS + FINEST_ARRIVAL_SECONDS
        is_there = ARRIVALS + timedelta(seconds=until) <= min(minute_cut, as_known_at or minute_cut)
        if times_read[event, arrived] != int(is_there and start <= event < end):
            wrong.append((event, arrived, times_read[event, arrived]))
    assert wrong == []
