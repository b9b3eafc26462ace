"""One GET: with patience, within bounds, and from the source's own host alone."""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin

import httpx

from sources.fetching.errors import FetchError
from sources.fetching.hosts import Lookup, Site, address_of, look_up

TRIES = 4
MOST_REDIRECTS = 5
PATIENCE_SECONDS = 10.0
"""What another side asks to wait is waited at once up to this; beyond it the source's next look is later."""
LONGEST_AGAIN_SECONDS = 24 * 3600.0

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}
_ADVICE = {
    401: "the credentials are wrong or have ended; set the secret again: windowpane sources secrets set NAME",
    403: "the credentials do not allow this; ask the other side for access",
    404: "there is nothing at this address",
    410: "there is nothing at this address any more",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the body is in the file; `is_unchanged`: there is none, for it is as it was."""

    url: str
    size: int
    is_unchanged: bool
    etag: str
    modified: str
    type: str


@dataclass
class HttpClient:
    """Connections to any number of hosts, each its own; threads may share it."""

    lookup: Lookup = look_up
    _clients: dict[Site, httpx.Client] = field(default_factory=dict)
    _trusted: ssl.SSLContext | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, site: Site) -> httpx.Client:
        """The connections to a host."""
        with self._lock:
            if site not in self._clients:
                verify: ssl.SSLContext | bool = True
                if site.scheme == "https":
                    verify = self._trusted = self._trusted or httpx.create_ssl_context()
                limits = httpx.Limits(max_connections=4, max_keepalive_connections=2, keepalive_expiry=60)
                self._clients[site] = httpx.Client(verify=verify, timeout=_TIMEOUT, limits=limits, trust_env=False)
            return self._clients[site]

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()


@dataclass
class Getter:
    """The requests of one look at one source. `most_bytes`: of all bodies together; `until`: by `time.monotonic`."""

    client: HttpClient
    site: Site
    headers: Mapping[str, str]
    most_bytes: int
    until: float
    pause_seconds: float = 0.0
    sleep: Callable[[float], None] = time.sleep
    _next: float = 0.0

    def get(self, url: str, file: Path, conditions: Mapping[str, str] | None = None) -> Answer:
        """Write what is at an address of the site to a file. Raises FetchError."""
        for _ in range(MOST_REDIRECTS):
            answer = self._patiently(url, file, conditions or {})
            if isinstance(answer, Answer):
                return answer
            url = answer
        raise FetchError(f"{self.site} redirects again and again; correct the address")

    def of_site(self, url: str, base: str, what: str) -> str:
        """An address that the other side gave, made whole. Raises FetchError if it leads to another host."""
        try:
            whole = urljoin(base, url)
        except ValueError as error:
            raise FetchError(f"{what} of {self.site} is no address: {error}") from error
        if Site.of(whole) != self.site:
            raise FetchError(f"{what} leads from {self.site} to {Site.of(whole)}; only the same host is asked")
        return whole

    def _patiently(self, url: str, file: Path, conditions: Mapping[str, str]) -> Answer | str:
        for attempt in range(TRIES):
            self._wait_for_turn()
            last = attempt == TRIES - 1
            try:
                answer = self._once(url, file, conditions)
            except httpx.TransportError as error:
                if last:
                    raise FetchError(f"{self.site} does not answer: {_told(error)}") from error
                wait = _back_off(attempt)
            except httpx.InvalidURL as error:
                raise FetchError(f"{self.site}: {error}") from error
            except httpx.DecodingError as error:
                raise FetchError(f"{self.site} answers what cannot be unpacked: {error}") from error
            else:
                if not isinstance(answer, _Refused):
                    return answer
                asked = answer.again_seconds
                wait = _back_off(attempt) if asked is None else asked
                if last or answer.status not in _TRANSIENT or wait > PATIENCE_SECONDS:
                    raise FetchError(answer.reason(self.site), asked)
            if time.monotonic() + wait > self.until:
                raise FetchError(f"{self.site} took too long")
            self.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _once(self, url: str, file: Path, conditions: Mapping[str, str]) -> Answer | str | _Refused:
        address = address_of(self.site, self.client.lookup)
        asked = httpx.URL(url)
        headers = {
            "User-Agent": "Windowpane", "Accept": "*/*", "Accept-Encoding": "gzip", **self.headers, **conditions,
            "Host": asked.netloc.decode("ascii"),
        }  # fmt: skip
        request = self.client.of(self.site).build_request(
            "GET", asked.copy_with(host=address), headers=headers, extensions={"sni_hostname": self.site.host}
        )
        response = self.client.of(self.site).send(request, stream=True, follow_redirects=False)
        try:
            return self._taken(url, response, file)
        finally:
            response.close()

    def _taken(self, url: str, response: httpx.Response, file: Path) -> Answer | str | _Refused:
        status = response.status_code
        etag, modified = response.headers.get("etag", ""), response.headers.get("last-modified", "")
        kind = response.headers.get("content-type", "")
        if status == HTTPStatus.NOT_MODIFIED:
            return Answer(url, 0, True, etag, modified, kind)
        if response.is_redirect:
            return self.of_site(response.headers.get("location", ""), url, "a redirect")
        if status != HTTPStatus.OK:
            return _Refused(status, _again(response.headers.get("retry-after", "")))
        size = 0
        with file.open("wb") as target:
            for chunk in response.iter_bytes(256 << 10):
                size += len(chunk)
                if size > self.most_bytes:
                    raise FetchError(
                        f"{self.site} sends more than {self.most_bytes:,} bytes; raise [limits] of the source"
                    )
                if time.monotonic() > self.until:
                    raise FetchError(f"{self.site} took too long")
                target.write(chunk)
        self.most_bytes -= size
        return Answer(url, size, False, etag, modified, kind)

    def _wait_for_turn(self) -> None:
        now = time.monotonic()
        if now > self.until:
            raise FetchError(f"{self.site} took too long")
        if self._next > now:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + self.pause_seconds


@dataclass(frozen=True, slots=True)
class _Refused:
    status: int
    again_seconds: float | None

    def reason(self, site: Site) -> str:
        phrase = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "unknown"
        if self.again_seconds is not None:
            return f"{site} answers {self.status} ({phrase}) and asks to wait {self.again_seconds:.0f} seconds"
        advice = _ADVICE.get(self.status, "")
        return f"{site} answers {self.status} ({phrase})" + (f": {advice}" if advice else "")


def _again(text: str) -> float | None:
    """The seconds that Retry-After asks for, which may be a number or a date."""
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_AGAIN_SECONDS)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), LONGEST_AGAIN_SECONDS)


def _back_off(attempt: int) -> float:
    return float(2**attempt) * random.uniform(0.25, 0.5)


def _told(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
