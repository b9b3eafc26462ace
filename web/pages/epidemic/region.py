"""`GET /epidemic/regions/{region}`: one region, by day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from analysis.nowcast import Nowcast
from analysis.reproduction import SerialInterval
from analysis.variant_growth import VariantGrowth
from systems.epidemic.asked import Asked
from systems.epidemic.days import Day, Told, corrected_days, every_day
from systems.epidemic.figures import COVID_19, Figure, Figures, SharesOfWeek, figures_of, shares_of
from systems.epidemic.nowcasting import nowcast_of
from systems.epidemic.outlook import Outlook, advantages_of, outlook_of
from web.asking import epidemic
from web.page.templating import inert_json, page_response
from web.pages.epidemic.asking import Seen, seen_at
from web.pages.epidemic.charts import forecast_plan, nowcast_plan, region_plan
from web.pages.epidemic.handlers import about
from web.pages.epidemic.part import Part, part_of

SEQUENCES = "sequences"
MOST_CORRECTIONS = 200
"""Corrected days that the page lists, the newest first."""


@dataclass(frozen=True, slots=True)
class Region:
    """What is told of one. `shares`: of variants, by the source that tells of most; `told_by`: its name."""

    told: Told
    figures: Figures
    corrected: list[Day]
    shares: list[SharesOfWeek]
    outlook: Outlook
    newest: Figure[tuple[Nowcast, ...]]
    advantages: Figure[VariantGrowth]
    told_by: str = ""


async def region_page(request: Request) -> Response:
    """Its days, what statistics say of them, variants, and corrections."""
    code = request.path_params["region"]
    seen = await seen_at(request, f"/epidemic/regions/{code}")
    place = seen.place(code)
    interval, wrong = serial_interval(request)
    found: Part[Region] = Part(None)
    if seen.ready and not wrong:
        found = await part_of(request, region_of(request, seen, code, interval))
    region = found.value
    plan: dict[str, Any] = {}
    if region:
        plan = region_plan(region.figures, region.corrected, region.shares)
        plan["forecast"] = forecast_plan(region.figures, region.outlook)
        plan["nowcast"] = nowcast_plan(region.newest.value or ())
    return page_response(
        "pages/epidemic/region.html",
        422 if seen.view.chosen.problems or wrong else 200,
        title=seen.places.name(code),
        **about(seen),
        place=place,
        path=path_to(seen, code),
        region=region,
        interval=interval,
        wrong=wrong,
        problem=seen.problem or found.problem,
        plan=inert_json(plan),
        most_corrections=MOST_CORRECTIONS,
    )


async def region_of(request: Request, seen: Seen, code: str, interval: SerialInterval) -> Region:
    """All that is told of a region in the view's time. Raises what asking does."""
    view = seen.view
    first = view.drawn_from
    told = await epidemic.days(request, seen.visible, seen.asked, first, view.day, code, seen.places)
    days = told.days(view.chosen.variant)
    begun = days[0].day if days else first
    numbers = every_day(days, begun, view.day)
    population = seen.places.population(code)
    figures = await anyio.to_thread.run_sync(figures_of, begun, numbers, population, interval)
    outlook = await anyio.to_thread.run_sync(outlook_of, begun, numbers)
    vintages = await epidemic.vintages(request, seen.visible, seen.asked, view.day, code, seen.places)
    newest = await anyio.to_thread.run_sync(nowcast_of, vintages, view.day)
    shares, source = await _shares(request, seen, code, told, first)
    advantages = await anyio.to_thread.run_sync(advantages_of, shares)
    return Region(told, figures, corrected_days(days), shares, outlook, newest, advantages, source)


async def _shares(request: Request, seen: Seen, code: str, told: Told, first: date) -> tuple[list[SharesOfWeek], str]:
    """Of the source that is shown, where it tells of variants; else of the one that tells of most sequences."""
    if told.variants:
        return shares_of(_weeks(told), told.variants), seen.view.source
    for each in seen.view.reported:
        if each.metric == SEQUENCES:
            asked = Asked(each.source, SEQUENCES, known=seen.view.chosen.known)
            other = await epidemic.days(request, seen.visible, asked, first, seen.view.day, code, seen.places)
            if other.variants:
                return shares_of(_weeks(other), other.variants), each.source
    return [], ""


def _weeks(told: Told) -> dict[date, dict[str, float]]:
    found: dict[date, dict[str, float]] = {}
    for variant in told.variants:
        for day in told.days(variant):
            week = found.setdefault(day.day - timedelta(days=day.day.weekday()), {})
            week[variant] = week.get(variant, 0) + day.number
    return found


def serial_interval(request: Request) -> tuple[SerialInterval, str]:
    """Of the address, in days; that of COVID-19 where it says none. And what is wrong with it."""
    given = [request.query_params.get(name, "") for name in ("serial_mean", "serial_deviation")]
    try:
        mean, deviation = (float(text) if text else usual for text, usual in zip(given, _USUAL, strict=True))
    except ValueError:
        return COVID_19, "is two numbers of days, such as 4.7 and 2.9"
    if not (math.isfinite(mean) and math.isfinite(deviation) and 1 < mean <= 60 and 0 < deviation <= 60):
        return COVID_19, "has a mean above 1 and a deviation above 0, both at most 60 days"
    return SerialInterval(mean, deviation), ""


_USUAL = (COVID_19.mean, COVID_19.deviation)


def path_to(seen: Seen, code: str) -> list[Any]:
    """What the region lies in, the largest first."""
    return [(outer, seen.places.name(outer)) for outer in seen.places.path(code)[:0:-1]]
