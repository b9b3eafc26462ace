"""The pages in a real browser, with and without JavaScript. Screenshots are kept in test-artifacts/."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page

from compose.embedded.stack import Stack
from tests.browser import BROWSER_ZONE, launched
from tests.integration.live_streams import await_true

pytestmark = pytest.mark.integration

ARTIFACTS = Path(__file__).resolve().parents[3] / "test-artifacts"
NOW = datetime.now(UTC).replace(second=0, microsecond=0)
SERVICES = ("web-shop", "web-search", "web-<b>bold</b>\nand a line")
SHARED = "where.service=" + "&where.service=".join(map(quote, SERVICES))

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def url(stack: Stack) -> str:
    """Of the page, once the last fifty minutes of three services can be seen on it."""
    rng = random.Random(1)
    tag = uuid.uuid4().hex
    lines = [
        {
            "serviceName": service,
            "Timestamp": (NOW - timedelta(minutes=minute, seconds=7 * place)).isoformat(),
            "CPU": round(0.2 + 0.2 * place + rng.random() * 0.2, 4),
            "RAM": {"Total": 16, "Free": 8 - 2 * place},
            "Disk": {"Total": 500, "Free": 400},
            "tag": tag,
        }
        for minute in range(50)
        for place, service in enumerate(SERVICES)
    ]
    with httpx.Client(base_url=stack.url, timeout=60) as http:
        answer = http.post(
            "/v1/streams/health/messages",
            content="\n".join(map(json.dumps, lines)),
            headers={"content-type": "application/x-ndjson"},
        )
        assert answer.json() == {"accepted": len(lines), "rejected": []}
        asked = {
            "start": (NOW - timedelta(hours=1)).isoformat(),
            "end": (NOW + timedelta(minutes=1)).isoformat(),
            "service": list(SERVICES),
            "by": "",
        }

        def seen() -> bool:
            answer = http.get("/v1/streams/health/window", params=asked)
            return answer.status_code == 200 and sum(g["messages"] for g in answer.json()["groups"]) >= len(lines)

        await_true(seen, 120, "the services of the browser tests")
    return stack.url


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Open]:
    """Opens a page; fails the test if the page's own code fails or breaks its security policy."""
    complaints: list[str] = []
    contexts = []

    def open_page(path: str, *, width: int = 1440, height: int = 900, dark: bool = False, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            timezone_id=BROWSER_ZONE,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.goto(url + path.removeprefix("/"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def charts_drawn(page: Page) -> None:
    page.wait_for_selector("#grid[aria-busy=false] canvas", state="attached")


def keep(page: Page, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def column(page: Page, key: str) -> list[float]:
    """The sort values of a column, from top to bottom."""
    place = page.locator("#table thead tr:last-child th").evaluate_all(
        "(cells, key) => cells.findIndex((cell) => cell.dataset.key === key)", key
    )
    cells = page.locator(f"#table tbody tr > :nth-child({place + 1})")
    return [float(cell.get_attribute("data-sort") or "nan") for cell in cells.all()]


@contextmanager
def navigating(page: Page) -> Iterator[None]:
    with page.expect_navigation(wait_until="load"):
        yield


@pytest.mark.parametrize(
    ("name", "width", "dark"),
    [("window-light", 1440, False), ("window-dark", 1440, True), ("window-narrow", 390, False)],
)
def test_window_page_shows_the_last_hour(visit: Open, name: str, width: int, dark: bool) -> None:
    page = visit(f"/?{SHARED}", width=width, dark=dark)
    charts_drawn(page)
    assert page.locator("#table tbody tr").count() == 3
    assert page.locator("canvas").count() == 4
    assert page.locator(".tile").count() == 5
    assert page.locator("#table b").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, name)


def test_picked_minutes_are_asked_and_back_returns(visit: Open) -> None:
    page = visit(f"/?{SHARED}")
    start, end = NOW - timedelta(minutes=30), NOW - timedelta(minutes=10)
    page.fill("#start", f"{start:%Y-%m-%dT%H:%M}")
    page.fill("#end", f"{end:%Y-%m-%dT%H:%M}")
    with navigating(page):
        page.get_by_role("button", name="Show", exact=True).click()
    assert query(page)["start"] == [f"{start:%Y-%m-%dT%H:%M}Z"]
    assert "shown" not in query(page)
    assert page.locator(".provenance").inner_text().count("20 minutes") == 1
    assert column(page, "messages") == [20, 20, 20]
    with navigating(page):
        page.go_back()
    assert "start" not in query(page)
    assert page.get_by_role("button", name="1 hour").get_attribute("aria-pressed") == "true"


def test_quick_range_keeps_filters(visit: Open) -> None:
    page = visit(f"/?{SHARED}")
    with navigating(page):
        page.get_by_role("button", name="6 hours").click()
    assert query(page)["range"] == ["6h"]
    assert sorted(query(page)["where.service"]) == sorted(SERVICES)


def test_sorting_in_place_is_remembered(visit: Open) -> None:
    page = visit(f"/?{SHARED}")
    head = page.locator('th[data-key="cpu.max"]')
    head.locator("a").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column(page, "cpu.max") == sorted(column(page, "cpu.max"), reverse=True)
    head.locator("a").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert query(page)["sort"] == ["cpu.max"]
    page.reload()
    assert column(page, "cpu.max") == sorted(column(page, "cpu.max"))


def test_choices_survive_another_range(visit: Open) -> None:
    """Sorted and stopped in place, compared, with a group chosen: the form and its filters keep all of it."""
    page = visit(f"/?{SHARED}&compare=previous")
    charts_drawn(page)
    page.locator('th[data-key="cpu.max"] a').click()
    page.get_by_role("button", name="Live").click()
    with navigating(page):
        page.get_by_role("link", name="Do not draw web-shop").click()
    with navigating(page):
        page.get_by_role("button", name="6 hours").click()
    charts_drawn(page)
    assert sorted(query(page).pop("where.service")) == sorted(SERVICES)
    kept = {name: query(page)[name] for name in ("range", "sort", "live", "compare")}
    assert kept == {"range": ["6h"], "sort": ["-cpu.max"], "live": ["0"], "compare": ["previous"]}
    assert page.locator("#legend button").count() == len(query(page)["draw"]) == 2
    assert page.locator("#compared").count() == 1
    keep(page, "window-compared")


def test_chosen_zone_is_remembered(visit: Open, url: str) -> None:
    page = visit(f"/?{SHARED}")
    page.select_option("#zone", "Asia/Kolkata")
    with navigating(page):
        page.get_by_role("button", name="Show", exact=True).click()
    page.goto(url)
    assert page.input_value("#zone") == "Asia/Kolkata"
    assert "Asia/Kolkata" in page.locator(".when").inner_text()


def test_csv_is_the_table(url: str) -> None:
    answer = httpx.get(f"{url}window.csv?{SHARED}&range=6h&sort=-cpu.max", timeout=60)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert {row["service"] for row in rows} == set(SERVICES)
    tops = [float(row["cpu.max"]) for row in rows]
    assert tops == sorted(tops, reverse=True)


def test_all_begins_with_the_first_message(url: str) -> None:
    """With its day, that is, whatever the time of this one."""
    named = httpx.get(f"{url}window.csv?{SHARED}&range=all&zone=UTC", timeout=60).headers["content-disposition"]
    begins = re.search(r"health-(\d{8}T\d{4})-", named)
    assert begins
    began = datetime.strptime(f"{begins.group(1)}+0000", "%Y%m%dT%H%M%z")
    assert began <= NOW - timedelta(minutes=49, seconds=14)
    assert began.time() == time(0)
    assert httpx.get(f"{url}?{SHARED}&range=all", timeout=60).text.count("scope=row") == len(SERVICES)


def test_drag_over_chart_looks_closer(visit: Open) -> None:
    page = visit(f"/?{SHARED}")
    charts_drawn(page)
    box = page.locator(".u-over").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50, steps=5)
    with navigating(page):
        page.mouse.up()
    start, end = (datetime.fromisoformat(query(page)[name][0]) for name in ("start", "end"))
    assert timedelta(minutes=14) <= end - start <= timedelta(minutes=16)


def test_legend_and_choice_redraw(visit: Open) -> None:
    page = visit(f"/?{SHARED}")
    charts_drawn(page)
    first = page.locator("#legend button").first
    first.click()
    assert page.locator("#legend button").first.get_attribute("aria-pressed") == "false"
    page.get_by_role("button", name="Max", exact=True).click()
    assert page.locator('[data-show="max"]').get_attribute("aria-pressed") == "true"
    page.locator(".u-over").first.hover()
    page.wait_for_selector(".tip")


def test_live_view_is_refreshed_and_can_be_stopped(visit: Open) -> None:
    page = visit(f"/?{SHARED}")
    charts_drawn(page)
    with page.expect_response(lambda response: urlsplit(response.url).path == "/"):
        pass
    live = page.get_by_role("button", name="Live")
    live.click()
    assert live.get_attribute("aria-pressed") == "false"
    assert query(page)["live"] == ["0"]


def test_own_time_zone_is_offered(visit: Open) -> None:
    page = visit("/?stream=health&start=2026-07-01T10:00&end=2026-07-01T11:00")
    with navigating(page):
        page.get_by_role("link", name="Use my time zone, Europe/Berlin").click()
    assert page.input_value("#start") == "2026-07-01T12:00"
    assert "UTC+02:00" in page.locator(".when").inner_text()


def test_wrong_times_are_explained_beside_them(visit: Open) -> None:
    page = visit("/?start=2026-03-01T10:00&end=2026-03-01T09:00")
    wrong = page.locator("#end[aria-invalid=true]")
    described = wrong.get_attribute("aria-describedby")
    assert "after start" in page.locator(f"#{described}").inner_text()
    keep(page, "window-invalid")


def test_empty_window_says_so(visit: Open) -> None:
    page = visit("/?start=2001-03-01T10:00&end=2001-03-01T11:00", dark=True)
    assert "No messages in this window" in page.locator("#empty").inner_text()
    keep(page, "window-empty")


def test_everything_but_charts_works_without_script(visit: Open) -> None:
    page = visit(f"/?{SHARED}", script=False)
    assert page.locator("#table tbody tr").count() == 3
    with navigating(page):
        page.locator('th[data-key="cpu.max"] a').click()
    assert column(page, "cpu.max") == sorted(column(page, "cpu.max"), reverse=True)
    with navigating(page):
        page.get_by_role("link", name="All columns").click()
    assert page.locator("#table thead tr:last-child th").count() == 2 + 3 * 7
    page.get_by_text("Group and filter").click()
    with navigating(page):
        page.locator("#table tbody a", has_text="web-shop").click()
    assert page.locator("#table tbody tr").count() == 1
    page.select_option("#zone", "Asia/Kolkata")
    with navigating(page):
        page.get_by_role("button", name="Show", exact=True).click()
    assert (query(page)["zone"], query(page)["range"]) == (["Asia/Kolkata"], ["1h"])
    keep(page, "window-without-script")


def test_moments_are_chosen_by_keyboard(visit: Open) -> None:
    """What was known a day ago is nothing; the slider's end is now, and the results change in place."""
    page = visit(f"/?{SHARED}&known={NOW - timedelta(days=1):%Y-%m-%dT%H:%M}")
    assert "were known then" in page.locator("#empty").inner_text()
    assert "3 groups have come" in page.locator("#known-then").inner_text()
    keep(page, "window-known-then")
    slider = page.locator("#moment")
    slider.focus()
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "Now"
    page.wait_for_selector("#table")
    assert page.locator("#table tbody tr").count() == 3
    assert page.locator("#known-then").count() == 0
    assert page.evaluate("document.activeElement.id") == "moment"
    assert "known" not in query(page)


def test_moments_are_links_without_script(visit: Open) -> None:
    page = visit(f"/?{SHARED}&known={NOW - timedelta(days=1):%Y-%m-%dT%H:%M}", script=False)
    assert not page.locator("#moment").is_visible()
    with navigating(page):
        page.locator("#stops a", has_text="Now").click()
    assert page.locator("#table tbody tr").count() == 3


def test_keyboard_reaches_content_first(visit: Open) -> None:
    page = visit(f"/?{SHARED}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "stream"


def test_every_control_has_a_name(visit: Open) -> None:
    for path in (f"/?{SHARED}", "/streams", "/rejected/health"):
        page = visit(path)
        unnamed = page.evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select")]
              .filter((e) => !(e.textContent.trim() || e.labels?.length || e.getAttribute("aria-label")))
              .map((e) => e.outerHTML)"""
        )
        assert unnamed == []
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize(("path", "name"), [("/streams", "streams"), ("/rejected/health?range=30d", "rejected")])
@pytest.mark.parametrize("width", [1440, 390])
def test_other_pages_fit(visit: Open, path: str, name: str, width: int) -> None:
    page = visit(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    keep(page, f"{name}-{width}")
