"""Where a visit came from: source, medium and campaign, of the referrer, the campaign's parameters and click ids. Pure.

What the parameters say counts before what the referrer does, for a site's owner wrote them. Known referrers are those
of Ghost's referrer parser (data/referrers.json), and assistants, which that lacks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import orjson

from systems.merchants.web_addresses import AddressError, WebAddress, web_address

LONGEST_REFERRER, LONGEST_SOURCE, LONGEST_MEDIUM, LONGEST_CAMPAIGN = 500, 120, 60, 120

_REFERRERS = Path(__file__).with_name("data") / "referrers.json"
_SCHEMES = frozenset({"http", "https", "android-app"})
_LISTED_AS_UNKNOWN = "unknown"
REFERRAL = "referral"

_ASSISTANTS: Mapping[str, str] = {
    "chatgpt.com": "ChatGPT",
    "chat.openai.com": "ChatGPT",
    "claude.ai": "Claude",
    "copilot.microsoft.com": "Copilot",
    "chat.deepseek.com": "DeepSeek",
    "gemini.google.com": "Gemini",
    "grok.com": "Grok",
    "chat.mistral.ai": "Mistral",
    "meta.ai": "Meta AI",
    "perplexity.ai": "Perplexity",
    "phind.com": "Phind",
    "poe.com": "Poe",
    "you.com": "You.com",
}

_CLICKS: Mapping[str, tuple[str, str]] = {
    "gclid": ("Google", "cpc"),
    "gbraid": ("Google", "cpc"),
    "wbraid": ("Google", "cpc"),
    "dclid": ("Google", "display"),
    "msclkid": ("Bing", "cpc"),
    "yclid": ("Yandex", "cpc"),
    "ttclid": ("TikTok", "paid-social"),
    "twclid": ("Twitter", "paid-social"),
    "li_fat_id": ("LinkedIn", "paid-social"),
    "epik": ("Pinterest", "paid-social"),
    "rdt_cid": ("Reddit", "paid-social"),
    "scclid": ("Snapchat", "paid-social"),
    "irclickid": ("Impact", "affiliate"),
    "fbclid": ("Facebook", "social"),  # Facebook adds it to every link, not to paid ones alone
}
"""Click id → source and medium, where nothing else says so; the first counts."""

_ALIASES: Mapping[str, str] = {
    "fb": "Facebook",
    "ig": "Instagram",
    "x": "Twitter",
    "yt": "Youtube",
    "adwords": "Google",
    "googleads": "Google",
    "hn": "Hacker News",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a visit came from; what is unknown is empty. `referrer`: host and path."""

    referrer: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""
    term: str = ""
    content: str = ""


def source_of(address: WebAddress, referrer: str, is_own: Callable[[str], bool]) -> Source:
    """Of one event. `is_own`: whether a host is one of the site's own, which sends nobody."""
    came = _came_from(referrer, address.host, is_own)
    return came if not address.parameters else _with_parameters(came, address.parameters)


def _came_from(referrer: str, host: str, is_own: Callable[[str], bool]) -> Source:
    if not referrer:
        return Source()
    known = referrer_source(referrer)
    return Source() if known is None or known[0] == host or is_own(known[0]) else known[1]


def _with_parameters(came: Source, given: Mapping[str, str]) -> Source:
    click = next((each for name, each in _CLICKS.items() if name in given), ("", ""))
    named = given.get("utm_source") or given.get("source") or given.get("ref") or ""
    source = _named(named[:LONGEST_SOURCE]) or came.source or click[0]
    medium = given.get("utm_medium", "").lower()[:LONGEST_MEDIUM]
    if not medium:
        medium = click[1] or (came.medium if source == came.source else medium_of(source))
    return Source(
        came.referrer,
        source,
        medium,
        given.get("utm_campaign", "")[:LONGEST_CAMPAIGN],
        given.get("utm_term", "")[:LONGEST_CAMPAIGN],
        given.get("utm_content", "")[:LONGEST_CAMPAIGN],
    )


@lru_cache(maxsize=20_000)
def referrer_source(referrer: str) -> tuple[str, Source] | None:
    """The host of a referrer, and where it says that a visit came from; None for what is no address of the web."""
    try:
        address = web_address(referrer, _SCHEMES)
    except AddressError:
        return None
    path = address.path if address.scheme != "android-app" else ""
    shown = (address.host.removeprefix("www.") + path).removesuffix("/")[:LONGEST_REFERRER]
    source, medium = _looked_up(address.host, path)
    return address.host, Source(shown, source[:LONGEST_SOURCE], medium)


def _looked_up(host: str, path: str) -> tuple[str, str]:
    """By host and first part of the path, then by host, then by each domain above it; else the host itself."""
    known, at = _known(), host
    first = "/" + path.lstrip("/").partition("/")[0]
    while "." in at:
        for key in (at + first, at) if len(first) > 1 else (at,):
            if key in known:
                return known[key]
        at = at.partition(".")[2]
    return host.removeprefix("www."), REFERRAL


@cache
def _known() -> Mapping[str, tuple[str, str]]:
    """Host, or host and path, → source and medium."""
    listed = orjson.loads(_REFERRERS.read_bytes())
    known = {
        place.rstrip("/"): (each["source"], REFERRAL if each["medium"] == _LISTED_AS_UNKNOWN else each["medium"])
        for place, each in listed.items()
    }
    return known | {host: (name, "ai") for host, name in _ASSISTANTS.items()}


@cache
def _names() -> Mapping[str, tuple[str, str]]:
    """Name of a source in lower case → the name as it is written, and the medium of most places that have it."""
    counted = Counter(_known().values())
    return {source.lower(): (source, medium) for (source, medium), _ in reversed(counted.most_common())}


@lru_cache(maxsize=5_000)
def _named(source: str) -> str:
    """A source as owners of sites write it, by the name that it has elsewhere; a host is looked up."""
    lower = source.lower()
    if lower in _ALIASES:
        return _ALIASES[lower]
    if lower in _names():
        return _names()[lower][0]
    found = _looked_up(lower, "") if "." in lower else (source, "")
    return source if found[1] == REFERRAL else found[0]


def medium_of(source: str) -> str:
    """The medium of a source that the list names; empty for others."""
    return _names().get(source.lower(), ("", ""))[1]


def warm_up() -> None:
    """Read the list before anybody waits for it."""
    _names()
