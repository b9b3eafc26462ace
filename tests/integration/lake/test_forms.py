"""A form on the engines: opened by links, sent once for each of many that send at the same time, changed, counted."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest

from access.store import AccessStore
from compose.embedded.stack import Stack
from streams.form_draft import draft_text, first_draft
from tests.integration.live_streams import LiveStream, await_true, running_live

pytestmark = pytest.mark.integration

TOML = (
    draft_text(first_draft("visitors", "Visitors"))
    .replace('topic = "visitors"', 'topic = "{topic}"')
    .replace("[form]\n", "[form]\nonce = true\n")
)
AT_ONCE = 12


@pytest.fixture(scope="module")
def live(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStream]:
    assert stack
    with running_live(tmp_path_factory.mktemp("streams"), TOML) as live:
        yield live


@pytest.fixture(scope="module")
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def links(live: LiveStream, http: httpx.Client, stack_environment: dict[str, str]) -> list[str]:
    """Of two persons."""
    with closing(AccessStore.open(stack_environment["WINDOWPANE_CATALOG_URI"])) as store:
        keys = store.form_keys.of_persons(live.name, 2)
    made = [f"/forms/{live.name}?key={key}" for key in keys]
    await_true(lambda: http.get(made[0]).status_code == 200, 60, "the service knows the form")
    return made


def answers(**more: str) -> dict[str, str]:
    return {"at": "review", "go": "send", "a.group": "first", "a.age": "30", **more}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, name
    return unescape(found[1])


def own(page: str) -> str:
    """Where what was sent can be changed."""
    found = re.search(r'href="([^"]*/answers/[^"]+)"', page)
    assert found, page
    return unescape(found[1])


def send(http: httpx.Client, link: str, **more: str) -> httpx.Response:
    """Open a form and send it."""
    page = http.get(link).text
    return http.post(link, data=answers(id=hidden(page, "id"), own=hidden(page, "own"), **more))


def counted(http: httpx.Client, live: LiveStream) -> tuple[str, list[str]]:
    """Submissions in results, and how many chose each group."""
    now = datetime.now(UTC)
    span = {"start": f"{now - timedelta(days=1):%Y-%m-%dT%H:%MZ}", "end": f"{now + timedelta(days=1):%Y-%m-%dT%H:%MZ}"}
    page = http.get(f"/forms/{live.name}/results", params={**span, "zone": "UTC"}).text
    found = re.search(r'id="submissions">([\d,]+)<', page)
    group = page.partition('id="r-group"')[2].partition("</section>")[0]
    return found[1] if found else "", re.findall(r'class="how-many">(\d+)', group)


def test_a_form_is_sent_once_changed_and_counted(live: LiveStream, http: httpx.Client, links: list[str]) -> None:
    first, other = links
    pages = [http.get(first).text for _ in range(AT_ONCE)]
    sent = [answers(id=hidden(page, "id"), own=hidden(page, "own")) for page in pages]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = [*pool.map(lambda data: http.post(first, data=data), sent)]
    assert Counter(each.status_code for each in done) == {200: 1, 409: AT_ONCE - 1}
    assert send(http, other).status_code == 200
    assert "you have done so" in http.get(first).text
    await_true(lambda: counted(http, live) == ("2", ["2", "0"]), 150, "both are counted")

    link = own(http.get(first).text)
    assert "Version 1" in http.get(link).text
    form = http.get(f"{link}&change=yes").text
    change = answers(edit=hidden(form, "edit"), base="1", why="A slip", **{"a.group": "second"})
    with ThreadPoolExecutor(4) as pool:
        edits = [{**change, "edit": str(uuid.uuid4())} for _ in range(4)]
        changed = [*pool.map(lambda data: http.post(link, data=data), edits)]
    assert Counter(each.status_code for each in changed) == {200: 1, 409: 3}
    await_true(lambda: counted(http, live) == ("2", ["1", "1"]), 150, "the newest version counts")
    versions = http.get(link).text
    assert "A slip" in versions
    assert re.search(r"<del[^>]*>The first</del> <ins[^>]*>The second</ins>", versions)
    assert http.post(link, data=change).status_code == 409, "a change of what is no more the newest"
    kept = live.rows(f'select "version", count(*) from "{live.name}".accepted group by 1 order by 1')
    assert kept == [["1", 2], ["2", 1]]
