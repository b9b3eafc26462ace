"""The window page's form: reading any URL, and writing the tidy one."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.time_text import rfc3339
from tests.definitions import HEALTH
from tests.definitions import PAGE_VIEWS as VIEWS
from web.page.form_times import UTC_ZONE
from web.page.times import read_moment, zoned
from web.pages.window.form import WindowForm, read_form

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
        ("where.nope=x", {"where"}),
        ("compare=tomorrow", {"compare"}),
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


SHOWN = "&start_was=2026-03-01T09:10Z&end_was=2026-03-01T10:10Z&shown="


def test_unchanged_times_keep_their_range() -> None:
    form = read(f"start=2026-03-01T09:10&end=2026-03-01T10:10&zone=Asia/Kolkata{SHOWN}1h|UTC")
    assert form.range == "1h"
    assert form.submitted


def test_changed_times_leave_their_range() -> None:
    form = read(f"start=2026-03-01T09:00&end=2026-03-01T10:10&zone=UTC{SHOWN}1h|UTC")
    assert (form.range, bounds(form)) == ("", ["2026-03-01T09:00:00Z", "2026-03-01T10:10:00Z"])


def test_changed_zone_keeps_the_moments() -> None:
    form = read(f"start=2026-03-01T09:10&end=2026-03-01T10:10&zone=Asia/Kolkata{SHOWN}|UTC")
    assert bounds(form) == ["2026-03-01T09:10:00Z", "2026-03-01T10:10:00Z"]
    assert form.start_text == "2026-03-01T14:40"


def test_times_typed_with_a_zone_are_of_that_zone() -> None:
    form = read(f"start=2026-03-01T09:10&end=2026-03-01T11:00&zone=Europe/Berlin{SHOWN}|UTC")
    assert bounds(form) == ["2026-03-01T08:10:00Z", "2026-03-01T10:00:00Z"]


def test_the_second_of_two_hours_stays() -> None:
    """The clocks of Berlin show 02:00 twice on 26 October 2025: a link keeps the hour, and so does the form."""
    form = read("zone=Europe/Berlin&start=2025-10-26T01:00Z&end=2025-10-26T02:00Z")
    assert (form.start_text, form.end_text) == ("2025-10-26T02:00", "2025-10-26T03:00")
    assert "start=2025-10-26T02%3A00%2B01%3A00&end=2025-10-26T03%3A00%2B01%3A00" in form.url(HEALTH)
    assert bounds(sent(form)) == bounds(form) == ["2025-10-26T01:00:00Z", "2025-10-26T02:00:00Z"]
    other = form.twin("start")
    assert (other, form.twin("end")) == (datetime(2025, 10, 26, 0, tzinfo=UTC), None)
    assert bounds(followed(form.url(HEALTH, start=other)))[0] == "2025-10-26T00:00:00Z"


def sent(form: WindowForm, **typed: str) -> WindowForm:
    """What the page reads when its form is sent, as it was shown but for what was typed."""
    fields = {"start": form.start_text, "end": form.end_text, "known": form.known_text, "zone": form.zone.key}
    return read_form(HEALTH, [*{**fields, **form.was, **typed}.items()], NOW)


def followed(url: str) -> WindowForm:
    return read_form(HEALTH, parse_qsl(urlsplit(url).query, keep_blank_values=True), NOW)


@functools.cache
def changes(key: str) -> list[datetime]:
    """Each moment from 1970 to 2038 at which the zone's offset from UTC changes, to the minute."""
    zone, moments = ZoneInfo(key), []
    months = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=28 * place) for place in range(890)]
    offsets = [month.astimezone(zone).utcoffset() for month in months]
    for (before, after), (was, then) in zip(pairwise(months), pairwise(offsets), strict=True):
        while was != then and after - before > timedelta(minutes=1):
            middle = (before + (after - before) / 2).replace(second=0, microsecond=0)
            same = middle.astimezone(zone).utcoffset() == was
            before, after = (middle, after) if same else (before, middle)
        moments += [after] if was != then else []
    return moments or [datetime(2026, 1, 1, tzinfo=UTC)]


