"""Whichever breakdown covers a question, the answer is the same; the cheapest is taken; what none covers is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.grants import Rows
from iceberg.begun import Begun
from iceberg.lake_view import LakeView
from query.coverage import Covered, NotCovered, _fits, _plan, coverage, nearest
from query.errors import InvalidRequestError
from query.parameters import read_window
from query.requests import SeriesRequest, Step, WindowRequest
from query.statements import _merge, answer_columns, series_statement, window_coverage, window_statement
from query.visible import Visible
from streams.arrivals import NEVER
from streams.breakdowns import Breakdown, breakdowns
from streams.definition import Definition
from streams.panes import Grain, arrival_start, pane_columns, rollup_arrival_start
from tests.definitions import BROKEN_DOWN, PAGE_VIEWS, changed
from tests.query.duck_panes import DuckPanes
from tests.query.lake_views import at, lake_view
from tests.query.scopes import of, seen

STREAM = BROKEN_DOWN.model_copy(update={"distincts": {}, "measures": {}})
CUT = at("5 09:00")
assert len(pane_columns(STREAM)) == 1
VIEW = lake_view("page_views", hours=True)

STARTS = [at(text) for text in ("1 00:00", "1 10:00", "1 10:17", "1 23:59", "2 00:00", "2 05:00", "3 00:00", "3 07:30")]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message: when it happened and arrived, and its dimensions."""

    at: datetime
    arrived: datetime
    site: str
    path: str


def panes_of(message: Sent, cut: datetime) -> Iterator[list[Any]]:
    """Its panes of each breakdown; rollups as far as they are made."""
    for breakdown in breakdowns(STREAM):
        for grain in breakdown.grains:
            finest = grain is breakdown.finest
            since = arrival_start(message.arrived) if finest else rollup_arrival_start(message.arrived)
            until = since + timedelta(seconds=10 if finest else 600)
            if finest or until <= cut:
                start = message.at - (message.at - at("1 00:00")) % timedelta(seconds=grain.seconds)
                values = {"site": message.site, "path": message.path}
                dimensions = [values[name] if name in breakdown.dimensions else None for name in STREAM.dimensions]
                part = breakdown.part(grain, start)
                end = start + timedelta(seconds=grain.seconds)
                yield [*dimensions, breakdown.name, str(grain), part, start, end, since, until, 1]


class Lake(DuckPanes):
    """Panes of all breakdowns in DuckDB."""

    def __init__(self, messages: Sequence[Sent], cut: datetime) -> None:
        super().__init__(STREAM, ())
        rows = [row for message in messages for row in panes_of(message, cut)]
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._duck.executemany(f"insert into page_views.panes values ({marks})", rows)


moments = st.sampled_from(STARTS)
messages = st.builds(
    Sent,
    st.builds(lambda start, minutes: start + timedelta(minutes=minutes), moments, st.integers(0, 90)),
    st.integers(0, 2400).map(lambda second: at("5 08:30") + timedelta(seconds=second)),
    st.sampled_from("ab"),
    st.sampled_from(["/", "/x"]),
)
filters = st.sampled_from(
    [(), (("site", ("a",)),), (("path", ("/", "/x")),), (("path", ("/x",)), ("site", ("a", "b")))]
)


@settings(max_examples=150, deadline=None)
@given(
    sent=st.lists(messages, max_size=12),
    ends=st.tuples(moments, moments).filter(lambda ends: ends[0] != ends[1]).map(sorted),
    by=st.sets(st.sampled_from(["site", "path"])),
    where=filters,
    known=st.none() | st.integers(0, 2400).map(lambda second: at("5 08:30") + timedelta(seconds=second)),
    hours=st.booleans(),
    capped=st.booleans(),
)
def test_every_covering_breakdown_gives_the_same_answer(
    sent: list[Sent],
    ends: list[datetime],
    by: set[str],
    where: Rows,
    known: datetime | None,
    hours: bool,
    capped: bool,
) -> None:
    view = replace(VIEW, hours=hours, capped=capped)
    request = WindowRequest(Visible(STREAM), ends[0], ends[1], tuple(by), where, known)
    lake = Lake(sent, CUT)
    until = known and arrival_start(known)
    expected = Counter(
        tuple(getattr(message, name) for name in request.by)
        for message in sent
        if ends[0] <= message.at < ends[1]
        and all(getattr(message, name) in values for name, values in where)
        and (until is None or arrival_start(message.arrived) + timedelta(seconds=10) <= until)
    )
    needed = {*by, *(name for name, _ in where)}
    covering = [
        each for each in breakdowns(STREAM) if needed <= {*each.dimensions} and all(_fits(end, each) for end in ends)
    ]
    for breakdown in covering:
        assert answer(lake, view, request, breakdown) == expected, breakdown.name
    found = coverage(STREAM, view, request, needed)
    assert isinstance(found, Covered) is bool(covering)
    if isinstance(found, Covered):
        assert found.breakdown in covering


