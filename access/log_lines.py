"""An event as a message of the stream `access_log`: bounded, and without anything that may be a secret. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_network

from access.addresses import plain_address
from access.errors import InvalidAccessError
from access.events import Did, Event, Outcome
from access.grants import EVERY_STREAM, checked_name
from streams.time_text import rfc3339

NOBODY, NONE, UNKNOWN = "nobody", "-", "?"
"""Written in place of nobody's name, of no stream, and of a name that no user or stream has."""

MOST_CHARACTERS = 200
"""Of a value; more are cut off."""

_SECRET = re.compile(r"(?:[Ww][Pp][KSLOUVkslouv]_|eyJ)[^\s\"'&;,]*|\$argon2\S*|(?<=://)[^/@\s]+(?=@)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KEPT_BITS = {4: 24, 6: 48}

Line = Mapping[str, str]
"""Field of the stream → its text."""


def line_of(event: Event, at: datetime, is_stream: Callable[[str], bool]) -> dict[str, str]:
    """The message; who was refused a login is unknown in it, see `named`."""
    who = UNKNOWN if event.did is Did.LOG_IN and event.outcome is not Outcome.DONE else event.who or NOBODY
    stream = event.stream or NONE
    if stream not in (NONE, EVERY_STREAM) and not is_stream(stream):
        stream = UNKNOWN
    more = {
        "what": shown(event.what),
        "address": truncated(event.address),
        "request": shown(event.request)[:64],
    }
    return {
        "time": rfc3339(at),
        "who": shown(who),
        "door": shown(event.door)[:20] or NONE,
        "did": event.did,
        "outcome": event.outcome,
        "stream": stream,
        **{name: text for name, text in more.items() if text},
    }


def claimed(event: Event) -> str:
    """The name that somebody gave who was refused a login, if a user can have it; what else it is, a password perhaps,
    is told to nobody."""
    if event.did is not Did.LOG_IN or event.outcome is Outcome.DONE:
        return ""
    try:
        return checked_name("user", event.who)
    except InvalidAccessError:
        return ""


def shown(text: str) -> str:
    """A text as it may be written: short, without what looks like a key, a token or a password, on one line."""
    cut = text[: 4 * MOST_CHARACTERS].encode("utf-8", "replace").decode()
    plain = _CONTROL.sub(" ", without_secrets(cut))
    return plain if len(plain) <= MOST_CHARACTERS else f"{plain[: MOST_CHARACTERS - 1]}…"


def without_secrets(text: str) -> str:
    """A text with `…` in place of whatever looks like a key, a token, or a password in an address."""
    return _SECRET.sub("…", text)


def truncated(address: str) -> str:
    """An address without what tells one household from its neighbours; empty for what is no address."""
    known = plain_address(address.strip("[]").partition("%")[0])
    if known is None:
        return ""
    return str(ip_network(f"{known}/{_KEPT_BITS[known.version]}", strict=False).network_address)
