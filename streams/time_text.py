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
    r"(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))",
    re.ASCII,
)


def event_millis(value: Any) -> int | Reason:
    """Milliseconds since the epoch, fractions cut off, from a message's value; 1970 to 9999.

    A leap second, 23:59:60 UTC, is the first second of the next day, as in POSIX.
    """
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
        days = date(int(year) or 2000, int(month), int(day)).toordinal() - _EPOCH
    except ValueError:
        return None
    if year == "0000":  # which RFC 3339 has and Python has not; it is like 2000, five cycles of the calendar earlier
        days -= 5 * 146_097
    seconds = days * 86_400 + int(hour) * 3600 + int(minute) * 60 + int(second)
    if sign is not None:
        offset = int(hours) * 3600 + int(minutes) * 60
        seconds += -offset if sign == "+" else offset
    if second == "60" and seconds % 86_400:
        return None
    return seconds * 1000 + (int(fraction[:3].ljust(3, "0")) if fraction else 0)
