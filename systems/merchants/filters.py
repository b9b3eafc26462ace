"""What a dashboard is filtered by and broken down by: names for its readers, and what each is of events. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

UNKNOWN = ""
"""A value that is not known: of a source, that the visitor came directly."""


class Of(StrEnum):
    """What a filter looks at."""

    VISIT = "visit"
    """What the first message of a visit decides for all of it."""
    ENTRY = "entry"
    """The path of the first message."""
    EXIT = "exit"
    """The path of the newest one that counts."""
    EVENT = "event"
    """A single event: numbers are of those that meet it, and of visits that have one."""
    GOAL = "goal"
    """The same, by the condition of a goal of the site."""


@dataclass(frozen=True, slots=True)
class Field:
    """A name in addresses. `column`: of events. `unknown`: what a value that is not known is called.

    `patterns`: whether `*` in a value is any characters but `/`, and `**` any at all.
    """

    name: str
    title: str
    of: Of
    column: str
    unknown: str = "Unknown"
    patterns: bool = False


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("page", "Page", Of.EVENT, "path", patterns=True),
        Field("entry", "Entry page", Of.ENTRY, "path", patterns=True),
        Field("exit", "Exit page", Of.EXIT, "path", patterns=True),
        Field("hostname", "Host name", Of.EVENT, "hostname"),
        Field("source", "Source", Of.VISIT, "source", "Direct or none"),
        Field("medium", "Medium", Of.VISIT, "medium", "None"),
        Field("campaign", "Campaign", Of.VISIT, "campaign", "None"),
        Field("country", "Country", Of.VISIT, "country"),
        Field("region", "Region", Of.VISIT, "region"),
        Field("language", "Language", Of.VISIT, "language"),
        Field("browser", "Browser", Of.VISIT, "browser"),
        Field("system", "System", Of.VISIT, "system"),
        Field("device", "Device", Of.VISIT, "device"),
        Field("screen", "Screen", Of.VISIT, "screen"),
        Field("event", "Event", Of.EVENT, "name"),
        Field("goal", "Goal", Of.GOAL, ""),
    )
}
"""Every filter; also what can be broken down by, but for host names."""

VISIT_COLUMNS = tuple(field.column for field in FIELDS.values() if field.of is Of.VISIT)
"""Columns whose value is, for every message of a visit, that of its first one."""
