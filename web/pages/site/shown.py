"""How a dashboard's numbers are written: tiles with what became of them, cells of its tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from systems.merchants.country_names import country_name
from systems.merchants.currencies import WHOLE
from systems.merchants.filters import FIELDS, UNKNOWN
from systems.merchants.numbers import Numbers
from web.page.units import MINUS, NOTHING, UNCHANGED

LABELS: Mapping[str, str] = {
    "visitors": "Visitors",
    "visits": "Visits",
    "views": "Page views",
    "bounce_rate": "Bounce rate",
    "visit_seconds": "Visit duration",
    "events": "Events",
    "revenue": "Revenue",
}
SHORT: Mapping[str, str] = {**LABELS, "views": "Views", "bounce_rate": "Bounces", "visit_seconds": "Duration"}
EXPLAINED: Mapping[str, str] = {
    "visitors": "Different visitors; counted by a sketch, about 2 % off at most",
    "visits": "Visits that began in this time",
    "views": "Pages seen",
    "bounce_rate": "Visits with one page seen and nothing else",
    "visit_seconds": "Mean time from the first to the last thing that a visit did",
    "events": "How often",
    "revenue": "What events earned",
}
_FALLING_IS_GOOD = {"bounce_rate"}
_CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "CNY": "CN¥", "CHF": "CHF\u202f"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One big number. `change`: what became of it, with `trend` good, bad or none; `before`: what it was.

    `also`: what there is beside it.
    """

    name: str
    label: str
    value: str
    exact: str
    change: str = ""
    trend: str = ""
    before: str = ""
    also: str = ""


def tiles_of(numbers: Numbers, before: Numbers | None, currency: str) -> list[Tile]:
    """All of a dashboard."""
    names = ("visitors", "visits", "views", "bounce_rate", "visit_seconds")
    made = [_tile(name, numbers, before) for name in names]
    if numbers.revenue or (before and before.revenue):
        main = currency if currency in numbers.revenue else next(iter(numbers.revenue), currency)
        earned, then = numbers.revenue.get(main, 0.0), before.revenue.get(main, 0.0) if before else None
        change, trend = change_of("revenue", earned, then)
        rest = [money(value, name) for name, value in numbers.revenue.items() if name != main]
        exact = ", ".join(money(value, name, whole=False) for name, value in numbers.revenue.items())
        was = "" if then is None else money(then, main)
        also = f"and {', '.join(rest[:2])}{' and more' if rest[2:] else ''}" if rest else ""
        made.append(Tile("revenue", LABELS["revenue"], money(earned, main), exact, change, trend, was, also))
    return made


def _tile(name: str, numbers: Numbers, before: Numbers | None) -> Tile:
    value = getattr(numbers, name)
    then = None if before is None else getattr(before, name)
    change, trend = ("", "") if before is None else change_of(name, value, then)
    was = "" if before is None else number(name, then)
    exact = f"{value:,}" if isinstance(value, int) else ""
    return Tile(name, LABELS[name], number(name, value), exact, change, trend, was)


def change_of(name: str, value: float | None, before: float | None) -> tuple[str, str]:
    """`+12%`, and whether that is good; of rates the difference in points."""
    if value is None or before is None:
        return "", ""
    if name == "bounce_rate":
        difference, text = value - before, f"{abs(value - before) * 100:.0f} pts"
    elif before == 0:
        return ("", "") if value == 0 else ("new", "good" if value > 0 else "bad")
    else:
        difference = (value - before) / abs(before)
        text = f"{abs(difference) * 100:,.0f}%"
    if not any(digit in text for digit in "123456789"):
        return UNCHANGED, ""
    good = (difference > 0) is not (name in _FALLING_IS_GOOD)
    return f"{'+' if difference > 0 else MINUS}{text}", "good" if good else "bad"


def number(name: str, value: float | None) -> str:
    """As short as people read it: `12.3k`, `41%`, `2m 05s`."""
    if value is None:
        return NOTHING
    if name in ("bounce_rate", "rate", "of_first", "of_before"):
        return f"{value * 100:.1f}%" if 0 < value < 0.1 else f"{value * 100:.0f}%"
    if name == "visit_seconds":
        return duration(value)
    return compact(int(value))


def compact(value: int) -> str:
    """`9,999`, `12.3k`, `4.56M`."""
    if abs(value) < 10_000:
        return f"{value:,}"
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            short = value / size
            return f"{short:.{2 if abs(short) < 10 else 1 if abs(short) < 100 else 0}f}{sign}"
    return f"{value:,}"


def duration(seconds: float) -> str:
    """`45s`, `2m 05s`, `1h 03m`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02}m"


def money(value: float, currency: str, *, whole: bool = True) -> str:
    """`€1,234` or, where that tells more, `€12.50`."""
    digits = 0 if currency in WHOLE or (whole and abs(value) >= 1000) else 2
    sign = _CURRENCY_SIGNS.get(currency, f"{currency}\u202f")
    return f"{MINUS if value < 0 else ''}{sign}{abs(value):,.{digits}f}"


def named(field: str, value: str) -> str:
    """A value as people read it."""
    if value == UNKNOWN:
        return FIELDS[field].unknown if field in FIELDS else "Unknown"
    if field == "country":
        return country_name(value)
    if field in ("device", "screen", "medium"):
        return value[:1].upper() + value[1:]
    return value


def width(value: float, most: float) -> int:
    """How long a bar is, 0 to 20; whatever is not nothing has one."""
    return max(1, round(20 * value / most)) if most > 0 and value > 0 else 0


def days_in_words(first: date, last: date) -> str:
    """`12 Mar 2026`; of several days the first and the last, which have in common what is written once."""
    if first == last:
        return f"{first:%a} {_day(first)} {first.year}"
    if first.year != last.year:
        return f"{_day(first)} {first.year} {NOTHING} {_day(last)} {last.year}"
    if first.month != last.month:
        return f"{_day(first)} {NOTHING} {_day(last)} {last.year}"
    return f"{first.day} {NOTHING} {_day(last)} {last.year}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def step_moment(at: datetime, step: str) -> str:
    """When a step began, in the zone of the moment."""
    if step in ("minute", "hour"):
        return f"{at:%a} {_day(at)}, {at:%H:%M}"
    return f"{at:%B %Y}" if step == "month" else f"{at:%a} {_day(at)} {at.year}"


def spoken(field: str, value: Any) -> str:
    """A number of a table, in full."""
    return f"{value:,}" if isinstance(value, int) else number(field, value)
