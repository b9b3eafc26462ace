"""Addresses of web pages, as far as they are kept: host, path and the campaign's parameters. Pure.

Of an address nothing else is kept: no user and password, no port, no query, no session or click id that stands in the
path, and no fragment unless a site's pages are told apart by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, unquote_plus

LONGEST_ADDRESS = 8_000
LONGEST_PATH = 1_000
LONGEST_HOST = 253

_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^/?#@\\]*@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^/?#@:\\\[\]]+)"
    r"(?::(?P<port>[0-9]{0,5}))?(?P<path>[/\\][^?#]*)?(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.DOTALL,
)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_KEPT = frozenset(
    (
        "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "source", "ref",
        "gclid", "gbraid", "wbraid", "dclid", "msclkid", "fbclid", "ttclid", "twclid", "li_fat_id", "yclid", "epik",
        "rdt_cid", "scclid", "irclickid",
    )
)  # fmt: skip
"""Parameters that say where a visit came from. Of click ids it matters that they are there."""

_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_MEANT = frozenset("/?#%*;&=+\\")
"""Characters that are not the same where they are encoded: they part paths, parameters and patterns."""
_OF_ONE_VISITOR = re.compile(
    r"(?:;|&|%3F|%26)(?:jsessionid|phpsessid|sid|gclid|gbraid|wbraid|dclid|msclkid|fbclid|ttclid|twclid|yclid)=[^/;&]*",
    re.IGNORECASE,
)
"""A session, or a click, that servers and senders of links write into paths: each would be a page of its own."""

_MOST_PARAMETERS = 100
_PORTS = {"http": "80", "https": "443"}


class AddressError(ValueError):
    """What is no address of a page; the reason."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """`parameters`: those that say where a visit came from, the first of each, decoded."""

    scheme: str
    host: str
    path: str
    parameters: Mapping[str, str]
    fragment: str = ""
    port: str = ""

    @property
    def place(self) -> str:
        """`host`, or `host:port` where the port is not the scheme's usual one."""
        return self.host if self.port in ("", _PORTS.get(self.scheme)) else f"{self.host}:{self.port}"


def web_address(text: str, schemes: frozenset[str] = frozenset({"http", "https"})) -> WebAddress:
    """What the first characters of a text say. Raises AddressError."""
    text = text[:LONGEST_ADDRESS]
    if _CONTROL.search(text):
        raise AddressError("has control characters")
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise AddressError("is not an address such as https://example.org/page")
    scheme = match["scheme"].lower()
    if scheme not in schemes:
        raise AddressError("is not http or https")
    host = plain_host(match["host"])
    if not host:
        raise AddressError("has no valid host")
    query, (fragment, _, queried) = match["query"], (match["fragment"] or "").partition("?")
    if _is_no_page(fragment):
        fragment = ""
    if queried:  # of an app whose pages are told apart by it
        query = f"{query}&{queried}" if query else queried
    parameters = _parameters(query) if query else {}
    path = plain_path(match["path"] or "/")
    return WebAddress(scheme, host, path, parameters, plain_path(fragment), match["port"] or "")


def plain_path(path: str) -> str:
    """A path in the one form by which pages are told apart: readable, and without what is of one visitor alone.

    Browsers send `/caf%C3%A9`, programs `/café`. What would mean something else, such as a slash, stays as it is.
    """
    if "%" in path:
        path = _ENCODED.sub(_readable, path)
    if "=" in path:
        path = _OF_ONE_VISITOR.sub("", path) or "/"
    return path


def _readable(match: re.Match[str]) -> str:
    """Percent-encoded bytes as text, but for characters that cannot be printed or mean something else in a path."""
    try:
        text = unquote(match[0], errors="strict")
    except UnicodeDecodeError:
        return match[0]
    return "".join(each if each.isprintable() and each not in _MEANT else quote(each, safe="") for each in text)


def _is_no_page(fragment: str) -> bool:
    """Whether it is of values, such as a token that a login hands over, and no page's place."""
    return "=" in fragment and not fragment.startswith(("/", "!"))


def plain_host(text: str) -> str:
    """A host in the one form by which hosts are compared: lower case, ASCII, no last dot; empty if it is none."""
    host = text.lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    if len(host) > LONGEST_HOST or not _HOST.fullmatch(host):
        return ""
    return host.removesuffix(".")


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in query.split("&", _MOST_PARAMETERS)[:_MOST_PARAMETERS]:
        name, _, value = part.partition("=")
        name = name.lower()
        if name in _KEPT and name not in found and value:
            found[name] = _CONTROL.sub("", unquote_plus(value)).strip()
    return found
