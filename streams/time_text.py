"""Times as text: the one reader of RFC 3339, for messages, questions and pages, and its writers.

Messages are strict. People may write a blank for the T, and leave out the seconds and the offset.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from streams.json_text import LongWhole
from streams.reasons import Reason

LAST = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z."""

_KNOWN_LENGTH = 40
"""Characters of a text that is remembered: what is sent decides on nobody's memory."""

_EPOCH = date(1970, 1, 1).toordinal()
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)([Tt ])([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d+))?)?"
    r"([Zz]|([+ -])([01]\d|2[0-3]):([0-5]\d))?",
    re.ASCII,
)
"""A blank before an offset is `+`, which is what a URL makes of it."""


def read_time(text: str) -> datetime:
    """The moment that a person's text means, in UTC; the wall-clock time, naive, if it has no offset.

    Of a fraction only microseconds are kept. Raises ValueError, or OverflowError when it leaves the calendar.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"not a time: {text!r}")
    year, month, day, _, hour, minute, second, fraction, zone, sign, hours, minutes = match.groups()
    micros = int((fraction or "")[:6].ljust(6, "0"))
    clock = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micros)
    if zone is None:
        return clock
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return (clock + offset if sign == "-" else clock - offset).replace(tzinfo=UTC)


def rfc3339(at: datetime) -> str:
    """The moment in UTC, whole seconds unless it has a fraction."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def timestamp(at: datetime | None, *, millis: bool = False) -> str | None:
    """The moment in UTC, to the second or to the millisecond."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if millis else "seconds")
    return text.replace("+00:00", "Z")


def event_millis(value: Any) -> int | Reason:
    """Milliseconds since the epoch, fractions cut off, from a message's value; 1970 to 9999.

    A leap second, 23:59:60 UTC, is the first second of the next day, as in POSIX.
    """
    if type(value) is str:
        millis = _known(value) if len(value) <= _KNOWN_LENGTH else _parse(value)
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


@functools.lru_cache(4096)
def _known(text: str) -> int | None:
    """As `_parse`: reports of a day all have its time, and messages of a second often."""
    return _parse(text)


def _parse(text: str) -> int | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, between, hour, minute, second, fraction, zone, sign, hours, minutes = match.groups()
    if " " in (between, sign) or second is None or zone is None:
        return None
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
