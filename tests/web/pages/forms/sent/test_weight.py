"""A form of forty fields on one page: how much it is to load, packed, how soon it is seen, and that it fits."""

from __future__ import annotations

import gzip
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import launched
from tests.web.pages.forms.sent.conftest import Forms
from tests.web.pages.forms.sent.long_form import FIELDS, LONG

MOST_BYTES, MOST_MS = 60_000, 1_000


@pytest.fixture(scope="module")
def address(forms: Forms) -> str:
    """Of the form, for whoever has a link."""
    [key] = forms.store.form_keys.of_persons(LONG.name, 1)
    return f"{str(forms.client.base_url).rstrip('/')}/forms/{LONG.name}?key={key}"


def test_all_that_a_page_loads_is_small(address: str) -> None:
    page = httpx.get(address).text
    assert len({*re.findall(r'id="(q-[^"]*)"', page)}) - page.count('-hint"><') >= FIELDS
    paths = {*re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}
    parts = {path: httpx.get(httpx.URL(address).join(path)).content for path in paths}
    packed = {path.rpartition("/")[2]: len(gzip.compress(part, 6)) for path, part in parts.items()}
    packed["page"] = len(gzip.compress(page.encode(), 6))
    print(packed)
    font = sum(size for name, size in packed.items() if name.endswith(".woff2"))
    assert sum(packed.values()) - font <= MOST_BYTES / 4
    assert sum(packed.values()) <= MOST_BYTES


def painted(browser: Browser, address: str, **context: Any) -> tuple[Page, float]:
    """The page, in a browser that has kept nothing, and after how many milliseconds it was first seen."""
    page = browser.new_context(**context).new_page()
    page.goto(address)
    observed = "list => done(list.getEntries()[0].startTime)"
    script = f"new Promise(done => new PerformanceObserver({observed}).observe({{ type: 'paint', buffered: true }}))"
    return page, page.evaluate(script)


@pytest.mark.parametrize(("scheme", "width", "lang"), [("light", 1280, "en"), ("dark", 375, "de")])
def test_it_is_seen_soon_and_fits(address: str, scheme: str, width: int, lang: str) -> None:
    """The soonest of a few: how much the page takes, not what else the machine does."""
    context = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "locale": lang}
    with launched() as browser:
        seen = [painted(browser, address, **context)]
        while len(seen) < 3 and seen[-1][1] > MOST_MS:
            seen.append(painted(browser, address, **context))
        print("first paint", ", ".join(f"{each:.0f} ms" for _, each in seen))
        assert min(each for _, each in seen) <= MOST_MS
        page, wrong = seen[0][0], list[str]()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.reload()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator(".form-told").get_attribute("lang") == lang
        assert wrong == []
