"""The page of rejected messages, rendered from an answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from query.answers import RejectedAnswer, RejectedMessage, Source
from query.requests import RejectedRequest
from query.visible import Visible
from tests.definitions import HEALTH
from web.page.form_times import read_times
from web.pages.rejected.handlers import _page

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def rejected(reason: str, *, at_edge: bool = False) -> RejectedMessage:
    return RejectedMessage(NOW - timedelta(minutes=1), 1, 7, reason, None, b"<b>{", 4, at_edge)


def page(*messages: RejectedMessage, reason: str = "") -> str:
    form = read_times({"range": "1h"}, NOW, "24h")
    asked = RejectedRequest(Visible(HEALTH), *form.bounds)
    answer = RejectedAnswer(asked, Source("view", "query", 11, NOW), messages)
    response = _page(HEALTH, form, reason, {}, None, answer)
    assert response.status_code == 200
    return bytes(response.body).decode()


def test_each_reason_can_be_asked_for_alone() -> None:
    text = page(rejected("not valid JSON"), rejected("too large", at_edge=True))
    assert 'href="/rejected/health?range=1h&amp;reason=not+valid+JSON"' in text.replace("&amp;zone=UTC", "")
    assert "&lt;b&gt;{" in text
    [any_reason] = re.findall(r'href="([^"]*)">Any reason', page(reason="too large"))
    assert any_reason.startswith("/rejected/health?range=1h")
    assert "reason=" not in any_reason
