"""What a user agent says: browser, operating system, kind of device, and whether it is a bot.

Browsers and systems are found by ua-parser's rules, bots by the list of crawler-user-agents, both in Rust: by regular
expressions that take time in proportion to the text, whatever it is. What was found is kept: few are in use at once.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import ua_parser
import ua_parser_rs

LONGEST = 512
"""Characters of a user agent that are read and kept."""

KEPT = 20_000
"""Most user agents of which it is known what they say; about 20 MB."""

NONE = "none"
"""The bot that a sender without a user agent is taken for."""

_CRAWLERS = Path(__file__).with_name("data") / "crawler-user-agents.json"
_UNKNOWN = "Other"
_LONGEST_NAME, _LONGEST_VERSION = 60, 24

_DEVICES: tuple[tuple[str, str], ...] = (
    ("tv", r"smart-?tv|\btv\b|googletv|appletv|hbbtv|netcast|web0s|webos|roku|crkey|aft[a-z]{1,2}\b|bravia|tizen.*tv"),
    ("console", r"playstation|xbox|nintendo"),
    ("wearable", r"watch|glass\b|\bwear\b"),
    ("tablet", r"ipad|tablet|playbook|kindle|silk(?!.*mobile)|android(?!.*mobile)|touch;.*windows nt"),
    ("mobile", r"mobi|iphone|ipod|phone|blackberry|opera mini|symbian|kaios|android"),
    ("desktop", r"windows|macintosh|mac os x|linux|x11|cros|freebsd|openbsd|netbsd|sunos|haiku"),
)
"""Kind of device → what its user agents have, in lower case; the first that matches counts."""

_DEVICE_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _DEVICES)


@dataclass(frozen=True, slots=True)
class Agent:
    """What is unknown is empty; `bot`: by which name it is known as one, empty for people's browsers."""

    browser: str
    browser_version: str
    system: str
    system_version: str
    device: str
    bot: str


class Agents:
    """Reads user agents. For one thread."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[str, Agent] = OrderedDict()

    def read(self, text: str) -> Agent:
        """What a user agent says; of its first characters, if it is long."""
        text = text[:LONGEST]
        agent = self._kept.get(text)
        if agent is None:
            agent = self._kept[text] = read_agent(text)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(text)
        return agent


def read_agent(text: str) -> Agent:
    """What a user agent says, looked up anew."""
    crawler = _crawlers().extract(text) if text else None
    if crawler is not None:
        return Agent("", "", "", "", _device(text), crawler.family)  # its browser is a pretence
    found = ua_parser.parse(text)
    browser, system = found.user_agent, found.os
    return Agent(
        browser=_name(browser.family) if browser else "",
        browser_version=_version(browser.major) if browser else "",
        system=_name(system.family) if system else "",
        system_version=_version(system.major, system.minor) if system else "",
        device=_device(text),
        bot=_bot(text, found),
    )


def warm_up() -> None:
    """Compile all rules, which takes half a second, before anybody waits for it."""
    read_agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")


def _name(family: str) -> str:
    return "" if family == _UNKNOWN else family[:_LONGEST_NAME]


def _version(*parts: str | None) -> str:
    return ".".join(part for part in parts if part)[:_LONGEST_VERSION]


def _device(text: str) -> str:
    lower = text.lower()
    return next((kind for kind, pattern in _DEVICE_PATTERNS if pattern.search(lower)), "other" if text else "")


def _bot(text: str, found: ua_parser.Result) -> str:
    if not text:
        return NONE
    if found.device is not None and found.device.family == "Spider":
        return (_name(found.user_agent.family) if found.user_agent else "") or "Spider"
    return ""


@cache
def _crawlers() -> Any:
    """One matcher of all patterns of the list; what it extracts is the bot's name."""
    entries = orjson.loads(_CRAWLERS.read_bytes())
    named = [(entry["pattern"], _bot_name(entry["pattern"]), None, None, None, None) for entry in entries]
    return ua_parser_rs.UserAgentExtractor(named)


def _bot_name(pattern: str) -> str:
    r"""What of a pattern people read: `Googlebot\/` is Googlebot; `$` would stand for a group."""
    plain = re.sub(r"\[([A-Za-z])[A-Za-z]\]", r"\1", pattern)
    plain = re.sub(r"\((?:\?[:=!<]+)?([^|()]*)(?:\|[^()]*)?\)", r"\1", plain)
    plain = re.sub(r"\\(.)", r"\1", plain)
    return re.sub(r"[\^$*+?|(){}\[\]]", "", plain).strip(" /;,") or "bot"
