"""A window of a time that is kept no longer: the page says what there is, and has the way to it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from query.errors import FieldProblem, NotKeptError
from query.visible import Visible
from tests.definitions import HEALTH
from tests.web.pages.window.rendered import NOW, form_of
from web.pages.window.handlers import _page


def test_the_page_leads_to_what_is_kept() -> None:
    problem = FieldProblem("start", "must be a whole hour: minute panes are kept from 2026-03-04T00:00:00Z on")
    error = NotKeptError([problem], datetime(2026, 3, 3, 9, tzinfo=UTC), datetime(2026, 3, 3, 11, tzinfo=UTC))
    form = form_of(start="2026-03-03T09:10", end="2026-03-03T10:50")
    problems = {each.field: each.reason for each in error.errors}
    page = _page(Visible(HEALTH), {"health": "Health"}, form, problems, error, None, None, (), (), NOW)
    html = bytes(page.body).decode()
    assert page.status_code == 422
    assert "So much of this time is not kept any longer" in html
    assert "<b>From</b> must be a whole hour" in html
    [way] = re.findall(r'href="([^"]*)">Show ', html)
    asked = dict(parse_qsl(urlsplit(unescape(way)).query))
    assert (asked["start"], asked["end"]) == ("2026-03-03T09:00Z", "2026-03-03T11:00Z")
    assert "cannot be answered" not in html
