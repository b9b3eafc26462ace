"""A field's rule, as the plan writes it, compiled to a check of one value.

A check returns the value that later steps use (a string, a float for anything numeric) or the Reason it fails for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, isinf
from typing import Any, TypeAlias

from streams.json_text import LongWhole
from streams.reasons import Reason
from streams.time_text import event_millis

EXACT = 2**53
"""Whole numbers and measures stay where a double is exact."""

Checked: TypeAlias = str | float | Reason
Check: TypeAlias = Callable[[Any], Checked]


def field_check(field: Mapping[str, Any]) -> Check:
    """The check of one field of the plan, for a value that is neither missing nor null."""
    return _CHECKS[field["type"]](field)


def _text(field: Mapping[str, Any]) -> Check:
    shortest, longest = field.get("min_length", 0), field.get("max_length", inf)
    values = None if field.get("values") is None else frozenset(field["values"])

    def check(value: Any) -> Checked:
        if type(value) is not str:
            return Reason.NOT_A_STRING
        if "\0" in value or not (value.isascii() or _is_encodable(value)):
            return Reason.NOT_VALID_TEXT
        if len(value) < shortest:
            return Reason.TOO_SHORT
        if len(value) > longest:
            return Reason.TOO_LONG
        return value if values is None or value in values else Reason.NOT_AN_ALLOWED_VALUE

    return check


def _is_encodable(text: str) -> bool:
    """Whether it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bounds(field: Mapping[str, Any]) -> Callable[[float], float | Reason]:
    low, above = float(field.get("min", -inf)), float(field.get("above", -inf))
    high, below = float(field.get("max", inf)), float(field.get("below", inf))

    def check(value: float) -> float | Reason:
        if isinf(value):
            return Reason.NOT_FINITE
        if value < low or value <= above:
            return Reason.TOO_SMALL
        return Reason.TOO_LARGE if value > high or value >= below else value

    return check


def _number(field: Mapping[str, Any]) -> Check:
    within = _bounds(field)

    def check(value: Any) -> Checked:
        kind = type(value)
        if kind is not float and kind is not int and kind is not LongWhole:
            return Reason.NOT_A_NUMBER
        return within(float(value))

    return check


def _integer(field: Mapping[str, Any]) -> Check:
    within = _bounds(field)

    def check(value: Any) -> Checked:
        kind = type(value)
        if kind is float:
            return Reason.NOT_A_WHOLE_NUMBER
        if kind is not int and kind is not LongWhole:
            return Reason.NOT_A_NUMBER
        if value < -EXACT:
            return Reason.TOO_SMALL
        return Reason.TOO_LARGE if value > EXACT else within(float(value))

    return check


def _boolean(_: Mapping[str, Any]) -> Check:
    return lambda value: float(value) if type(value) is bool else Reason.NOT_A_BOOLEAN


def _time(field: Mapping[str, Any]) -> Check:
    within = _bounds(field)

    def check(value: Any) -> Checked:
        millis = event_millis(value)
        return millis if isinstance(millis, Reason) else within(float(millis))

    return check


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Check]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "time": _time,
}