def answer(lake: Lake, view: LakeView, request: WindowRequest, breakdown: Breakdown) -> Counter[tuple[str, ...]]:
    """Messages by group, as a breakdown tells them."""
    covered = Covered(breakdown, breakdown.name, _plan(view, request, breakdown, Grain.DAY))
    statement = _merge(STREAM, view, request, covered, answer_columns(STREAM, request, ()), bucket="")
    assert statement is not None
    rows = [statement.with_known(row) for row in lake.rows(statement.sql, statement.values)[0]]
    return Counter({tuple(row[:-1]): row[-1] for row in rows if row[-1]})


def asked(
    ends: tuple[str, str], by: str, *where: tuple[str, str], definition: Definition = BROKEN_DOWN
) -> WindowRequest:
    start, end = (at(text).isoformat() for text in ends)
    return read_window(Visible(definition), [("start", start), ("end", end), ("by", by), *where])


HOURS, MINUTES, DAYS = ("1 10:00", "3 05:00"), ("1 10:17", "3 05:00"), ("1 00:00", "3 00:00")


@pytest.mark.parametrize(
    ("request_", "breakdown"),
    [
        (asked(DAYS, ""), "totals"),
        (asked(HOURS, ""), "sites"),
        (asked(HOURS, "path"), "paths"),
        (asked(MINUTES, "path"), "site_path"),
        (asked(MINUTES, "site"), "sites"),
        (asked(HOURS, "path", ("site", "a")), "site_path"),
    ],
)
def test_the_smallest_breakdown_that_fits_answers(request_: WindowRequest, breakdown: str) -> None:
    assert window_coverage(BROKEN_DOWN, VIEW, request_).name == breakdown


def test_what_panes_there_are_decides_between_others() -> None:
    """Of two dimensions that are few, or one of which there are many."""
    sizes = (("site_path", 100), ("sites", 90), ("paths", 100_000), ("totals", 3))
    view = replace(VIEW, sizes=sizes)
    assert window_coverage(BROKEN_DOWN, view, asked(HOURS, "path")).name == "site_path"
    assert window_coverage(BROKEN_DOWN, view, asked(MINUTES, "site")).name == "sites"


@pytest.mark.parametrize(
    ("ends", "by", "problem"),
    [
        (MINUTES, "site,path", "must be a whole hour for pages (hour, day); the nearest is 2026-03-01T10:00:00Z"),
        (("1 10:31", "1 10:40"), "site,path", "the nearest is 2026-03-01T11:00:00Z"),
    ],
)
def test_the_nearest_ends_that_fit_are_named(ends: tuple[str, str], by: str, problem: str) -> None:
    pages = changed("breakdowns", {"pages": {"by": ["site", "path"], "grains": ["hour", "day"]}}, "page_views")
    with pytest.raises(InvalidRequestError) as refused:
        window_statement(pages, VIEW, asked(ends, by, definition=pages))
    assert any(problem in each.reason for each in refused.value.errors), refused.value.errors


@given(start=st.integers(0, 5000), length=st.integers(1, 5000), grain=st.sampled_from([Grain.HOUR, Grain.DAY]))
def test_nearest_ends_make_a_window(start: int, length: int, grain: Grain) -> None:
    first = at("1 00:00") + timedelta(minutes=start)
    last = first + timedelta(minutes=length)
    near = nearest(first, last, grain)
    whole = timedelta(seconds=grain.seconds)
    assert near[0] < near[1]
    assert all((each - at("1 00:00")) % whole == timedelta() for each in near)
    assert abs(near[0] - first) <= whole
    assert abs(near[1] - last) <= whole
    assert nearest(*near, grain) == near


