"""Case reports: asked as any other stream is, by whoever may ask it. Each raises what `ask` does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request

from access.grants import Action
from query.answers import SeriesAnswer
from query.cursors import Cursor
from query.groups import Group
from query.requests import WindowRequest
from query.visible import Visible
from systems.epidemic import asked as questions
from systems.epidemic.asked import CHANGE, STREAM, Asked
from systems.epidemic.days import Told, told_of, weeks_of
from systems.epidemic.name_search import Found
from systems.epidemic.nowcasting import MOST_DELAY, TAKEN_DAYS, Vintage, vintages_of
from systems.epidemic.places import Places
from systems.epidemic.report_search import FoundSeries, ReportSearch, Series
from systems.epidemic.rolling import rolled_up
from systems.epidemic.searching import find
from systems.epidemic.shown import Numbers
from web.access.scopes import visible_of
from web.asking.questions import ask
from web.edge.kept import Renewed
from web.edge.lanes import nothing_more
from web.service import service_of

T = TypeVar("T")

_SEARCHES = anyio.CapacityLimiter(2)

_LISTED_SECONDS = 300.0
"""How old a list of all series may be before it is made anew, beside the next search."""

_MOST_PAGES = 30

WEEK = timedelta(days=6)
"""From the first to the last of seven days."""


@dataclass(frozen=True, slots=True)
class Reported:
    """That a source tells of a metric: in which months, by their first days, and in how many reports."""

    source: str
    metric: str
    first: date
    last: date
    reports: int


def seen_reports(request: Request) -> Visible:
    """What the asker may see of the stream. Raises ProblemError."""
    return visible_of(request, STREAM, Action.ASK)


async def reported(request: Request, visible: Visible) -> tuple[Reported, ...]:
    """All that sources tell of, those with the most reports first; as it was some seconds ago."""
    return await _kept(request, visible, ("reported",), lambda: _reported(request, visible))


async def _reported(request: Request, visible: Visible) -> tuple[Reported, ...]:
    answer, _ = await ask(request, questions.reported_by_month(visible, datetime.now(UTC)))
    found: dict[tuple[str, str], Reported] = {}
    for month, groups in _steps(answer.answer):
        for group in groups:
            source, metric = group.key
            known = found.get((source, metric))
            first, reports = (known.first, known.reports) if known else (month, 0)
            found[source, metric] = Reported(source, metric, first, month, reports + group.messages)
    return tuple(sorted(found.values(), key=lambda one: (-one.reports, one.source, one.metric)))


async def last_day(request: Request, visible: Visible, of: Reported) -> date:
    """The last day that a source tells of; as it was some seconds ago."""
    days = await _kept(request, visible, ("last", of), lambda: last_days(request, visible, [of]))
    return days[of.source, of.metric]


async def last_days(request: Request, visible: Visible, known: Sequence[Reported]) -> Mapping[tuple[str, str], date]:
    """Source and metric → the last day that is told of. One question for all whose last month is the same."""
    months: dict[date, list[str]] = {}
    for each in known:
        months.setdefault(each.last, []).append(each.source)
    found = {(each.source, each.metric): each.last for each in known}

    async def look(month: date, sources: Sequence[str]) -> None:
        end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        answer, _ = await ask(request, questions.reported_by_day(visible, sources, month, end))
        for day, groups in _steps(answer.answer):
            found.update({(group.key[0], group.key[1]): day for group in groups})

    await asyncio.gather(*(look(month, sorted({*sources})) for month, sources in months.items()))
    return {(each.source, each.metric): found[each.source, each.metric] for each in known}


async def variants(request: Request, visible: Visible, source: str, metric: str) -> tuple[str, ...]:
    """The variants that a source tells apart, by name; the empty one for all together, where it tells of that.

    As it was some seconds ago.
    """
    return await _kept(
        request, visible, ("variants", source, metric), lambda: _variants(request, visible, source, metric)
    )


async def _variants(request: Request, visible: Visible, source: str, metric: str) -> tuple[str, ...]:
    answer, _ = await ask(request, questions.variants(visible, source, metric, datetime.now(UTC)))
    return tuple(sorted(group.key[0] for group in answer.answer.groups))


async def numbers(
    request: Request, visible: Visible, asked: Asked, day: date, places: Places, *, total: bool
) -> dict[str, Numbers]:
    """Region → its numbers of the 7 days that end with a day. `total`: since the beginning, too."""
    spans = [(day - WEEK, day), (day - 2 * WEEK - timedelta(days=1), day - WEEK - timedelta(days=1))]
    if total:
        spans.append((questions.BEGINNING, day))
    asking = (_by_region(request, questions.by_region(visible, asked, *span), places) for span in spans)
    week, before, *more = await asyncio.gather(*asking)
    ever = more[0] if more else {}
    return {
        region: Numbers(week.get(region), before.get(region), ever.get(region), places.population(region))
        for region in sorted({*week, *before, *ever})
    }


async def weeks(
    request: Request, visible: Visible, asked: Asked, first: date, last: date
) -> dict[str, dict[date, float]]:
    """Country → the Monday of each week that is told of → its number."""
    answer, _ = await ask(request, questions.by_week(visible, asked, first, last, datetime.now(UTC)))
    return weeks_of(answer.answer.rows)


async def days(
    request: Request, visible: Visible, asked: Asked, first: date, last: date, region: str, places: Places
) -> Told:
    """The days of a region, by variant; all that is told apart, whatever variant is asked for."""
    inner = places.within(region)[1:]
    now = datetime.now(UTC)
    answer, _ = await ask(request, questions.by_day(visible, asked, first, last, region, inner, now))
    return told_of(answer.answer.rows)


async def vintages(
    request: Request, visible: Visible, asked: Asked, last: date, region: str, places: Places
) -> list[Vintage]:
    """When the numbers of a region's newest days became known, up to the last day."""
    inner = places.within(region)[1:]
    first, now = last - timedelta(days=TAKEN_DAYS + MOST_DELAY), datetime.now(UTC)
    answer, _ = await ask(request, questions.by_vintage(visible, asked, first, last, region, inner, now))
    return vintages_of(answer.answer.rows)


