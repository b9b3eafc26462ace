"""What a dashboard's address says, and the addresses that it leads to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from query.requests import Step
from systems.merchants.asked import Compare
from systems.merchants.panels import TABS
from systems.merchants.ranges import RANGES
from web.pages.site.view import View, read_view

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)  # in Berlin the 30th, a day after clocks were put forward
CREATED = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)


def view(*pairs: tuple[str, str], zone: ZoneInfo = BERLIN) -> View:
    return read_view("/sites/a.example", zone, CREATED, NOW, pairs)


@pytest.mark.parametrize(
    ("name", "first", "last", "step"),
    [
        ("today", "2026-03-30", "2026-03-30", Step.HOUR),
        ("yesterday", "2026-03-29", "2026-03-29", Step.HOUR),
        ("7d", "2026-03-24", "2026-03-30", Step.DAY),
        ("30d", "2026-03-01", "2026-03-30", Step.DAY),
        ("month", "2026-03-01", "2026-03-31", Step.DAY),
        ("lastmonth", "2026-02-01", "2026-02-28", Step.DAY),
        ("12mo", "2025-04-01", "2026-03-31", Step.MONTH),
        ("year", "2026-01-01", "2026-12-31", Step.MONTH),
        ("all", "2026-02-11", "2026-03-30", Step.DAY),
    ],
)
def test_ranges_are_of_the_sites_days(name: str, first: str, last: str, step: Step) -> None:
    found = view(("range", name))
    assert (found.range, str(found.days[0]), str(found.last_day), found.step) == (name, first, last, step)


def test_days_begin_at_the_zones_midnight() -> None:
    assert view(("range", "yesterday")).span == (
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),
    )
    start, end = view(("range", "today"), zone=KOLKATA).span
    assert (start, end - start) == (datetime(2026, 3, 29, 18, 30, tzinfo=UTC), timedelta(days=1))


@pytest.mark.parametrize(
    "pairs",
    [
        (),
        (("range", "today"), ("step", "minute")),
        (("range", "custom"), ("from", "2026-01-02"), ("to", "2026-01-05")),
        (("compare", "none"), ("metric", "bounce_rate"), ("page", "/a"), ("page", "/b"), ("source", "")),
        (("compare", "year"), ("entry", "/x?y=1&z=ü"), ("sources", "campaign"), ("pages", "exit")),
    ],
)
def test_addresses_say_what_they_were_read_from(pairs: tuple[tuple[str, str], ...]) -> None:
    found = view(*pairs)
    address = urlsplit(found.url())
    assert address.path == "/sites/a.example"
    again = parse_qsl(address.query, keep_blank_values=True)
    assert sorted(again) == sorted(pairs)
    assert view(*again) == found


def test_links_change_one_thing() -> None:
    found = view(("page", "/a"), ("country", "DE"), ("compare", "none"))
    assert dict(parse_qsl(urlsplit(found.with_filter("page", "/b")).query))["page"] == "/b"
    assert "page" not in found.without("page", "/a")
    assert "country=DE" in found.without("page", "/a")
    assert found.comparing("year").endswith("compare=year&page=%2Fa&country=DE")
    assert "sources=campaign" in found.with_tab(TABS["campaign"])
    assert [(field.name, value) for field, value, _ in found.chips] == [("page", "/a"), ("country", "DE")]
    for name in RANGES:
        assert view(*parse_qsl(urlsplit(found.in_range(name)).query, keep_blank_values=True)).range == name


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("", "", "choose a first"),
        ("2026-03-05", "2026-03-01", "before the first"),
        ("1800-01-01", "1800-01-02", "since 1990"),
        ("2001-01-01", "2026-01-01", "at most"),
        ("2026-13-01", "2026-03-01", "choose a first"),
    ],
)
def test_days_that_cannot_be_are_told(first: str, last: str, problem: str) -> None:
    found = view(("range", "custom"), ("from", first), ("to", last))
    assert problem in found.problem
    assert found.range == "30d"


def test_whatever_is_in_an_address_is_a_view() -> None:
    found = view(
        ("range", "x"), ("metric", "y"), ("step", "z"), ("page", "a\0"), ("page", "*/" * 30), ("sources", "page")
    )
    assert (found.range, found.metric, found.step, found.filters, found.tabs) == ("30d", "visitors", Step.DAY, (), ())
    assert found.compare is Compare.PREVIOUS
    assert found.days[0] == date(2026, 3, 1)
