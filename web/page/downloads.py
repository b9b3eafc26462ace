"""What a page gives to take away: files, and values in a CSV."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import Response

from streams.time_text import timestamp

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def download(body: bytes | str, name: str, kind: str) -> Response:
    """A file of a media type, under a name; its answer may be kept, but is asked for again each time."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    return Response(body, 200, headers, kind)


def plain(value: Any) -> Any:
    """A value in a CSV: times in UTC; a text that a spreadsheet would run as a formula is told to be text."""
    if isinstance(value, datetime):
        return timestamp(value, millis=True)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
