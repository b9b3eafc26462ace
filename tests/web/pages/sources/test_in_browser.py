"""Uploads and trials in a real browser: by script with a bar, and by the form alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import launched
from tests.web.pages.people import Visitor
from tests.web.pages.sources.conftest import Sources

FILE = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"time,site,path\n2026-03-01T10:00:00Z,a,/\n"}


def page_of(context: BrowserContext, sources: Sources, visitor: Visitor, wrong: list[str]) -> Page:
    context.add_cookies(
        [{"name": each.name, "value": each.value or "", "url": sources.people.url} for each in visitor.cookies.jar]
    )
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    return page


@pytest.mark.parametrize("scripts", [True, False])
def test_files_are_uploaded(sources: Sources, owner: Visitor, scripts: bool) -> None:
    wrong = list[str]()
    content = FILE["buffer"] + (b"scripted" if scripts else b"plain")  # type: ignore[operator]
    with launched() as browser, browser.new_context(java_script_enabled=scripts) as context:
        page = page_of(context, sources, owner, wrong)
        page.goto(f"{sources.people.url}/sources/clinic")
        names = ["one.csv", "two.csv"] if scripts else ["one.csv"]
        files = [{**FILE, "name": f"{scripts}-{name}", "buffer": content + name.encode()} for name in names]
        page.set_input_files("#file", files)  # type: ignore[arg-type]
        if not scripts:
            page.get_by_role("button", name="Upload", exact=True).click()
        page.wait_for_url("**/sources/clinic?done=uploaded*")
        for name in names:
            page.locator("#files").get_by_text(f"{scripts}-{name}").wait_for()
    assert wrong == []
    kept = {file.name: file.size for file in sources.store.files.page("clinic")}
    assert {f"{scripts}-{name}": len(content) + len(name) for name in names}.items() <= kept.items()


def test_a_file_too_large_is_told_beside_it(sources: Sources, owner: Visitor) -> None:
    with launched() as browser, browser.new_context() as context:
        page = page_of(context, sources, owner, [])
        page.goto(f"{sources.people.url}/sources/clinic")
        page.set_input_files("#file", {**FILE, "name": "large.csv", "buffer": b"x" * (3 << 20)})  # type: ignore[arg-type]
        page.locator("#upload li", has_text="larger than 1 MiB").wait_for()
        assert page.url.endswith("/sources/clinic")


def test_a_sample_is_guessed_and_tried(sources: Sources, owner: Visitor) -> None:
    wrong = list[str]()
    with launched() as browser, browser.new_context() as context:
        page = page_of(context, sources, owner, wrong)
        page.set_default_timeout(120_000)
        page.goto(f"{sources.people.url}/sources/try?stream=page_views")
        page.set_input_files("#file", FILE)  # type: ignore[arg-type]
        page.get_by_role("button", name="Guess and try").click()
        page.locator("#accepted", has_text="2026-03-01T10:00:00Z").wait_for()
        page.locator("#refused", has_text="Nothing was rejected").wait_for()
        toml = page.locator("#toml")
        toml.fill(toml.input_value().replace('path = "path"', "path = \"'/x' || path\""))
        page.get_by_role("button", name="Try", exact=True).last.click()
        page.locator("#accepted", has_text="/x/").wait_for()
    assert wrong == []
