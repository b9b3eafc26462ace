"""Tokens by which our processes ask Trino."""

from __future__ import annotations

import base64
import time

import jwt
import pytest

from access.service_tokens import LIFETIME_SECONDS, OURSELVES, TRINO, ServiceTokens, service_token

RAW = bytes(range(48))
KEY = base64.b64encode(RAW).decode()


def test_token_says_who_asks_whom() -> None:
    claims = jwt.decode(ServiceTokens("us", KEY).token(), RAW, ["HS256"], audience=TRINO, issuer=OURSELVES)
    assert claims["sub"] == "us"
    assert claims["exp"] - claims["iat"] == LIFETIME_SECONDS


@pytest.mark.parametrize(
    ("seconds", "same"),
    [(1, True), (LIFETIME_SECONDS / 2 - 1, True), (LIFETIME_SECONDS / 2, False), (1e9, False), (-3600, False)],
)
def test_token_is_renewed_before_it_ends(monkeypatch: pytest.MonkeyPatch, seconds: float, same: bool) -> None:
    """Also when the clock was set."""
    tokens, now = ServiceTokens("us", KEY), 1_800_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    first = tokens.token()
    monkeypatch.setattr(time, "time", lambda: now + seconds)
    assert (tokens.token() == first) is same


def test_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than 32"):
        service_token(b"short", "owner")
