"""The clinical pages in a browser: nothing is wider than a phone, nothing is refused, and a row narrows the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import launched
from tests.web.pages.clinical.conftest import Clinic

SPAN = "start=2026-03-01T00:00Z&end=2026-03-06T00:00Z&zone=UTC"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_pages_fit_and_are_not_refused(clinic: Clinic, scheme: str, width: int) -> None:
    with launched() as browser:
        context = browser.new_context(
            extra_http_headers=clinic.headers["ann"],
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        for path in ("admissions", "lab-results", "lab-results?test=2823-3&unit=mmol/L"):
            page.goto(f"{clinic.url}/clinical/{path}{'&' if '?' in path else '?'}{SPAN}")
            expect(page.locator(".drawing rect").first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") == width
        assert wrong == []


def test_a_row_narrows_the_page(clinic: Clinic) -> None:
    with launched() as browser:
        context = browser.new_context(extra_http_headers=clinic.headers["ann"])
        page = context.new_page()
        page.goto(f"{clinic.url}/clinical/admissions?{SPAN}")
        page.click("#ward tbody a:has-text('cardiology')")
        expect(page.locator("#ward tbody tr")).to_have_count(1)
        expect(page.locator(".chips li")).to_have_count(1)
        page.click(".as-table summary")
        expect(page.locator(".as-table tbody tr")).to_have_count(5)
        page.click(".chips a")
        expect(page.locator("#ward tbody tr")).not_to_have_count(1)
