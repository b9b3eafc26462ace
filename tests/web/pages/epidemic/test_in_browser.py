"""Epidemic pages in a browser: the map plays its weeks, charts are drawn, weights rank anew, a chart is framed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.browser import TIMEOUT_MS, launched, watched_page
from tests.systems.epidemic.made_reports import made_reports
from tests.web.epidemics import Epidemics, epidemics

PAGES = (
    "/epidemic?source=wide",
    "/epidemic/regions/DE?source=wide",
    "/epidemic/compare?source=wide&region=DE&region=US",
    "/epidemic/ranks?source=wide",
    "/epidemic/sources",
    "/epidemic/search?search=germny",
    "/epidemic/embed/regions/DE?source=wide",
)


@pytest.fixture(scope="module")
def served() -> Iterator[Epidemics]:
    with epidemics(made_reports()) as served:
        yield served


@pytest.fixture
def page(served: Epidemics) -> Iterator[Page]:
    with watched_page(served.headers["root"]) as page:
        yield page


def test_the_map_plays_its_weeks(served: Epidemics, page: Page) -> None:
    page.goto(f"{served.url}/epidemic?source=wide&show=week&date=2021-01-10")
    before = page.locator('[data-region="BR"]').get_attribute("class")
    page.click("#play-button")
    expect(page.locator("#play-button")).to_have_text("Pause")
    expect(page.locator("#week-shown")).not_to_have_text("2021-01-10")
    page.click("#play-button")
    expect(page.locator("#play-button")).to_have_text("Play")
    expect(page.locator("#shown h2")).not_to_contain_text("10 Jan 2021")
    assert "date=2021-0" in page.url
    day = page.locator("#week-shown").text_content()
    assert page.input_value("#date") == day
    page.reload()
    assert page.locator("#world-day").get_attribute("datetime") == day
    assert before


def test_a_week_of_the_slider_is_that_of_the_server(served: Epidemics, page: Page) -> None:
    page.goto(f"{served.url}/epidemic?source=wide")
    page.locator("#week").focus()
    expect(page.locator("#week")).to_have_attribute("max", "24")
    page.keyboard.press("Home")
    expect(page.locator("#week-shown")).to_have_text("2021-01-10")
    drawn = page.eval_on_selector_all("#world [data-region]", "all => all.map(each => each.getAttribute('class'))")
    page.goto(f"{served.url}/epidemic?source=wide&date=2021-01-10")
    made = page.eval_on_selector_all("#world [data-region]", "all => all.map(each => each.getAttribute('class'))")
    assert drawn == made


def test_a_country_leads_to_its_page(served: Epidemics, page: Page) -> None:
    page.goto(f"{served.url}/epidemic?source=wide")
    page.locator('#world [data-region="BR"]').click()
    expect(page.locator("h1")).to_have_text("Brazil")
    expect(page.locator("[data-chart='days'] canvas")).to_be_visible()


def test_a_region_is_drawn(served: Epidemics, page: Page) -> None:
    page.goto(f"{served.url}/epidemic/regions/DE?source=wide")
    for name in ("days", "incidence", "reproduction", "nowcast", "forecast", "shares"):
        expect(page.locator(f"[data-chart='{name}'] canvas")).to_be_visible()
    expect(page.locator("#shares .keys li")).to_have_count(2)
    page.locator("[data-chart='days'] .u-over").hover(position={"x": 300, "y": 60})
    expect(page.locator("[data-chart='days'] .tip")).to_contain_text("of the day")
    page.locator("[data-chart='forecast'] .u-over").hover(position={"x": 5, "y": 60})
    expect(page.locator("[data-chart='forecast'] .tip")).to_contain_text("of the day")
    page.locator("[data-chart='forecast'] .u-over").hover(position={"x": 200, "y": 60})
    page.click("[data-days='total']")
    page.locator("[data-chart='days'] .u-over").hover(position={"x": 310, "y": 60})
    expect(page.locator("[data-chart='days'] .tip")).to_contain_text("all so far")


def test_weights_rank_anew(served: Epidemics, page: Page) -> None:
    page.goto(f"{served.url}/epidemic/ranks?source=wide")
    first = page.locator("#shown tbody th a").first
    before = first.text_content()
    for name, key in (("growth", "Home"), ("incidence", "End"), ("vulnerability", "Home")):
        page.locator(f"#{name}").focus()
        page.keyboard.press(key)
    page.wait_for_url("**incidence=10**vulnerability=0**")
    expect(page.locator("#shown tbody tr").first.locator("b")).to_have_text("100")
    assert before


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_phone(served: Epidemics, page: Page, path: str, scheme: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{served.url}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_classes_differ_in_lightness(served: Epidemics, page: Page) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(f"{served.url}/epidemic?source=wide")
        colours = [
            page.evaluate(f"getComputedStyle(document.documentElement).getPropertyValue('--q{place}').trim()")
            for place in range(1, 8)
        ]
        lightness = [_lightness(colour) for colour in colours]
        steps = [after - before for before, after in pairwise(lightness)]
        assert all(step > 0.02 for step in steps) or all(step < -0.02 for step in steps), (scheme, lightness)


def test_other_sites_may_frame_a_chart() -> None:
    with (
        epidemics(made_reports(), EPIDEMIC_PUBLIC="true") as public,
        launched() as browser,
        _framing(public.url) as url,
    ):
        page = browser.new_page()
        page.goto(url)
        framed = page.frame_locator("iframe")
        expect(framed.locator("h1")).to_contain_text("Germany", timeout=TIMEOUT_MS)
        expect(framed.locator("canvas")).to_be_visible(timeout=TIMEOUT_MS)


@contextmanager
def _framing(url: str) -> Iterator[str]:
    """Another site, with the chart in a frame; its address."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f'<iframe src="{url}/epidemic/embed/regions/DE?source=wide" width="600" height="360"></iframe>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Framing)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _lightness(colour: str) -> float:
    """Relative luminance of WCAG, of `#rrggbb`."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
