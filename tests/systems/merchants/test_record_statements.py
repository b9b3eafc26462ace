"""What the statements over records answer is what counting one by one gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from query.errors import InvalidRequestError
from query.requests import Step
from systems.merchants import record_statements
from systems.merchants.asked import Asked
from systems.merchants.breakdown_tables import earned_of_events
from systems.merchants.conditions import conditions_of
from systems.merchants.filters import FIELDS, Of
from systems.merchants.goals import Condition, Funnel, Goal, Kind
from systems.merchants.goals import Step as FunnelStep
from systems.merchants.panels import TABS
from systems.merchants.patterns import matches
from tests.systems.merchants.duck_records import DuckRecords
from tests.systems.merchants.made_events import (
    FIRST,
    FIRST_DAY,
    PATHS,
    SITE,
    Event,
    Visit,
    counted,
    made_events,
    visits_of,
)

GOALS = (
    Goal("Signed up", Condition(Kind.EVENT, "signup"), 1),
    Goal("Plan a", Condition(Kind.EVENT, "signup", (("plan", "a"),)), 2),
    Goal("Blog", Condition(Kind.PAGE, "/blog/*"), 3),
    Goal("Bought", Condition(Kind.EVENT, "purchase"), 4),
)
SPANS = ((0, 4 * 1440), (1440, 2 * 1440), (100, 3 * 1440 + 17), (1435, 1440))
FILTERS: tuple[dict[str, tuple[str, ...]], ...] = (
    {},
    {"page": ("/pricing",)},
    {"page": ("/blog/*", "/cart")},
    {"entry": ("/",), "source": ("Google", "")},
    {"exit": ('/it\'s \\ "odd"',), "country": ("DE",)},
    {"event": ("signup",), "browser": ("Firefox",)},
    {"goal": ("1", "Blog"), "device": ("mobile",)},
    {"goal": ("Plan a",)},
    {"hostname": (f"www.{SITE}",), "campaign": ("spring",), "language": ("de",)},
)

Met = Callable[[Event], bool]
Kept = Callable[[Visit], bool]


def asked_of(filters: dict[str, tuple[str, ...]], span: tuple[int, int] = SPANS[0]) -> Asked:
    start, end = (FIRST_DAY + timedelta(minutes=minutes) for minutes in span)
    ordered = tuple((name, tuple(sorted(filters[name]))) for name in FIELDS if name in filters)
    return Asked(SITE, ZoneInfo("Europe/Berlin"), start, end, ordered)


def met_by(filters: dict[str, tuple[str, ...]]) -> Callable[[Event], bool]:
    def of_goal(value: str, event: Event) -> bool:
        goal = next(goal for goal in GOALS if value in (goal.name, str(goal.id)))
        properties = {"plan": event.props[9]} if event.props else {}
        return goal.condition.is_of(event.name, event.path, properties)

    def met(event: Event) -> bool:
        return all(
            any(
                of_goal(value, event) if name == "goal" else matches(value, event.value(FIELDS[name].column))
                for value in values
            )
            for name, values in filters.items()
            if FIELDS[name].of in (Of.EVENT, Of.GOAL)
        )

    return met


def kept_by(filters: dict[str, tuple[str, ...]]) -> Callable[[Visit], bool]:
    columns = {name: name if FIELDS[name].of in (Of.ENTRY, Of.EXIT) else FIELDS[name].column for name in filters}
    return lambda visit: all(
        any(matches(value, visit.value(columns[name])) for value in values)
        for name, values in filters.items()
        if FIELDS[name].of not in (Of.EVENT, Of.GOAL)
    )


@pytest.fixture(scope="module", params=range(3))
def events(request: pytest.FixtureRequest) -> list[Event]:
    return made_events(request.param)


@pytest.fixture(scope="module")
def records(events: list[Event]) -> DuckRecords:
    return DuckRecords(events)


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("filters", FILTERS)
def test_totals_are_counted(
    events: list[Event], records: DuckRecords, filters: dict[str, tuple[str, ...]], span: tuple[int, int]
) -> None:
    asked = asked_of(filters, span)
    made = record_statements.by_visits(asked, conditions_of(asked, GOALS), [], 1, total=True)
    wanted = counted(visits_of(events), asked.start, asked.end, met_by(filters), kept_by(filters))
    rows = [row[1:] for row in records.made(made)]
    assert rows == ([astuple(wanted)] if wanted.visitors else [])


@pytest.mark.parametrize("filters", FILTERS)
def test_every_panel_of_visits_is_counted(
    events: list[Event], records: DuckRecords, filters: dict[str, tuple[str, ...]]
) -> None:
    asked = asked_of(filters, SPANS[2])
    tabs = [tab for tab in TABS.values() if tab.field.of in (Of.VISIT, Of.ENTRY, Of.EXIT)]
    made = record_statements.by_visits(asked, conditions_of(asked, GOALS), tabs, 1000, total=True)
    whole = counted(visits_of(events), asked.start, asked.end, met_by(filters), kept_by(filters))
    rows, visits, met, kept = records.made(made), visits_of(events), met_by(filters), kept_by(filters)
    width = len(made.keys)
    assert [row[width + 1 :] for row in rows if row[width] == made.bits(())] == [astuple(whole)][: whole.visitors]
    for tab in tabs:
        by = ("entry",) if tab.name == "entry" else tab.by
        mine = [row for row in rows if row[width] == made.bits(by)]
        got = {tuple(row[made.keys.index(name)] for name in by): row[width + 1 :] for row in mine}
        values = {tuple(visit.value(name) for name in by) for visit in visits}
        wanted = {value: counted(visits, asked.start, asked.end, met, only(kept, by, value)) for value in values}
        assert got == {value: astuple(each) for value, each in wanted.items() if getattr(each, tab.counts)}, tab.name
        numbers = [row[width + (2 if tab.counts == "visits" else 1)] for row in mine]
        assert numbers == sorted(numbers, reverse=True)


def only(kept: Kept, by: tuple[str, ...], value: tuple[str, ...]) -> Kept:
    return lambda visit: kept(visit) and tuple(visit.value(name) for name in by) == value


def alone(met: Met, column: str, value: str) -> Met:
    return lambda event: met(event) and event.value(column) == value


@pytest.mark.parametrize("filters", FILTERS)
def test_pages_and_events_are_counted(
    events: list[Event], records: DuckRecords, filters: dict[str, tuple[str, ...]]
) -> None:
    asked = asked_of(filters, SPANS[2])
    made = record_statements.by_events(asked, conditions_of(asked, GOALS), [TABS["page"], TABS["event"]], 1000)
    rows, visits, met, kept = records.made(made), visits_of(events), met_by(filters), kept_by(filters)
    for column in ("path", "name"):
        mine = [row for row in rows if row[2] == made.bits((column,))]
        got = {row[made.keys.index(column)]: row[3:6] for row in mine}
        wanted = {}
        for value in {event.value(column) for event in events}:
            each = counted(visits, asked.start, asked.end, alone(met, column, value), kept)
            if each.visitors:
                wanted[value] = (each.visitors, each.views, each.events)
        assert got == wanted


def test_pages_of_a_panel_follow_each_other(records: DuckRecords) -> None:
    asked = asked_of({})
    whole = records.made(record_statements.by_events(asked, conditions_of(asked, ()), [TABS["page"]], 100))
    pieces = [
        row
        for after in range(0, len(PATHS) + 3, 3)
        for row in records.made(record_statements.by_events(asked, conditions_of(asked, ()), [TABS["page"]], 3, after))
    ]
    assert whole == pieces
    assert len(whole) == len(PATHS)


@pytest.mark.parametrize("filters", FILTERS)
def test_revenue_and_goals_are_counted(
    events: list[Event], records: DuckRecords, filters: dict[str, tuple[str, ...]]
) -> None:
    asked = asked_of(filters, SPANS[2])
    conditions, met, kept = conditions_of(asked, GOALS), met_by(filters), kept_by(filters)
    seen = [
        event
        for visit in visits_of(events)
        if kept(visit)
        for event in visit.events
        if met(event) and asked.start <= event.time < asked.end
    ]
    earned: dict[str, float] = {}
    for event in seen:
        if event.revenue is not None:
            earned[event.currency] = earned.get(event.currency, 0.0) + event.revenue
    made = record_statements.by_events(asked, conditions, [TABS["page"]], 1, earned=True)
    assert earned_of_events(records.made(made), made) == pytest.approx(earned)
    row = records.made(record_statements.goals(asked, conditions, GOALS, "EUR"))[0]
    assert row[0] == len({event.visitor for event in seen})
    for place, goal in enumerate(GOALS):
        mine = [event for event in seen if met_by({"goal": (goal.name,)})(event)]
        in_euro = [event.revenue for event in mine if event.revenue is not None and event.currency == "EUR"]
        assert tuple(number or 0 for number in row[1 + 3 * place : 3 + 3 * place]) == (
            len({event.visitor for event in mine}),
            len(mine),
        )
        assert (row[3 + 3 * place] or 0.0) == pytest.approx(sum(in_euro))


def test_unknown_goal_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="no goal"):
        conditions_of(asked_of({"goal": ("nothing",)}), GOALS)


@pytest.mark.parametrize("step", [Step.HOUR, Step.DAY, Step.WEEK, Step.MONTH])
@pytest.mark.parametrize("filters", FILTERS[:4])
def test_steps_are_counted(
    events: list[Event], records: DuckRecords, filters: dict[str, tuple[str, ...]], step: Step
) -> None:
    asked = asked_of(filters)
    rows = records.made(record_statements.series(asked, conditions_of(asked, GOALS), step))
    zone = asked.zone

    def moment(at: datetime) -> datetime:
        local = at.astimezone(UTC if step is Step.HOUR else zone).replace(minute=0, second=0, microsecond=0)
        if step is Step.HOUR:
            return local
        day = local.replace(hour=0, tzinfo=None)
        return {Step.DAY: day, Step.WEEK: day - timedelta(days=day.weekday()), Step.MONTH: day.replace(day=1)}[step]

    visits, met, kept = visits_of(events), met_by(filters), kept_by(filters)
    moments = {moment(event.time) for event in events}
    wanted = {}

    def of_events(each: datetime) -> Met:
        return lambda event: met(event) and moment(event.time) == each

    def of_visits(each: datetime) -> Kept:
        return lambda visit: kept(visit) and moment(visit.start) == each

    for each in moments:
        numbers = counted(visits, asked.start, asked.end, of_events(each), kept)
        begun = counted(visits, asked.start, asked.end, met, of_visits(each))
        row = (numbers.visitors, begun.visits, numbers.views, begun.bounces, begun.seconds, numbers.events)
        if any(row):
            wanted[each] = row
    assert {row[0]: row[1:] for row in rows} == wanted


def reached(events: list[Event], tests: list[Met], asked: Asked, days: int) -> int:
    """How far somebody gets, by trying every beginning."""
    best = 0
    for begin, first in enumerate(events):
        if not tests[0](first) or not asked.start <= first.time < asked.end:
            continue
        far = 1
        for event in events[begin + 1 :]:
            in_time = not days or event.time <= first.time + timedelta(days=days)
            if far < len(tests) and in_time and tests[far](event):
                far += 1
        best = max(best, far)
    return best


def of_step(step: Condition) -> Met:
    return lambda event: step.is_of(event.name, event.path, {})


@pytest.mark.parametrize("days", [0, 1, 2])
@pytest.mark.parametrize("filters", FILTERS[:5])
def test_funnels_are_counted(
    events: list[Event], records: DuckRecords, filters: dict[str, tuple[str, ...]], days: int
) -> None:
    random = Random(f"{days} {filters}")
    asked = asked_of(filters, SPANS[2])
    kinds = [Condition(Kind.PAGE, "/**"), Condition(Kind.EVENT, "signup"), Condition(Kind.PAGE, "/blog/*")]
    for steps in ([kinds[0], kinds[1]], [kinds[0], kinds[0], kinds[0]], random.choices(kinds, k=4)):
        made = Funnel("f", tuple(FunnelStep("s", condition) for condition in steps), days)
        row = records.made(record_statements.funnel(asked, conditions_of(asked, GOALS), made))[0]
        met, kept = met_by(filters), kept_by(filters)
        ways: dict[object, list[Event]] = {}
        for visit in visits_of(events):
            if not filters or (kept(visit) and any(map(met, visit.events))):
                for event in visit.events:
                    ways.setdefault(event.visitor if days else (event.visitor, visit.start), []).append(event)
        tests = [of_step(step) for step in steps]
        depths: dict[str, int] = {}
        for way in ways.values():
            ordered = sorted(way, key=lambda event: (event.time, event.offset))
            depth = reached(ordered, tests, asked, days)
            depths[ordered[0].visitor] = max(depths.get(ordered[0].visitor, 0), depth)
        wanted = tuple(sum(depth >= place for depth in depths.values()) for place in range(1, len(steps) + 1))
        assert row == wanted
        assert row[0] > 0 or filters


def test_columns_are_all_that_statements_read() -> None:
    assert {*FIRST} <= {*record_statements.COLUMNS}
