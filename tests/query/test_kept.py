"""Questions about a time of which retention took something: answered of what is kept, or told what is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iceberg.kept import KeptFrom
from query.coverage import Covered, coverage, is_kept
from query.errors import NotKeptError
from query.parameters import read_rejected
from query.requests import SeriesRequest, Step, WindowRequest
from query.statements import rejected_statement, series_statement, window_coverage, window_statement
from query.visible import Visible
from query.windows import EPOCH
from streams.panes import Grain
from tests.definitions import PAGE_VIEWS
from tests.query.lake_views import at, lake_view

KEPT: KeptFrom = (("minute", at("3 00:00")), ("hour", at("2 00:00")), ("day", at("1 00:00")))
VIEW = replace(lake_view("page_views", hours=True), kept_from=KEPT)
FEBRUARY = at("1 00:00") - timedelta(days=20)


def asked(start: datetime, end: datetime) -> WindowRequest:
    return WindowRequest(Visible(PAGE_VIEWS), start, end, ())


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("3 00:00", "4 10:17", id="all minutes are kept"),
        pytest.param("1 00:00", "4 10:17", id="days, and minutes at the end"),
        pytest.param("2 07:00", "3 00:01", id="hours, and a minute at the end"),
        pytest.param("1 00:00", "2 00:00", id="a day"),
    ],
)
def test_what_is_kept_answers(start: str, end: str) -> None:
    assert window_statement(PAGE_VIEWS, VIEW, asked(at(start), at(end))) is not None


@pytest.mark.parametrize(
    ("start", "end", "problems", "nearest"),
    [
        (
            "2 10:17",
            "2 12:50",
            {
                "start": "must be a whole hour: minute panes are kept from 2026-03-03T00:00:00Z on; "
                "the nearest is 2026-03-02T10:00:00Z",
                "end": "must be a whole hour: minute panes are kept from 2026-03-03T00:00:00Z on; "
                "the nearest is 2026-03-02T13:00:00Z",
            },
            ("2 10:00", "2 13:00"),
        ),
        (
            "1 07:00",
            "3 10:17",
            {
                "start": "must be a whole day: hour panes are kept from 2026-03-02T00:00:00Z on; "
                "the nearest is 2026-03-01T00:00:00Z"
            },
            ("1 00:00", "3 10:17"),
        ),
        (
            "2 10:01",
            "2 10:02",
            {
                "start": "must be a whole hour: minute panes are kept from 2026-03-03T00:00:00Z on; "
                "the nearest is 2026-03-02T10:00:00Z",
                "end": "must be a whole hour: minute panes are kept from 2026-03-03T00:00:00Z on; "
                "the nearest is 2026-03-02T10:00:00Z",
            },
            ("2 10:00", "2 11:00"),
        ),
    ],
)
def test_says_what_panes_there_are(start: str, end: str, problems: dict[str, str], nearest: tuple[str, str]) -> None:
    with pytest.raises(NotKeptError) as refused:
        window_statement(PAGE_VIEWS, VIEW, asked(at(start), at(end)))
    assert {each.field: each.reason for each in refused.value.errors} == problems
    assert (refused.value.start, refused.value.end) == (at(nearest[0]), at(nearest[1]))


def test_says_from_when_anything_is_kept() -> None:
    with pytest.raises(NotKeptError, match="is before 2026-03-01T00:00:00Z; nothing of before is kept") as refused:
        window_statement(PAGE_VIEWS, VIEW, asked(FEBRUARY, at("4 00:00")))
    assert (refused.value.start, refused.value.end) == (at("1 00:00"), at("4 00:00"))
    with pytest.raises(NotKeptError) as refused:
        window_statement(PAGE_VIEWS, VIEW, asked(FEBRUARY, FEBRUARY + timedelta(days=1)))
    assert (refused.value.start, refused.value.end) == (at("1 00:00"), at("2 00:00"))


def test_series_need_panes_of_their_step() -> None:
    window = asked(at("2 00:00"), at("3 00:00"))
    assert series_statement(PAGE_VIEWS, VIEW, SeriesRequest(window, Step.HOUR)) is not None
    with pytest.raises(NotKeptError, match=r"step: minute panes of .* are kept from 2026-03-03.*use step=hour"):
        series_statement(PAGE_VIEWS, VIEW, SeriesRequest(window, Step.MINUTE))


def test_hours_that_do_not_count_yet_are_waited_for() -> None:
    view = replace(VIEW, hours=False)
    with pytest.raises(NotKeptError, match="needs hour panes that are not made yet"):
        window_statement(PAGE_VIEWS, view, asked(at("2 07:00"), at("2 09:00")))


def test_an_answer_says_which_steps_there_are() -> None:
    assert window_coverage(PAGE_VIEWS, VIEW, asked(at("3 00:00"), at("4 00:00"))).shortest is None
    assert window_coverage(PAGE_VIEWS, VIEW, asked(at("1 00:00"), at("4 00:00"))).shortest is Grain.DAY


def test_rejected_messages_of_before_are_refused() -> None:
    view = replace(VIEW, kept_from=(("rejected", at("2 00:00")),))
    asked = [("start", "2026-03-01T23:59:00Z"), ("end", "2026-03-03T00:00:00Z")]
    with pytest.raises(NotKeptError, match="rejected messages of before are kept no longer"):
        rejected_statement(view, read_rejected(Visible(PAGE_VIEWS), asked))
    asked[0] = ("start", "2026-03-02T00:00:00Z")
    assert rejected_statement(view, read_rejected(Visible(PAGE_VIEWS), asked)) is not None


MINUTES = st.integers(0, 6 * 1440).map(lambda minute: at("1 00:00") - timedelta(days=1) + timedelta(minutes=minute))
DAYS = st.integers(0, 5).map(lambda day: at("1 00:00") - timedelta(days=1) + timedelta(days=day))


@given(
    ends=st.lists(MINUTES, min_size=2, max_size=2, unique=True).map(sorted),
    kept=st.lists(DAYS, min_size=3, max_size=3).map(sorted),
    longest=st.sampled_from(Grain),
)
def test_nothing_that_is_gone_is_read_and_what_is_suggested_is_answered(
    ends: list[datetime], kept: list[datetime], longest: Grain
) -> None:
    since = (("minute", kept[2]), ("hour", kept[1]), ("day", kept[0]))
    view = replace(VIEW, kept_from=since)
    request = asked(*ends)
    found = coverage(PAGE_VIEWS, view, request, (), longest)
    if isinstance(found, Covered):
        assert is_kept(view, found.breakdown, found.plan)
        return
    assert found.nearest is not None
    assert found.problems
    nearest = asked(found.nearest.start, found.nearest.end)
    assert isinstance(coverage(PAGE_VIEWS, view, nearest, ()), Covered)
    if found.problems[0].field == "step":
        assert longest is not Grain.DAY
    length = timedelta(days=1)
    assert (found.nearest.start - EPOCH) % timedelta(minutes=1) == timedelta()
    if ends[0] >= kept[0]:
        assert abs(found.nearest.start - ends[0]) <= length
        assert abs(found.nearest.end - ends[1]) <= 2 * length
