"""How statements group: moments by step, and rows by sets of keys; and how what they answer of that is read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from query.rendering import literal
from query.requests import Step


def step_start(at: str, step: Step, zone: str | None) -> str:
    """Of a moment, a column, the one that its step begins at; by clocks of a zone, if one is named, without offset."""
    if zone is None:
        return f"date_trunc('{step.value}', {at})"
    return f"date_trunc('{step.value}', cast({at} at time zone {literal(zone)} as timestamp))"


def instant(moment: datetime, zone: tzinfo | None) -> datetime:
    """When a step begins, in UTC; a moment without an offset is what clocks of the zone show."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def set_bits(keys: Sequence[str], by: Sequence[str]) -> int:
    """What `grouping` of all keys gives in rows of one set of them."""
    return sum(1 << at for at, name in enumerate(reversed(keys)) if name not in by)
