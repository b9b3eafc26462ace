"""How a rule says in which order a date is written: `DD.MM.YYYY`, `M/D/YY`, `YYYY-MM-DD hh:mm`."""

from __future__ import annotations

import re
from collections.abc import Sequence

TOKENS = {
    "YYYY": "([0-9]{4})",
    "YY": "([0-9]{2})",
    "MM": "([0-9]{2})",
    "M": "([0-9]{1,2})",
    "DD": "([0-9]{2})",
    "D": "([0-9]{1,2})",
    "hh": "([0-9]{2})",
    "h": "([0-9]{1,2})",
    "mm": "([0-9]{2})",
    "ss": "([0-9]{2})",
}
"""Token → the digits that stand for it, in a pattern that Java and Python take alike."""

_PARTS = re.compile("|".join([*TOKENS, "T", "[^A-Za-z0-9]"]), re.DOTALL)
_OFFSET = re.compile(r"Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]")


class DateFormatError(ValueError):
    """The text is no format of a date; the message says why."""


def date_pattern(text: str) -> tuple[str, tuple[str, ...]]:
    """The pattern of a whole text that is written so, and what its groups are: one of `YMDhms` each.

    Raises DateFormatError.
    """
    tokens = _PARTS.findall(text)
    if "".join(tokens) != text:
        raise DateFormatError(f"has more than {', '.join(TOKENS)}, T and signs; write one like DD.MM.YYYY")
    units = tuple(token[0] for token in tokens if token in TOKENS)
    if sorted({*units} & {*"YMD"}) != ["D", "M", "Y"] or len({*units}) < len(units):
        raise DateFormatError("needs year, month and day, and each part once, like DD.MM.YYYY")
    if units_of_time(units) not in ("", "h", "hm", "hms"):
        raise DateFormatError("has minutes without hours, or seconds without minutes; write them like hh:mm:ss")
    return "".join(TOKENS.get(token) or re.escape(token) for token in tokens), units


def units_of_time(units: Sequence[str]) -> str:
    """Those of the day, the largest first."""
    return "".join(unit for unit in "hms" if unit in units)


def is_offset(text: str) -> bool:
    """Whether it says how far a clock is ahead of UTC, as in RFC 3339."""
    return _OFFSET.fullmatch(text) is not None
