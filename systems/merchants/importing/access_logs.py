r"""Access logs of web servers: NCSA's common format, the combined one of Apache and nginx, and both after a host. Pure.

    [HOST[:PORT] ]ADDRESS IDENTITY USER [17/May/2015:10:05:03 +0000] "GET /page HTTP/1.1" 200 1839[ "REFERRER" "AGENT"]

In quoted parts `\"`, `\\` and `\xhh` are as Apache and nginx write them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from systems.merchants.enrichment import Sender
from systems.merchants.importing.occurrences import Bad, Found, Occurrence, Skip

_INSIDE = r'(?:[^"\\]|\\.)*'
_LINE = re.compile(
    rf'(?:(?P<host>[^\s"]+) )?(?P<address>(?!- )[^\s"]+) [^\s"]+ [^"\[]+? \[(?P<time>[^\]]*)\] '
    rf'"(?P<request>{_INSIDE})" (?P<status>[0-9]{{3}}) (?:[0-9]+|-)'
    rf'(?: "(?P<referrer>{_INSIDE})" "(?P<agent>{_INSIDE})")?(?: .*)?'
)
_REQUEST = re.compile(r"([A-Z]+) (\S+)(?: HTTP/[0-9.]+)?")
_TIME = re.compile(r"([0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}):([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})")
_ESCAPED = re.compile(r'(?:\\x[0-9A-Fa-f]{2})+|\\["\\]')

LONGEST = 32_768
"""Bytes of a line."""

NO_AGENT = "-"
"""The user agent of logs that have none: not of a sender that says none, which is taken for a bot."""

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_RESOURCES = re.compile(
    r"\.(?:css|js|mjs|map|json|xml|rss|atom|png|jpe?g|gif|webp|avif|svgz?|ico|bmp|woff2?|ttf|otf|eot|swf|wasm|"
    r"webmanifest|xsl|class|mp[34]|webm|og[gv]|wav|m4[av])$|^/robots\.txt$|^/(?:feed|xmlrpc\.php|wp-cron\.php)\b",
    re.IGNORECASE,
)
_FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|csv|rtf|epub|zip|gz|tgz|bz2|xz|7z|rar|tar|exe|msi|dmg|pkg|deb|rpm|apk|iso|jar)$",
    re.IGNORECASE,
)


def read_line(line: bytes, host: str) -> Found:
    """What a line says. `host`: of the pages, where the line does not say."""
    if len(line) > LONGEST:
        return Bad(f"is longer than {LONGEST:,} bytes")
    match = _LINE.fullmatch(line.decode("utf-8", "replace").rstrip("\r\n"))
    if match is None:
        return Bad("is not a line of an access log")
    at_ms = _milliseconds(match["time"])
    if at_ms is None:
        return Bad("has a time that is none")
    request = _REQUEST.fullmatch(_plain(match["request"]))
    if request is None:
        return Bad("has a request that cannot be read")
    place = (match["host"] or host).lower().removesuffix(":80").removesuffix(":443")
    sent = _sent(request[1], request[2], int(match["status"]), place)
    if isinstance(sent, Skip):
        return sent
    referrer, agent = match["referrer"], match["agent"]
    if referrer and referrer != "-":
        sent["referrer"] = _plain(referrer)
    # A log of the combined format says `-` for who sent no user agent.
    named = NO_AGENT if agent is None else "" if agent == "-" else _plain(agent)
    return Occurrence(at_ms, Sender(match["address"], named), sent)


def _sent(method: str, target: str, status: int, host: str) -> dict[str, Any] | Skip:
    if method != "GET":
        return Skip.METHOD
    path = target.partition("?")[0]
    if _RESOURCES.search(path):
        return Skip.RESOURCE
    if 300 <= status < 400 and status != 304:
        return Skip.REDIRECT
    if status != 404 and status >= 400:
        return Skip.ERROR
    # Of a proxy's requests, which name other hosts too, the whole address.
    address = f"http://{host}{target}" if target.startswith("/") else target
    if status == 404:
        return {"name": "404", "url": address, "props": {"path": path}, "engaging": False}
    if status == 206 or status < 200:
        return Skip.RESOURCE  # a part of a file that was asked for in parts
    if _FILES.search(path):
        return {"name": "File Download", "url": address, "props": {"url": address.partition("?")[0]}}
    return {"name": "pageview", "url": address}


@lru_cache(maxsize=4096)
def _milliseconds(text: str) -> int | None:
    match = _TIME.fullmatch(text)
    if match is None or match[1][3:6] not in _MONTHS:
        return None
    offset = timedelta(hours=int(match[6]), minutes=int(match[7]))
    zone = timezone(offset if match[5] == "+" else -offset) if offset < timedelta(hours=24) else None
    day, month, year = int(match[1][:2]), _MONTHS[match[1][3:6]], int(match[1][7:])
    try:
        moment = datetime(year, month, day, int(match[2]), int(match[3]), int(match[4]), tzinfo=zone)
    except ValueError:
        return None
    return None if zone is None else int(moment.timestamp()) * 1000


def _plain(text: str) -> str:
    """Without the escapes of a quoted part."""
    return _ESCAPED.sub(_unescaped, text) if "\\" in text else text


def _unescaped(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] != "x":
        return text[1]
    return bytes.fromhex(text.replace("\\x", "")).decode("utf-8", "replace")
