"""What pages of sources show, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sources.definition import Source
from sources.origins import Files, Topic, Url
from web.asking.sources import SeenSource
from web.page.units import NOTHING, count, quantity

_LONG = 90.0


def lag_in_words(seen: SeenSource) -> str:
    """How far it is behind; nothing where that is not known."""
    seconds = seen.lag_seconds
    if seconds is None:
        return NOTHING
    return "none" if seconds < _LONG else quantity(seconds * 1000, "ms")


def comes_from(source: Source, *, administers: bool) -> str:
    """Where its files come from; addresses are for those who administer it."""
    origin = source.origin
    match origin:
        case Files():
            place, kind = f"{origin.files}, each {origin.every}", "a folder"
        case Url():
            place, kind = f"{origin.url}, each {origin.every}", "an HTTP API"
        case Topic():
            place, kind = f"the topic {origin.topic}", "a topic"
        case _:
            place = kind = "uploads"
    return place if administers else kind


def took(begun: datetime, ended: datetime | None) -> str:
    """How long a run took."""
    return NOTHING if ended is None else quantity((ended - begun).total_seconds() * 1000, "ms")


def run_counts(run: Mapping[str, Any], *names: str) -> str:
    """The first of these counts that a run noted."""
    counts = run["counts"]
    return next((count(counts[name]) for name in names if name in counts), NOTHING)


def drift_in_words(changes: Any) -> list[tuple[str, str, bool]]:
    """Kind, what happened, and whether a file waits for it: of each change of columns that was noted of a file."""
    listed = changes if isinstance(changes, list) else []
    told = [each for each in listed if isinstance(each, dict)]
    return [(str(each.get("kind", "changed")), _changed(each), bool(each.get("holds"))) for each in told]


def _changed(change: Mapping[str, Any]) -> str:
    column, before, after = (str(change.get(name) or "") for name in ("column", "before", "after"))
    became = f"{before} → {after}" if before and after else before or after
    return became if before == column else ": ".join(filter(None, (column, became)))
