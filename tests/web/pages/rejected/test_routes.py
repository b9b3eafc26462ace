"""The page of rejected messages, rendered from an answer."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from typing import Any

from tests.definitions import HEALTH
from web.page.form_times import read_times
from web.pages.rejected.routes import _page

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def rejected(reason: str, **more: Any) -> dict[str, Any]:
    payload = base64.b64encode(b"<b>{").decode()
    where = {"partition": 1, "offset": 7, "arrived": "2026-03-01T11:59:00.000Z", "field": None}
    return {**where, "reason": reason, "payload_base64": payload, "payload_bytes": 4, **more}


def page(*messages: dict[str, Any], reason: str = "") -> str:
    form = read_times({"range": "1h"}, NOW, "24h")
    content = {"messages": list(messages), "limit": 200, "complete_until": "2026-03-01T11:59:50Z"}
    response = _page(HEALTH, form, reason, {}, None, content)
    assert response.status_code == 200
    return bytes(response.body).decode()


def test_each_reason_can_be_asked_for_alone() -> None:
    text = page(rejected("not valid JSON"), rejected("too large", refused_at="edge"))
    assert 'href="/rejected/health?range=1h&amp;reason=not+valid+JSON"' in text.replace("&amp;zone=UTC", "")
    assert "&lt;b&gt;{" in text
    [any_reason] = re.findall(r'href="([^"]*)">Any reason', page(reason="too large"))
    assert any_reason.startswith("/rejected/health?range=1h")
    assert "reason=" not in any_reason
