"""The keys of an issuer of tokens, as OpenID Connect Discovery says where they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import httpx
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from access.errors import IssuerAwayError

KEPT_SECONDS = 3600.0
"""Age at which keys are read anew."""

AWAY_SECONDS = 86_400.0
"""How long keys are used while the issuer does not answer."""

PAUSE_SECONDS = 30.0
"""Least time between two readings, however many tokens name keys that are not known."""

_TIMEOUT = 3.0
_MOST_BYTES = 1 << 20
_MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class _Read:
    keys: tuple[PyJWK, ...] = ()
    at: float = float("-inf")


def is_safe(url: str) -> bool:
    """Whether nobody on the way can change what is read there: https, or this machine."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(url)))
    except ValueError:
        return False


class IssuerKeys:
    """The keys that an issuer signs with now. May be used by any thread; one at a time reads them anew."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer, self._clock = issuer, clock
        self._lock = Lock()
        self._read = _Read()
        self._tried_at = float("-inf")

    def named(self, key_id: str | None) -> tuple[PyJWK, ...]:
        """The keys of an id, or all where a token names none; may be none. Raises IssuerAwayError."""
        found = _named(self._read, key_id)
        if found and self._clock() - self._read.at < KEPT_SECONDS:
            return found
        # Where there are keys, nobody waits for an issuer that is slow but the one who reads them anew.
        if self._lock.acquire(blocking=not self._read.keys):
            try:
                if self._clock() - self._tried_at >= PAUSE_SECONDS:
                    self._tried_at = self._clock()
                    self._read_anew()
            finally:
                self._lock.release()
        if self._clock() - self._read.at >= AWAY_SECONDS:
            raise IssuerAwayError(self._issuer)
        return _named(self._read, key_id)

    def _read_anew(self) -> None:
        """What cannot be read leaves what was read before."""
        try:
            local = _is_loopback(self._issuer)
            with httpx.Client(timeout=_TIMEOUT, trust_env=not local) as client:
                about = _document(client, self._issuer.rstrip("/") + "/.well-known/openid-configuration")
                address = about.get("jwks_uri")
                # One issuer must not answer for another.
                if about.get("issuer") != self._issuer or not isinstance(address, str) or not is_safe(address):
                    return
                listed = _document(client, address).get("keys")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return
        if isinstance(listed, list):
            keys = tuple(key for each in listed[:_MOST_KEYS] if (key := _key(each)) is not None)
            self._read = _Read(keys, self._clock())


def _document(client: httpx.Client, url: str) -> Mapping[str, Any]:
    """Raises httpx.HTTPError, ValueError."""
    body = b""
    with client.stream("GET", url) as answer:
        if answer.status_code != httpx.codes.OK:
            raise ValueError("not there")
        begun = time.monotonic()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _MOST_BYTES or time.monotonic() - begun > _TIMEOUT:
                raise ValueError("too long")
    document = httpx.Response(200, content=body).json()
    if not isinstance(document, dict):
        raise ValueError("no object")
    return document


def _key(listed: object) -> PyJWK | None:
    """A key that signatures are made by; None: another, or one that is not known here."""
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig" or listed.get("kty") == "oct":
        return None
    try:
        return PyJWK(listed)
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None


def _named(read: _Read, key_id: str | None) -> tuple[PyJWK, ...]:
    return read.keys if key_id is None else tuple(key for key in read.keys if key.key_id == key_id)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
