"""Times as people type them: RFC 3339, or by the clock: `now`, `today`, `yesterday`, `-3h`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import click

from streams.time_text import rfc3339

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LENGTH = re.compile(r"(?:[0-9]{1,7}[smhdw])+")
_PART = re.compile(r"([0-9]+)([smhdw])")


def by_the_clock(text: str, now: datetime) -> datetime | None:
    """The moment that `now`, `today`, `yesterday` or `-3h` means; None for any other text.

    Days begin at midnight of this machine's zone. Raises OverflowError beyond the calendar.
    """
    if text == "now":
        return now
    if text in ("today", "yesterday"):
        day = now.astimezone().date() - timedelta(days=text == "yesterday")
        return datetime.combine(day, time()).astimezone()
    return now - length_of(text[1:]) if text.startswith("-") and _LENGTH.fullmatch(text[1:]) else None


def length_of(text: str) -> timedelta:
    """`90m`, `24h`, `1d12h`: the sum of its parts. Raises ValueError, OverflowError."""
    if not _LENGTH.fullmatch(text):
        raise ValueError(text)
    return sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in _PART.findall(text)), timedelta())


class Time(click.ParamType[str]):
    """A moment as RFC 3339 text. What is not said by the clock stays as it is: whoever is asked reads it.

    `minutes`: by the clock means a whole minute; the one that has begun is before `now`.
    """

    name = "T"

    def __init__(self, *, minutes: bool) -> None:
        self._minutes = minutes

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text, now = str(value), datetime.now(UTC)
        try:
            at = by_the_clock(text, _after_this_minute(now) if self._minutes else now)
        except OverflowError:
            self.fail(f"{text!r} is before the calendar begins", param, ctx)
        if at is not None:
            return rfc3339(at)
        if not text[:4].isdigit():
            self.fail(f"{text!r} is no time; {_EXAMPLES}", param, ctx)
        return text


_EXAMPLES = "give 2026-03-01T10:17:00Z, -3h, now, today or yesterday"


class Length(click.ParamType[timedelta]):
    """A length of time such as `24h`."""

    name = "LENGTH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            length = value if isinstance(value, timedelta) else length_of(str(value))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no length of time; give 15m, 24h, 7d, 4w or 1d12h", param, ctx)
        if length < timedelta(minutes=1) or length % timedelta(minutes=1):
            self.fail(f"{value!r} is not a number of whole minutes", param, ctx)
        return length


TIME, LENGTH = Time(minutes=True), Length()


def window_of(start: str | None, end: str | None, last: timedelta | None) -> tuple[str, str]:
    """`[start, end)` of `--start`, `--end` and `--last`, of which an end that is left out is now.

    Raises click.UsageError unless there is one way to read them.
    """
    now = _after_this_minute(datetime.now(UTC))
    if last is not None:
        if start or end:
            raise click.UsageError("say either --last, or --start and --end")
        try:
            return rfc3339(now - last), rfc3339(now)
        except OverflowError as error:
            raise click.UsageError("--last begins before the calendar does") from error
    if start is None:
        raise click.UsageError("say which window: --last 24h, or --start and --end")
    return start, end or rfc3339(now)


def _after_this_minute(now: datetime) -> datetime:
    """The end of the minute that has begun: it belongs to what is asked of now."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
