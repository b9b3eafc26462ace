"""One look at an HTTP API: all its pages since the cursor, or none. The caller keeps them, then moves the cursor."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import httpx

from sources.definition import Source
from sources.fetching.cursors import advanced
from sources.fetching.errors import FetchError
from sources.fetching.hosts import Site
from sources.fetching.http_client import Answer, Getter, HttpClient
from sources.fetching.json_records import read_page
from sources.origins import SECRET, Url
from sources.secrets import Secret

LOOK_SECONDS = 600.0
"""How long all pages of one look may take."""

LARGEST_PAGE = 64 << 20
"""Bytes of a page whose records are taken out; others may be as large as the source's limits say."""

Position = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. `pages`: the bodies, as files; `digest`: of what counts in them; `position`: to be noted
    with them. Without records (`records` = 0) nothing is to be taken."""

    name: str
    place: str
    pages: Sequence[Path]
    digest: str
    records: int | None
    position: Position


@dataclass(frozen=True, slots=True)
class HttpPages:
    """Looks at sources with an address; threads may share it."""

    client: HttpClient
    secret: Secret
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def look(self, source: Source, position: Position | None, folder: Path) -> Look | None:
        """Fetch what is new into an empty folder; None if the other side says that nothing is.

        Raises FetchError; SourceError for a secret that is not there.
        """
        origin = source.origin
        if not isinstance(origin, Url):
            raise FetchError(f"source {source.name} has no address")
        position = position or {}
        getter = self._getter(source, origin)
        cursor = _cursor(origin, position)
        url = self._first(origin, cursor)
        conditions = _conditions(position, url)
        walk = _Walk(origin, cursor, self.now())
        last: Answer | None = None
        for number in range(origin.pages):
            file = folder / f"page-{number}"
            answer = getter.get(url, file, conditions if number == 0 else None)
            if answer.is_unchanged:
                return None
            last = last or answer
            following = walk.take(file)
            if following is None:
                return walk.look(_name(origin, source.name), last, self._first(origin, cursor))
            url = getter.of_site(following, answer.url, "the next page")
            walk.meet(url)
        raise FetchError(
            f"{getter.site} has more than {origin.pages:,} pages; if that is right, raise pages of the source"
        )

    def _getter(self, source: Source, origin: Url) -> Getter:
        headers = {name: self._revealed(value) for name, value in origin.headers.items()}
        return Getter(
            self.client, Site.of(origin.url), headers, source.limits.unpacked_bytes, time.monotonic() + LOOK_SECONDS,
            1 / origin.requests_per_second, self.sleep,
        )  # fmt: skip

    def _first(self, origin: Url, cursor: str | int | float | None) -> str:
        params = {name: self._revealed(value) for name, value in origin.params.items()}
        if origin.cursor is not None:
            params[origin.cursor.param] = cursor
        return str(httpx.URL(origin.url).copy_merge_params(params)) if params else origin.url

    def _revealed(self, value: Any) -> Any:
        """A value, with the secret that it names put in."""
        named = SECRET.fullmatch(value) if isinstance(value, str) else None
        if named is None:
            return value
        secret = self.secret(named["name"]).get_secret_value()
        return f"{named['scheme']} {secret}" if named["scheme"] else secret


class _Walk:
    """The pages of a look, one after the other."""

    def __init__(self, origin: Url, cursor: str | int | float | None, now: datetime) -> None:
        self._origin, self._cursor, self._now = origin, cursor, now
        self._files: list[Path] = []
        self._hash = sha256()
        self._met: set[str] = set()
        self._bodies: set[bytes] = set()
        self._records = 0

    def take(self, file: Path) -> str | None:
        """Count a page; the address of the next one, as it is written there."""
        origin = self._origin
        self._files.append(file)
        if not origin.records and not origin.next:
            with file.open("rb") as content:
                while chunk := content.read(1 << 20):
                    self._hash.update(chunk)
            return None
        if file.stat().st_size > LARGEST_PAGE:
            raise FetchError(f"a page has more than {LARGEST_PAGE >> 20} MiB; ask for smaller ones by params")
        body = file.read_bytes()
        page = read_page(body, origin.records, origin.next)
        lines = page.lines() if origin.records else body
        if lines and page.next is not None:
            digest = sha256(lines).digest()
            if digest in self._bodies:
                raise FetchError(
                    "a page comes again and again under other addresses; correct next or params of the source"
                )
            self._bodies.add(digest)
        self._hash.update(lines)
        self._records += len(page.records)
        if origin.cursor is not None and self._cursor is not None:
            self._cursor = advanced(self._cursor, page.records, origin.cursor.field, self._now)
        return page.next

    def meet(self, url: str) -> None:
        """Note the address of a page that is to be asked for. Raises FetchError if it was before."""
        if url in self._met:
            raise FetchError("the next page is one that was asked for already; correct next of the source")
        self._met.add(url)

    def look(self, name: str, first: Answer, asked: str) -> Look:
        """All of it."""
        position: dict[str, Any] = {}
        if self._origin.cursor is not None:
            position["cursor"] = self._cursor
        if len(self._files) == 1 and (first.etag or first.modified):
            position |= {"etag": first.etag, "modified": first.modified, "asked": _hashed(asked)}
        records = self._records if self._origin.records else None
        return Look(name, self._origin.url, self._files, self._hash.hexdigest(), records, position)


def _cursor(origin: Url, position: Position) -> str | int | float | None:
    if origin.cursor is None:
        return None
    known = position.get("cursor")
    return known if isinstance(known, str | int | float) else origin.cursor.initial


def _conditions(position: Position, url: str) -> dict[str, str]:
    """What lets the other side say that nothing changed, of the same address alone."""
    if position.get("asked") != _hashed(url):
        return {}
    known = {"If-None-Match": position.get("etag"), "If-Modified-Since": position.get("modified")}
    return {name: value for name, value in known.items() if value}


def _hashed(url: str) -> str:
    """Addresses may hold secrets."""
    return sha256(url.encode()).hexdigest()[:32]


def _name(origin: Url, source: str) -> str:
    return PurePosixPath(urlsplit(origin.url).path).name or source
