"""A question of one site's dashboard: when, filtered how, and what it is compared with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from query.errors import FieldProblem
from query.requests import EARLIEST, LATEST, OUTSIDE, refuse, shortened
from streams.time_text import read_time
from systems.merchants.filters import FIELDS
from systems.merchants.patterns import pattern_problem

Parameters = Sequence[tuple[str, str]]
Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""Name of a field → the values that it may have."""

MOST_VALUES = 100
_LONGEST_VALUE = 2000
_YEAR_BACK = 365


class Compare(StrEnum):
    """The time that a window is compared with."""

    PREVIOUS = "previous"
    """As many months before it, as many days where it is not of whole months, or as long where not of whole days."""
    YEAR = "year"
    """The same days of the year before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What happened on a site in `[start, end)`. Times are aware and of whole minutes; `zone` is the site's own."""

    site: str
    zone: ZoneInfo
    start: datetime
    end: datetime
    filters: Filters = ()
    compare: Compare | None = None

    @property
    def compared(self) -> Asked | None:
        """The same question of the time that it is compared with."""
        if self.compare is None:
            return None
        start, end = compared_span(self.start, self.end, self.zone, self.compare)
        return replace(self, start=start, end=end, compare=None)

    def compared_until(self, now: datetime) -> Asked | None:
        """What it is compared with, as far as that had come when it stood where this stands now: a day that has just
        begun is not compared with a whole one. None where there is nothing of it yet.

        To the minute in a window of two days, to the hour in a longer one, for which there are hours of everything.
        """
        compared = self.compared
        if compared is None or now >= self.end:
            return compared
        first, then = self.start.astimezone(self.zone), compared.start.astimezone(self.zone)
        gone = now.astimezone(self.zone).replace(tzinfo=None) - first.replace(tzinfo=None)
        unit = timedelta(minutes=1) if self.end - self.start <= timedelta(days=2) else timedelta(hours=1)
        end = min(_moved(then, then.replace(tzinfo=None) + round(gone / unit) * unit), compared.end)
        return replace(compared, end=end) if end > compared.start else None

    def with_filter(self, name: str, value: str) -> Asked:
        """The same, filtered by one value more."""
        values = dict(self.filters)
        return replace(self, filters=in_order({**values, name: (value,)}.items()))


def in_order(filters: Iterable[tuple[str, Iterable[str]]]) -> Filters:
    """Fields in their order, each once, with its values sorted."""
    given: dict[str, set[str]] = {}
    for name, values in filters:
        given.setdefault(name, set()).update(values)
    return tuple((name, tuple(sorted(given[name]))) for name in FIELDS if given.get(name))


def compared_span(start: datetime, end: datetime, zone: ZoneInfo, compare: Compare) -> tuple[datetime, datetime]:
    """What `[start, end)` is compared with, by the clocks of a zone. In UTC."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    if compare is Compare.YEAR:
        return _moved(first, _a_year_before(first)), _moved(last, _a_year_before(last))
    if months := _whole_months(first, last):
        return _moved(first, _months_before(first, months)), start.astimezone(UTC)
    if _whole_days(first, last):
        days = (last.date() - first.date()).days
        return _moved(first, first.replace(tzinfo=None) - timedelta(days=days)), start.astimezone(UTC)
    return (start - (end - start)).astimezone(UTC), start.astimezone(UTC)


def _whole_days(first: datetime, last: datetime) -> bool:
    return not any((each.hour, each.minute) != (0, 0) for each in (first, last))


def _whole_months(first: datetime, last: datetime) -> int:
    """How many months they are; 0 where they are not whole ones."""
    if not _whole_days(first, last) or (first.day, last.day) != (1, 1):
        return 0
    return (last.year - first.year) * 12 + last.month - first.month


def _months_before(moment: datetime, months: int) -> datetime:
    """The same of the first day of a month."""
    month = moment.year * 12 + moment.month - 1 - months
    return moment.replace(tzinfo=None, year=month // 12, month=month % 12 + 1)


def _a_year_before(moment: datetime) -> datetime:
    naive = moment.replace(tzinfo=None)
    leap_day = (moment.month, moment.day) == (2, 29)
    return naive.replace(year=moment.year - 1, day=28 if leap_day else moment.day)


def _moved(moment: datetime, to: datetime) -> datetime:
    """What clocks of a moment's zone show as `to`; where they skip it, the hour after. Whole minutes, in UTC."""
    return to.replace(tzinfo=moment.tzinfo).astimezone(UTC).replace(second=0, microsecond=0)


