"""The scripts of the window page in a real browser: labels, points, and how they ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page
from starlette.responses import HTMLResponse, JSONResponse

from tests.browser import BROWSER_ZONE, launched
from tests.web.pages.window.served_page import Served, point, served

SPRING = datetime(2026, 3, 29, tzinfo=UTC)
"""The day on which the browser's own clock goes from 02:00 to 03:00, at 01:00 UTC."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as server:
        yield server


@pytest.fixture
def site(server: Served) -> Served:
    return server.renew()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(timezone_id=BROWSER_ZONE, viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def scripts(browser: Browser, server: Served) -> Iterator[Page]:
    """A page whose scripts are called."""
    with browser.new_context(timezone_id=BROWSER_ZONE) as context:
        page = context.new_page()
        drawn(page, server.url)
        yield page


def call(page: Page, module: str, expression: str, *given: Any) -> Any:
    """What an expression over a script's exports (`m`) and arguments (`a`) is."""
    source = "async ([module, given]) => { const m = await import(`/static/x/${module}.js`); const a = given; "
    return page.evaluate(f"{source} return {expression}; }}", [module, list(given)])


def drawn(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#grid[aria-busy=false]", state="attached")


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_clock_is_of_the_zone_not_of_the_browser(scripts: Page, zone: str) -> None:
    days = [SPRING, *(datetime(2026, month, day, tzinfo=UTC) for month, day in ((10, 25), (11, 1), (4, 4)))]
    moments = [day + timedelta(minutes=30 * step) for day in days for step in range(60)]
    shows = "a[1].map((at) => m.wall(at, a[0]).toISOString().slice(0, 16))"
    shown = call(scripts, "clock", shows, zone, [moment.timestamp() for moment in moments])
    assert shown == [f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" for moment in moments]


LABELS = "(({ at, unit }) => m.labels(at, unit, a[0], a[1], a[2]))(m.ticks(a[0], a[1], 8, a[2]))"


@pytest.mark.parametrize(
    ("zone", "start", "end", "labels"),
    [
        ("UTC", "2026-03-29T00:00Z", "2026-03-29T03:00Z", "00:00 00:30 01:00 01:30 02:00 02:30 03:00"),
        ("Europe/Berlin", "2026-03-29T00:00Z", "2026-03-29T03:00Z", "01:00 01:30 03:00 03:30 04:00 04:30 05:00"),
        ("Europe/Berlin", "2026-10-25T00:00Z", "2026-10-25T03:00Z", "02:00 02:30 02:00 02:30 03:00 03:30 04:00"),
        (
            "Europe/Berlin",
            "2026-10-24T10:00Z",
            "2026-10-25T23:00Z",
            "12:00/24_Oct 18:00 00:00/25_Oct 06:00 12:00 18:00 00:00/26_Oct",
        ),
        ("Europe/Berlin", "2026-10-22T22:00Z", "2026-10-28T23:00Z", " ".join(f"{day}_Oct" for day in range(23, 30))),
        ("UTC", "2025-11-01T00:00Z", "2026-05-01T00:00Z", "Nov/2025 Dec Jan/2026 Feb Mar Apr May"),
        ("UTC", "2019-11-01T00:00Z", "2026-05-01T00:00Z", "2020 2021 2022 2023 2024 2025 2026"),
        ("UTC", "2001-03-01T10:00Z", "2001-03-01T10:04Z", "10:00/1_Mar_2001 10:01 10:02 10:03 10:04"),
    ],
)
def test_axis_says_day_and_year_where_needed(scripts: Page, zone: str, start: str, end: str, labels: str) -> None:
    scripts.clock.set_fixed_time(datetime(2026, 11, 1, tzinfo=UTC))
    ends = [datetime.fromisoformat(text).timestamp() for text in (start, end)]
    texts = call(scripts, "clock", LABELS, *ends, zone)
    assert " ".join(texts).replace("\n", "/") == labels.replace("_", " ")


def test_no_messages_are_zero_and_no_measure_is_a_gap(scripts: Page) -> None:
    plan = {
        "start": 0,
        "end": 300,
        "step": "minute",
        "by": ["service"],
        "groups": [{"key": ["a"]}],
        "charts": [{"key": "cpu"}],
    }
    answer = {"points": [point("1970-01-01T00:01:00Z", "a")], "complete_until": "1970-01-01T00:04:00Z"}
    columns = call(scripts, "points", "m.arrange(...a)", plan, answer)
    assert columns["messages"][0]["count"] == [0, 6, 0, 0, None]
    assert columns["cpu"][0]["min"] == [None, 0, None, None, None]


def test_totals_add_up_and_are_nothing_where_nothing_was(scripts: Page) -> None:
    plan = {
        "start": 0,
        "end": 300,
        "step": "minute",
        "by": ["service"],
        "groups": [{"key": ["a"]}],
        "charts": [{"key": "cpu", "total": True}],
    }
    at = [point("1970-01-01T00:01:00Z", "a"), point("1970-01-01T00:02:00Z", "a")]
    for each, total in zip(at, ("1.50", 2), strict=True):
        each["groups"][0]["cpu"] |= {"mean": 0.5, "total": total}
    answer = {"points": at, "complete_until": "1970-01-01T00:04:00Z"}
    columns = call(scripts, "points", "m.arrange(...a)", plan, answer)
    assert columns["cpu"][0]["total"] == [0, 1.5, 2, 0, None]


@pytest.mark.parametrize(
    ("chart", "low", "high", "axis"),
    [
        ({"unit": "ratio", "min": 0, "max": 1}, 0.2, 0.3, [0, 0.345]),
        ({"unit": "", "min": 0, "max": 1000}, 90, 100, [0, 110]),
        ({"unit": "°C", "min": 30, "max": 45}, 36, 38, [35.8, 38.2]),
        ({"unit": "°C", "min": -40, "max": 38.1}, 36, 38, [35.8, 38.1]),
        ({"unit": "", "min": -5, "max": 5}, 2, 2, [1.8, 2.2]),
    ],
)
def test_axis_begins_at_zero_where_zero_is_nothing(
    scripts: Page, chart: dict[str, Any], low: float, high: float, axis: list[float]
) -> None:
    assert call(scripts, "points", "m.range(...a)", chart, low, high) == pytest.approx(axis)


@pytest.mark.parametrize(
    ("ticks", "unit", "step", "labels"),
    [
        ([0, 0.2], "ratio", 0.2, ["0%", "20%"]),
        ([0.005, 0.01], "ratio", 0.005, ["0.5%", "1.0%"]),
        ([100.01, 100.02], "°C", 0.01, ["100.01 °C", "100.02 °C"]),
        ([0, 90_000], "ms", 30_000, ["0.0 min", "1.5 min"]),
        ([0, 2**21], "bytes", 2**20, ["0 MiB", "2 MiB"]),
        ([0, 20_000], "", 10_000, ["0", "20K"]),
    ],
)
def test_ticks_are_told_apart(scripts: Page, ticks: list[float], unit: str, step: float, labels: list[str]) -> None:
    assert call(scripts, "units", "m.axisLabels(...a)", ticks, unit, step) == labels


COLOURED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Uint32Array(data.buffer);
  return colours.filter((colour) => colour === 0xffdc552a).length;
}"""
"""How many pixels are of the first group's colour."""


def test_a_lone_point_is_drawn(page: Page, site: Served) -> None:
    site.services = ["cart", "checkout"]
    drawn(page, site.url)
    assert page.locator("canvas").first.evaluate(COLOURED) == 0
    site.points = [point("2026-03-04T10:00:00Z", "cart")]
    drawn(page, site.url)
    assert page.locator("canvas").first.evaluate(COLOURED) > 8


def test_page_works_at_an_address_with_a_password(page: Page, site: Served) -> None:
    site.points = [point("2026-03-04T10:00:00Z", "cart")]
    drawn(page, site.url.replace("//", "//somebody:secret@"))
    assert page.locator("canvas").count() == 4
    assert page.locator(".chart-problem").count() == 0


def test_a_long_question_is_posted(page: Page, site: Served) -> None:
    site.services = [f"{letter}\n{letter * 180}" for letter in "abcdef"]
    drawn(page, site.url)
    assert site.questions.pop()[0] == "GET"
    site.services = [f"{letter}\n{letter * 1500}" for letter in "abcdef"]
    drawn(page, site.url)
    method, body = site.questions.pop()
    assert method == "POST"
    assert body["service"] == site.services
    assert (body["by"], body["step"]) == ("service", "hour")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            HTMLResponse("<h1>Bad Gateway</h1>", 502),
            "something before it seems to have answered: status 502, with a page.",
        ),
        (HTMLResponse("{", media_type="application/json"), "The answer broke off."),
        (JSONResponse({"detail": "Too many points."}, 422), "Too many points."),
        (JSONResponse({}, 503), "The service answered with status 503."),
    ],
)
def test_what_is_no_answer_is_said_in_words(page: Page, site: Served, answer: HTMLResponse, said: str) -> None:
    site.answer = answer
    drawn(page, site.url)
    assert said in page.locator(".chart-problem").first.inner_text()


def test_paper_holds_the_whole_page(page: Page, site: Served) -> None:
    """At the width of A4 within its margins nothing reaches beyond the edge, and dark readers get light paper."""
    site.services = [f"service-{place}" for place in range(12)]
    site.points = [point("2026-03-04T10:00:00Z", *site.services)]
    page.emulate_media(color_scheme="dark")
    drawn(page, site.url)
    page.set_viewport_size({"width": 703, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    beyond = """() => [...document.querySelectorAll("main *, canvas")]
      .filter((e) => e.getBoundingClientRect().right > 703.5).map((e) => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(beyond) == []
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')") == "#161a21"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')") == "#e7eaf0"
