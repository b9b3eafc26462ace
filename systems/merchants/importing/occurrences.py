"""What a line or a record of an imported file says: something that happened, or why it is none. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from systems.merchants.enrichment import Sender


class Skip(StrEnum):
    """What is right but no event of a visitor."""

    RESOURCE = "a part of a page, such as an image or a script"
    METHOD = "no request for a page"
    REDIRECT = "a redirect"
    ERROR = "an answer that says of an error"
    TIME = "not of the time that was asked for"
    EXCLUDED = "excluded by the site's rules"


@dataclass(frozen=True, slots=True)
class Bad:
    """What cannot be read, or breaks a rule."""

    reason: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event as a page would have sent it (`sent`, in our own format), by whom, and when in ms since 1970."""

    at_ms: int
    sender: Sender
    sent: dict[str, Any] = field(default_factory=dict)


Found: TypeAlias = Occurrence | Skip | Bad
Located: TypeAlias = tuple[int, int, Found]
"""The number of a line, counted from 1, which of the line's it is, and what was found."""
