"""The page of records, rendered from an answer: filters in its addresses, exports, empty and error states."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from query.answers import Source
from query.record_answers import RecordsAnswer
from query.record_requests import RecordsRequest
from query.visible import Visible
from tests.query.recorded import recorded
from web.page.form_times import read_times
from web.page.record_filters import read_filters
from web.pages.records.handlers import _page

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MILLIS = round(NOW.timestamp() * 1000) - 60_000
SHOP = Visible(recorded())
ROWS: list[tuple[Any, ...]] = [
    (MILLIS, 0, 7, MILLIS + 250, "a.example", "/<b>", None, 3, True, 0.1, MILLIS, None),
    (MILLIS, 1, 2, MILLIS + 40, "a.example", "/", "v", -1, False, None, None, 5),
]


def page(
    given: str = "range=1h&where=site%3Da.example",
    rows: list[tuple[Any, ...]] = ROWS,
    *,
    problems: dict[str, str] | None = None,
    more: bool = False,
) -> str:
    pairs = parse_qsl(given)
    form, filters = read_times(dict(pairs), NOW, "1h"), read_filters(SHOP.shown, pairs)
    asked = RecordsRequest(SHOP, *form.bounds, filters.where, limit=100)
    answer = RecordsAnswer(asked, Source("view", "query", 11, NOW), tuple(rows), NOW, more)
    response = _page(SHOP, form, filters, {**filters.problems, **(problems or {})}, None, None if problems else answer)
    assert response.status_code == (422 if filters.problems or problems else 200)
    return bytes(response.body).decode()


def links(text: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', text)]


def test_records_are_shown_as_they_are() -> None:
    text = page()
    assert "/&lt;b&gt;" in text
    for shown in ("2026-03-01T11:59:00.000Z", ">true<", ">false<", ">0.1<", "page.path"):
        assert shown in text


def test_each_filter_can_be_taken_away() -> None:
    text = page("range=1h&where=site%3Da.example&where=views%3D3&field=engaging&value=true")
    addresses = [link for link in links(text) if link.startswith("/records/shop?") and "where=" in link]
    assert any(
        "site%3Da.example" not in link and "views%3D3" in link and "engaging%3Dtrue" in link for link in addresses
    )


def test_files_are_of_the_moments_that_are_shown() -> None:
    """A range that follows the clock would be of other records by then."""
    files = [link for link in links(page()) if "/export?" in link]
    formats = [dict(parse_qsl(urlsplit(link).query))["format"] for link in files]
    assert formats == ["csv", "ndjson", "parquet", "arrow", "xlsx"]
    assert all("range=" not in link and "start=2026-03-01T11" in link and "site%3Da.example" in link for link in files)


def test_older_records_follow() -> None:
    assert not any("after=" in link for link in links(page()))
    [older] = [link for link in links(page(more=True)) if "after=" in link]
    assert "start=2026-03-01T11" in older


def test_no_records_say_why() -> None:
    text = page(rows=[])
    assert "meets all filters" in text
    assert any(link.startswith("/records/shop?") and "where=" not in link for link in links(text))


def test_what_is_wrong_is_said() -> None:
    assert "is not FIELD=VALUE" in page("range=1h&where=Revenue%3D3")
    assert "keeps none" in page(problems={"stream": "health keeps none"})
