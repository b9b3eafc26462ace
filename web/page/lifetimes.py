"""How long keys live, and what they are replaced with go on beside them, as forms offer it."""

from __future__ import annotations

from datetime import datetime, timedelta

KEY_LIFETIMES = (("7", "in 7 days"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), ("", "never"))
"""Days, and how they are called; empty: a key that does not end by itself."""

OVERLAPS = (("0", "at once"), ("1", "in an hour"), ("24", "in a day"), ("168", "in 7 days"))
"""Hours that a key goes on after another took its place."""


def key_end(days: str, now: datetime) -> datetime | None:
    """When a key of such a lifetime ends; None: never. Raises ValueError for one that is not offered."""
    if days not in dict(KEY_LIFETIMES):
        raise ValueError(days)
    return now + timedelta(days=int(days)) if days else None


def overlap_of(hours: str) -> timedelta:
    """How long the old key goes on. Raises ValueError for one that is not offered."""
    if hours not in dict(OVERLAPS):
        raise ValueError(hours)
    return timedelta(hours=int(hours))
