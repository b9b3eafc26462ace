"""Questions about case reports, as pages and programs ask them of the stream. Pure.

A report says how a number of one day changed, so the number of a day is the sum of its changes. A source counts nobody
twice, so the number of a region is the sum of what is told of it and of all its parts. Reports of several sources are
of the same people: no question adds them up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from query.cursors import Cursor
from query.record_questions import RecordQuestion
from query.requests import MOST_VALUES, Filters, SeriesRequest, Step, WindowRequest
from query.visible import Visible

STREAM = "case_reports"
SOURCE, REGION, VARIANT, METRIC = "source", "region", "variant", "metric"
CHANGE = "change"
ALL_VARIANTS = ""
"""The variant of reports that tell of none: all together."""

BEGINNING = date(1971, 2, 1)
"""The first day that the stream takes reports of."""

MOST_PARTS = MOST_VALUES - 10
"""Most parts of a region that is no country."""

SERIES_AT_ONCE = 5_000
"""Of a page: it stays well below what is read of one answer."""

_COLUMNS = (SOURCE, REGION, VARIANT, METRIC, CHANGE, "revision")
_WEEKS = """weeks as (
  select
    split_part("region", '-', 1) as country,
    date_trunc('week', event_time) as week,
    sum("change") as number
  from records
  where arrived < ?
  group by 1, 2
)
select country, week, number
from weeks
order by 1, 2"""
_DAYS = """days as (
  select
    event_time,
    coalesce("variant", '') as told_variant,
    sum("change") as number,
    sum(case when "revision" = 0 then "change" else 0 end) as first_told,
    sum(case when "revision" > 0 then 1 else 0 end) as corrections,
    max(case when "revision" > 0 then arrived end) as corrected
  from records
  where arrived < ? and ("region" = ? or (? and starts_with("region", ?)) or not ?)
  group by 1, 2
)
select event_time, told_variant, number, first_told, corrections, corrected
from days
order by 1, 2"""

_VINTAGES = """vintages as (
  select
    event_time,
    date_trunc('day', arrived) as known_on,
    sum("change") as number
  from records
  where arrived < ? and ("region" = ? or (? and starts_with("region", ?)) or not ?)
  group by 1, 2
)
select event_time, known_on, number
from vintages
order by 1, 2"""

_ARRIVED = """newest as (
  select "source" as told_by, max(arrived) as arrived
  from records
  group by 1
)
select told_by, arrived
from newest
order by 1"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which numbers: of one source, metric and variant; `known`: as they were known at a moment, None for now.

    `summed`: of a source that tells of variants alone, all of them together.
    """

    source: str
    metric: str
    variant: str = ALL_VARIANTS
    known: datetime | None = None
    summed: bool = False

    def where(self, *more: tuple[str, tuple[str, ...]]) -> Filters:
        """The filters of its questions."""
        of_variant: Filters = () if self.summed else ((VARIANT, (self.variant,)),)
        return ((SOURCE, (self.source,)), (METRIC, (self.metric,)), *of_variant, *more)

    def told_by(self, variants: Collection[str]) -> Asked:
        """The same of a source that tells of these variants."""
        together = self.variant == ALL_VARIANTS and bool(variants) and ALL_VARIANTS not in variants
        return replace(self, summed=together)


def moment(day: date) -> datetime:
    """When a day begins: reports are of days in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def by_region(visible: Visible, asked: Asked, first: date, last: date) -> WindowRequest:
    """The numbers of the days from first to last, both inside, of each region. Raises InvalidRequestError."""
    return WindowRequest(visible, moment(first), _after(last), (REGION,), asked.where(), asked.known)


def by_week(visible: Visible, asked: Asked, first: date, last: date, now: datetime) -> RecordQuestion:
    """Rows of country, Monday and number, of all its parts together.

    Raises InvalidRequestError.
    """
    return RecordQuestion(visible, moment(first), _after(last), asked.where(), _COLUMNS, _WEEKS, (_known(asked, now),))


def by_day(
    visible: Visible, asked: Asked, first: date, last: date, region: str, parts: Sequence[str], now: datetime
) -> RecordQuestion:
    """Rows of a region's days: day, variant, number, what was told first, how often corrected and when last.

    `parts`: the regions in it; of a country none are named, all that its code begins are. Raises InvalidRequestError.
    """
    where: Filters = ((SOURCE, (asked.source,)), (METRIC, (asked.metric,)))
    where, values = _within(where, asked, region, parts, now)
    return RecordQuestion(visible, moment(first), _after(last), where, _COLUMNS, _DAYS, values)


def by_vintage(
    visible: Visible, asked: Asked, first: date, last: date, region: str, parts: Sequence[str], now: datetime
) -> RecordQuestion:
    """Rows of a region's days: day, the day on which something of it became known, and by how much its number changed.

    `parts`: as of `by_day`. Raises InvalidRequestError.
    """
    where, values = _within(asked.where(), asked, region, parts, now)
    return RecordQuestion(visible, moment(first), _after(last), where, _COLUMNS, _VINTAGES, values)


def _within(
    where: Filters, asked: Asked, region: str, parts: Sequence[str], now: datetime
) -> tuple[Filters, tuple[Any, ...]]:
    """Filters, with that of the region, and the values of the marks of such a question."""
    country = "-" not in region
    if not country:
        where = (*where, (REGION, (region, *parts[:MOST_PARTS])))
    return where, (_known(asked, now), region, country, f"{region}-", country)


def variants(visible: Visible, source: str, metric: str, now: datetime) -> WindowRequest:
    """Which variants a source tells of. Raises InvalidRequestError."""
    return WindowRequest(visible, moment(BEGINNING), _ever(now), (VARIANT,), ((SOURCE, (source,)), (METRIC, (metric,))))


def told_series(visible: Visible, now: datetime, after: Cursor | None = None) -> WindowRequest:
    """Which source tells of which region, variant and metric, and how often: a page. Raises InvalidRequestError."""
    by = (SOURCE, REGION, VARIANT, METRIC)
    return WindowRequest(visible, moment(BEGINNING), _ever(now), by, limit=SERIES_AT_ONCE, after=after)


def reported_by_month(visible: Visible, now: datetime) -> SeriesRequest:
    """In which months each source tells of which metric. Raises InvalidRequestError."""
    return SeriesRequest(WindowRequest(visible, moment(BEGINNING), _ever(now), (SOURCE, METRIC)), Step.MONTH, (CHANGE,))


def reported_by_day(visible: Visible, sources: Sequence[str], first: date, last: date) -> SeriesRequest:
    """On which days sources tell of which metric. Raises InvalidRequestError."""
    window = WindowRequest(visible, moment(first), _after(last), (SOURCE, METRIC), ((SOURCE, tuple(sources)),))
    return SeriesRequest(window, Step.DAY, (CHANGE,))


def newest_arrivals(visible: Visible, now: datetime) -> RecordQuestion:
    """Rows of source and the arrival of its newest report. Raises InvalidRequestError."""
    return RecordQuestion(visible, moment(BEGINNING), _ever(now), (), (SOURCE,), _ARRIVED)


def _known(asked: Asked, now: datetime) -> datetime:
    """The arrival before which reports count."""
    return asked.known or now + timedelta(days=1)


def _after(last: date) -> datetime:
    return moment(last) + timedelta(days=1)


def _ever(now: datetime) -> datetime:
    """The end of all that can have been reported: days begin before they are over everywhere."""
    return moment(now.date()) + timedelta(days=2)
