"""Numbers as people read them: percent, milliseconds, thousands."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

_MILLISECONDS_IN = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s"))
NOTHING = "\u2013"
"""Shown where there is no value."""

MINUS = "\u2212"
UNCHANGED = "unchanged"

_BYTES_IN = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def count(number: int) -> str:
    """`1,234,567`."""
    return f"{number:,}"


def more_messages(difference: int) -> str:
    """`+1,234 messages`; a minus is the sign that is as wide as the plus."""
    sign = MINUS if difference < 0 else "+"
    return f"{sign}{abs(difference):,} message{'' if abs(difference) == 1 else 's'}"


def change_of(value: Any, before: Any, unit: str, *, relative: bool) -> str:
    """What became of a number: `+12.4%` of what it was, or `+2.1 pts`, `+12 ms`; `new` where there was none."""
    if before is None or (relative and before == 0):
        return "new"
    difference = value - before
    size = abs(difference) / abs(before) if relative else abs(difference)
    text = f"{size * 100:.1f} pts" if unit == "ratio" else quantity(float(size), "ratio" if relative else unit)
    if not any(digit in text for digit in "123456789"):
        return UNCHANGED
    return f"{'+' if difference > 0 else MINUS}{text}"


def spoken_name(name: str, title: str = "") -> str:
    """The title that a definition gives, or one made of the name: `load_ms` → `Load ms`."""
    return title or name.replace("_", " ").capitalize()


def quantity(value: float | None, unit: str) -> str:
    """A measure's value with its unit: a `ratio` as percent, `ms` and `bytes` in the size that fits."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if unit == "ratio":
        return f"{value * 100:.1f}%"
    if unit == "ms":
        return _scaled(value, _MILLISECONDS_IN, "ms")
    if unit == "bytes":
        return _scaled(value, _BYTES_IN, "B")
    return f"{_number(value)} {unit}".rstrip()


def total(value: int | Decimal, unit: str) -> str:
    """A sum with all its digits: `12,345.60 EUR`. Of ratios it is no share of anything."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text if unit == "ratio" else f"{text} {unit}".rstrip()


def _scaled(value: float, sizes: tuple[tuple[int, str], ...], smallest: str) -> str:
    for size, name in sizes:
        if abs(value) >= size:
            return f"{value / size:,.2f} {name}"
    return f"{_number(value)} {smallest}"


def _number(value: float) -> str:
    """Three significant digits after small leading ones, thousands separated, no trailing zeros."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if abs(value) < 1000 else 0
    text = f"{value:,.{min(digits, 9)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
