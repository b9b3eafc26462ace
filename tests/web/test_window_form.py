"""The window page's form: reading any URL, and writing the tidy one."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.definitions import HEALTH
from tests.definitions import PAGE_VIEWS as VIEWS
from web.times import rfc3339
from web.window_form import WindowForm, read_form

NOW = datetime(2026, 3, 1, 10, 17, 30, tzinfo=UTC)


def read(query: str) -> WindowForm:
    return read_form(HEALTH, parse_qsl(query, keep_blank_values=True), NOW)


def bounds(form: WindowForm) -> list[str]:
    return [rfc3339(moment) for moment in form.bounds]


def test_first_visit_is_last_hour() -> None:
    form = read("")
    assert (form.range, form.by, form.where, form.zone.key) == ("1h", ("service",), (), "UTC")
    assert bounds(form) == ["2026-03-01T09:18:00Z", "2026-03-01T10:18:00Z"]
    assert form.start_text == "2026-03-01T09:18"


def test_times_are_read_in_the_zone() -> None:
    form = read("start=2026-02-01T10:00&end=2026-02-02T10:00&zone=Europe/Berlin")
    assert bounds(form) == ["2026-02-01T09:00:00Z", "2026-02-02T09:00:00Z"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("start=x&end=2026-01-01T00:00", {"start"}),
        ("start=2026-01-01T00:00", {"end"}),
        ("zone=Mars/Olympus", {"zone"}),
        ("range=2y", {"range"}),
        ("by=nope", {"by"}),
        ("known=never", {"known"}),
    ],
)
def test_problems_name_their_field(query: str, fields: set[str]) -> None:
    assert set(read(query).problems) == fields


def test_ticks_choose_groups() -> None:
    assert read("by=&by=service").by == ("service",)
    assert read("by=").by == ()
    assert read_form(VIEWS, [("by", ""), ("by", "path")], NOW).by == ("path",)


def test_another_streams_ticks_and_filters_fall_away() -> None:
    asked = [("by", ""), ("by", "service"), ("by_of", "health"), ("where.service", "x"), ("where.site", "a")]
    form = read_form(VIEWS, asked, NOW)
    assert (form.by, form.where, form.problems) == (("site", "path"), (("site", "a"),), {})


def test_unchanged_times_keep_their_range() -> None:
    form = read("start=2026-03-01T09:10&end=2026-03-01T10:10&zone=UTC&shown=1h|2026-03-01T09:10|2026-03-01T10:10|UTC")
    assert form.range == "1h"
    assert form.submitted


def test_changed_times_leave_their_range() -> None:
    form = read("start=2026-03-01T09:00&end=2026-03-01T10:10&zone=UTC&shown=1h|2026-03-01T09:10|2026-03-01T10:10|UTC")
    assert (form.range, bounds(form)) == ("", ["2026-03-01T09:00:00Z", "2026-03-01T10:10:00Z"])


def test_changed_zone_keeps_the_moments() -> None:
    form = read(
        "start=2026-03-01T09:00&end=2026-03-01T10:00&zone=Asia/Kolkata&shown=|2026-03-01T09:00|2026-03-01T10:00|UTC"
    )
    assert bounds(form) == ["2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"]
    assert form.start_text == "2026-03-01T14:30"


def test_question_is_what_the_api_takes() -> None:
    form = read("range=1h&by=&where.service=a%26b&where.service=c&known=2026-03-01T10:00")
    assert form.question() == [
        ("start", "2026-03-01T09:18:00Z"),
        ("end", "2026-03-01T10:18:00Z"),
        ("by", ""),
        ("service", "a&b"),
        ("service", "c"),
        ("as_known_at", "2026-03-01T10:00:00Z"),
    ]


def test_a_value_can_be_the_only_one_or_removed() -> None:
    form = read_form(VIEWS, [("where.site", "a"), ("where.site", "b"), ("where.path", "/")], NOW)
    assert form.only("site", "c") == (("path", "/"), ("site", "c"))
    assert form.without("site", "a") == (("site", "b"), ("path", "/"))


@pytest.mark.parametrize(
    "query",
    [
        "stream=health&range=24h&zone=UTC",
        "stream=health&start=2026-03-01T09%3A00&end=2026-03-01T10%3A00&zone=Asia%2FKolkata&by=",
        "stream=health&range=1h&zone=UTC&where.service=a%26b&known=2026-03-01T10%3A00&sort=-cpu.max&page=2"
        "&columns=all&live=0",
    ],
)
def test_tidy_url_asks_the_same(query: str) -> None:
    assert read(query).url(HEALTH) == f"/?{query}"


text = st.text(max_size=12)
names = st.sampled_from(
    [
        "stream",
        "range",
        "start",
        "end",
        "zone",
        "by",
        "where.service",
        "known",
        "sort",
        "page",
        "columns",
        "live",
        "shown",
    ]
)


@given(st.lists(st.tuples(names | text, text), max_size=10))
def test_any_parameters_are_read(params: list[tuple[str, str]]) -> None:
    form = read_form(HEALTH, params, NOW)
    if not form.problems:
        again = read_form(HEALTH, parse_qsl(urlsplit(form.url(HEALTH)).query, keep_blank_values=True), NOW)
        assert again.question() == form.question()
