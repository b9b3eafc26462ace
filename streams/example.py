"""A message of a stream that its decoder accepts, for people who want to send one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from streams.definition import Definition, FieldRule
from streams.exclusions import exclusion

_TEXTS = ("example", "sample", "0")


def example_message(definition: Definition, now: datetime) -> dict[str, Any]:
    """One message that happened now; every declared field has a value within its bounds, if any value counts."""
    message: dict[str, Any] = {}
    values: dict[str, Any] = {}
    # Bounds that name another field come after it.
    for name in sorted(definition.fields, key=lambda name: _named(definition.fields[name]) is not None):
        values[name] = _value(definition.fields[name], values, now)
    values[definition.event_time.field] = _written(now)
    left_out = {name for name, rule in definition.fields.items() if rule.excluded is True}
    for name in dict.fromkeys((definition.event_time.field, *definition.fields)):
        if name in left_out:
            continue
        *path, last = name.split(".")
        place = message
        for part in path:
            place = place.setdefault(part, {})
        place[last] = values[name]
    return message


def _named(rule: FieldRule) -> str | None:
    return next((bound for bound in (rule.min, rule.max) if isinstance(bound, str)), None)


def _value(rule: FieldRule, values: dict[str, Any], now: datetime) -> Any:
    match rule.type:
        case "string":
            excludes = exclusion(rule.excluded or False)
            written = [text.ljust(rule.min_length or 0, "x")[: rule.max_length] for text in rule.values or _TEXTS]
            return next((text for text in written if not excludes(text)), written[0])
        case "boolean":
            return True
        case "time":
            return _written(now)
    low, high = (values[bound] if isinstance(bound, str) else bound for bound in (rule.min, rule.max))
    low = low if low is not None else rule.above
    high = high if high is not None else rule.below
    if low is not None and high is not None:
        number = (low + high) / 2
    elif low is not None:
        number = low + 1
    else:
        number = 1.0 if high is None else high - 1
    return round(number) if rule.type == "integer" else number


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
