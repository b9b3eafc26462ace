"""Whoever came by HTTPS is told to come by nothing else; by plain HTTP, as on one machine, nobody is."""

from __future__ import annotations

import httpx
import pytest

from access.store import AccessStore
from tests.web.served import away, served, users_kept
from web.app import create_app


@pytest.mark.parametrize(
    ("settings", "headers", "told"),
    [
        ({}, {}, False),
        ({}, {"X-Forwarded-Proto": "https"}, False),
        ({"PROXIES": "127.0.0.1"}, {"X-Forwarded-Proto": "https"}, True),
        ({"PROXIES": "127.0.0.1"}, {"X-Forwarded-Proto": "http"}, False),
        ({"PROXIES": "203.0.113.7"}, {"X-Forwarded-Proto": "https"}, False),
        ({"HTTPS": "true"}, {}, True),
    ],
)
def test_https_is_to_stay(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], headers: dict[str, str], told: bool
) -> None:
    with away(), users_kept() as users:
        for name, value in settings.items():
            monkeypatch.setenv(f"WINDOWPANE_{name}", value)
        with served(create_app(AccessStore.open(users))) as url:
            answers = [
                httpx.get(url + path, headers=headers) for path in ("/healthz", "/v1/streams", "/login", "/nope")
            ]
    assert [answer.headers.get("strict-transport-security", "") != "" for answer in answers] == [told] * 4
    assert all("access-control-allow-origin" not in answer.headers for answer in answers)
