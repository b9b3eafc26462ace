"""The charts of a replay's page in a real browser."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from database.replays import ReplayState
from query.visible import Visible
from tests.browser import BROWSER_ZONE, launched
from tests.definitions import HEALTH
from tests.query.differences import replay, report
from tests.web.served import served
from web.page.static_files import VersionedFiles
from web.pages.replays.handlers import Address, _page


async def shown(_: Request) -> Response:
    """The page of a replay that waits to be published."""
    state = ReplayState.STAGED
    return _page(replay(state), Visible(HEALTH), Address(7, (), "", 1), "", report(state), None, [])


def test_old_and_new_are_drawn() -> None:
    app = Starlette(routes=[Route("/", shown), Mount("/static/{version}", VersionedFiles())])
    with served(app) as url, launched() as browser, browser.new_context(timezone_id=BROWSER_ZONE) as context:
        page, wrong = context.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(url)
        page.wait_for_selector("canvas")
        titles = page.locator("#charts figcaption").all_inner_texts()
        assert [title.split("\n")[0] for title in titles] == ["Mean CPU", "Mean RAM", "Mean Disk", "Messages"]
        assert page.locator("canvas").count() == len(titles)
        page.locator(".u-over").first.hover()
        assert page.locator(".tip div span").all_inner_texts() == ["new", "old"]
        assert wrong == []