def read_asked(site: str, zone: ZoneInfo, params: Parameters, more: Sequence[str] = ()) -> Asked:
    """From `start, end, compare` and filters. `more`: parameters that others read.

    Raises InvalidRequestError, which names all that is wrong.
    """
    known = ("start", "end", "compare", *FIELDS, *more)
    wrong = [
        FieldProblem(shortened(name), f"is no filter or parameter; known: {', '.join(known)}")
        for name in dict.fromkeys(name for name, _ in params)
        if name not in known
    ]
    wrong += [
        FieldProblem(name, "is given more than once")
        for name in ("start", "end", "compare", *more)
        if len(_all(params, name)) > 1
    ]
    unparseable = list[FieldProblem]()
    start, end = (_moment(params, name, wrong, unparseable) for name in ("start", "end"))
    if start is not None and end is not None and start >= end:
        wrong.append(FieldProblem("end", "must be after start"))
    compare = _compare(params, wrong)
    filters = in_order((name, _all(params, name)) for name in FIELDS)
    wrong += _wrong_filters(filters)
    refuse([*unparseable, *wrong], unparseable=bool(unparseable))
    return Asked(site, zone, start or EARLIEST, end or LATEST, filters, compare)


def _all(params: Parameters, name: str) -> list[str]:
    return [value for key, value in params if key == name]


def _moment(
    params: Parameters, name: str, wrong: list[FieldProblem], unparseable: list[FieldProblem]
) -> datetime | None:
    texts = _all(params, name)
    if not texts:
        wrong.append(FieldProblem(name, "is missing; give a time such as 2026-03-01T00:00+01:00"))
        return None
    try:
        moment = read_time(texts[0])
    except ValueError:
        unparseable.append(FieldProblem(name, "is not a time such as 2026-03-01T00:00+01:00"))
        return None
    except OverflowError:
        wrong.append(FieldProblem(name, OUTSIDE))
        return None
    if moment.tzinfo is None:
        wrong.append(FieldProblem(name, "has no offset; add Z or an offset such as +02:00"))
    elif moment.second or moment.microsecond:
        wrong.append(FieldProblem(name, "must be a whole minute"))
    elif not EARLIEST + timedelta(days=2 * _YEAR_BACK) <= moment < LATEST:
        wrong.append(FieldProblem(name, OUTSIDE))
    else:
        return moment.astimezone(UTC)
    return None


def _compare(params: Parameters, wrong: list[FieldProblem]) -> Compare | None:
    texts = _all(params, "compare")
    if not texts or texts[0] in {*Compare}:
        return Compare(texts[0]) if texts else None
    wrong.append(FieldProblem("compare", f"{shortened(texts[0])!r} is not one of {', '.join(Compare)}"))
    return None


def _wrong_filters(filters: Filters) -> Iterator[FieldProblem]:
    for name, values in filters:
        if len(values) > MOST_VALUES:
            yield FieldProblem(name, f"at most {MOST_VALUES} values can be asked for at once")
        if any(len(value) > _LONGEST_VALUE or "\0" in value for value in values):
            yield FieldProblem(name, "has a value that no event has")
        if FIELDS[name].patterns:
            stars = [value for value in values if "*" in value]
            yield from (
                FieldProblem(name, f"{shortened(each)!r} {why}") for each in stars if (why := pattern_problem(each))
            )