ZONES = sorted(available_timezones())


def test_links_mean_their_moment_around_every_change() -> None:
    named = {tuple(changes(key)): key for key in ZONES}  # one of those that are alike
    for moments, key in named.items():
        zone = ZoneInfo(key)
        for change in moments:
            for minutes in (-30, 0, 30):
                moment = change + timedelta(minutes=minutes)
                assert read_moment(zoned(moment, zone), UTC_ZONE) == moment, (key, moment)


@given(st.data(), st.sampled_from(ZONES), st.integers(-200, 200), st.integers(1, 3000), st.sampled_from(ZONES))
def test_page_link_page_is_the_same_moment(
    data: st.DataObject, key: str, before: int, length: int, next_key: str
) -> None:
    change = data.draw(st.sampled_from(changes(key)))
    start = change + timedelta(minutes=before)
    known = rfc3339(start + timedelta(seconds=17))
    ends = {"start": rfc3339(start), "end": rfc3339(start + timedelta(minutes=length)), "known": known}
    form = read_form(HEALTH, [("zone", key), *ends.items()], NOW)
    elsewhere = ZoneInfo(next_key)
    for again in (
        followed(form.url(HEALTH)),
        followed(form.url(HEALTH, zone=elsewhere)),
        sent(form),
        sent(form, zone=next_key),
        followed(sent(form, zone=next_key).url(HEALTH)),
    ):
        assert again.question() == form.question()
        assert again.problems == {}


@given(st.lists(st.text(), max_size=4))
def test_filters_survive_the_form_and_links(values: list[str]) -> None:
    """A browser sends line feeds of a field as CR LF; the kept filters have none."""
    form = read_form(HEALTH, [("where.service", value) for value in values], NOW)
    assert form.where == tuple(dict.fromkeys(("service", value) for value in values))
    assert form.kept.isascii()
    assert form.kept.isprintable()
    assert sent(form, kept=form.kept).where == form.where
    assert followed(form.url(HEALTH)).where == form.where


def test_empty_field_is_no_filter() -> None:
    assert sent(read(""), **{"where.service": ""}).where == ()


def test_bare_dimension_is_a_filter() -> None:
    form = read("service=checkout&utm_source=x&nonsense=1")
    assert form.where == (("service", "checkout"),)
    assert form.ignored == ("utm_source", "nonsense")


@pytest.mark.parametrize("draw", ["x", "[1]", '["a", "b"]', "{}", "[" * 100_000, '"a"'])
def test_groups_of_another_grouping_are_not_drawn(draw: str) -> None:
    assert read_form(HEALTH, [("draw", draw)], NOW).drawn == ()


def test_drawn_groups_survive_the_form_and_links() -> None:
    form = read_form(HEALTH, [("draw", '["a\\nb"]'), ("draw", '["\\u00fc"]'), ("compare", "week")], NOW)
    assert form.drawn == (("a\nb",), ("\u00fc",))
    again = followed(form.url(HEALTH))
    assert (again.drawn, again.compare) == (form.drawn, "week")


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
        "stream=health&start=2026-03-01T09%3A00%2B05%3A30&end=2026-03-01T10%3A00%2B05%3A30&zone=Asia%2FKolkata&by=",
        "stream=health&range=1h&zone=UTC&where.service=a%26b&known=2026-03-01T10%3A00Z&sort=-cpu.max&page=2"
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
        "start_was",
        "kept",
        "draw",
        "compare",
    ]
)


@given(st.lists(st.tuples(names | text, text), max_size=10))
def test_any_parameters_are_read(params: list[tuple[str, str]]) -> None:
    form = read_form(HEALTH, params, NOW)
    if not form.problems:
        again = read_form(HEALTH, parse_qsl(urlsplit(form.url(HEALTH)).query, keep_blank_values=True), NOW)
        assert again.question() == form.question()