async def newest_arrivals(request: Request, visible: Visible) -> dict[str, datetime]:
    """Source → when its newest report arrived."""
    answer, _ = await ask(request, questions.newest_arrivals(visible, datetime.now(UTC)))
    return dict(answer.answer.rows)


async def _kept(request: Request, visible: Visible, what: Hashable, make: Callable[[], Awaitable[T]]) -> T:
    """What forms and defaults are made of: the same for all who see the same, and asked anew every half minute alone.

    Else each commit of the stream would have it asked by each page.
    """
    kept, key = service_of(request).reported, (visible.sight, visible.definition.digest, what)
    found: T | None = kept.get(key)
    if found is None:
        found = await make()
        if found:  # the first report is seen at once
            kept[key] = found
    return found


async def find_names(places: Places, sources: Sequence[str], text: str, limit: int) -> list[Found]:
    """Regions and sources whose names are like a text; in a thread, for the first search makes the index."""
    return await anyio.to_thread.run_sync(find, text, places, sources, limit, limiter=_SEARCHES)


async def find_reports(request: Request, visible: Visible, places: Places, text: str, limit: int) -> list[FoundSeries]:
    """Of all that the asker may see told, the series that a text means; as they were some minutes ago."""
    kept, key = service_of(request).searched, (visible.sight, visible.definition.digest)
    search = await kept.setdefault(key, Renewed(_LISTED_SECONDS)).get(lambda: _listed(request, visible, places))
    if not search.series:
        kept.pop(key, None)  # the first report is found at once
    return await anyio.to_thread.run_sync(search.find, text, limit, limiter=_SEARCHES)


async def _listed(request: Request, visible: Visible, places: Places) -> ReportSearch:
    """All series. Whoever asked for them first may go away meanwhile."""
    request, now = Request(request.scope, nothing_more), datetime.now(UTC)
    series: list[Series] = []
    after: Cursor | None = None
    for _ in range(_MOST_PAGES):
        answer, _ = await ask(request, questions.told_series(visible, now, after))
        groups = answer.answer.groups
        series += [Series(*_in_order(answer.answer.request.by, group), group.messages) for group in groups]
        if not answer.answer.more:
            break
        after = Cursor(answer.answer.source.view, groups[-1].key)
    return await anyio.to_thread.run_sync(ReportSearch, series, places, limiter=_SEARCHES)


def _in_order(by: Sequence[str], group: Group) -> tuple[str, str, str, str]:
    key = dict(zip(by, group.key, strict=True))
    return key[questions.SOURCE], key[questions.REGION], key[questions.VARIANT], key[questions.METRIC]


async def _by_region(request: Request, question: WindowRequest, places: Places) -> dict[str, float]:
    answer, _ = await ask(request, question)
    told = {group.key[0]: _change(group) for group in answer.answer.groups}
    return rolled_up(told, places.parent)


def _change(group: Group) -> float:
    return float(group.value(CHANGE, "total") or 0)


def _steps(answer: SeriesAnswer) -> list[tuple[date, tuple[Group, ...]]]:
    return [(point.at.astimezone(UTC).date(), point.groups) for point in answer.points]
