"""`GET /js/script.js`: the tracking script, small, and kept for a day by browsers."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_SOURCE = Path(__file__).parent / "script.js"
_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
_SPACE = re.compile(r'("(?:[^"\\]|\\.)*")|\s*([-{}()\[\],;:?=<>&|+*!])\s*|\s*\n\s*')

_HEADERS = {
    # Nobody changes the address of a script in a million pages, so it is no version's; a newer one is there in a day.
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
    "Vary": "Accept-Encoding",
    # For pages that load it with `crossorigin`, or that take nothing from elsewhere which does not allow it.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@dataclass(frozen=True, slots=True)
class TrackingScript:
    """What is sent: as it is, and packed. `tag`: of its content."""

    plain: bytes
    packed: bytes
    tag: str


def shrunk(source: str) -> str:
    """A script without comments that are whole lines, and without space that means nothing.

    It must end each statement with a semicolon, and have its texts in double quotes, no space in regular expressions,
    and no `+ +` or `- -`.
    """
    return _SPACE.sub(lambda found: found[1] or found[2] or " ", _COMMENT.sub("", source)).strip()


@cache
def tracking_script() -> TrackingScript:
    """Made once in a process."""
    plain = shrunk(_SOURCE.read_text("utf-8")).encode()
    return TrackingScript(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:16])


async def script(request: Request) -> Response:
    """The script, or 304 for whoever has it."""
    made = tracking_script()
    tag = f'W/"{made.tag}"'  # the same for both forms
    headers = {**_HEADERS, "ETag": tag}
    if made.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(made.packed, 200, {**headers, "Content-Encoding": "gzip"}, "text/javascript")
    return Response(made.plain, 200, headers, "text/javascript")
