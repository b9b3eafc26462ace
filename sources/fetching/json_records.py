"""Records of a JSON page, each written again as it was: numbers keep their digits, whatever their size."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from sources.fetching.errors import FetchError


@dataclass(frozen=True, slots=True)
class Page:
    """`records` are the values of a page's list; `next`: what it says of the next page."""

    records: Sequence[Any]
    next: str | None

    def lines(self) -> bytes:
        """NDJSON of the records; empty if there are none."""
        return b"".join(_line(record) + b"\n" for record in self.records)


def read_page(body: bytes, records: str | None, following: str | None) -> Page:
    """What is at the paths of a page. Raises FetchError: it is no JSON, or has no list there."""
    try:
        text = body.decode("utf-8-sig")
        document = json.loads(text, parse_float=_number, parse_int=_number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FetchError(f"a page is not JSON: {str(error)[:200]}") from error
    found = at(document, records) if records else document
    if records and not isinstance(found, list):
        raise FetchError(f"a page has no list at records = {records!r}")
    address = at(document, following) if following else None
    if address is not None and not isinstance(address, str):
        raise FetchError(f"a page has no address at next = {following!r}")
    return Page(found if isinstance(found, list) else (), address or None)


def at(document: Any, path: str) -> Any:
    """What is at a path such as `data.items`; None if there is nothing."""
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document


def plain(value: Any) -> Any:
    """A value with numbers as Python has them."""
    return json.loads(bytes(orjson.dumps(value))) if isinstance(value, orjson.Fragment) else value


def _line(record: Any) -> bytes:
    try:
        return bytes(orjson.dumps(record))
    except orjson.JSONEncodeError:
        # Halves of characters, say: it stays what it was, and whoever reads it rejects it alone.
        return json.dumps(record, default=lambda number: orjson.dumps(number).decode()).encode()


def _number(text: str) -> Any:
    return orjson.Fragment(text)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number of JSON")
