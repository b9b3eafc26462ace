"""Addresses of web pages, as far as they are kept: host, path and the campaign's parameters. Pure.

Of an address nothing else is kept: no user and password, no port, no query, and no fragment unless a site's pages are
told apart by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

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
    """What a text says. Raises AddressError."""
    if len(text) > LONGEST_ADDRESS:
        raise AddressError(f"is longer than {LONGEST_ADDRESS:,} characters")
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
    query = match["query"]
    parameters = _parameters(query) if query else {}
    return WebAddress(scheme, host, match["path"] or "/", parameters, match["fragment"] or "", match["port"] or "")


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
