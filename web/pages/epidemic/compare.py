"""`GET /epidemic/compare`: several regions beside each other, by people, so that large and small ones can be."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from systems.epidemic.days import every_day
from systems.epidemic.shown import Numbers, per_100_000
from web.asking import epidemic
from web.page.templating import inert_json, page_response
from web.pages.epidemic.asking import Seen, seen_at
from web.pages.epidemic.handlers import about
from web.pages.epidemic.part import Part, part_of
from web.pages.epidemic.view import seconds

ADDRESS = "/epidemic/compare"
MOST = 8
"""Most regions at once: more lines are told apart by nobody."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One region from `first` on. `incidence`: of each day, of the seven days that end with it."""

    code: str
    numbers: Numbers
    first: date
    incidence: list[float | None]


async def compare_page(request: Request) -> Response:
    """The regions of the address; those that are not known are told."""
    seen = await seen_at(request, ADDRESS)
    asked = [*dict.fromkeys(request.query_params.getlist("region"))]
    known = [code for code in asked if code in seen.places.known][:MOST]
    found: Part[list[Compared]] = Part([])
    if seen.ready and known:
        found = await part_of(request, _compared(request, seen, known))
    compared = found.value or []
    return page_response(
        "pages/epidemic/compare.html",
        422 if seen.view.chosen.problems else 200,
        title="Compare regions",
        **about(seen),
        compared=compared,
        chosen=known,
        unknown=[code[:40] for code in asked if code not in seen.places.known][:MOST],
        left_out=max(0, len([code for code in asked if code in seen.places.known]) - MOST),
        problem=seen.problem or found.problem,
        plan=inert_json(_plan(seen, compared)),
        most=MOST,
        without=lambda code: [("region", each) for each in known if each != code],
    )


async def _compared(request: Request, seen: Seen, codes: Sequence[str]) -> list[Compared]:
    return list(await asyncio.gather(*(_one(request, seen, code) for code in codes)))


async def _one(request: Request, seen: Seen, code: str) -> Compared:
    first, last = seen.view.drawn_from, seen.view.day
    told = await epidemic.days(request, seen.visible, seen.asked, first, last, code, seen.places)
    days = told.days(seen.view.chosen.variant)
    population = seen.places.population(code)
    if not days:
        return Compared(code, Numbers(population=population), first, [])
    numbers = every_day(days, first, last)
    weeks = [sum(numbers[place - 6 : place + 1]) if place >= 6 else None for place in range(len(numbers))]
    incidence = [None if week is None else per_100_000(week, population) for week in weeks]
    whole = Numbers(weeks[-1], weeks[-8] if len(weeks) > 7 else None, sum(numbers), population)
    return Compared(code, whole, first, incidence)


def _plan(seen: Seen, compared: Sequence[Compared]) -> Mapping[str, Any]:
    drawn = [each for each in compared if any(value is not None for value in each.incidence)]
    if not drawn:
        return {"times": []}
    times = [seconds(drawn[0].first + timedelta(days=place)) for place in range(len(drawn[0].incidence))]
    columns = [[None if value is None else round(value, 3) for value in each.incidence] for each in drawn]
    return {"times": times, "names": [seen.places.name(each.code) for each in drawn], "columns": columns}
