"""The dashboard in a browser: its chart, map, tabs, filters in place, keys, and waiting that ends by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from systems.merchants.goals import checked_goal
from tests.browser import watched_page
from tests.systems.merchants.made_events import SITE, made_events
from tests.web.dashboards import EMPTY, Dashboards, dashboards

GOALS = (checked_goal("Signed up", "event", "signup"),)
DAYS = "range=custom&from=2026-03-02&to=2026-03-05"


@pytest.fixture(scope="module")
def boards() -> Iterator[Dashboards]:
    with dashboards(made_events(31), GOALS, records_alone=True) as boards:
        yield boards


@pytest.fixture
def page(boards: Dashboards) -> Iterator[Page]:
    with watched_page(boards.headers["root"]) as page:
        yield page


def test_everything_is_drawn(boards: Dashboards, page: Page) -> None:
    page.goto(f"{boards.url}/sites/{SITE}?{DAYS}")
    expect(page.locator("#plot canvas")).to_be_visible()
    expect(page.locator("#places .map path.m5").first).to_be_visible()
    expect(page.locator("#goals tbody tr")).to_have_count(1)
    expect(page.locator("#funnels .funnel li")).to_have_count(2)
    page.click("[data-metric=bounce_rate]")
    expect(page.locator("#trend-title")).to_have_text("Bounce rate")
    assert "metric=bounce_rate" in page.url


def test_clicks_filter_in_place(boards: Dashboards, page: Page) -> None:
    page.goto(f"{boards.url}/sites/{SITE}?{DAYS}")
    page.evaluate("window.here = true")
    page.click("#sources tbody tr:first-child a")
    expect(page.locator(".chips li")).to_have_count(1)
    assert "source=" in page.url
    page.click("#pages [data-panel]:has-text('Entry')")
    expect(page.locator("#pages thead")).to_contain_text("Entries")
    page.click("#pages tbody tr:first-child a")
    expect(page.locator(".chips li")).to_have_count(3)  # both, and all of them
    assert "pages=entry" in page.url
    page.keyboard.press("Escape")
    expect(page.locator(".chips li")).to_have_count(0)
    page.go_back()
    expect(page.locator(".chips li")).to_have_count(3)
    assert page.evaluate("window.here") is True


def test_keys_choose_ranges(boards: Dashboards, page: Page) -> None:
    page.goto(f"{boards.url}/sites/{SITE}?{DAYS}&page=/")
    for key, name in (("w", "7d"), ("d", "today"), ("m", "month"), ("y", "year")):
        page.keyboard.press(key)
        expect(page.locator(f'a[data-key="{key}"]')).to_have_attribute("aria-current", "true")
        assert f"range={name}" in page.url
        assert "page=%2F" in page.url
    page.keyboard.press("x")
    expect(page.locator('[data-compare="none"]')).to_have_attribute("aria-current", "true")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("c")
    expect(page.locator("#from")).to_be_focused()


def test_waiting_ends_with_the_first_event(boards: Dashboards, page: Page) -> None:
    page.goto(f"{boards.url}/sites/{EMPTY}")
    expect(page.locator("#waiting")).to_be_visible()
    now = datetime.now(UTC) - timedelta(minutes=1)
    [event] = made_events(1)[:1]
    boards.add([replace(event, site=EMPTY, hostname=EMPTY, time=now, visit_start=now, name="pageview", view=1)])
    expect(page.locator("#dash")).to_be_visible()
    expect(page.locator('[data-metric="visitors"] .big')).to_have_text("1")


def test_it_fits_a_phone(boards: Dashboards, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    for address in (f"{SITE}?{DAYS}", f"{SITE}/panels/pages?{DAYS}", EMPTY):
        page.goto(f"{boards.url}/sites/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
