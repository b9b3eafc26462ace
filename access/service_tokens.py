"""The tokens by which our own processes ask Trino."""

from __future__ import annotations

import base64
import time

import jwt

TRINO = "trino"
"""Whom the tokens are for."""

OURSELVES = "windowpane"
"""Whose tokens they are."""

LIFETIME_SECONDS = 600


class ServiceTokens:
    """Tokens of one user, signed with the key that Trino checks them by; safe to share between threads.

    One is renewed when half of its life is over, or the clock was set, so none expires on its way.
    """

    def __init__(self, user: str, key: str) -> None:
        """`key`: base64, of 32 bytes at least."""
        self._user, self._key = user, base64.b64decode(key)
        self._token, self._made = "", 0.0

    def token(self) -> str:
        """One that is good for half of its life at least."""
        now = time.time()
        if not self._made <= now < self._made + LIFETIME_SECONDS / 2:
            self._token, self._made = service_token(self._key, self._user, seconds=LIFETIME_SECONDS), now
        return self._token


def service_token(secret: bytes, user: str, *, seconds: int = 60) -> str:
    """A token by which the service logs in at Trino as a user. `secret`: at least 32 bytes, which Trino knows too."""
    if len(secret) < 32:
        raise ValueError("the secret of the service's tokens has fewer than 32 bytes")
    now = int(time.time())
    claims = {"iss": OURSELVES, "aud": TRINO, "sub": user, "iat": now, "exp": now + seconds}
    return jwt.encode(claims, secret, "HS256")
