"""The tokens by which our own processes ask Trino."""

from __future__ import annotations

import base64
import time

import jwt

ISSUER, AUDIENCE = "windowpane", "trino"
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
            self._token, self._made = self._new(int(now)), now
        return self._token

    def _new(self, now: int) -> str:
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": self._user, "iat": now, "exp": now + LIFETIME_SECONDS}
        return jwt.encode(claims, self._key, algorithm="HS256")
