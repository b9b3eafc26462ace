"""Event times: milliseconds since the epoch, or RFC 3339 text with an offset."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from streams.json_text import LongWhole
from streams.reasons import Reason

__all__ = ["LAST", "event_millis"]

LAST = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z."""

_EPOCH = date(1970, 1, 1).toordinal()
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)


def event_millis(value: Any) -> int | Reason:
    """Milliseconds since the epoch, fractions cut off, from a message's value. No leap second; 1970 to 9999."""
    if type(value) is str:
        millis = _parse(value)
    elif type(value) is int:
        millis = value
    elif type(value) is LongWhole:
        millis = -1 if value < 0 else LAST + 1
    else:
        return Reason.NOT_A_TIME
    if millis is None:
        return Reason.NOT_A_TIME
    if millis < 0:
        return Reason.BEFORE_1970
    return Reason.TOO_FAR_IN_THE_FUTURE if millis > LAST else millis


def _parse(text: str) -> int | None:
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    try:
        # Python has no year 0, which RFC 3339 has, and which like 2000 is a leap year; all of it is before 1970.
        days = date(int(year) or 2000, int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return None
    if year == "0000":
        return -1
    seconds = days * 86_400 + int(hour) * 3600 + int(minute) * 60 + int(second)
    if sign is not None:
        offset = int(hours) * 3600 + int(minutes) * 60
        seconds += -offset if sign == "+" else offset
    return seconds * 1000 + (int(fraction[:3].ljust(3, "0")) if fraction else 0)
