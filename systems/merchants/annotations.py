"""What happened to a site on a day, as its owners note it beside the chart. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from systems.merchants.errors import InvalidSiteError

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note of a day, in the site's time zone."""

    day: date
    text: str
    made_by: str
    id: int = field(default=0, compare=False)

    def as_json(self) -> dict[str, Any]:
        """As HTTP gives it."""
        return {"id": self.id, "day": self.day.isoformat(), "text": self.text, "made_by": self.made_by}


def checked_annotation(day: str, text: str, *, by: str) -> Annotation:
    """Raises InvalidSiteError."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise InvalidSiteError.of("day", "is a date such as 2026-03-01") from None
    text = text.strip()
    if not 0 < len(text) <= LONGEST_TEXT or not text.isprintable():
        raise InvalidSiteError.of("text", f"has 1 to {LONGEST_TEXT} characters, all of which can be printed")
    return Annotation(on, text, by)