def test_what_no_breakdown_has_is_told() -> None:
    apart = changed("breakdowns", {"sites": ["site"], "paths": ["path"]}, "page_views")
    request = asked(DAYS, "site,path", definition=apart)
    found = coverage(apart, VIEW, request, {"site", "path"})
    assert isinstance(found, NotCovered)
    assert found.dimensions == ("site", "path")
    assert (
        "no breakdown has site and path; there are: sites (by site; minute, hour, day), paths"
        in found.problems[0].reason
    )
    with pytest.raises(InvalidRequestError) as refused:
        window_statement(apart, VIEW, request)
    assert (refused.value.status, refused.value.errors) == (422, found.problems)


def test_rows_in_scope_need_their_dimensions() -> None:
    """A question of paths by whoever sees one site is answered by both together, and not without."""
    span = [("start", "2026-03-01T00:00:00Z"), ("end", "2026-03-03T00:00:00Z"), ("by", "path")]
    visible = seen(BROKEN_DOWN, of("site", "a"))
    assert window_coverage(BROKEN_DOWN, VIEW, read_window(visible, span)).name == "site_path"
    apart = changed("breakdowns", {"sites": ["site"], "paths": ["path"]}, "page_views")
    with pytest.raises(InvalidRequestError, match="no breakdown has site and path"):
        window_coverage(apart, VIEW, read_window(seen(apart, of("site", "a")), span))


def test_hidden_dimensions_are_not_told() -> None:
    visible = seen(BROKEN_DOWN, of("site", "a"), hide=["path"])
    assert [each.name for each in breakdowns(visible.shown)] == ["sites", "totals"]
    of_pages = changed("breakdowns", {"pages": ["site", "path"]}, "page_views")
    assert [each.name for each in breakdowns(seen(of_pages, hide=["path"]).shown)] == ["site"]
    request = read_window(visible, [("start", "2026-03-01T00:00:00Z"), ("end", "2026-03-03T00:00:00Z")])
    assert request.by == ("site",)
    assert "path" not in window_coverage(BROKEN_DOWN, VIEW, request).name
    with pytest.raises(InvalidRequestError) as refused:
        window_coverage(changed("breakdowns", {"paths": ["path"]}, "page_views"), VIEW, request)
    assert "path" not in str(refused.value)


def test_a_breakdown_that_began_later_answers_later_windows() -> None:
    begun = (("sites", Begun(at("2 09:58:10"), 300)),)
    view = replace(VIEW, begun=begun)
    assert window_coverage(BROKEN_DOWN, view, asked(("2 10:04", "2 11:00"), "site")).name == "sites"
    assert window_coverage(BROKEN_DOWN, view, asked(("2 10:03", "2 11:00"), "site")).name == "site_path"
    only = changed("breakdowns", {"sites": ["site"]}, "page_views")
    with pytest.raises(
        InvalidRequestError, match="is before 2026-03-02T10:04:00Z, from when on sites has every message"
    ):
        window_coverage(only, view, asked(("2 10:03", "2 11:00"), "site", definition=only))
    never = replace(VIEW, begun=(("sites", Begun(NEVER, 0)),))
    with pytest.raises(InvalidRequestError, match="is before there was the breakdown sites"):
        window_coverage(only, never, asked(("2 10:03", "2 11:00"), "site", definition=only))


def test_steps_are_no_shorter_than_panes() -> None:
    request = asked(DAYS, "path")
    pages = changed("breakdowns", {"paths": {"by": ["path"], "grains": ["day"]}}, "page_views")
    for step in (Step.MINUTE, Step.HOUR):
        with pytest.raises(InvalidRequestError, match="use step=day"):
            series_statement(pages, VIEW, SeriesRequest(asked(DAYS, "path", definition=pages), step))
    days = series_statement(pages, VIEW, SeriesRequest(asked(DAYS, "path", definition=pages), Step.DAY))
    assert days is not None
    assert days.values[:1] == ("paths/day/2026-03",)
    hours = series_statement(BROKEN_DOWN, VIEW, SeriesRequest(request, Step.HOUR))
    assert hours is not None
    assert [value for value in hours.values if isinstance(value, str)] == [
        "paths/hour/2026-03-01",
        "paths/hour/2026-03-02",
    ]


def test_without_breakdowns_nothing_changes() -> None:
    covered = window_coverage(PAGE_VIEWS, VIEW, asked(MINUTES, "", definition=PAGE_VIEWS))
    assert (covered.name, covered.plan.finest) == ("site_path", Grain.MINUTE)
