"""`/processes` and `/processes/{process}` as people read them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser import launched
from tests.web.pages.people import Visitor
from tests.web.pages.processes.conftest import Processes
from web.pages.processes.words import WORDS


@pytest.fixture(scope="module")
def analyst(processes: Processes) -> Visitor:
    return processes.user("analyst", "ask")


@pytest.fixture(scope="module")
def overseer(processes: Processes) -> Visitor:
    return processes.people.user("overseer", administrator=True)


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_each_result_says_what_it_means(analyst: Visitor) -> None:
    page = analyst.read("/processes/study")
    said = words_of(page)
    for words in WORDS.values():
        assert words.title in said
        assert words.cannot in said
    assert "Students of twelve schools." in said
    assert "No result: drift: an earlier run needed" in said
    assert "The same for everybody" in said
    assert page.count('<svg class="marks"') > 10
    assert "student 1" not in page


def test_runs_are_told_with_what_made_them(processes: Processes, analyst: Visitor, overseer: Visitor) -> None:
    done, failed = processes.runs
    for visitor, told in ((analyst, False), (overseer, True)):
        page = visitor.read("/processes/study")
        assert f'href="/processes/study?run={done.id}"' in page
        assert f'href="/processes/study?run={failed.id}"' not in page
        assert "4242" in page
        assert "definitio" in page
        assert ("s3.internal" in page) == told
        assert "The newest run failed" in page
    assert "not the newest one" in overseer.read(f"/processes/study?run={done.id}")


def test_a_process_without_results_says_how_to_run_it(analyst: Visitor) -> None:
    assert "./windowpane process run later" in words_of(analyst.read("/processes/later"))
    assert "There is no such run of it." in analyst.read("/processes/study?run=x", 404)


def test_the_list_is_of_what_one_may_know(processes: Processes, analyst: Visitor, overseer: Visitor) -> None:
    assert 'href="/processes/study"' in analyst.read("/processes")
    assert "process.broken.stream" in overseer.read("/processes")
    tenant = processes.user("tenant", "ask", school=["school 1"])
    page = tenant.read("/processes")
    assert 'href="/processes/study"' not in page
    assert "not shown to you" in page
    assert "your grants show some of them" in tenant.read("/processes/study", 403)
    assert "No process is shown to you" in processes.people.user("stranger").read("/processes")
    assert 'href="/processes"' in analyst.read("/streams")


def test_a_hidden_field_is_on_no_page(processes: Processes) -> None:
    page = processes.user("reader", "ask", hide=("Hours",)).read("/processes/study")
    assert "Hours" not in page
    assert "Your grants hide a field that this needs." in page


def widest(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_the_page_fits_a_phone_and_the_dark(processes: Processes, analyst: Visitor) -> None:
    wrong = list[str]()
    with launched() as browser, browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme="dark"
    ) as context:  # fmt: skip
        context.add_cookies(
            [
                {"name": each.name, "value": each.value or "", "url": processes.people.url}
                for each in analyst.cookies.jar
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto(f"{processes.people.url}/processes/study")
        assert widest(page) == 0
        ink = page.locator("#prediction .m-point").first.evaluate("each => getComputedStyle(each).fill")
        assert ink == page.evaluate("getComputedStyle(document.body).color")
        page.goto(f"{processes.people.url}/processes")
        assert widest(page) == 0
    assert wrong == []
